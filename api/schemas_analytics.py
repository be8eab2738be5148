"""Figures, as they go out. Lengths are in seconds."""

from __future__ import annotations

from api.schemas_out import Out


class Spread(Out):
    """Lengths of `count` rounds; `p90`: nine in ten took no longer."""

    count: int
    mean: float
    median: float
    p90: float


class StepTimes(Out):
    """Null where no round of the step tells."""

    step: str
    lead: Spread | None
    wait: Spread | None
    handling: Spread | None


class DefinitionTimes(Out):
    """`lead`: from start to end, of completed runs."""

    definition: str
    open: int
    completed: int
    aborted: int
    lead: Spread | None


class Backlog(Out):
    """`more`: there are more than are told."""

    team: str
    open: int
    overdue: int
    more: bool
