"""Work that somebody else is to take: a step in an inbox, until whoever is handed it takes it.

Three ways lead there. A step of kind `escalate` begins in its inbox. The command `escalate` puts an open step there, or
all of the run that people could act on, and takes it from whom it was for. And of a run that nobody started
(`start.fallback_inbox`) whatever needs a person and is for nobody lies there, and whatever goes wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from definitions.engine.approvals import to_be_agreed
from definitions.engine.assigning import assignees_named
from definitions.engine.events import EventType
from definitions.engine.execution import Execution
from definitions.engine.graph import Node
from definitions.engine.scope import resolved
from definitions.engine.sides import notify
from definitions.engine.state import BY_A_PERSON, StepStatus
from definitions.engine.turn import Turn
from definitions.model import EscalateStep

ASKS = ("confirm", "done")
"""What a waiting round waits for that a person does."""


def needs_a_person(execution: Execution) -> bool:
    """Whether an open round stands where somebody must do something about it."""
    asks = execution.status in (*BY_A_PERSON, StepStatus.ON_HOLD, StepStatus.ATTENTION)
    return asks or execution.waits in ASKS


def escalate_step(turn: Turn, node: Node, execution: str) -> None:
    """The step's turn has come: it lies in its inbox, for whoever is handed it, unless the author named somebody."""
    step = node.step
    assert isinstance(step, EscalateStep)
    named = assignees_named(turn, step.assign, f"{node.pointer}/assign") if step.assign else {}
    turn.emit(EventType.STEP_READY, {"assignees": turn.state.assign.get(node.id, named)}, execution=execution)
    reason = resolved(turn.graph, step.reason, f"{node.pointer}/reason", turn.scope())
    put(turn, node, execution, step.inbox, str(reason or ""))


def escalate(turn: Turn, node: Node, execution: Execution, inbox: str, reason: str) -> None:
    """Put an open round into an inbox. It is nobody's from then on, until somebody takes it."""
    put(turn, node, execution.id, inbox, reason)
    if execution.assignees:
        turn.emit(EventType.STEP_ASSIGNED, {"assignees": {}}, execution=execution.id)


def put(turn: Turn, node: Node, execution: str, inbox: str, reason: str) -> None:
    """Into the inbox, with a notice to those who look after it."""
    said = {"reason": reason} if reason else {}
    turn.emit(EventType.STEP_INBOXED, {"inbox": inbox, "escalated": True, **said}, execution=execution)
    subject = f"Escalated: {node.title}"
    text = f"{node.title} of {turn.state.name} waits for somebody in {inbox}." + (f"\n\n{reason}" if reason else "")
    notify(turn, {"inboxes": [inbox]}, "escalated", subject=subject, text=text, step=node.id)


def fall_back(turn: Turn) -> None:
    """Of a run that nobody started: what needs a person and is for nobody, and what went wrong, goes to its inbox."""
    inbox = turn.graph.document.start.fallback_inbox
    if inbox is None or not turn.state.unattended or turn.state.closed:
        return
    for execution in list(_forlorn(turn)):
        turn.emit(EventType.STEP_INBOXED, {"inbox": inbox}, execution=execution.id)


def _forlorn(turn: Turn) -> Iterator[Execution]:
    for each in turn.state.live():
        lost = each.status is StepStatus.ATTENTION or (needs_a_person(each) and not each.assignees)
        if each.inbox is None and (lost or _anybodys(each)):
            yield each
    yield from (each for each in to_be_agreed(turn.graph, turn.state) if each.inbox is None and _anybodys(each))


def _anybodys(execution: Execution) -> bool:
    """Whether anybody at all may agree to it: then nobody in particular knows."""
    asked = execution.approval or {}
    waits = execution.waits == "approval" or execution.pending
    return waits and not asked.get("roles") and not asked.get("teams")
