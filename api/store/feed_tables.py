"""What was appended, as a queue that several may read: one row for each append of a run's events, not for each event.

A row is put down in the transaction of the append, so that neither is there without the other. Its `position` comes
later: transactions commit in another order than they begin in, and whoever read on from the highest number seen would
miss a lower one that comes to light a moment later. So numbers are given to what can be seen, by one at a time
(feed.py), and readers go by those.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field

from api.store.columns import Instant, Json, code, counter
from api.store.row import Row, instant_column, partial


class FeedRow(Row, table=True):
    """The events `first` to `last` of a run; `names` are [seq, name, step, phase] of what they mean (happenings.py)."""

    __tablename__ = "feed"
    __table_args__ = (Index("feed_new", "id", **partial("position IS NULL", "position IS NULL")),)

    id: int | None = Field(default=None, sa_column=Column(counter(), primary_key=True, autoincrement=True))
    position: int | None = Field(default=None, sa_column=Column(counter(), nullable=True, unique=True))
    run: str = Field(sa_type=code())
    first: int = Field(sa_type=counter())
    last: int = Field(sa_type=counter())
    names: list[Any] = Field(sa_type=Json)
    at: datetime = Field(sa_type=Instant)


class FeedReaderRow(Row, table=True):
    """How far somebody has read. While `taken_until` lies ahead, only the process `taken_by` reads on."""

    __tablename__ = "feed_readers"

    name: str = Field(primary_key=True, sa_type=code())
    position: int = Field(default=0, sa_column=Column(counter(), nullable=False))
    taken_by: str | None = Field(default=None, sa_type=code())
    taken_until: datetime | None = instant_column()
    seen_at: datetime = Field(sa_type=Instant)
