"""Rows about the record: which histories are stored, and how far each run is archived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, select, update

from api.store.archive_tables import ArchiveRow, HistoryRow
from api.store.projection import RUNS
from api.store.statements import insert_all_new, insert_new
from api.store.tables import Row

HISTORIES: Table = HistoryRow.__table__  # type: ignore[attr-defined]
ARCHIVE: Table = ArchiveRow.__table__  # type: ignore[attr-defined]

EVENTS = Row.metadata.tables["events"]

CLOSED = ("completed", "aborted")
PAGE = 500


@dataclass(frozen=True, slots=True)
class Due:
    """A run to archive, as its row stood: `closed` or at rest for long enough."""

    run: str
    seq: int
    chain: str
    closed: bool
    tries: int


def stored_histories(connection: Connection, run: str) -> Sequence[Any]:
    """The rows of a run's stored pieces, in the order they began."""
    query = select(HISTORIES).where(HISTORIES.c.run == run).order_by(HISTORIES.c.began_at, HISTORIES.c.piece)
    return connection.execute(query).all()


def keep_history(connection: Connection, values: dict[str, Any]) -> None:
    """Writes the row of a piece, or writes it anew with what the piece has become."""
    if not insert_new(connection, HISTORIES, values):
        of = (HISTORIES.c.run == values["run"], HISTORIES.c.piece == values["piece"])
        connection.execute(update(HISTORIES).where(*of).values(values))


def note_page(connection: Connection, now: datetime, after: str, rest: timedelta) -> str:
    """Puts the runs of one page that are archived less far than they are, and on no list, on the list.

    A page is the runs after an id, in the order of ids; gives the id to go on after, '' at the end.
    """
    columns = (RUNS.c.id, RUNS.c.seq, RUNS.c.status, ARCHIVE.c.seq.label("kept"), ARCHIVE.c.due_at)
    page = select(*columns).join_from(RUNS, ARCHIVE, ARCHIVE.c.run == RUNS.c.id, isouter=True)
    rows = connection.execute(page.where(RUNS.c.id > after).order_by(RUNS.c.id).limit(PAGE)).all()
    left = [row for row in rows if row.due_at is None and row.seq > (row.kept or 0)]
    _put(connection, left, ended=now, open=now + rest)
    return rows[-1].id if len(rows) == PAGE else ""


def note(
    connection: Connection, runs: Sequence[str], now: datetime, rest: timedelta, ended: timedelta = timedelta()
) -> None:
    """Puts runs that something happened to on the list: open ones for when they rested, those that have `ended` so long
    from now.

    With every event an open run moves on, so that a busy one is not archived all the time.
    """
    query = select(RUNS.c.id, RUNS.c.status).where(RUNS.c.id.in_(runs)).order_by(RUNS.c.id)
    _put(connection, connection.execute(query).all(), ended=now + ended, open=now + rest)


def _put(connection: Connection, rows: Sequence[Any], *, ended: datetime, open: datetime) -> None:
    """Rows of runs (id, status), by statements for all of them: a busy house asks for some hundred twice a second."""
    for due_at, closed in ((ended, True), (open, False)):
        runs = [row.id for row in rows if (row.status in CLOSED) is closed]
        known = update(ARCHIVE).where(ARCHIVE.c.run.in_(runs)).values(due_at=due_at, tries=0)
        if runs and connection.execute(known).rowcount < len(runs):
            insert_all_new(connection, ARCHIVE, [{"run": run, "seq": 0, "due_at": due_at, "tries": 0} for run in runs])


def due_now(connection: Connection, now: datetime, limit: int, hold: timedelta) -> list[Due]:
    """The runs whose time has come, held for the caller for a while: another process leaves them alone meanwhile."""
    query = (
        select(ARCHIVE.c.run, ARCHIVE.c.tries, RUNS.c.seq, RUNS.c.chain, RUNS.c.status)
        .join(RUNS, RUNS.c.id == ARCHIVE.c.run)
        .where(ARCHIVE.c.due_at <= now)
        .order_by(ARCHIVE.c.due_at)
        .limit(limit)
        .with_for_update(of=ARCHIVE, skip_locked=True)
    )
    rows = connection.execute(query).all()
    if rows:
        held = update(ARCHIVE).where(ARCHIVE.c.run.in_([row.run for row in rows]))
        connection.execute(held.values(due_at=now + hold))
    return [Due(row.run, row.seq, row.chain, row.status in CLOSED, row.tries) for row in rows]


def archived(connection: Connection, due: Due) -> None:
    """Done, up to the event that was seen before; the run is on the list again when it has more."""
    values = {"seq": due.seq, "due_at": None, "tries": 0, "error": None}
    connection.execute(update(ARCHIVE).where(ARCHIVE.c.run == due.run).values(values))


def put_off(connection: Connection, due: Due, error: str, again_at: datetime | None) -> None:
    """Could not be done now; None: and never can."""
    values = {"due_at": again_at, "tries": due.tries + 1, "error": error[:200]}
    connection.execute(update(ARCHIVE).where(ARCHIVE.c.run == due.run).values(values))


def chain_at(connection: Connection, run: str, seq: int) -> str | None:
    """The link that stands at an event of a run; None where there is no such event."""
    return connection.execute(select(EVENTS.c.chain).where(EVENTS.c.run == run, EVENTS.c.seq == seq)).scalar()
