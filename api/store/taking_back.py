"""A turn that Temporal handed out again: what its first try wrote is taken back, so that the second can write.

Which of two tries stands is for definitions/taken.py; this is what it means for the rows. The run is folded to where it
was before the turn, what is counted of it follows, and what readers of the feed have not read yet they never will. The
rows of lists follow when the second try is projected, for they are told from those that stand (`Held.tasks`).

Nobody's answer is lost by it: a turn takes its signals before all else and in the order of the history, so each was
judged as it is again. What may come in another order are the answers of effects and timers after them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection, delete, insert, select

from api.store import feed
from api.store.chain import genesis, links
from api.store.counts import count_change
from api.store.facts import event_of
from api.store.flags import flag
from api.store.projection import RUNS, Held, read_tasks
from api.store.rebuild import hold_key, stored_events
from api.store.tables import Row
from definitions.engine import State, fold
from definitions.wire import Event

EVENTS = Row.metadata.tables["events"]
LOG = Row.metadata.tables["log"]

log = structlog.get_logger("holdfast.ledger")


def first_other(connection: Connection, run: str, repeated: Sequence[Event]) -> int | None:
    """The `seq` from which repeated events are not the stored ones, told by their links; None where all of them are."""
    if not repeated:
        return None
    first, last = repeated[0].seq, repeated[-1].seq
    query = select(EVENTS.c.seq, EVENTS.c.chain).where(EVENTS.c.run == run, EVENTS.c.seq.between(first - 1, last))
    stored = {row.seq: row.chain for row in connection.execute(query)}
    told = links(stored.get(first - 1, genesis(run)), repeated)
    return next((event.seq for event, link in zip(repeated, told, strict=True) if stored.get(event.seq) != link), None)


def take_back(connection: Connection, run: str, first: int) -> Held:
    """The run as it was before its event `first`, which goes with all that follow. The caller has locked its row."""
    was = State.from_json(connection.execute(select(RUNS.c.state).where(RUNS.c.id == run)).scalar_one())
    gone = connection.execute(select(EVENTS).where(EVENTS.c.run == run, EVENTS.c.seq >= first).order_by(EVENTS.c.seq))
    _say(connection, run, [event_of(row) for row in gone])
    connection.execute(delete(EVENTS).where(EVENTS.c.run == run, EVENTS.c.seq >= first))
    feed.take_back(connection, run, first)
    kept = stored_events(connection, run)
    state = fold([event for event, _ in kept], State.new(run))
    count_change(connection, was, state)
    if was.closed and not state.closed and kept:
        hold_key(connection, run, kept[0][0])
    return Held(state, kept[-1][1] if kept else genesis(run), tuple(read_tasks(connection, run)))


def note_fork(connection: Connection, run: str, repeated: Sequence[Event]) -> None:
    """The run decided otherwise than its record says, and not by taking a turn again: the record stands."""
    detail = {"first": repeated[0].seq, "last": repeated[-1].seq}
    log.warning("history_differs_from_record", run=run, **detail)
    row = {"at": datetime.now(UTC), "action": "ledger.fork", "type": "write", "via": "worker"}
    connection.execute(insert(LOG).values(**row, outcome="history_differs", run=run, detail=detail))
    flag(connection, run, "ledger_fork", detail)


def _say(connection: Connection, run: str, gone: Sequence[Event]) -> None:
    """What was there before stands in the log, which is never changed: without its data, which not every reader of the
    log may see."""
    events = [{**event.to_json(), "data": None} for event in gone]
    detail = {"first": gone[0].seq, "last": gone[-1].seq, "events": events}
    log.warning("turn_taken_again", run=run, first=gone[0].seq, last=gone[-1].seq)
    row = {"at": datetime.now(UTC), "action": "ledger.taken_again", "type": "write", "via": "worker"}
    connection.execute(insert(LOG).values(**row, outcome="ok", run=run, detail=detail))
