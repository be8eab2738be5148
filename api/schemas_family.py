"""Child runs as a RunView shows them at the step that started them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas_out import Out


class ChildProblem(Out):
    """Why a child could not be started."""

    reason: str
    code: str
    message: str


class ChildView(Out):
    """One child, by its place in the list (`index`). `run` is null where it was not started."""

    run: str | None
    index: int
    status: Literal["pending", "starting", "open", "attention", "completed", "aborted", "failed"]
    outcome: str | None
    problem: ChildProblem | None


class ChildrenView(Out):
    """How the children of a round do, counted; of `open` ones `attention` ask for a person.

    `failed` could not be started: `retry` starts just those. `runs` are the first twenty, those that ask for a person
    before those at work, before all others. `version` is null until the first of them is there.
    """

    definition: str
    version: int | None
    total: int
    pending: int
    open: int
    attention: int
    failed: int
    done: int
    aborted: int
    runs: list[ChildView] = Field(max_length=20)
