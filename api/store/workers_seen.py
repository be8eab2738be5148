"""Which workers live, and what each serves: they say so at their start and again every few seconds.

A row is one process. It says by itself when it ends; one that was killed is silent, and not counted after a minute.
What it says decides nothing about runs (Temporal hands out the work): it is what people are told who ask why an action
does not happen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlmodel import Field

from api.store.columns import Instant, Json, code
from api.store.tables import Row
from definitions.times import rfc3339

STALE = timedelta(minutes=1)
"""How long a worker counts that says nothing."""

FORGOTTEN = timedelta(days=1)
"""After that its row is taken away by whoever starts next."""


class WorkerRow(Row, table=True):
    """One process: `actions` is {name of the action: its task queue}, `queue` that of the runs; empty: serves none."""

    __tablename__ = "workers"

    id: str = Field(primary_key=True, sa_type=code())
    name: str = Field(sa_type=code())
    queue: str = Field(default="", sa_type=code())
    build_id: str = Field(default="", sa_type=code())
    actions: dict[str, Any] = Field(sa_type=Json)
    started_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant, index=True)


WORKERS: Table = WorkerRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Serving:
    """One live worker, as it said of itself."""

    id: str
    name: str
    queue: str
    build_id: str
    actions: dict[str, str]
    seen_at: datetime

    def to_json(self, action: str) -> dict[str, Any]:
        """What the API says of it beside an action that it serves."""
        at = rfc3339(self.seen_at)
        return {"id": self.id, "name": self.name, "queue": self.actions[action], "build_id": self.build_id, "seen": at}


def came(connection: Connection, row: WorkerRow) -> None:
    """A worker has started. Rows of those that ended long ago without a word go."""
    connection.execute(delete(WORKERS).where(WORKERS.c.seen_at < row.seen_at - FORGOTTEN))
    connection.execute(delete(WORKERS).where(WORKERS.c.id == row.id))
    connection.execute(insert(WORKERS), row.model_dump())


def seen(connection: Connection, row: WorkerRow) -> None:
    """It lives still. Told anew in full where its row is gone: a database that was restored knows nothing of it."""
    now = datetime.now(UTC)
    done = connection.execute(update(WORKERS).where(WORKERS.c.id == row.id).values(seen_at=now))
    if done.rowcount == 0:
        came(connection, WorkerRow(**{**row.model_dump(), "seen_at": now}))


def left(connection: Connection, worker: str) -> None:
    """It ended, and said so."""
    connection.execute(delete(WORKERS).where(WORKERS.c.id == worker))


def living(connection: Connection) -> list[Serving]:
    """All that were heard of within the last minute, the oldest first."""
    limit = datetime.now(UTC) - STALE
    found = select(WORKERS).where(WORKERS.c.seen_at >= limit).order_by(WORKERS.c.started_at, WORKERS.c.id)
    return [
        Serving(row.id, row.name, row.queue, row.build_id, dict(row.actions), row.seen_at)
        for row in connection.execute(found)
    ]


def serving(workers: Iterable[Serving], action: str, queue: str | None = None) -> list[Serving]:
    """Those that serve an action; from that task queue, where one is named.

    Who serves runs does every action it has from their queue too: for runs of before an action moved elsewhere.
    """
    able = (each for each in workers if action in each.actions)
    return [each for each in able if queue in (None, each.actions[action], each.queue or None)]


def served(workers: Iterable[Serving]) -> tuple[str, ...]:
    """The names of all actions that somebody serves, each once."""
    return tuple(sorted({name for each in workers for name in each.actions}))
