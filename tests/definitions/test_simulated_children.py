"""A simulation starts no child runs: how they end is scripted, and what is not scripted is asked for."""

from __future__ import annotations

from typing import Any

from definitions.engine import Graph
from definitions.simulation import Simulation, simulate
from definitions.wire import RunStart
from tests.engine.story import ANN, BEGAN, document, frozen, task

EACH = {
    "id": "call",
    "kind": "workflow",
    "title": "Call",
    "definition": "small",
    "each": "= inputs.people",
    "inputs": {"who": "= item"},
    "at_once": 2,
}
PEOPLE = [{"id": "people", "type": "choices", "options": ["p"]}]


def played(*answers: dict[str, Any]) -> Simulation:
    version = frozen(document([EACH, task("last")], inputs=PEOPLE))
    request = {"by": ANN.to_json(), "inputs": {"people": ["a", "b", "c"]}}
    start = RunStart("simulated", "story", 1, "hash", version, request)
    scripts = {"call": answers} if answers else {}
    return simulate(Graph.load(version), start, ANN, BEGAN, scripts, {}, lambda: True)


def test_each_child_ends_as_scripted() -> None:
    found = played({"result": {"outcome": "good"}})
    output = found.state.scope["call"]["output"]
    assert (output["total"], output["done"]) == (3, 3) and {row["outcome"] for row in output["runs"]} == {"good"}
    assert found.stopped == "needs_answers" and [need["step"] for need in found.needs] == ["last"]


def test_they_may_be_aborted_or_not_begin_at_all() -> None:
    assert played({"result": {"status": "aborted"}}).state.scope["call"]["output"]["aborted"] == 3
    failed = played({"fail": "no such definition"})
    assert failed.state.of("call") is not None and failed.state.status_of("call") == "attention"


def test_what_is_not_scripted_is_asked_for() -> None:
    found = played()
    assert found.stopped == "needs_answers"
    assert [(need["step"], need["what"]) for need in found.needs] == [("call", "result")] * 2
