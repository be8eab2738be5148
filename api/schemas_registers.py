"""Registers of people, as they come in and go out: partners, closing reasons, drafts of forms, inboxes, notices."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from api.schemas import Body, Name
from api.schemas_out import Out
from api.schemas_runs import Draft, Task
from definitions.times import Offset

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$", description="Small letters, digits, `-` and `_`.")]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Email = Annotated[str, Field(max_length=254, pattern=r'^[^\s@<>,;:"()\[\]\\]{1,64}@[^\s@<>,;:"()\[\]\\]{1,189}$')]
Cap = Annotated[int, Field(ge=1, le=1000, description="Tickets a person may hold at a time.")]


def _exact(text: str) -> str:
    seconds = Offset.parse(text).seconds
    if not 60 <= seconds <= 366 * 86_400:
        raise ValueError("takes a length between a minute and a year")
    return text


Length = Annotated[str, Field(max_length=40), AfterValidator(_exact)]


class NewPartner(Body):
    id: Slug
    name: Title
    email: Email | None = None


class ChangedPartner(Body):
    """What is not named stays; a partner is switched off rather than deleted."""

    name: Title | None = None
    email: Email | None = None
    active: bool | None = None


class Partner(Out):
    id: str
    name: str
    email: str | None
    active: bool


class NewReason(Body):
    key: Slug
    title: Title


class ChangedReason(Body):
    """What is not named stays; a reason is switched off rather than deleted."""

    title: Title | None = None
    active: bool | None = None


class DraftBody(Body):
    """What stands in the form now, finished or not: nothing of it is checked."""

    output: dict[str, Any]


class DraftOf(Out):
    """The open round of a step and its draft; both null where there is none."""

    step: str
    execution: str | None
    draft: Draft | None


class NewInbox(Body):
    """`teams` empty: everybody's."""

    id: Slug
    name: Title
    teams: Annotated[list[Name], Field(max_length=50)] = []
    cap_per_person: Cap | None = None
    idle_release: Length | None = None


class ChangedInbox(Body):
    """What is not named stays; null takes a cap or a length away."""

    name: Title | None = None
    teams: Annotated[list[Name], Field(max_length=50)] | None = None
    cap_per_person: Cap | None = None
    idle_release: Length | None = None
    active: bool | None = None


class InboxName(Out):
    """An inbox as whoever hands something on knows it."""

    id: str
    name: str


class Inbox(Out):
    """An inbox and how it stands: of the caller's own tickets those to do and in work, and what nobody has."""

    id: str
    name: str
    teams: list[str]
    cap_per_person: int | None
    idle_release: str | None
    active: bool
    todo: int
    doing: int
    backlog: int


Column = Literal["todo", "doing", "backlog"]


class Ticket(Task):
    """A task in an inbox; `column` says where it stands, `handed_at` when it was handed out by `next`."""

    inbox: str
    column: Column
    handed_at: str | None


class HandedOut(Out):
    """The ticket that is the caller's now; null: the inbox has none that the caller may do."""

    ticket: Ticket | None


class Load(Out):
    """How many tickets of an inbox somebody has."""

    person: str
    todo: int
    doing: int


class Figures(Out):
    """An inbox for its lead. `oldest`: when the ticket that waits longest came to be."""

    backlog: int
    todo: int
    doing: int
    overdue: int
    oldest: str | None
    people: list[Load]


class Notice(Out):
    """Something the caller is told. `kind` is, for instance, `taken_over`, `overdue` or `ticket_released`."""

    id: int
    kind: str
    subject: str
    text: str
    run: str | None
    step: str | None
    at: str
    read_at: str | None


class ReadUpTo(Body):
    """All notices up to this one have been read."""

    up_to: Annotated[int, Field(ge=0, le=2**53)]


class Unread(Out):
    unread: int


class CalendarLink(Out):
    """The address is shown once, when the link is made."""

    url: str | None
    created_at: str | None
