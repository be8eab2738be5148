"""When a step begins by itself, and until when one waits: moments worked out when its turn has come, and kept.

A step with a `schedule` is `scheduled` from its turn on, with a timer; `run_now` and `cancel_schedule` are what a
person may do about it (moves/scheduling.py). A moment that is empty or has passed is never "now": the step asks for a
person, with the reason `arming`, and a retry works the moment out once more. What was in the past only a minute ago
may be a wrong date, and a machine that acts on it cannot be called back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from definitions.due import UNNAMED, earlier_on, later_on
from definitions.engine.assigning import ask_a_person, assignees_of
from definitions.engine.commands import ArmTimer
from definitions.engine.events import EventType
from definitions.engine.graph import EFFECT_KINDS, Node
from definitions.engine.scope import moment_of
from definitions.engine.state import FINISHED, Execution, StepStatus
from definitions.engine.turn import Turn
from definitions.model import WaitStep
from definitions.times import Offset, moment, parse_instant, rfc3339

SCHEDULED_KINDS = (*EFFECT_KINDS, "ai", "workflow", "decision")
ARMING = "arming"


def has_schedule(node: Node) -> bool:
    """Whether the step waits for a moment of its own before it begins."""
    return node.step.schedule is not None and node.step.kind in SCHEDULED_KINDS


def arm(turn: Turn, node: Node, execution: str) -> None:
    """The step's turn has come: its timer is set, or a person is asked for the moment."""
    until = _moment(turn, node)
    if until is None or until <= turn.now:
        wrong_moment(turn, execution, until, "the moment of its schedule")
        return
    known = execution in turn.state.executions
    named = {} if known else {"assignees": assignees_of(turn, node)}
    data = {"until": rfc3339(until), **{key: value for key, value in named.items() if value}}
    turn.emit(EventType.STEP_SCHEDULED, data, execution=execution)
    turn.ask(ArmTimer(execution, until, node.title))


def wrong_moment(turn: Turn, execution: str, until: datetime | None, what: str) -> None:
    """Ask a person about a moment that cannot be waited for."""
    message = f"{what} is empty" if until is None else f"{rfc3339(until)} has passed"
    ask_a_person(turn, execution, ARMING, "arming", message)


def is_unarmed(node: Node, execution: Execution) -> bool:
    """Whether the step asks for a person because of its schedule, and has not begun."""
    asks = (execution.attention or {}).get("reason") == ARMING
    return has_schedule(node) and execution.status is StepStatus.ATTENTION and asks


def _moment(turn: Turn, node: Node) -> datetime | None:
    """When the step is to begin; None for what is empty or cannot be read."""
    schedule, at = node.step.schedule, f"{node.pointer}/schedule"
    assert schedule is not None
    try:
        if schedule.in_ is not None:
            return _shifted(turn, turn.now, schedule.in_)
        back = schedule.before is not None
        value, key = (schedule.before, "before") if back else (schedule.after, "after")
        anchor = _anchor(turn, value, f"{at}/{key}", back)
        return anchor if anchor is None else _shifted(turn, anchor, schedule.by, back)
    except (ValueError, OverflowError):
        return None


def _anchor(turn: Turn, value: Any, pointer: str, back: bool) -> datetime | None:
    """A date; when a step was finished; or, for what is to happen before a step, when that is due."""
    if isinstance(value, str) and value.startswith("step:"):
        name = value.partition(":")[2]
        if back:
            due = turn.state.due.get(f"step:{name}", {}).get("due")
            return _instant(turn, due)
        execution = turn.state.of(name)
        ended = execution.ended_at if execution and execution.status in FINISHED else None
        return parse_instant(ended) if ended else None
    return _instant(turn, moment_of(turn.graph, value, pointer, turn.scope()))


def _instant(turn: Turn, value: Any) -> datetime | None:
    """A moment, or the moment at which a local date begins. Raises ValueError for a text that is neither."""
    if isinstance(value, datetime):
        return value
    return moment(value, _zone(turn)) if isinstance(value, str) and value else None


def _zone(turn: Turn) -> str:
    return turn.graph.document.timezone or "UTC"


def _shifted(turn: Turn, at: datetime, by: str | None, back: bool = False) -> datetime:
    """So much later, or earlier, by the calendar of the workflow's zone. Raises ValueError."""
    if by is None:
        return at
    move = earlier_on if back else later_on
    return move(at, Offset.parse(by), _zone(turn), turn.graph.calendars.get(UNNAMED, ()))


def expires_at(turn: Turn, node: Node, expires: Any) -> datetime | None:
    """Until when a wait for an event waits: a length of time, or a moment; None for what is empty or unreadable."""
    value = moment_of(turn.graph, expires, f"{node.pointer}/expires", turn.scope())
    if value is None:
        return None
    for read in (_from_now, _instant):
        try:
            return read(turn, value)
        except (ValueError, OverflowError):
            continue
    return None


def _from_now(turn: Turn, length: Any) -> datetime:
    """So much later than now. Raises ValueError, OverflowError."""
    return turn.now + length if isinstance(length, timedelta) else _shifted(turn, turn.now, length)


def wait_until(turn: Turn, node: Node, step: WaitStep) -> datetime | None:
    """Until when a `wait` waits; None for what is empty or cannot be read."""
    scope = turn.scope()
    try:
        if step.for_ is not None:
            value = moment_of(turn.graph, step.for_, f"{node.pointer}/for", scope)
            if isinstance(value, timedelta):
                return turn.now + value
            return _shifted(turn, turn.now, value) if isinstance(value, str) else None
        for key, back in (("until", False), ("before", True), ("after_date", False)):
            if (said := getattr(step, key)) is not None:
                at = _instant(turn, moment_of(turn.graph, said, f"{node.pointer}/{key}", scope))
                return at if at is None else _shifted(turn, at, step.by, back)
    except (ValueError, OverflowError):
        return None
    return None
