"""What a run is at one moment: a value. Only `evolve` makes a new one.

*Step* is what the author drew; *execution* (`approve#2`) is one round of it. Rounds stand side by side: a new round is
a new execution, and an ended one never changes again. `latest` names, for each step that was ever decided, its newest
round; a step that is not in it is still pending.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class RunStatus(StrEnum):
    """How the run as a whole stands."""

    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    ABORTED = "aborted"


class StepStatus(StrEnum):
    """How one execution stands. `pending` is the status of a step without one."""

    PENDING = "pending"
    READY = "ready"
    RUNNING = "running"
    WAITING = "waiting"
    ATTENTION = "attention"
    DONE = "done"
    SKIPPED = "skipped"
    NOT_TAKEN = "not_taken"


ENDED = (StepStatus.DONE, StepStatus.SKIPPED, StepStatus.NOT_TAKEN)
FINISHED = (StepStatus.DONE, StepStatus.SKIPPED)
CLOSED = (RunStatus.COMPLETED, RunStatus.ABORTED)

LEGAL: dict[StepStatus, tuple[StepStatus, ...]] = {
    StepStatus.PENDING: (
        StepStatus.READY,
        StepStatus.RUNNING,
        StepStatus.WAITING,
        StepStatus.ATTENTION,
        StepStatus.DONE,
        StepStatus.NOT_TAKEN,
    ),
    StepStatus.READY: (StepStatus.DONE, StepStatus.SKIPPED, StepStatus.NOT_TAKEN),
    StepStatus.RUNNING: (StepStatus.DONE, StepStatus.ATTENTION, StepStatus.SKIPPED, StepStatus.NOT_TAKEN),
    StepStatus.WAITING: (StepStatus.DONE, StepStatus.SKIPPED, StepStatus.NOT_TAKEN),
    StepStatus.ATTENTION: (
        StepStatus.RUNNING,
        StepStatus.WAITING,
        StepStatus.ATTENTION,
        StepStatus.DONE,
        StepStatus.SKIPPED,
        StepStatus.NOT_TAKEN,
    ),
    StepStatus.DONE: (),
    StepStatus.SKIPPED: (),
    StepStatus.NOT_TAKEN: (),
}
"""Every move an execution may make. The property tests hold each event against it; the docs draw it."""

DERIVED = ("latest", "open", "scope")

APPLIED_KEPT = 1000
"""How many command ids a run remembers. Older duplicates are stopped by the unique row of the command table."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One round of one step. Times are RFC 3339 in UTC.

    `ports` are the ports by which it ended, `choices` the options a decision took; `turn` counts how often its effect
    was asked for; `until` is when its timer fires.
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

    def to_json(self) -> dict[str, Any]:
        """Its fields, without those that say nothing."""
        row = {name: getattr(self, name) for name in self.__slots__}
        row["choices"], row["ports"] = list(self.choices), list(self.ports)
        return {key: value for key, value in row.items() if value not in (None, [], {}, 0)}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Execution:
        lists = {"choices": tuple(row.get("choices", ())), "ports": tuple(row.get("ports", ()))}
        return cls(**{**row, **lists, "status": StepStatus(row["status"])})


@dataclass(frozen=True, slots=True)
class State:
    """A run between two messages.

    `executions` stand in the order they were opened. `applied` maps a command's id to None (applied) or to the refusal
    it got. `record_data` is the record as last read; `assign` are the assignees that the start named, by step.
    `latest` (step to newest round), `open` (the rounds that have not
    ended) and `scope` (what expressions see of each decided step) follow from `executions`: kept so that a message
    costs what it touches and not the length of the run, and rebuilt rather than stored.
    """

    run: str
    seq: int = 0
    status: RunStatus = RunStatus.RUNNING
    definition: str = ""
    version: int = 0
    hash: str = ""
    interpreter: int = 0
    name: str = ""
    record: dict[str, str] | None = None
    record_data: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    source: str = "api"
    assign: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    started_by: str = ""
    started_at: str = ""
    ended_at: str | None = None
    holder: str | None = None
    closing: dict[str, Any] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    applied: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    latest: dict[str, str] = field(default_factory=dict)
    open: dict[str, StepStatus] = field(default_factory=dict)
    scope: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def new(cls, run: str) -> State:
        """A run nothing has happened to yet."""
        return cls(run=run)

    @property
    def closed(self) -> bool:
        """Whether the run has ended."""
        return self.status in CLOSED

    def of(self, step: str) -> Execution | None:
        """The newest round of a step, or None while it is pending."""
        execution = self.latest.get(step)
        return self.executions[execution] if execution else None

    def status_of(self, step: str) -> StepStatus:
        """The status of a step's newest round; pending while it has none."""
        execution = self.of(step)
        return execution.status if execution else StepStatus.PENDING

    def live(self) -> list[Execution]:
        """The executions that have not ended, in the order they were opened."""
        return [self.executions[execution] for execution in self.open]

    def to_json(self) -> dict[str, Any]:
        """The state as continue-as-new carries it and the read model keeps it."""
        row = {name: getattr(self, name) for name in self.__slots__ if name not in DERIVED}
        row["executions"] = [execution.to_json() for execution in self.executions.values()]
        for name in ("labels", "purposes", "teams"):
            row[name] = list(row[name])
        return row

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> State:
        executions = [Execution.from_json(item) for item in row["executions"]]
        lists = {name: tuple(row.get(name, ())) for name in ("labels", "purposes", "teams")}
        return cls(
            **{
                **row,
                **lists,
                "status": RunStatus(row["status"]),
                "executions": {e.id: e for e in executions},
                "latest": {e.step: e.id for e in executions},
                "open": {e.id: e.status for e in executions if e.status not in ENDED},
                "scope": {e.step: seen(e) for e in executions},
            }
        )


def seen(execution: Execution) -> dict[str, Any]:
    """What expressions read as `steps.<id>`. An output that does not exist is left out, so that it reads as absent."""
    values = {
        "status": str(execution.status),
        "round": execution.round,
        "output": execution.output,
        "choice": execution.choices[0] if execution.choices else None,
        "done_by": execution.done_by,
        "ended_at": execution.ended_at,
    }
    return {key: value for key, value in values.items() if value is not None}
