"""The activity log: one row for every interaction, also for reads of a run and for whatever was refused.

A row says who asked for what about which thing, and how it ended: `ok`, or the code of the refusal. It is written in
the transaction of what it tells of where there is one; a refusal, which has none, gets a transaction of its own.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError

from api.permissions import Who
from api.problems import ApiError
from api.store.keys import teams_key
from api.store.store import Store
from api.store.tables import LogRow
from api.tracing import current_trace, log

READS_KEPT = 10_000
"""Rows of reads kept in memory while the database does not take them."""


@dataclass(slots=True)
class About:
    """What a request turns out to be about; filled in while it is served. `logged`: its row stands already.

    `via` is the way it came in where that was not the API: `webhook`, `schedule` and so on.
    """

    action: str = ""
    definition: str | None = None
    run: str | None = None
    step: str | None = None
    record: str | None = None
    detail: dict[str, Any] | None = None
    logged: bool = False
    via: str = "api"


def entry(who: Who, about: About, kind: str, outcome: str = "ok", at: datetime | None = None) -> LogRow:
    """The row of one interaction; `kind` is read or write."""
    return LogRow(
        at=at or datetime.now(UTC),
        user=who.id,
        teams=list(who.teams),
        action=about.action,
        type=kind,
        via=about.via,
        outcome=outcome[:64],
        definition=cut(about.definition, 64),
        run=cut(about.run, 64),
        step=cut(about.step, 128),
        record=cut(about.record, 512),
        record_id=cut(record_id(about.record), 512),
        teams_key=teams_key(who.teams),
        trace_id=current_trace() or None,
        detail=about.detail,
    )


class ReadLog:
    """Rows of reads, which have no transaction of their own: collected and stored a few at a time.

    So that looking at a run never waits for the writer. A read of the log itself stores what is collected first; a
    crash loses at most what was read in the last quarter of a second. `at` is the moment of the read; a row may stand
    behind one that was written a little later.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.waiting: list[LogRow] = []
        self._storing = asyncio.Lock()

    def note(self, who: Who, about: About) -> None:
        """Somebody read something of a run."""
        self.waiting.append(entry(who, about, "read"))
        about.logged = True

    async def flush(self) -> None:
        """Stores what is collected; what cannot be stored now is kept, up to a limit.

        Behind a lock: who flushes in order to read the log must also wait for rows another flush has just taken.
        """
        async with self._storing:
            rows, self.waiting = self.waiting, []
            if rows:
                await self._store(rows)

    async def _store(self, rows: list[LogRow]) -> None:
        try:
            async with self.store.session() as session:
                session.add_all(rows)
        except (SQLAlchemyError, OSError) as failure:
            log.error("reads could not be logged", action="log.failed", error=type(failure).__name__, rows=len(rows))
            self.waiting = (rows + self.waiting)[-READS_KEPT:]

    async def keep_flushing(self, every: float = 0.25) -> None:
        """For as long as the app lives."""
        while True:
            await asyncio.sleep(every)
            await self.flush()


async def log_refusal(store: Store, who: Who, about: About, error: Exception, method: str) -> None:
    """Somebody was refused. A log that cannot be written now must not hide the answer; it is then in our own log."""
    code = error.code if isinstance(error, ApiError) else "invalid"
    log.info("refused", action="request.refused", operation=about.action, code=code, run=about.run, step=about.step)
    status = error.http_status if isinstance(error, ApiError) else 422
    if about.logged or status >= 500 or (isinstance(error, RequestValidationError) and method == "GET"):
        return
    try:
        async with store.session() as session:
            session.add(entry(who, about, "read" if method == "GET" else "write", code))
    except (SQLAlchemyError, OSError) as failure:
        log.error("a refusal could not be logged", action="log.failed", error=type(failure).__name__)


def record_id(record: str | None) -> str | None:
    """The id within `source.collection/id`."""
    return record.partition("/")[2] or None if record else None


def cut(text: str | None, limit: int) -> str | None:
    """A name somebody made up, short enough for its column."""
    return None if text is None else text[:limit]
