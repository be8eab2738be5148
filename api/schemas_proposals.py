"""What is proposed for a step, and what others must agree to, as they go out."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Proposal(BaseModel):
    """What is proposed for a step: by a model, by the matcher from what the run knows, or as it is pinned.

    `basis` are the names it was made of, as expressions read them; `options` the rows one may choose from; `usage`
    what a model took; `confirmed` who confirmed it and the values they wanted.
    """

    model_config = ConfigDict(extra="allow")

    values: dict[str, Any]
    confidence: float
    by: Literal["ai", "matcher", "pinned"]
    explanation: str = ""
    basis: list[str] | None = None
    options: list[dict[str, Any]] | None = None
    usage: dict[str, Any] | None = None
    confirmed: dict[str, Any] | None = None


class ApprovalView(BaseModel):
    """What others agree to before it is done: exactly `values`, whose `hash` an approval may name.

    `by` is who wants it done, `not_by` who may not agree, `given` who did; `wait` false: the step counts as done.
    """

    model_config = ConfigDict(extra="allow")

    hash: str
    values: dict[str, Any]
    count: int
    by: str
    not_by: list[str]
    roles: list[str]
    teams: list[str]
    wait: bool
    at: str
    given: list[dict[str, Any]]
    refused: dict[str, Any] | None = None
