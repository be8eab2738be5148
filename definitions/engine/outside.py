"""An action whose end is told from outside: it ran, and the step waits until somebody confirms what came of it.

Whoever confirms has a link that the action was given (activities/links.py), and no account. It can be confirmed once,
while the step waits; what is not confirmed in time is for a person to see, or goes on by the port `timeout` where one
is drawn. The action's output stands from the moment it ran.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from definitions.due import UNNAMED, later_on
from definitions.engine.assigning import nobody_came
from definitions.engine.commands import ArmTimer
from definitions.engine.events import EventType
from definitions.engine.graph import Node
from definitions.engine.proposals import succeed
from definitions.engine.state import Execution, StepStatus
from definitions.engine.turn import Turn
from definitions.model import ActionStep
from definitions.times import Offset, rfc3339

OUTSIDE = "outside"


def is_told_outside(node: Node) -> bool:
    """Whether the step ends only when somebody outside says so."""
    return isinstance(node.step, ActionStep) and node.step.confirm is not None


def waits_outside(execution: Execution) -> bool:
    """Whether a round waits for that now."""
    return execution.status is StepStatus.WAITING and execution.waits == OUTSIDE


def await_outside(turn: Turn, node: Node, execution: str, output: dict[str, Any]) -> None:
    """The action ran: from now on somebody outside may confirm it, until it expires."""
    assert isinstance(node.step, ActionStep) and node.step.confirm is not None
    until = until_expired(turn, node.step.confirm.expires)
    data = {"output": output, **({"until": rfc3339(until)} if until else {})}
    turn.emit(EventType.CONFIRMATION_AWAITED, data, execution=execution)
    if until is not None:
        turn.ask(ArmTimer(execution, until, node.title))


def until_expired(turn: Turn, expires: str | None) -> datetime | None:
    """When it expires; never, where nothing is said or it cannot be read: then people look after it."""
    if expires is None:
        return None
    try:
        zone, days_off = turn.graph.document.timezone or "UTC", turn.graph.calendars.get(UNNAMED, ())
        return later_on(turn.now, Offset.parse(expires), zone, days_off)
    except (ValueError, OverflowError):
        return None


def confirm_outside(turn: Turn, node: Node, execution: Execution) -> None:
    """Somebody outside says that it is done."""
    data = {"ports": ["done"], "done_by": "automation", "output": execution.output}
    succeed(turn, node, execution.id, data)


def expire(turn: Turn, node: Node, execution: Execution) -> None:
    """Nobody confirmed it in time."""
    message = f"nobody confirmed it from outside until {execution.until}"
    nobody_came(turn, node, execution.id, "not_confirmed", message, output=execution.output)
