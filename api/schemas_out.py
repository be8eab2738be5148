"""What every answer has in common: closed shapes, pages, problems. For openapi.json and the clients generated from it.

Answers are built as plain dicts by the same folds the engine uses; the models of schemas_*.py describe them and are
held to them by a test, so that no answer is validated twice on the way to the caller.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Out(BaseModel):
    """A shape of an answer; what is not named here does not leave."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel, Generic[T]):
    """Every list: a page and the cursor of the next one, or null."""

    items: list[T]
    next: str | None


class ProblemError(BaseModel):
    """One finding of a problem: where and what."""

    path: str
    code: str
    message: str
    hint: str | None = None


class Problem(BaseModel):
    """RFC 9457. Further members (`run`, `blocked_by`, `current`, …) depend on the code."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemError] = []
    run: str | None = None
    trace_id: str
