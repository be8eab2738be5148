"""How people want to be told: what of it here, what by mail, what once a day; and the mail that is still to go out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from api.store.columns import Instant, code
from api.store.row import Row, instant_column, partial


class NotificationRow(Row, table=True):
    """What somebody set for one kind of notice; without a row it is as for everybody."""

    __tablename__ = "notification_settings"

    user: str = Field(primary_key=True, foreign_key="users.id", sa_type=code())
    kind: str = Field(primary_key=True, sa_type=code())
    in_app: bool
    email: bool
    digest: bool


class DigestRow(Row, table=True):
    """When somebody gets what happened in a day: `at` as `08:00` in `zone`; `next_at` is the next one as an instant.

    `muted`: no mail at all, as asked for by the link at the foot of a mail.
    """

    __tablename__ = "notification_digests"
    __table_args__ = (Index("notification_digests_due", "next_at"),)

    user: str = Field(primary_key=True, foreign_key="users.id", sa_type=code())
    zone: str = Field(default="UTC", sa_type=code())
    at: str = Field(default="08:00", sa_type=code())
    muted: bool = False
    next_at: datetime = Field(sa_type=Instant)


class MailRow(Row, table=True):
    """One mail to one person, known by its key: made twice, it goes out once. Gone when `ended_at` is set."""

    __tablename__ = "mails"
    __table_args__ = (Index("mails_due", "next_at", **partial("ended_at IS NULL", "ended_at IS NULL")),)

    key: str = Field(primary_key=True, sa_type=code())
    user: str = Field(sa_type=code())
    subject: str = Field(sa_type=code())
    text: str = Field(sa_type=code())
    tries: int = 0
    error: str | None = Field(default=None, sa_type=code())
    created_at: datetime = Field(sa_type=Instant)
    next_at: datetime = Field(sa_type=Instant)
    claimed_until: datetime | None = instant_column()
    ended_at: datetime | None = instant_column()
