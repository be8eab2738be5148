"""What the rules of a decision compared: the values that each option read, and which options were met by them.

The event of a decision says which options were met. What they read stands in the events before it, and expressions see
nothing else: so it is worked out again from the record, and comes to the same at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import col, func, select

from api.doors import Caller
from api.store.facts import event_of
from api.store.tables import EventRow, RunRow
from definitions.engine import Graph, State, evolve
from definitions.engine.events import EventType
from definitions.engine.graph import Node
from definitions.engine.scope import scope_of
from definitions.expressions.evaluate import evaluate
from definitions.expressions.outcome import ABSENT, Unknown
from definitions.expressions.tree import Tree, expression, walk
from definitions.expressions.writing import to_json
from definitions.model import DecisionStep
from definitions.times import parse_instant
from definitions.wire import Event


async def comparisons(caller: Caller, run: RunRow, node: Node) -> list[dict[str, Any]]:
    """Every time that rules decided the step, oldest first: {execution, at, options}; nothing for another step."""
    if not isinstance(node.step, DecisionStep) or node.step.by != "rules":
        return []
    events = await _up_to_the_last(caller, run.id, node.id)
    state, found = State.new(run.id), []
    for event in events:
        if event.type == EventType.STEP_DONE and event.step == node.id and event.data.get("trace"):
            then = await caller.house.versions.need(run.definition, state.version)
            found.append(_comparison(then.graph.grown(state.added), state, event))
        state = evolve(state, event)
    return found


async def _up_to_the_last(caller: Caller, run: str, step: str) -> list[Event]:
    """The run's events until the step was decided last; none where it never was, however long the run is."""
    done = (col(EventRow.step) == step, col(EventRow.type) == EventType.STEP_DONE)
    last = select(func.max(EventRow.seq)).where(col(EventRow.run) == run, *done)
    async with caller.house.store.reading() as session:
        before = col(EventRow.seq) <= (await session.exec(last)).one()
        query = select(EventRow).where(col(EventRow.run) == run, before).order_by(col(EventRow.seq))
        return [event_of(row) for row in (await session.exec(query)).all()]


def _comparison(graph: Graph, state: State, event: Event) -> dict[str, Any]:
    """One decision: each option that has a condition, with what it read of the run as it was then."""
    assert event.step is not None
    node = graph.nodes[event.step]
    assert isinstance(node.step, DecisionStep)
    scope = scope_of(graph, state, parse_instant(event.at))
    met = {row["option"]: row["met"] for row in event.data["trace"]}
    options = [
        {
            "option": option.id,
            "when": option.when,
            "met": met.get(option.id, False),
            "read": _read(graph.trees.get(f"{node.pointer}/options/{at}/when"), scope),
        }
        for at, option in enumerate(node.step.options)
        if option.when is not None
    ]
    return {"execution": event.execution, "at": event.at, "options": options}


def _read(tree: Tree | None, scope: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The paths a condition reads, in their order, each once: {name, value, absent}: absent is not blank."""
    paths = [node[2:] for node in walk(tree["node"]) if node[0] == "read"] if tree is not None else []
    found = {".".join(path): evaluate(expression(["read", "", *path]), scope) for path in paths}
    return [
        {"name": name, "value": None, "absent": True}
        if value is ABSENT or isinstance(value, Unknown)
        else {"name": name, "value": to_json(value), "absent": False}
        for name, value in found.items()
    ]
