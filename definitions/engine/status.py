"""How a run and its executions may stand, and every move between two such standings."""

from __future__ import annotations

from enum import StrEnum


class RunStatus(StrEnum):
    """How the run as a whole stands. A saved run starts nothing until somebody resumes it."""

    RUNNING = "running"
    WAITING = "waiting"
    SAVED = "saved"
    COMPLETED = "completed"
    ABORTED = "aborted"


class StepStatus(StrEnum):
    """How one execution stands. `pending` is the status of a step without a live one.

    `revised` and `cancelled` are rounds that no longer count: the one somebody went back to, and what followed it.
    """

    PENDING = "pending"
    READY = "ready"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    WAITING = "waiting"
    ATTENTION = "attention"
    DONE = "done"
    SKIPPED = "skipped"
    NOT_TAKEN = "not_taken"
    REVISED = "revised"
    CANCELLED = "cancelled"


FINISHED = (StepStatus.DONE, StepStatus.SKIPPED)
UNDONE = (StepStatus.REVISED, StepStatus.CANCELLED)
ENDED = (*FINISHED, StepStatus.NOT_TAKEN, *UNDONE)
BY_A_PERSON = (StepStatus.READY, StepStatus.IN_PROGRESS)
"""Where a person's step can be completed from."""
TIMED = (StepStatus.WAITING, StepStatus.SCHEDULED)
"""Where a timer of the step's own may be running."""
CLOSED = (RunStatus.COMPLETED, RunStatus.ABORTED)

_ENDINGS = (StepStatus.DONE, StepStatus.SKIPPED, StepStatus.NOT_TAKEN, StepStatus.CANCELLED)

LEGAL: dict[StepStatus, tuple[StepStatus, ...]] = {
    StepStatus.PENDING: (
        StepStatus.READY,
        StepStatus.SCHEDULED,
        StepStatus.RUNNING,
        StepStatus.WAITING,
        StepStatus.ATTENTION,
        StepStatus.DONE,
        StepStatus.NOT_TAKEN,
    ),
    StepStatus.READY: (StepStatus.IN_PROGRESS, StepStatus.ON_HOLD, *_ENDINGS),
    StepStatus.IN_PROGRESS: (StepStatus.ON_HOLD, *_ENDINGS),
    StepStatus.ON_HOLD: (
        StepStatus.READY,
        StepStatus.IN_PROGRESS,
        StepStatus.SKIPPED,
        StepStatus.NOT_TAKEN,
        StepStatus.CANCELLED,
    ),
    StepStatus.SCHEDULED: (
        StepStatus.READY,
        StepStatus.RUNNING,
        StepStatus.WAITING,
        StepStatus.ATTENTION,
        *_ENDINGS,
    ),
    StepStatus.RUNNING: (StepStatus.WAITING, StepStatus.ATTENTION, *_ENDINGS),
    StepStatus.WAITING: (StepStatus.RUNNING, StepStatus.ATTENTION, *_ENDINGS),
    StepStatus.ATTENTION: (
        StepStatus.READY,
        StepStatus.SCHEDULED,
        StepStatus.RUNNING,
        StepStatus.WAITING,
        StepStatus.ATTENTION,
        *_ENDINGS,
    ),
    StepStatus.DONE: (StepStatus.REVISED, StepStatus.CANCELLED),
    StepStatus.SKIPPED: (StepStatus.REVISED, StepStatus.CANCELLED),
    StepStatus.NOT_TAKEN: (StepStatus.CANCELLED,),
    StepStatus.REVISED: (),
    StepStatus.CANCELLED: (),
}
"""Every move an execution may make. The property tests hold each event against it; the docs draw it."""


class SideStatus(StrEnum):
    """How an errand stands: something a machine does beside the steps (engine/sides.py)."""

    QUEUED = "queued"
    RUNNING = "running"
    ATTENTION = "attention"
    DONE = "done"
    GIVEN_UP = "given_up"


SIDE_LEGAL: dict[SideStatus | None, tuple[SideStatus, ...]] = {
    None: (SideStatus.QUEUED, SideStatus.RUNNING, SideStatus.ATTENTION),
    SideStatus.QUEUED: (SideStatus.RUNNING, SideStatus.ATTENTION, SideStatus.GIVEN_UP),
    SideStatus.RUNNING: (SideStatus.DONE, SideStatus.ATTENTION, SideStatus.GIVEN_UP),
    SideStatus.ATTENTION: (SideStatus.RUNNING, SideStatus.ATTENTION, SideStatus.GIVEN_UP),
    SideStatus.DONE: (),
    SideStatus.GIVEN_UP: (),
}
SIDE_ENDED = (SideStatus.DONE, SideStatus.GIVEN_UP)
