"""How many runs stand how: kept as they change, in the transaction that changes them, and never counted for a list.

A run belongs to one shard of its definition's row, so that runs of one definition seldom wait for each other, and one
transaction changes its rows in one order, so that they never wait in a circle. Sums over the shards are the truth; a
single shard may be below zero after a recount.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, bindparam, case, delete, func, insert, literal, select, text, true, update

from api.store.keys import teams_key
from api.store.statements import Ready, insert_new
from api.store.tables import Row
from definitions.engine import State
from definitions.views import has_attention

COUNTS = Row.metadata.tables["counts"]
RUNS = Row.metadata.tables["runs"]
STATUSES = ("running", "waiting", "saved", "completed", "aborted")
COLUMNS = (*STATUSES, "attention")
SHARDS = 16

Pair = tuple[str, str]
"""A definition and its teams, as `teams_key`."""

_ADD = Ready(
    update(COUNTS)
    .where(
        COUNTS.c.shard == bindparam("of_shard"),
        COUNTS.c.definition == bindparam("of_definition"),
        COUNTS.c.teams_key == bindparam("of_teams"),
    )
    .values({name: COUNTS.c[name] + bindparam(f"more_{name}") for name in COLUMNS})
)


def count_change(connection: Connection, before: State, after: State) -> None:
    """Bring the counts from one state of a run to a later one; a state without events was not counted."""
    change_counts(connection, after.run, _counted(before), _counted(after))


def uncount(connection: Connection, row: Any) -> None:
    """Take a run's row out of the counts: it will be folded anew, from nothing."""
    if row is not None and row.seq:
        counted = Counter([row.status, *(["attention"] if row.attention else [])])
        change_counts(connection, row.id, ((row.definition, row.teams_key), counted), None)


def change_counts(
    connection: Connection, run: str, before: tuple[Pair, Counter[str]] | None, after: tuple[Pair, Counter[str]] | None
) -> None:
    """Take a run from where it was counted to where it is."""
    if before == after:
        return
    changes: dict[Pair, Counter[str]] = {}
    for counted, sign in ((before, -1), (after, 1)):
        if counted is not None:
            change = changes.setdefault(counted[0], Counter())
            change.update({name: sign * number for name, number in counted[1].items()})
    for pair in sorted(changes):
        _add(connection, crc32(run.encode()) % SHARDS, pair, changes[pair])


def make_known(connection: Connection, definition: str, teams: str) -> None:
    """Say that there may be runs of this definition with these teams (`teams_key`)."""
    insert_new(connection, COUNTS, _zeros(0, (definition, teams)))


def recount(connection: Connection) -> None:
    """Count every run that has begun, and make the counts say so. Writers wait meanwhile."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE counts IN EXCLUSIVE MODE"))
    known = connection.execute(select(COUNTS.c.definition, COUNTS.c.teams_key).distinct()).all()
    connection.execute(delete(COUNTS))
    columns = {name: func.sum(case((RUNS.c.status == name, 1), else_=0)) for name in STATUSES}
    columns["attention"] = func.sum(case((RUNS.c.attention == true(), 1), else_=0))
    pair = (RUNS.c.definition, RUNS.c.teams_key)
    found = select(literal(0), *pair, *columns.values()).where(RUNS.c.seq > 0).group_by(*pair)
    connection.execute(insert(COUNTS).from_select(["shard", "definition", "teams_key", *columns], found))
    for definition, teams in known:
        make_known(connection, definition, teams)


def _counted(state: State) -> tuple[Pair, Counter[str]] | None:
    if state.seq == 0:
        return None
    attention = ["attention"] if has_attention(state) else []
    return (state.definition, teams_key(state.teams)), Counter([str(state.status), *attention])


def _add(connection: Connection, shard: int, pair: Pair, change: Counter[str]) -> None:
    key = {"of_shard": shard, "of_definition": pair[0], "of_teams": pair[1]}
    values = {**key, **{f"more_{name}": change[name] for name in COLUMNS}}
    if _ADD.run(connection, values) == 0:
        make_known(connection, *pair)
        insert_new(connection, COUNTS, _zeros(shard, pair))
        _ADD.run(connection, values)


def _zeros(shard: int, pair: Pair) -> dict[str, Any]:
    return {"shard": shard, "definition": pair[0], "teams_key": pair[1], **dict.fromkeys(COLUMNS, 0)}
