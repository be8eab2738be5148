"""The open runs as the reconciler reads them, and whose turn it is to look at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, exists, func, or_, select, update

from api.store.archive import ARCHIVE, CLOSED, EVENTS
from api.store.flags import FLAGS
from api.store.projection import RUNS
from api.store.statements import insert_new
from api.store.tables import Row

OUTBOX = Row.metadata.tables["outbox"]
PAGE = 200

TURN = "~reconciler"
"""Not a run: the row of the archive by which processes take turns."""


@dataclass(frozen=True, slots=True)
class Open:
    """An open run. `behind`: its row does not end where its events do. `start_waits`: nobody has told Temporal yet."""

    run: str
    started_at: datetime
    flag: str | None
    behind: bool
    start_waits: bool


def take(connection: Connection, process: str, hold: float) -> bool:
    """Whether it is this process' turn for so many seconds; that of one that died is over after them."""
    now = datetime.now(UTC)
    until = now + timedelta(seconds=hold)
    if insert_new(connection, ARCHIVE, {"run": TURN, "seq": 0, "due_at": until, "tries": 0, "error": process}):
        return True
    mine = or_(ARCHIVE.c.due_at < now, ARCHIVE.c.error == process)
    taken = update(ARCHIVE).where(ARCHIVE.c.run == TURN, mine)
    return connection.execute(taken.values(due_at=until, error=process)).rowcount == 1


def open_runs(connection: Connection, after: str) -> list[Open]:
    """A page of the runs that have not ended, by id."""
    last = select(func.max(EVENTS.c.seq)).where(EVENTS.c.run == RUNS.c.id).correlate(RUNS).scalar_subquery()
    told = exists().where(OUTBOX.c.run == RUNS.c.id, OUTBOX.c.kind == "start", OUTBOX.c.sent_at.is_not(None))
    columns = (RUNS.c.id, RUNS.c.started_at, RUNS.c.engine, RUNS.c.seq, last.label("last"), told.label("told"))
    query = select(*columns).where(RUNS.c.status.not_in(CLOSED), RUNS.c.id > after).order_by(RUNS.c.id).limit(PAGE)
    return [_open(row) for row in connection.execute(query)]


def _open(row: Any) -> Open:
    """A run without events may be one that its parent is about to begin, which no outbox knows of."""
    behind = row.last is not None and row.seq != row.last
    return Open(row.id, datetime.fromisoformat(row.started_at), row.engine, behind, row.seq == 0 and not row.told)


def is_open(connection: Connection, run: str) -> bool:
    """Whether a run has not ended meanwhile."""
    status = connection.execute(select(RUNS.c.status).where(RUNS.c.id == run).with_for_update()).scalar()
    return status is not None and status not in CLOSED


def unflag_closed(connection: Connection) -> int:
    """Runs that have ended well need no flag about Temporal any more; how many had one."""
    ended = select(RUNS.c.id).where(RUNS.c.engine.in_(WHILE_OPEN), RUNS.c.status.in_(CLOSED))
    runs = list(connection.execute(ended).scalars())
    if runs:
        connection.execute(delete(FLAGS).where(FLAGS.c.run.in_(runs)))
        connection.execute(update(RUNS).where(RUNS.c.id.in_(runs)).values(engine=None))
    return len(runs)


WHILE_OPEN = ("engine_lost", "terminated", "ended_outside", "paused", "stuck", "unrecorded", "read_model_broken")
"""Flags that mean nothing once the run has ended; the others are about its record."""
