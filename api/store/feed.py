"""The queue of what was appended: put down with it, numbered afterwards, read by several, and cleared away.

Why numbers come afterwards stands in feed_tables.py. That they are right: a run's appends wait for each other (its row
is locked), so a later one's row is put down when the earlier is committed and can be seen; and whoever numbers holds
the numberer's row, so that the next one sees what this one did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, or_, select, update

from api.store.feed_tables import FeedReaderRow, FeedRow
from api.store.statements import Ready, insert_new
from api.store.tables import Row
from definitions.engine import Graph, State, fold
from definitions.engine.happenings import Happening, happenings
from definitions.wire import Event

FEED: Table = FeedRow.__table__  # type: ignore[attr-defined]
READERS: Table = FeedReaderRow.__table__  # type: ignore[attr-defined]
EVENTS, RUNS = (Row.metadata.tables[name] for name in ("events", "runs"))

NUMBERER = "~numbers"
"""The reader that gives the positions: its own is the last one given."""

NUMBERED = 500
"""Appends that are given numbers in one transaction."""

KEPT = timedelta(days=3)
"""How long what everybody has read is still there, for somebody who comes back and asks what they missed."""

GONE = timedelta(days=30)
"""A reader that nobody spoke for so long keeps nothing from being cleared away."""

Known = tuple[Graph, State]
"""A run with the graph that it walks."""

_PUT = Ready(insert(FEED))
_NUMBER = update(FEED).where(FEED.c.id == bindparam("of_id")).values(position=bindparam("to_position"))


@dataclass(frozen=True, slots=True)
class FedEvent:
    """One event of one run as it goes round, known by (run, seq). `position` is that of its append: it grows.

    `names` are what it means in the words of the language (none for what only the engine needs); `phases` are those
    that changed with it, as (name, id of the phase).
    """

    position: int
    run: str
    seq: int
    type: str
    names: tuple[str, ...]
    phases: tuple[tuple[str, str], ...]
    definition: str
    version: int
    teams: tuple[str, ...]
    started_by: str
    record: dict[str, str] | None
    at: str
    step: str | None
    execution: str | None
    actor: str | None
    data: dict[str, Any]


def put(connection: Connection, before: Known, after: Known, events: Sequence[Event]) -> None:
    """Put an append down, in its own transaction: `events` led from `before` to `after`."""
    names, state = [list(each) for each in named(*before, *after, events)], after[1]
    first, last = events[0].seq, events[-1].seq
    row = {"run": state.run, "first": first, "last": last, "names": names, "at": datetime.now(UTC), "position": None}
    _PUT.run(connection, row)


def named(before_graph: Graph, before: State, graph: Graph, state: State, events: Sequence[Event]) -> list[Happening]:
    """What they mean, message by message where there are phases: one may be entered and left in a single append."""
    before_graph, graph = before_graph.grown(before.added), graph.grown(state.added)
    if not graph.members or events[0].at == events[-1].at:
        return list(happenings(before_graph, before, graph, state, events))
    found: list[Happening] = []
    for _, group in groupby(events, key=lambda event: event.at):
        message = list(group)
        after = fold(message, before)
        found += happenings(before_graph, before, graph.grown(after.added), after, message)
        before_graph, before = graph.grown(after.added), after
    return found


def take_back(connection: Connection, run: str, first: int) -> None:
    """What was put down of a run from its event `first` on is not read any more: it happened otherwise."""
    connection.execute(delete(FEED).where(FEED.c.run == run, FEED.c.first >= first))
    for row in connection.execute(select(FEED.c.id, FEED.c.names).where(FEED.c.run == run, FEED.c.last >= first)):
        kept = [each for each in row.names if each[0] < first]
        connection.execute(update(FEED).where(FEED.c.id == row.id).values(last=first - 1, names=kept))


def standing(connection: Connection) -> tuple[bool, int, list[str]]:
    """Whether anything has no number yet, the last number there is, and who has not read up to it."""
    return is_new(connection), end(connection), behind(connection)


def is_new(connection: Connection) -> bool:
    """Whether anything has no number yet."""
    return connection.execute(select(FEED.c.id).where(FEED.c.position.is_(None)).limit(1)).first() is not None


def number(connection: Connection) -> int:
    """Give numbers to what can be seen now, at most NUMBERED; how many. One at a time does it, whichever process it is
    in.
    """
    at = _reader(connection, NUMBERER)
    fresh = select(FEED.c.id).where(FEED.c.position.is_(None)).order_by(FEED.c.id).limit(NUMBERED)
    ids = connection.execute(fresh).scalars().all()
    if ids:
        connection.execute(_NUMBER, [{"of_id": id, "to_position": at + n} for n, id in enumerate(ids, 1)])
        _set(connection, NUMBERER, position=at + len(ids), seen_at=datetime.now(UTC))
    return len(ids)


def end(connection: Connection) -> int:
    """The last position there is."""
    return connection.execute(select(READERS.c.position).where(READERS.c.name == NUMBERER)).scalar() or 0


def start(connection: Connection) -> int:
    """The position that everything after is still there for."""
    least = connection.execute(select(func.min(FEED.c.position))).scalar()
    return end(connection) if least is None else least - 1


def register(connection: Connection, name: str) -> None:
    """Somebody who reads from now on; whoever is known goes on where they were."""
    insert_new(connection, READERS, {"name": NUMBERER, "position": 0, "seen_at": datetime.now(UTC)})
    insert_new(connection, READERS, {"name": name, "position": end(connection), "seen_at": datetime.now(UTC)})


def take(connection: Connection, name: str, process: str, until: datetime) -> int | None:
    """The position to read on from, and nobody else does until then; None while another process has it."""
    now = datetime.now(UTC)
    free = or_(READERS.c.taken_until.is_(None), READERS.c.taken_until < now, READERS.c.taken_by == process)
    taken = update(READERS).where(READERS.c.name == name, free)
    if not connection.execute(taken.values(taken_by=process, taken_until=until, seen_at=now)).rowcount:
        return None
    return int(connection.execute(select(READERS.c.position).where(READERS.c.name == name)).scalar_one())


def keep(connection: Connection, name: str, process: str, position: int, until: datetime | None) -> bool:
    """All up to there was dealt with; False, and nothing, where another process has taken over meanwhile.

    The reader stays taken until then; None gives it back.
    """
    own = (READERS.c.name == name, READERS.c.taken_by == process)
    values = {"position": position, "taken_until": until, "seen_at": datetime.now(UTC)}
    return connection.execute(update(READERS).where(*own).values(**values)).rowcount == 1


def give_back(connection: Connection, name: str, process: str) -> None:
    """Whoever comes next may read on, from where it stands."""
    own = (READERS.c.name == name, READERS.c.taken_by == process)
    connection.execute(update(READERS).where(*own).values(taken_until=None))


def read(connection: Connection, after: int, limit: int) -> tuple[int, list[FedEvent]]:
    """The events of up to `limit` appends after a position, in their order, and the position they lead to."""
    of = select(FEED).where(FEED.c.position > after).order_by(FEED.c.position).limit(limit).subquery()
    names = ("definition", "version", "teams", "started_by", "record_collection", "record_id")
    query = select(EVENTS, *(RUNS.c[name] for name in names), of.c.position, of.c.names)
    query = query.join_from(of, RUNS, RUNS.c.id == of.c.run, isouter=True)
    same = (EVENTS.c.run == of.c.run) & EVENTS.c.seq.between(of.c.first, of.c.last)
    rows = connection.execute(query.join(EVENTS, same, isouter=True).order_by(of.c.position, EVENTS.c.seq)).all()
    return (rows[-1].position if rows else after), [_fed(row) for row in rows if row.run and row.definition]


def behind(connection: Connection) -> list[str]:
    """Who has something to read that nobody is reading for them now."""
    free = or_(READERS.c.taken_until.is_(None), READERS.c.taken_until < datetime.now(UTC))
    query = select(READERS.c.name).where(READERS.c.position < end(connection), free).order_by(READERS.c.name)
    return list(connection.execute(query).scalars())


def clear(connection: Connection, limit: int = 1000) -> int:
    """Take away what is old and everybody has read; how many rows, at most `limit`."""
    now = datetime.now(UTC)
    least = select(func.min(READERS.c.position)).where(READERS.c.seen_at > now - GONE).scalar_subquery()
    old = select(FEED.c.id).where(FEED.c.position <= least, FEED.c.at < now - KEPT).order_by(FEED.c.position)
    return connection.execute(delete(FEED).where(FEED.c.id.in_(old.limit(limit)))).rowcount


def _reader(connection: Connection, name: str) -> int:
    row = select(READERS.c.position).where(READERS.c.name == name).with_for_update()
    if (position := connection.execute(row).scalar()) is None:
        register(connection, name)
        position = connection.execute(row).scalar_one()
    return int(position)


def _set(connection: Connection, name: str, **values: Any) -> None:
    connection.execute(update(READERS).where(READERS.c.name == name).values(**values))


def _fed(row: Any) -> FedEvent:
    own = [each for each in row.names if each[0] == row.seq]
    record = {"collection": row.record_collection, "id": row.record_id} if row.record_id is not None else None
    return FedEvent(
        position=row.position,
        run=row.run,
        seq=row.seq,
        type=row.type,
        names=tuple(dict.fromkeys(each[1] for each in own)),
        phases=tuple((each[1], each[3]) for each in own if each[2] is None and each[3] is not None),
        definition=row.definition,
        version=row.version,
        teams=tuple(row.teams or ()),
        started_by=row.started_by,
        record=record,
        at=row.at,
        step=row.step,
        execution=row.execution,
        actor=row.actor,
        data=row.data or {},
    )
