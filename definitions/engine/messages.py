"""All that a run can be told. Times are aware datetimes: the run's own clock at the moment it took the message."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from definitions.wire import Actor, RunStart


@dataclass(frozen=True, slots=True)
class Started:
    """The first message of every run."""

    at: datetime
    start: RunStart


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """A person's command. `command` is the body of the API's one door, with its `id` and `type`.

    `trace` names the request it came by, for the shell's log lines, and `again` says that it came too early and has
    waited a moment (workers/patience.py); the engine looks at neither.
    """

    at: datetime
    command: dict[str, Any]
    actor: Actor
    trace: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something arrived that is no command: garbage, or a signal nobody knows. It is recorded as refused."""

    at: datetime
    signal: str
    code: str
    problem: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class EffectEnded:
    """An effect came back with its result, a JSON object."""

    at: datetime
    execution: str
    turn: int
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EffectFailed:
    """An effect gave up. `reason` is an attention reason of API.md; `code` is the error's stable name.

    `unknown` says that nobody knows whether it happened.
    """

    at: datetime
    execution: str
    turn: int
    reason: str
    code: str
    message: str
    errors: tuple[dict[str, Any], ...] = ()
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class TimerFired:
    """The timer of an execution came due."""

    at: datetime
    execution: str


@dataclass(frozen=True, slots=True)
class ChildTold:
    """A child run says how it stands: open, attention, completed or aborted. `said` is how it ended."""

    at: datetime
    execution: str
    index: int
    status: str
    said: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The run that started this one has given it up. `by` is the person who did."""

    at: datetime
    by: str
    reasons: tuple[str, ...] = ()
    text: str = ""


Message = Started | CommandGiven | Unreadable | EffectEnded | EffectFailed | TimerFired | ChildTold | Abandoned
