"""What steps wait for: edges, knots and sizes, as the checks see them."""

from __future__ import annotations

from definitions.checks import check
from definitions.checks.cycles import knots
from definitions.checks.edges import waits_of
from definitions.checks.limits import STEPS
from definitions.checks.subject import Subject
from definitions.engine.graph import Graph
from definitions.freeze import Frozen, freeze
from definitions.model import parse
from tests.definitions.mistakes import KNOWN, said
from tests.definitions.samples import choice, definition, pay, task


def test_edges_are_those_the_engine_walks() -> None:
    """The checks and the engine read `after`, left-out `after` and gates of phases alike."""
    raw = definition(
        task("a", phase="p"),
        task("b", phase="p", after=[]),
        task("c", phase="q"),
        task("d", phase="q", after=["phase:p", "c"]),
        choice("e"),
        task("f", after="e:yes"),
        task("g", phase="q", after=[]),
        phases=[{"id": "p"}, {"id": "q", "after": "phase:p"}],
    )
    frozen = freeze(raw, KNOWN)
    assert isinstance(frozen, Frozen)
    document, _ = parse(raw)
    assert document is not None
    nodes = Graph.load(frozen.to_json()).nodes.values()
    walked = [[(edge.source, edge.port, edge.phase) for edge in node.edges] for node in nodes]
    checked = [[(wait.source, wait.port, wait.is_phase) for wait in each] for each in waits_of(Subject(document))]
    assert checked == walked


def test_what_comes_after_a_knot_is_still_looked_at() -> None:
    raw = definition(
        task("a", after="b"),
        task("b", after="a"),
        task("c"),
        {"id": "z", "kind": "end"},
        task("d"),
        task("e", after="c"),
    )
    assert said(raw) == [("cycle", "/steps/0/after"), ("unreachable", "/steps/4")]


def test_a_cycle_is_named_in_the_order_in_which_its_steps_would_run() -> None:
    raw = definition(task("a", after="c"), task("b", after="a"), task("c", after="b"))
    (finding,) = check(raw).findings
    assert finding.message == "these steps wait for each other: a → b → c → a"


def test_two_knots_are_two_findings_and_a_chain_of_ten_thousand_is_none() -> None:
    assert [knot.members for knot in knots([[1], [0], [1], [4], [3]])] == [(0, 1), (3, 4)]
    assert knots([[], *[[i] for i in range(9_999)]]) == []
    (knot,) = knots([[9_999], *[[i] for i in range(9_999)]])
    assert knot.ring == tuple(range(10_000))


def test_ten_thousand_steps_are_checked() -> None:
    """The largest definition: every step waits for the one before and for the first, and nothing is quadratic."""
    steps = [task(f"t{i}", **({"after": [f"t{i - 1}", "t0"]} if i > 1 else {})) for i in range(STEPS)]
    assert said(definition(*steps)) == []


def test_a_schedule_can_be_called_off_so_its_step_can_end_skipped() -> None:
    """Cancelling ends the step skipped whether or not it is skippable, so an edge from that port is a way."""
    off = task("off", after="pay:skipped")
    assert said(definition(pay(schedule={"in": "2 days"}), off)) == []
    assert said(definition(choice("pay", schedule={"in": "2 days"}), off)) == []
    assert said(definition(pay(), off)) == [("unreachable", "/steps/1/after")]
