"""Outgoing webhooks: who is told, and each message until it has arrived.

A message is a row before it is sent and stays one afterwards, so that it survives a restart, can be looked at, and can
be sent again. Its id is made of what it tells: told twice of the same event, there is one message.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from api.store.columns import Instant, Json, code, counter
from api.store.row import Row, instant_column, partial


class WebhookRow(Row, table=True):
    """An address that is told. Empty `events`, `definitions` and `teams` let everything through.

    `secret` signs, sealed with the installation's key; so does `earlier` until then, after a change of the secret.
    `state` is active, paused (by somebody) or disabled (by failure); `failing_since` the first failure in a row.
    """

    __tablename__ = "webhooks"

    id: str = Field(primary_key=True, sa_type=code())
    title: str = Field(sa_type=code())
    url: str = Field(sa_type=code())
    events: list[str] = Field(default_factory=list, sa_type=Json)
    definitions: list[str] = Field(default_factory=list, sa_type=Json)
    teams: list[str] = Field(default_factory=list, sa_type=Json)
    secret: str = Field(sa_type=code())
    earlier: str | None = Field(default=None, sa_type=code())
    earlier_until: datetime | None = instant_column()
    state: str = Field(default="active", sa_type=code())
    failing_since: datetime | None = instant_column()
    created_by: str = Field(sa_type=code())
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)


class DeliveryRow(Row, table=True):
    """One message to one webhook: `body` is what is sent, to the letter. `state`: pending, delivered or failed.

    `status` and `error` tell of the last try. While `claimed_until` lies ahead, some process is sending it.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("webhook_deliveries_by_webhook", "webhook", "created_at", "id"),
        Index("webhook_deliveries_due", "next_at", **partial("state = 'pending'", "state = 'pending'")),
    )

    id: str = Field(primary_key=True, sa_type=code())
    webhook: str = Field(sa_type=code())
    event: str = Field(sa_type=code())
    run: str | None = Field(default=None, sa_type=code())
    seq: int | None = Field(default=None, sa_type=counter(), nullable=True)
    body: str = Field(sa_type=code())
    state: str = Field(default="pending", sa_type=code())
    tries: int = 0
    status: int | None = None
    error: str | None = Field(default=None, sa_type=code())
    created_at: datetime = Field(sa_type=Instant)
    next_at: datetime = Field(sa_type=Instant)
    claimed_until: datetime | None = instant_column()
    ended_at: datetime | None = instant_column()
