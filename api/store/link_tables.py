"""Links that are given to people without an account. One table for all of them: what differs is what a link is for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Table
from sqlmodel import Field

from api.store.columns import Instant, code
from api.store.row import Row, instant_column


class LinkRow(Row, table=True):
    """One link. `hash` is the SHA-256 of its token, `id` what may be told of it.

    `kind` is `confirm`, `journey`, `progress` or `start`; `run`, `step`, `execution` and `journey` are empty where it
    is for none. `sealed` is the token itself for those who may hand it out again (secrets_box.py). `answer` is the
    digest of what it was used with at `used_at`; `mailed` the key under which it was sent by mail last.
    """

    __tablename__ = "links"
    __table_args__ = (Index("links_by_run", "run", "execution"),)

    hash: str = Field(primary_key=True, sa_type=code())
    id: str = Field(sa_type=code(), unique=True)
    kind: str = Field(sa_type=code())
    run: str = Field(default="", sa_type=code())
    step: str = Field(default="", sa_type=code())
    execution: str = Field(default="", sa_type=code())
    journey: str = Field(default="", sa_type=code())
    definition: str = Field(default="", sa_type=code())
    audience: str = Field(default="", sa_type=code())
    partner: str = Field(default="", sa_type=code())
    sealed: str = Field(default="", sa_type=code())
    made_by: str = Field(default="", sa_type=code())
    made_at: datetime = Field(sa_type=Instant, index=True)
    expires_at: datetime | None = instant_column()
    revoked_at: datetime | None = instant_column()
    used_at: datetime | None = instant_column()
    answer: str = Field(default="", sa_type=code())
    mailed: str = Field(default="", sa_type=code())


LINKS: Table = LinkRow.__table__  # type: ignore[attr-defined]
