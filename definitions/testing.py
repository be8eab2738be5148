"""One definition in a test, in two lines: it is checked, frozen and played in the engine that runs it in production.

    run = play(document, {"approve": {"choice": "grant"}, "pay": {"result": {"id": "r1", "status": "paid"}}})
    assert (run.stopped, run.state.executions["pay#1"].output["id"]) == ("ended", "r1")

Nothing is asked of anybody: what neither the script nor the definition answers ends the play, and stands in `needs`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from definitions.checks import Known
from definitions.engine import Graph
from definitions.freeze import Frozen, freeze
from definitions.simulation import Simulation, simulate
from definitions.times import rfc3339
from definitions.wire import Actor, RunStart

MORNING = datetime(2030, 1, 7, 9, tzinfo=UTC)
"""When a play begins that is given no moment: a Monday. Time passes in it only where nobody could answer."""

Script = Mapping[str, Mapping[str, Any] | Sequence[Mapping[str, Any]]]
"""By step, one answer or one for each round: {output}, {choice}, {skip: true}; of an effect {result}, {fail: text}."""


class NotPublishable(AssertionError):
    """The definition has findings; the message lists them."""


def play(
    document: Mapping[str, Any],
    script: Script | None = None,
    *,
    record: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Any] | None = None,
    examples: Mapping[str, Any] | None = None,
    purposes: Sequence[str] = (),
    known: Known | None = None,
    at: datetime = MORNING,
    by: str = "ann",
) -> Simulation:
    """Plays a run to its end, or to where it needs an answer. `examples` are results by action, `record` its fields.

    The one who starts it has every role that a step asks for. Raises NotPublishable with every finding.
    """
    frozen = freeze(document, known)
    if not isinstance(frozen, Frozen):
        raise NotPublishable("; ".join(f"{each.path}: {each.message} ({each.code})" for each in frozen.findings))
    graph = Graph.load(frozen.to_json())
    roles = dict.fromkeys(role for step in graph.document.steps for role in step.roles)
    actor = Actor(by, tuple(roles))
    data = {"id": "1", **(record or {})} if graph.document.record else {}
    request = {
        "by": actor.to_json(),
        "at": rfc3339(at),
        "record": str(data["id"]) if data else None,
        "record_data": data,
        "inputs": dict(inputs or {}),
        "labels": [],
        "source": "api",
        "name": None,
        "purposes": list(purposes),
        "assign": {},
    }
    start = RunStart("played", graph.document.key, 1, frozen.hash, frozen.to_json(), request)
    answers = {step: _rounds(said) for step, said in (script or {}).items()}
    return simulate(graph, start, actor, at, answers, examples or {}, lambda: True)


def _rounds(said: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    return (said,) if isinstance(said, Mapping) else tuple(said)
