"""Drafts: a machine fills in a form that a person will answer. Beside the step, so that nobody waits for it.

The errand asks as any proposal does; what comes stands beside the form until the person sends it. One that fails leaves
the form as it was, and asks nobody. A step that is opened again keeps its old answers and is not drafted again.
"""

from __future__ import annotations

from typing import Any

from definitions.answers import Wrong, is_empty, typed
from definitions.contracts import ASK_A_MODEL
from definitions.engine.asking import question
from definitions.engine.commands import CancelEffect, StartEffect
from definitions.engine.events import EventType
from definitions.engine.execution import Side
from definitions.engine.graph import Node
from definitions.engine.state import ENDED, SideStatus
from definitions.engine.turn import Turn
from definitions.field_schema import fields_schema
from definitions.model import TaskStep
from definitions.proposing import Asked
from definitions.task_forms import prefilled
from definitions.wire import ACTIVITY_PROPOSE


def begin_draft(turn: Turn, node: Node, execution: str) -> None:
    """Ask for a draft of the form, where the author wants one and there is nothing yet."""
    step, known = node.step, turn.execution(execution)
    if not isinstance(step, TaskStep) or step.draft is None or not step.fields or known.before:
        return
    scope = turn.scope()
    stands = prefilled(step, node.pointer, scope, turn.graph.trees)
    schema = fields_schema(turn.graph.trees, step.fields, f"{node.pointer}/fields", scope)
    asked = question(turn, node, Asked.FORM, step.draft.instruction, schema=schema, pinned=stands)
    name, acting = f"{node.id}~draft#{known.round}", turn.state.started_by
    title = f"Draft: {node.title}"
    data = {
        "kind": "draft",
        "name": node.id,
        "title": title,
        "activity": ACTIVITY_PROPOSE,
        "of": execution,
        "acting": acting,
        "turn": 1,
    }
    turn.emit(EventType.SIDE_REQUESTED, data, execution=name, step=node.id)
    given = asked.to_json()
    turn.ask(StartEffect(name, node.id, 1, ACTIVITY_PROPOSE, title, acting, given, ASK_A_MODEL))


def drafted(turn: Turn, side: Side, result: dict[str, Any]) -> None:
    """The draft has come: what of it a person could have written stands beside the form."""
    node = turn.graph.nodes.get(side.step or "")
    execution = turn.state.executions.get(side.of or "")
    values, sure = result.get("values"), result.get("confidence")
    if node is None or execution is None or execution.status in ENDED or not isinstance(node.step, TaskStep):
        return
    kept = _usable(node.step, values if isinstance(values, dict) else {})
    said = {
        "explanation": str(result.get("explanation") or "")[:4000],
        "basis": result.get("basis"),
        "by": result.get("by"),
    }
    more = {key: value for key, value in said.items() if value}
    more["confidence"] = float(sure) if isinstance(sure, int | float) else 0.0
    turn.emit(EventType.PROPOSED, {"values": kept, "usage": _usage(result), **more}, execution=execution.id)


def _usage(result: dict[str, Any]) -> dict[str, Any]:
    usage = result.get("usage")
    return usage if isinstance(usage, dict) else {}


def _usable(step: TaskStep, values: dict[str, Any]) -> dict[str, Any]:
    """Each field by itself: one that is wrong is left empty, the others stay."""
    kept = {}
    for each in step.fields:
        value = values.get(each.id)
        if is_empty(value) or each.type == "info":
            continue
        try:
            kept[each.id] = typed(each.type, value)
        except Wrong:
            continue
    return kept


def drop_drafts(turn: Turn) -> None:
    """Whoever answered the form, or gave it up, needs no draft any more; nor does anybody need to be sent it."""
    for side in turn.state.errands() if turn.state.sides else ():
        of = turn.state.executions.get(side.of or "")
        if of is not None and of.status not in ENDED:
            continue
        failed = side.kind == "journey" and side.status is SideStatus.ATTENTION
        if side.kind == "draft" and side.status is SideStatus.RUNNING:
            turn.ask(CancelEffect(side.id))
        if failed or (side.kind == "draft" and side.status is SideStatus.RUNNING):
            turn.emit(EventType.SIDE_GIVEN_UP, {"reason": "the form was answered"}, execution=side.id, step=side.step)
