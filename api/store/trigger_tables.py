"""What starts runs without a person, and what runs wait for from outside.

*Made by publishing*: `triggers`, one row for each way in of the newest published version, so that nobody reads every
definition to find whom an event concerns. *Made by calls*: hooks with their sealed secrets, the messages they took, the
events that came in, and who waits for one.

An event is kept for as long as it lives (`until`), so that a wait which begins later still finds it. `event_names` is
there to be locked: whoever stores an event and whoever begins to wait for that name take their turns, so that either
the event sees the wait or the wait sees the event.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field

from api.store.columns import Instant, Json, code, counter
from api.store.row import Row, instant_column, json_column, partial


class TriggerRow(Row, table=True):
    """One way in of a definition's newest version; `place` is its JSON pointer. A `wait` is a step that an event ends.

    `user` is whose rights the runs have. `told` is what Temporal was told of a schedule; where it differs from what
    holds now, it is to be told again.
    """

    __tablename__ = "triggers"
    __table_args__ = (
        Index("triggers_by_event", "event", "type"),
        Index("triggers_by_type", "type", "definition"),
    )

    definition: str = Field(primary_key=True, sa_type=code())
    place: str = Field(primary_key=True, sa_type=code())
    type: str = Field(sa_type=code())
    user: str = Field(sa_type=code())
    event: str | None = Field(default=None, sa_type=code())
    cron: str | None = Field(default=None, sa_type=code())
    timezone: str | None = Field(default=None, sa_type=code())
    paused: bool = False
    told: str | None = Field(default=None, sa_type=code())
    fired_at: datetime | None = instant_column()


class HookRow(Row, table=True):
    """The address by which a definition is started from outside. `sealed`: {secret, token}, opened only to compare."""

    __tablename__ = "hooks"

    id: str = Field(primary_key=True, sa_type=code())
    definition: str = Field(sa_type=code(), unique=True)
    user: str = Field(sa_type=code())
    sealed: str = Field(sa_type=code())
    before: str | None = Field(default=None, sa_type=code())
    before_until: datetime | None = instant_column()
    paused: bool = False
    made_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = instant_column()


class HookCallRow(Row, table=True):
    """A message that a hook took, and the run it started: a message that comes again starts nothing."""

    __tablename__ = "hook_calls"

    hook: str = Field(primary_key=True, sa_type=code())
    message: str = Field(primary_key=True, sa_type=code())
    run: str = Field(sa_type=code())
    at: datetime = Field(sa_type=Instant, index=True)


class OuterEventRow(Row, table=True):
    """An event that came in, in the order of `number`. `chain` is of the run it came from; `done_at`: passed on."""

    __tablename__ = "outer_events"
    __table_args__ = (
        Index("outer_events_by_name", "name", "number"),
        Index("outer_events_new", "number", **partial("done_at IS NULL", "done_at IS NULL")),
    )

    number: int | None = Field(default=None, sa_column=Column(counter(), primary_key=True, autoincrement=True))
    id: str = Field(sa_type=code(), unique=True)
    name: str = Field(sa_type=code())
    data: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    hash: str = Field(sa_type=code())
    sender: str = Field(sa_type=code())
    teams: list[str] | None = json_column()
    chain: dict[str, Any] | None = json_column()
    at: datetime = Field(sa_type=Instant)
    until: datetime = Field(sa_type=Instant, index=True)
    done_at: datetime | None = instant_column()


class EventWaitRow(Row, table=True):
    """One round of one step that waits for an event of this name."""

    __tablename__ = "event_waits"

    run: str = Field(primary_key=True, sa_type=code())
    execution: str = Field(primary_key=True, sa_type=code())
    step: str = Field(sa_type=code())
    name: str = Field(sa_type=code(), index=True)
    at: datetime = Field(sa_type=Instant)


class EventNameRow(Row, table=True):
    """A name that is locked while an event of it is stored, or a wait for it begins."""

    __tablename__ = "event_names"

    name: str = Field(primary_key=True, sa_type=code())
