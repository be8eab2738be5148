"""How runs and somebody's tasks stand, as streams tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from api.permissions import Who
from api.store.tables import Row

RUNS, TASKS, ASSIGNMENTS = (Row.metadata.tables[name] for name in ("runs", "tasks", "assignments"))

MOST = 10_000
"""Tasks of one person that a stream knows of; of more it tells that they came when they change."""


def runs(connection: Connection, ids: Sequence[str]) -> list[dict[str, Any]]:
    """{id, seq, status, attention} of these runs as they stand, in that order."""
    query = select(RUNS.c.id, RUNS.c.seq, RUNS.c.status, RUNS.c.attention).where(RUNS.c.id.in_(ids))
    found = {row["id"]: dict(row) for row in connection.execute(query).mappings()}
    return [found[id] for id in ids if id in found]


def tasks_of(connection: Connection, who: Who, runs: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
    """The tasks of a person and of their teams, run -> step -> what a list shows of it; of those runs, or of all."""
    mine = or_(
        and_(ASSIGNMENTS.c.kind == "user", ASSIGNMENTS.c.who == who.id),
        and_(ASSIGNMENTS.c.kind == "team", ASSIGNMENTS.c.who.in_(who.teams)),
    )
    same = and_(TASKS.c.run == ASSIGNMENTS.c.run, TASKS.c.step == ASSIGNMENTS.c.step)
    columns = [TASKS.c[name] for name in ("run", "step", "execution", "status", "due", "current", "users", "title")]
    query = select(*columns).join(ASSIGNMENTS, same).where(mine).limit(MOST)
    if runs is not None:
        query = query.where(ASSIGNMENTS.c.run.in_(runs))
    found: dict[str, dict[str, Any]] = {}
    for row in connection.execute(query):
        found.setdefault(row.run, {})[row.step] = tuple(row[2:])
    return found
