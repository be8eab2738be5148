"""Commands that come too early: a moment later they may not be.

Temporal hands a task's signals out before the answers of effects and before timers. So where a task is taken again
because its worker died, whoever saw what the first try had written down, and acted on it, is heard before the answer
that it followed from. Refusing that person would be wrong: they did what they were shown.

A run therefore puts off what it would refuse as not possible yet while something is under way that may make it
possible. A timer's task later, when all that came along was taken, it is judged again, and then for good.
"""

from __future__ import annotations

from collections.abc import Iterable

from definitions.engine.events import EventType
from definitions.engine.messages import CommandGiven, Message
from definitions.wire import Event

NOT_YET = ("step_not_ready", "stale_execution", "requirements_open")
"""Refusals of what a step cannot take now, and may be able to take later."""


def is_too_early(message: Message, events: Iterable[Event]) -> bool:
    """Whether these events refuse a command for the first time, as not possible yet."""
    if not isinstance(message, CommandGiven) or message.again:
        return False
    return any(event.type == EventType.COMMAND_REFUSED and event.data.get("code") in NOT_YET for event in events)
