"""One round of one step, and one errand beside the steps: values that only `evolve` makes anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from definitions.engine.status import SideStatus, StepStatus


@dataclass(frozen=True, slots=True)
class Execution:
    """One round of one step. Times are RFC 3339 in UTC.

    `ports` are the ports by which it ended, `choices` the options a decision took; `turn` counts how often its effect
    was asked for; `until` is when its timer fires, `came_due` that it fired while the run was saved. `held_from` is
    the status a step on hold goes back to; `claimed` who it was for before somebody claimed it; `before` the answer of
    the round it opens again; `behind` that a decision sent the run back past it, so that a newer round counts, `back`
    that it is of the very step the run was sent back to. `because` says why it was not taken. `ended_seq` is the event
    it ended by: the order in which steps ended.
    `waits` says what a waiting round waits for besides time: `confirm` a proposal to be confirmed, `approval` others to
    agree, `resume` the run to be taken up again, `done` a person to press Done, `outside` somebody
    outside to confirm it, `event` something to happen,
    `journey` somebody outside to answer its form. `doing` is what was asked of a machine
    last: `propose` or `act`. `proposal` is what was proposed, `confirmed` {values, by?} what is to be done, `approval`
    {hash, values, count, by, given, …} what others agree to; `pending` that it counts as done and has not run yet;
    `heard` the event it was waiting for. `inbox` is where it lies, `escalated` {inbox, reason?, by?, at} why.
    `links` are {link, to?, at, revoked, over} of its forms by their ids (`""`: its own), `submitted` {output, by, at}
    of those that were answered; `via` by which way it was completed; `asked` since when somebody outside is waited for,
    `reminded` how often they were reminded.
    """

    id: str
    step: str
    round: int
    status: StepStatus
    entered_at: str
    started_at: str | None = None
    ended_at: str | None = None
    output: Any = None
    choices: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    done_by: str | None = None
    ended_by: str | None = None
    attention: dict[str, Any] | None = None
    assignees: dict[str, list[str]] = field(default_factory=dict)
    turn: int = 0
    until: str | None = None
    came_due: bool = False
    held_from: StepStatus | None = None
    claimed: dict[str, Any] | None = None
    before: dict[str, Any] | None = None
    behind: bool = False
    back: bool = False
    because: str | None = None
    ended_seq: int = 0
    overdue: bool = False
    inbox: str | None = None
    escalated: dict[str, Any] | None = None
    amended: dict[str, Any] | None = None
    waits: str = ""
    doing: str = ""
    proposal: dict[str, Any] | None = None
    confirmed: dict[str, Any] | None = None
    approval: dict[str, Any] | None = None
    pending: bool = False
    heard: dict[str, Any] | None = None
    links: dict[str, dict[str, Any]] = field(default_factory=dict)
    submitted: dict[str, dict[str, Any]] = field(default_factory=dict)
    via: str = ""
    asked: str | None = None
    reminded: int = 0

    def to_json(self) -> dict[str, Any]:
        """Its fields, without those that say nothing."""
        row = {name: getattr(self, name) for name in self.__slots__}
        row["choices"], row["ports"] = list(self.choices), list(self.ports)
        return {key: value for key, value in row.items() if _says_something(key, value)}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Execution:
        lists = {"choices": tuple(row.get("choices", ())), "ports": tuple(row.get("ports", ()))}
        held = {"held_from": StepStatus(row["held_from"])} if row.get("held_from") else {}
        return cls(**{**row, **lists, **held, "status": StepStatus(row["status"])})


@dataclass(frozen=True, slots=True)
class Side:
    """One errand: something a machine does beside the steps, an execution of its own that never holds a step up.

    `kind` is automation, undo, sync, bind, notify, draft or act; `of` the execution it belongs to, where it does;
    `name` which automation, event or step it is about. `input` is what its activity is given.
    """

    id: str
    kind: str
    status: SideStatus
    name: str
    title: str
    activity: str
    asked_at: str
    step: str | None = None
    of: str | None = None
    acting: str = ""
    turn: int = 0
    input: dict[str, Any] = field(default_factory=dict)
    output: Any = None
    attention: dict[str, Any] | None = None
    ended_at: str | None = None
    ended_by: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Its fields, without those that say nothing."""
        row = {name: getattr(self, name) for name in self.__slots__}
        return {key: value for key, value in row.items() if _says_something(key, value)}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Side:
        return cls(**{"activity": "", "title": "", "name": "", **row, "status": SideStatus(row["status"])})


def awaited(execution: Execution | None) -> dict[str, Any] | None:
    """The agreement a round still waits for, or that what it counts as done waits for."""
    asked = execution.approval if execution else None
    if execution is None or asked is None:
        return None
    if execution.waits == "approval":
        return asked
    open_ = execution.pending and execution.status is StepStatus.DONE and not asked.get("refused")
    return asked if open_ and len(asked["given"]) < asked["count"] else None


def _says_something(key: str, value: Any) -> bool:
    """An output that is empty is an output all the same; of all else what is empty is as it is from the start."""
    return value is not None if key == "output" else value not in (None, [], {}, 0, "")


def seen(execution: Execution, earlier: Execution | None = None) -> dict[str, Any]:
    """What expressions read as `steps.<id>`. An output that does not exist is left out, so that it reads as absent.

    `earlier` is the done round that a decision sent the run back past: its answer is read until there is a new one.
    """
    told = earlier if earlier is not None and execution.ended_at is None else execution
    values = {
        "status": str(execution.status),
        "round": execution.round,
        "output": told.output,
        "choice": told.choices[0] if told.choices else None,
        "done_by": execution.done_by,
        "ended_at": execution.ended_at,
        "journeys": {name: {"output": each["output"]} for name, each in execution.submitted.items()} or None,
    }
    return {key: value for key, value in values.items() if value is not None}
