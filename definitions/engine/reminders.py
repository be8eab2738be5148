"""Reminding: a round that waits for somebody outside, who has said nothing yet.

`remind` is a length of time, again and again until somebody answers or the time is over, or a list of lengths, each
counted from when the waiting began. Whoever was sent a form is sent it once more, by the same link; where the link was
handed out in another way, the people of the step are told that nobody has answered yet.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from definitions.due import UNNAMED, later_on
from definitions.engine.commands import ArmTimer
from definitions.engine.events import EventType
from definitions.engine.execution import Execution
from definitions.engine.graph import Graph, Node
from definitions.engine.inviting import send
from definitions.engine.sides import notify
from definitions.engine.state import State, StepStatus
from definitions.engine.turn import Turn
from definitions.model import ActionStep, JourneyStep
from definitions.times import Offset, parse_instant

CLOCK = "remind:"
"""What the timer of a reminder is called: `remind:<execution>`."""
AT_MOST = 10
"""Reminders of one round: who has not answered by then is not reminded into answering."""


def clocks(graph: Graph, state: State) -> dict[str, ArmTimer]:
    """The timers of reminders that must be running, by their name."""
    if state.closed:
        return {}
    found = {}
    for each in state.live():
        node = graph.nodes.get(each.step)
        if node is None or each.status is not StepStatus.WAITING or each.asked is None or each.came_due:
            continue
        if (at := _next(graph, node, each)) is not None:
            name = f"{CLOCK}{each.id}"
            found[name] = ArmTimer(name, at, f"Remind: {node.title}")
    return found


def lengths(node: Node) -> Any:
    """What the author wrote: a length, a list of them, or nothing."""
    match node.step:
        case JourneyStep():
            return node.step.remind
        case ActionStep() if node.step.confirm is not None:
            return node.step.confirm.remind
        case _:
            return None


def _next(graph: Graph, node: Node, execution: Execution) -> datetime | None:
    """When the next one is due; None where there is none, or the time would be over by then."""
    said, number = lengths(node), execution.reminded
    listed = isinstance(said, list | tuple)
    if not said or number >= (len(said) if listed else AT_MOST) or _is_revoked(execution):
        return None
    try:
        at = _at(graph, execution, said[number] if listed else said, 1 if listed else number + 1)
    except (ValueError, OverflowError):
        return None
    return at if execution.until is None or at < parse_instant(execution.until) else None


def _at(graph: Graph, execution: Execution, length: str, times: int) -> datetime:
    """So many lengths after the waiting began. Raises ValueError, OverflowError."""
    zone, days_off = graph.document.timezone or "UTC", graph.calendars.get(UNNAMED, ())
    at = parse_instant(execution.asked or "")
    for _ in range(times):
        at = later_on(at, Offset.parse(length), zone, days_off)
    return at


def _is_revoked(execution: Execution) -> bool:
    return any(link.get("revoked") for name, link in execution.links.items() if not name)


def remind(turn: Turn, execution: Execution) -> None:
    """Somebody has said nothing yet."""
    node = turn.graph.nodes[execution.step]
    turn.emit(EventType.STEP_REMINDED, {"number": execution.reminded + 1}, execution=execution.id)
    to = execution.links.get("", {}).get("to")
    if isinstance(node.step, JourneyStep) and to:
        send(turn, node, execution, "", to, turn.state.started_by, again=True)
        return
    subject = f"No answer yet: {node.title}"
    text = f"{node.title} of {turn.state.name} waits for somebody outside since {execution.asked}."
    notify(turn, _whom(turn, execution), "not_answered", subject=subject, text=text, step=node.id)


def _whom(turn: Turn, execution: Execution) -> dict[str, list[str]]:
    """The people of the step, else who holds the run, else who looks after its inbox."""
    inbox = turn.graph.document.start.fallback_inbox
    if execution.assignees:
        return execution.assignees
    if turn.state.unattended and inbox is not None:
        return {"inboxes": [inbox]}
    return {"users": [turn.state.holder or turn.state.started_by]}
