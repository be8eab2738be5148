"""Seals over the activity log: whoever changes, removes or slips in a row is found, and the row is named.

The log has many writers in many processes, and none of them may wait for another; so its rows are not linked to each
other as they are written. A moment later one process at a time seals what has come: each row by a hash of all its
columns (`id kind hash`, a leaf), the leaves by a link over the seal before. Deleting a row leaves its leaf, changing
one breaks it; the last link is anchored outside of the database each day (api/sealing.py).

Reads may be pruned when they are old: whole seals at a time, and what was allowed to go is written down and linked too.
Writes never are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, Text, delete, func, insert, select, type_coerce

from api.store.archive_tables import LogPruneRow, LogSealRow
from api.store.columns import Json
from api.store.tables import Row
from definitions.canonical import canonical
from definitions.times import rfc3339

LOG = Row.metadata.tables["log"]
SEALS: Table = LogSealRow.__table__  # type: ignore[attr-defined]
PRUNES: Table = LogPruneRow.__table__  # type: ignore[attr-defined]

GENESIS = hashlib.sha256(b"holdfast log").hexdigest()
PRUNED = "log.pruned"
ROWS = 1000
"""Rows under one seal at most."""

PROBLEMS = 100
"""Problems of one look at the log that are named; there may be millions."""


@dataclass(frozen=True, slots=True)
class SealHead:
    """The last seal: its number, its link, and the last row under it."""

    seq: int = 0
    link: str = GENESIS
    last: int = 0


@dataclass
class Checked:
    """What a look at the whole log came to: how many rows are sealed, and what is wrong, as (code, seal, row)."""

    seals: int = 0
    rows: int = 0
    head: SealHead = SealHead()
    problems: list[tuple[str, int, int | None]] = field(default_factory=list)

    def say(self, code: str, seal: int, row: int | None = None) -> None:
        if len(self.problems) < PROBLEMS:
            self.problems.append((code, seal, row))


RAW = [type_coerce(column, Text).label(column.name) if isinstance(column.type, Json) else column for column in LOG.c]
"""The columns of the log with JSON as its very text: a row that no reader can parse can be sealed all the same."""


def leaf(row: Any) -> str:
    """A row of the log (by RAW) as it is sealed: its id, whether it is a read, and the hash of everything in it."""
    values = {column.name: _plain(getattr(row, column.name)) for column in LOG.columns}
    return f"{row.id} {row.type[:1]} {hashlib.sha256(canonical(values).encode()).hexdigest()}"


def _plain(value: Any) -> Any:
    return rfc3339(value) if isinstance(value, datetime) else value


def link_of(before: str, leaves: Iterable[str]) -> str:
    """The link of a seal."""
    return hashlib.sha256("\n".join([before, *leaves]).encode()).hexdigest()


def head(connection: Connection) -> SealHead:
    """The last seal there is."""
    query = select(SEALS.c.seq, SEALS.c.link, SEALS.c.last).order_by(SEALS.c.seq.desc()).limit(1)
    row = connection.execute(query).first()
    return SealHead(row.seq, row.link, row.last) if row else SealHead()


def last_row(connection: Connection) -> int:
    """The newest row of the log."""
    return connection.execute(select(func.max(LOG.c.id))).scalar() or 0


def seal(connection: Connection, up_to: int, now: datetime) -> int:
    """Seals the next rows up to an id; how many. Two processes that do it at once: one fails by the key and is late."""
    before = head(connection)
    query = select(*RAW).where(LOG.c.id > before.last, LOG.c.id <= up_to).order_by(LOG.c.id).limit(ROWS)
    rows = connection.execute(query).all()
    if not rows:
        return 0
    leaves = [leaf(row) for row in rows]
    values = {"seq": before.seq + 1, "first": rows[0].id, "last": rows[-1].id, "leaves": leaves, "at": now}
    values |= {"last_at": max(row.at for row in rows), "link": link_of(before.link, leaves)}
    connection.execute(insert(SEALS), values)
    return len(rows)


def prune(connection: Connection, before: datetime, now: datetime) -> int:
    """Takes the reads of seals that are wholly older than `before` out of the log; how many rows."""
    done = pruned_up_to(connection)
    query = select(SEALS.c.seq, SEALS.c.first, SEALS.c.last, SEALS.c.last_at, SEALS.c.link)
    query = query.where(SEALS.c.seq > done).order_by(SEALS.c.seq).limit(100)
    old = []
    for row in connection.execute(query):
        if row.last_at >= before:
            break
        old.append(row)
    if not old:
        return 0
    reads = delete(LOG).where(LOG.c.id.between(old[0].first, old[-1].last), LOG.c.type == "read")
    count = connection.execute(reads).rowcount
    values = {"seal": old[-1].seq, "before": before, "rows": count, "link": old[-1].link, "at": now}
    connection.execute(insert(PRUNES), values)
    said = {"at": now, "action": PRUNED, "type": "write", "via": "system", "outcome": "ok"}
    detail = {"before": rfc3339(before), "rows": count, "seal": old[-1].seq}
    connection.execute(insert(LOG).values(**said, detail=detail))
    return count


def pruned_up_to(connection: Connection) -> int:
    """The last seal whose reads may be missing: the log itself must say that they were taken out."""
    told = connection.execute(select(LOG.c.detail).where(LOG.c.action == PRUNED, LOG.c.type == "write")).scalars()
    said = {(each or {}).get("seal") for each in told}
    return max((seal for seal in connection.execute(select(PRUNES.c.seal)).scalars() if seal in said), default=0)


def check(connection: Connection, done: Checked, limit: int = 20) -> bool:
    """Looks at the next seals after `done.head`; whether there are more. Begin with an empty `Checked`."""
    query = select(SEALS).where(SEALS.c.seq > done.head.seq).order_by(SEALS.c.seq).limit(limit)
    seals = connection.execute(query).all()
    pruned = pruned_up_to(connection)
    for row in seals:
        _check(connection, row, done, pruned)
        done.seals, done.head = done.seals + 1, SealHead(row.seq, row.link, row.last)
    return len(seals) == limit


def _check(connection: Connection, row: Any, done: Checked, pruned: int) -> None:
    if row.seq != done.head.seq + 1:
        done.say("seal_missing", done.head.seq + 1)
    elif link_of(done.head.link, row.leaves) != row.link:
        done.say("seal_broken", row.seq)
    query = select(*RAW).where(LOG.c.id > done.head.last, LOG.c.id <= row.last).order_by(LOG.c.id)
    there = {each.id: leaf(each) for each in connection.execute(query)}
    sealed = {int(each.split(" ", 1)[0]): each for each in row.leaves}
    done.rows += len(sealed)
    for number in sorted({*there, *sealed}):
        if found := _compare(sealed.get(number), there.get(number), row.seq <= pruned):
            done.say(found, row.seq, number)


def _compare(sealed: str | None, there: str | None, pruned: bool) -> str | None:
    """What is wrong with a row, by its leaf under the seal and the one that it has now."""
    if sealed is None:
        return "log_row_added"
    if there is None:
        return None if pruned and sealed.split(" ")[1] == "r" else "log_row_missing"
    return None if there == sealed else "log_row_changed"
