"""What a step that writes records asks for: one row, a new row, or a row for each item of a list.

The list and every value in it are worked out at once, when the step's turn has come, so that the rows of one round are
those of one moment; the effect writes them in one transaction. A list that is absent (the step that asks for it was
skipped) is an empty one; anything else that is no list is for a person to look at.
"""

from __future__ import annotations

from typing import Any

from definitions.engine.graph import Node
from definitions.engine.scope import Seen, Unresolved, inputs_of
from definitions.model import GetDataStep, UpdateDataStep

ITEMS_LIMIT = 1_000
"""Items one step may go through: rows to write (the effect takes no more either), children to start."""


def update_inputs(turn: Seen, node: Node) -> dict[str, Any]:
    """The input of `holdfast.update_data`. Raises Unresolved."""
    step = node.step
    assert isinstance(step, UpdateDataStep)
    asked: dict[str, Any] = {"collection": step.collection or turn.graph.document.record}
    if step.create:
        asked["create"] = True
    scope = turn.scope()
    if step.each is None:
        return {**asked, **_row(turn, node, step, scope)}
    items = items_of(turn, node, step.each, scope)
    rows = [_row(turn, node, step, {**scope, "item": item, "index": place}) for place, item in enumerate(items)]
    return {**asked, "items": rows}


def record_of(turn: Seen, node: Node, scope: dict[str, Any]) -> Any:
    """The record a data step works on: the one it names, else the run's own where it is of the same collection."""
    step = node.step
    assert isinstance(step, GetDataStep | UpdateDataStep)
    if step.record is not None:
        return inputs_of(turn.graph, step.record, f"{node.pointer}/record", scope)
    own = turn.state.record
    return own["id"] if own and step.collection in (None, turn.graph.document.record) else None


def _row(turn: Seen, node: Node, step: UpdateDataStep, scope: dict[str, Any]) -> dict[str, Any]:
    values = inputs_of(turn.graph, dict(step.set or {}), f"{node.pointer}/set", scope)
    return {"set": values} if step.create else {"record": record_of(turn, node, scope), "set": values}


def items_of(turn: Seen, node: Node, each: Any, scope: dict[str, Any]) -> list[Any]:
    """The items of a step's `each`. Raises Unresolved for what is no list, or one that is too long."""
    found = inputs_of(turn.graph, each, f"{node.pointer}/each", scope)
    if found is None:
        return []
    if not isinstance(found, list):
        raise Unresolved("each", "it is no list")
    if len(found) > ITEMS_LIMIT:
        raise Unresolved("each", f"it has {len(found)} items, and one step takes at most {ITEMS_LIMIT}")
    return found


def is_own_record(turn: Seen, node: Node, result: dict[str, Any]) -> bool:
    """Whether the result is about the record the run works on, read or written field by field."""
    step = node.step
    if not turn.state.record or not isinstance(step, GetDataStep | UpdateDataStep) or "rows" in result:
        return False
    own = step.collection in (None, turn.graph.document.record)
    made = getattr(step, "create", False)
    return own and not made and step.record is None and getattr(step, "where", None) is None
