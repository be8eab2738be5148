"""What a run is at one moment: a value. Only `evolve` makes a new one.

*Step* is what the author drew; *execution* (`approve#2`) is one round of it. Rounds stand side by side: a new round is
a new execution, and an ended one is only ever marked as revised or cancelled. `latest` names, for each step that was
ever decided and still counts, its newest round; a step that is not in it is pending.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from definitions.engine.execution import Execution, Side, seen
from definitions.engine.family import STARTING, Family
from definitions.engine.status import (
    BY_A_PERSON,
    CLOSED,
    ENDED,
    FINISHED,
    LEGAL,
    SIDE_ENDED,
    SIDE_LEGAL,
    TIMED,
    UNDONE,
    RunStatus,
    SideStatus,
    StepStatus,
)

__all__ = [
    "BY_A_PERSON",
    "CLOSED",
    "ENDED",
    "FINISHED",
    "LEGAL",
    "SIDE_ENDED",
    "SIDE_LEGAL",
    "TIMED",
    "UNDONE",
    "Execution",
    "RunStatus",
    "Side",
    "SideStatus",
    "State",
    "StepStatus",
    "seen",
]

DERIVED = ("latest", "open", "scope", "rounds")

APPLIED_KEPT = 1000
"""How many command ids a run remembers. Older duplicates are stopped by the unique row of the command table."""


@dataclass(frozen=True, slots=True)
class State:
    """A run between two messages.

    `executions` stand in the order they were opened. `applied` maps a command's id to None (applied) or to the refusal
    it got. `record_data` is the record as last read; `input_records` those that inputs name,
    as they were read at the start; `assign` are the assignees that the start named, by step;
    `assignees` those of the whole run. `due` maps a target (`run`, `step:<id>`, `phase:<id>`) to `{due, fixed}`.
    `added` are tasks that people put into this one run; `notes` counts notes by step, `run` for the run's own.
    `sides` are errands beside the steps (sides.py); `counts` how many there were of each; `loops` counts how
    often an option sent the run back.
    `families` are the child runs of its rounds (family.py), by execution; `chain` says which run started this one:
    {run, execution, depth}, and of a child run also its place and whether its parent waits.
    `saved` says who saved it and why; `ending` how it will end once side effects are taken back; `reopened` the event
    it was reopened by, so that it does not end again before somebody has finished something; `unattended` that nobody
    started it. `forced` are steps that a move to another version puts the run at, and that are not open yet because it
    is saved. `rest` are steps that a run which yielded in a long burst looks at when it goes on.
    `latest` (step to newest round), `open` (the rounds that have not ended), `rounds` (step to highest round) and
    `scope` (what expressions see of each decided step) follow from `executions`: kept so that a message costs what it
    touches and not the length of the run, and rebuilt rather than stored.
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
    input_records: dict[str, dict[str, Any]] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    source: str = "api"
    assign: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    assignees: dict[str, list[str]] = field(default_factory=dict)
    started_by: str = ""
    started_at: str = ""
    ended_at: str | None = None
    holder: str | None = None
    saved: dict[str, Any] | None = None
    closing: dict[str, Any] = field(default_factory=dict)
    ending: dict[str, Any] | None = None
    reopened: int = 0
    unattended: bool = False
    forced: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    due: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    added: tuple[dict[str, Any], ...] = ()
    loops: dict[str, int] = field(default_factory=dict)
    sides: dict[str, Side] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    families: dict[str, Family] = field(default_factory=dict)
    chain: dict[str, Any] | None = None
    executions: dict[str, Execution] = field(default_factory=dict)
    applied: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    latest: dict[str, str] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
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

    @property
    def over(self) -> bool:
        """Whether it has ended and no errand of it is left to do, nor a child run being started."""
        return self.closed and not self.errands() and not self.is_starting()

    def is_starting(self) -> bool:
        """Whether a child run is being started."""
        return any(STARTING in family.standing for family in self.families.values())

    def of(self, step: str) -> Execution | None:
        """The newest round of a step that counts, or None while it is pending."""
        execution = self.latest.get(step)
        return self.executions[execution] if execution else None

    def status_of(self, step: str) -> StepStatus:
        """The status of a step's newest round; pending while it has none that counts."""
        execution = self.of(step)
        return execution.status if execution else StepStatus.PENDING

    def live(self) -> list[Execution]:
        """The executions that have not ended, in the order they were opened."""
        return [self.executions[execution] for execution in self.open]

    def errands(self) -> list[Side]:
        """The errands that have not ended, in the order they were asked for."""
        return [side for side in self.sides.values() if side.status not in SIDE_ENDED]

    def rounds_of(self, step: str) -> list[Execution]:
        """Every round of a step, the first one first."""
        known = (self.executions.get(f"{step}#{n}") for n in range(1, self.rounds.get(step, 0) + 1))
        return [each for each in known if each is not None]

    def to_json(self, executions: Iterable[dict[str, Any]] | None = None) -> dict[str, Any]:
        """The state as continue-as-new carries it and the read model keeps it; what says nothing is left out.

        `executions` are its executions as JSON, from somebody who has them already.
        """
        row = {name: getattr(self, name) for name in self.__slots__ if name not in DERIVED}
        if executions is None:
            executions = (execution.to_json() for execution in self.executions.values())
        row["executions"] = list(executions)
        row["sides"] = [side.to_json() for side in self.sides.values()]
        row["families"] = [family.to_json() for family in self.families.values()]
        for name in LISTS:
            row[name] = list(row[name])
        return {key: value for key, value in row.items() if key in KEPT_EMPTY or value not in (None, [], {}, 0)}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> State:
        executions = [Execution.from_json(item) for item in row["executions"]]
        lists = {name: tuple(row.get(name, ())) for name in LISTS}
        sides = [Side.from_json(item) for item in row.get("sides", ())]
        families = [Family.from_json(item) for item in row.get("families", ())]
        return cls(
            **{
                **row,
                **lists,
                "status": RunStatus(row["status"]),
                "sides": {side.id: side for side in sides},
                "families": {family.execution: family for family in families},
                "executions": {e.id: e for e in executions},
                **derived(executions),
            }
        )


LISTS = ("labels", "purposes", "teams", "added", "forced", "rest")
KEPT_EMPTY = ("run", "seq", "status", "executions", "applied")


def derived(executions: Iterable[Execution]) -> dict[str, Any]:
    """What a state keeps beside its executions for speed: latest, open, rounds and scope."""
    by_step: dict[str, list[Execution]] = {}
    for each in executions:
        by_step.setdefault(each.step, []).append(each)
    standings = {step: standing(rounds) for step, rounds in by_step.items()}
    return {
        "latest": {step: counts.id for step, (counts, _) in standings.items() if counts},
        "scope": {step: scope for step, (_, scope) in standings.items() if scope},
        "rounds": {step: rounds[-1].round for step, rounds in by_step.items()},
        "open": {e.id: e.status for e in executions if e.status not in ENDED},
    }


def standing(rounds: Iterable[Execution]) -> tuple[Execution | None, dict[str, Any] | None]:
    """The newest round of a step that counts, and what expressions see of the step: None for both where it is pending.

    A step that a decision sent the run back past is pending too, but its last answer can still be read.
    """
    counts: Execution | None = None
    left: Execution | None = None
    for each in rounds:
        if each.status in UNDONE:
            continue
        if each.behind:
            left, counts = (each if each.status is StepStatus.DONE else left), None
        else:
            counts = each
    if counts is not None:
        return counts, seen(counts, left)
    return None, left_behind(left) if left else None


def left_behind(execution: Execution) -> dict[str, Any]:
    """What expressions read of a step that is pending again because a decision sent the run back past it."""
    kept = {key: value for key, value in seen(execution).items() if key in ("output", "choice", "round")}
    return {**kept, "status": str(StepStatus.PENDING)}
