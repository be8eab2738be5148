"""What of a step lies with somebody else: in an inbox, or as a form with somebody outside."""

from __future__ import annotations

from typing import Any

from api.schemas_out import Out


class Escalated(Out):
    """Who handed a step on to which inbox, and why; `by` null where the definition did."""

    inbox: str
    reason: str | None
    by: str | None
    at: str


class FormLink(Out):
    """A link that was sent for a form: of the step itself (`journey` null), or one of a task's. Never the token."""

    journey: str | None
    link: str | None
    to: str | None
    at: str | None
    revoked: bool


class FormAnswer(Out):
    """What was answered to one of a task's forms."""

    journey: str
    output: dict[str, Any]
    by: str | None
    at: str


class FormOffered(Out):
    """A form of a task that may be opened, or sent to somebody outside; `complete`: answering it completes the task."""

    id: str
    title: str
    complete: bool
