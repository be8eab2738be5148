"""Registers of people: partners, inboxes and what was handed out of them, half-filled forms, notices, calendar links.

None of it follows from the events, and no run depends on it: a ticket is handed out by the ordinary commands, of which
a row here only keeps two people from asking for the same one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field

from api.store.columns import Instant, Json, code, counter
from api.store.row import Row, instant_column, partial


class PartnerRow(Row, table=True):
    """Somebody outside whom steps may be assigned to; switched off rather than deleted."""

    __tablename__ = "partners"

    id: str = Field(primary_key=True, sa_type=code())
    name: str = Field(default="", sa_type=code())
    email: str | None = Field(default=None, sa_type=code())
    active: bool = True


class FormDraftRow(Row, table=True):
    """The half-filled form of the open round of a step: `answer` is what was entered, checked by nobody yet."""

    __tablename__ = "form_drafts"

    run: str = Field(primary_key=True, sa_type=code())
    execution: str = Field(primary_key=True, sa_type=code())
    answer: dict[str, Any] = Field(sa_type=Json)
    etag: str = Field(sa_type=code())
    saved_by: str = Field(sa_type=code())
    saved_at: datetime = Field(sa_type=Instant)


class InboxRow(Row, table=True):
    """A queue of tasks that are handed out. No `teams`: everybody's. `idle_release` is a length such as `4 hours`."""

    __tablename__ = "inboxes"

    id: str = Field(primary_key=True, sa_type=code())
    name: str = Field(default="", sa_type=code())
    teams: list[str] = Field(default_factory=list, sa_type=Json)
    cap_per_person: int | None = None
    idle_release: str | None = Field(default=None, sa_type=code())
    active: bool = True


class TicketRow(Row, table=True):
    """A task that was handed out, and to whom: while the row counts, nobody else is given it."""

    __tablename__ = "tickets"
    __table_args__ = (Index("tickets_by_person", "inbox", "person"),)

    run: str = Field(primary_key=True, sa_type=code())
    execution: str = Field(primary_key=True, sa_type=code())
    inbox: str = Field(sa_type=code())
    person: str = Field(sa_type=code())
    handed_at: datetime = Field(sa_type=Instant)


class NoticeRow(Row, table=True):
    """What a person should be told. `key` is that of the effect that told it: told twice, it stands here once.

    Who does not want its kind here has it out of sight (`in_app`). `digest`: it still waits for the mail of the day.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("notices_by_user", "user", "id"),
        Index("notices_once", "user", "key", unique=True),
        Index("notices_to_digest", "user", "id", **partial("digest", "digest = 1")),
    )

    id: int | None = Field(default=None, sa_column=Column(counter(), primary_key=True, autoincrement=True))
    user: str = Field(sa_type=code())
    key: str = Field(sa_type=code())
    kind: str = Field(sa_type=code())
    subject: str = Field(sa_type=code())
    text: str = Field(default="", sa_type=code())
    run: str | None = Field(default=None, sa_type=code())
    step: str | None = Field(default=None, sa_type=code())
    at: datetime = Field(sa_type=Instant)
    read_at: datetime | None = instant_column()
    mailed_at: datetime | None = instant_column()
    in_app: bool = True
    digest: bool = False


class CalendarTokenRow(Row, table=True):
    """The link to a person's calendar, one each: 256 random bits, of which only the SHA-256 is kept."""

    __tablename__ = "calendar_tokens"

    user: str = Field(primary_key=True, foreign_key="users.id", sa_type=code())
    hash: str = Field(sa_type=code(), unique=True)
    created_at: datetime = Field(sa_type=Instant)
