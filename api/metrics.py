"""What the API counts, in Prometheus' format: few numbers, each of which somebody acts on.

    requests by route, status and time   is it slow or failing, and where
    commands by type and outcome         `received` grows: workers or Temporal are away
    outbox: entries and age of the oldest   what was promised to callers and not yet told to Temporal

Labels are patterns of routes and names of our own tables, never ids: nothing here is about anybody. The backlog is
counted when it is asked for, and counts for all API processes of the installation, since they share the table.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from api.store.store import Store
from api.store.tables import OutboxRow

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds. A list is to take a few milliseconds, a command a few tens; a command's deadline is below the last."""

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
"""Anything else that a caller may call a method is counted as one, or labels would have no end."""

UNKNOWN = float("nan")
"""The backlog while the database does not answer: no number, and not zero."""

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The numbers of one app; two apps in one process share none."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Histogram(
            "holdfast_request_seconds", "Requests served.", labels, buckets=BUCKETS, registry=self.registry
        )
        self._commands = Counter(
            "holdfast_commands", "Commands by what became of them.", ("type", "outcome"), registry=self.registry
        )
        self._waiting = Gauge("holdfast_outbox_entries", "Entries Temporal has not been told.", registry=self.registry)
        self._oldest = Gauge("holdfast_outbox_oldest_seconds", "Age of the oldest of them.", registry=self.registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request served. `route` is its pattern, `-` where none matched."""
        self._requests.labels(method if method in METHODS else "-", route, str(status)).observe(seconds)

    def command(self, kind: str, outcome: str) -> None:
        """One command that was taken: applied, refused by the run, or received."""
        self._commands.labels(kind, outcome).inc()

    async def text(self, store: Store) -> bytes:
        """All of it, as Prometheus reads it."""
        waiting, oldest = await _backlog(store)
        self._waiting.set(waiting)
        self._oldest.set(oldest)
        return generate_latest(self.registry)


async def _backlog(store: Store) -> tuple[float, float]:
    asked: Any = select(func.count(col(OutboxRow.id)), func.min(OutboxRow.created_at))
    try:
        async with store.reading() as session:
            count, first = (await session.exec(asked.where(col(OutboxRow.sent_at).is_(None)))).one()
    except (SQLAlchemyError, OSError):
        return UNKNOWN, UNKNOWN
    return float(count), max(0.0, (datetime.now(UTC) - first).total_seconds()) if first else 0.0
