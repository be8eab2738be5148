"""Going back and moving on, as asked and answered: revise and migrate previews, migrations of many runs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas import Body, Name, Names
from api.schemas_out import Out, Problem


class SideEffect(Out):
    """Something a machine did outside in a round that would be given up; `undoable`: it can be taken back."""

    step: str
    execution: str
    title: str
    action: str
    undoable: bool


class StaleApproval(Out):
    """A decision that would no longer hold, and who took it."""

    step: str
    by: str
    choice: str


class RevisePreview(Out):
    """What revising a step comes to, by step id. `fingerprint` goes into the command: it holds until the run moves."""

    cancels: list[str]
    keeps: list[str]
    reruns: list[str]
    side_effects: list[SideEffect]
    stale_approvals: list[StaleApproval]
    fingerprint: str


class Hindrance(Out):
    """Why a run cannot be moved as it is."""

    step: str | None
    code: str
    message: str


class MigratePreview(Out):
    """What moving a run to another version comes to.

    `new` and `gone` are steps that only one of the versions has; `not_taken` those new ones the run is past already.
    """

    run: str
    from_: Annotated[int, Field(alias="from")]
    to: int
    verdict: Literal["safe", "needs_mapping", "blocked"]
    reasons: list[Hindrance]
    new: list[str]
    gone: list[str]
    not_taken: list[str]
    fingerprint: str


class Migration(Body):
    """`POST /v1/migrations`: open runs of a definition to another version. A dry run unless it says otherwise.

    Without `runs` all open ones that are not there yet, `limit` at a time: `after` is the `next` of the answer before.
    """

    definition: Name
    from_: Annotated[int | None, Field(alias="from", ge=1, le=2**31 - 1)] = None
    to: Annotated[int, Field(ge=1, le=2**31 - 1)]
    runs: Annotated[Names, Field(max_length=500)] = []
    map: dict[Name, Name] = {}
    dry_run: bool = True
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    after: Name | None = None


class Migrated(MigratePreview):
    """One run of many: the preview, and what became of the command where one was given."""

    command: str | None = None
    status: int | None = None
    outcome: str | None = None
    problem: Problem | None = None


class Migrations(Out):
    """Every run with its verdict; `next` where there are more."""

    dry_run: bool
    results: list[Migrated]
    next: str | None
