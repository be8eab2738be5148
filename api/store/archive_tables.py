"""What is kept about the record itself: histories that were stored, what is wrong in Temporal, and seals over the log.

None of these tables is the only proof of what it says. A stored history lies in the blob store under its hash, and
heads of runs and of the log are anchored outside of the database (api/anchors.py): who may write here alone cannot make
the record say something else without being found out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field

from api.store.columns import Instant, Json, code, counter
from api.store.row import Row, instant_column, json_column


class HistoryRow(Row, table=True):
    """One piece of a run's Temporal history: what one workflow run of it did, as it was when it was stored last.

    `piece` is Temporal's run id, `after` that of the piece it continues, `instead` that of the one it replaces since it
    was reset. `status` is Temporal's, in small letters. `sha256` names the blob, of `bytes` bytes.
    """

    __tablename__ = "histories"

    run: str = Field(primary_key=True, sa_type=code())
    piece: str = Field(primary_key=True, sa_type=code())
    began_at: str = Field(sa_type=code())
    after: str | None = Field(default=None, sa_type=code())
    instead: str | None = Field(default=None, sa_type=code())
    status: str = Field(sa_type=code())
    events: int
    bytes: int = Field(sa_type=counter())
    sha256: str = Field(sa_type=code())
    stored_at: datetime = Field(sa_type=Instant)


class ArchiveRow(Row, table=True):
    """How far a run is archived: up to which event, and when it is looked at next; `due_at` is empty at its end."""

    __tablename__ = "archive"
    __table_args__ = (Index("archive_by_due_at", "due_at"),)

    run: str = Field(primary_key=True, sa_type=code())
    seq: int = 0
    due_at: datetime | None = instant_column()
    tries: int = 0
    error: str | None = Field(default=None, sa_type=code())


class EngineFlagRow(Row, table=True):
    """What is wrong with a run in Temporal, as the reconciler found it (api/reconciling.py); none where all is well."""

    __tablename__ = "engine_flags"

    run: str = Field(primary_key=True, sa_type=code())
    flag: str = Field(sa_type=code(), index=True)
    since: datetime = Field(sa_type=Instant)
    detail: dict[str, Any] | None = json_column()


class LogSealRow(Row, table=True):
    """A seal over some rows of the log that follow on each other: one text per row, and the link of the chain.

    `leaves` are `id kind hash`, by id. `link` is over the link before and them (api/store/seals.py). `last_at` is the
    newest moment in them, which says whether its reads may have been pruned.
    """

    __tablename__ = "log_seals"

    seq: int = Field(sa_column=Column(counter(), primary_key=True, autoincrement=False))
    first: int = Field(sa_type=counter())
    last: int = Field(sa_type=counter())
    last_at: datetime = Field(sa_type=Instant)
    leaves: list[str] = Field(sa_type=Json)
    link: str = Field(sa_type=code())
    at: datetime = Field(sa_type=Instant)


class LogPruneRow(Row, table=True):
    """Reads that were taken out of the log on purpose: those of seals up to `seal`, older than `before`."""

    __tablename__ = "log_prunes"

    seal: int = Field(sa_column=Column(counter(), primary_key=True, autoincrement=False))
    before: datetime = Field(sa_type=Instant)
    rows: int
    link: str = Field(sa_type=code())
    at: datetime = Field(sa_type=Instant)
