"""The run list as SQL: which walks (api/lists.py) give the runs that some filters mean, newest or oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from api.filters import RUN_STATUSES, RunFilters, me
from api.hunting import Hunt, along_words, hunt
from api.lists import ASSIGNMENTS, LABELS, RUNS, Sight, Start, Walk, of_teams, page, plan_anew, sight
from api.paging import Order
from api.permissions import Who
from api.reads import RUN_SHOWN, holds_text, of_record
from api.store.counts import COLUMNS, COUNTS
from api.store.search import has_words

KEYS = (RUNS.c.started_at, RUNS.c.id)
ORDERS = {"-started_at": Order("-started_at", KEYS, descending=True), "started_at": Order("started_at", KEYS)}


def read_runs(
    connection: Connection, who: Who, asked: RunFilters, *, limit: int, cursor: str | None = None
) -> Sequence[Any]:
    """A page of run rows and one more."""
    statement = runs_query(connection, who, asked, limit=limit, cursor=cursor)
    return [] if statement is None else connection.execute(statement).all()


def runs_query(connection: Connection, who: Who, asked: RunFilters, *, limit: int, cursor: str | None = None) -> Any:
    """The statement of a page; None where nothing can be meant."""
    order = ORDERS[asked.sort]
    seen = sight(connection, who)
    hunted = hunt(connection, asked.q) if asked.q else None
    if asked.holder is not None:  # nobody holds most runs, and somebody may hold any number
        plan_anew(connection)
    walks = _walks(connection, who, asked, seen, hunted)
    if not walks or seen.nothing:
        if cursor is not None:
            order.values(cursor)
        return None
    columns = [RUNS.c[name] for name in RUN_SHOWN]
    return page(walks, _also(who, asked, seen, hunted), columns, order, limit=limit, cursor=cursor)


def _statuses(asked: RunFilters) -> list[str] | None:
    """The statuses that are meant; None = any."""
    if asked.status is None and asked.saved is None:
        return None
    wanted = asked.status or RUN_STATUSES
    return [name for name in dict.fromkeys(wanted) if asked.saved is None or (name == "saved") == asked.saved]


def _walks(connection: Connection, who: Who, asked: RunFilters, seen: Sight, hunted: Hunt | None) -> list[Walk]:
    """The narrowest first: what leads to little, then people and labels, then what half the table may be."""
    statuses = _statuses(asked)
    each = RUN_STATUSES if statuses is None else statuses
    if hunted is not None and hunted.narrow:
        return _hunted_walks(asked, seen, hunted)
    if asked.record is not None:
        return [replace(_walk(*of_record(RUNS, asked.record)), sorted_after=True)]
    if seen.misses(connection, asked.definition):
        return []
    if asked.assignee is not None or asked.team:
        return _assigned_walks(who, asked)
    if asked.label is not None:
        keys = (LABELS.c.started_at, LABELS.c.run)
        return [Walk(LABELS, keys, (LABELS.c.label == asked.label,), RUNS)]
    if asked.holder is not None:
        return [_walk(RUNS.c.holder == me(asked.holder, who.id))]
    if asked.engine:
        return [_walk(RUNS.c.engine.is_not(None))]
    if asked.definition is not None and not asked.attention:
        return [_walk(RUNS.c.definition == asked.definition, RUNS.c.status == status) for status in each]
    along: list[Walk] = []
    if hunted is not None and statuses is None and not asked.attention:
        along = along_words(connection, seen, hunted.words[0])
    return along or _common_walks(connection, asked, seen, statuses)


def _common_walks(connection: Connection, asked: RunFilters, seen: Sight, statuses: Sequence[str] | None) -> list[Walk]:
    """Of what needs attention, by status, or all; by teams where they are few."""
    starts: list[Start] = [()]
    if asked.attention:
        starts = [(RUNS.c.attention,)]
    elif statuses is not None:
        starts = [(RUNS.c.status == status,) for status in statuses]
    return [_walk(*start) for start in of_teams(connection, RUNS.c.teams_key, seen, starts, asked.definition)]


def _hunted_walks(asked: RunFilters, seen: Sight, hunted: Hunt) -> list[Walk]:
    if hunted.ids:
        return [replace(_walk(RUNS.c.id.in_(hunted.ids)), sorted_after=True)]
    if hunted.follow is None:
        return []
    found = hunted.runs(seen, ORDERS[asked.sort])
    return [Walk(found, (found.c.at, found.c.of), leads_to=RUNS, distinct=True)]


def _walk(*where: ColumnElement[bool]) -> Walk:
    return Walk(RUNS, KEYS, where)


def _assigned_walks(who: Who, asked: RunFilters) -> list[Walk]:
    """Of one person, or else of the teams. A run with several such steps comes once: equal keys are one row."""
    person = me(asked.assignee, who.id)
    of = [("user", person)] if person is not None else [("team", team) for team in dict.fromkeys(asked.team or ())]
    keys = (ASSIGNMENTS.c.started_at, ASSIGNMENTS.c.run)
    return [
        Walk(ASSIGNMENTS, keys, (ASSIGNMENTS.c.kind == kind, ASSIGNMENTS.c.who == name), RUNS, distinct=True)
        for kind, name in of
    ]


def _also(who: Who, asked: RunFilters, seen: Sight, hunted: Hunt | None) -> list[ColumnElement[bool]]:
    found = seen.also(RUNS.c.teams_key, RUNS.c.started_by)
    if hunted is not None and hunted.words:
        found.append(has_words(RUNS.c.search, hunted.words))
    if (statuses := _statuses(asked)) is not None:
        found.append(RUNS.c.status.in_(statuses))
    if asked.definition is not None:
        found.append(RUNS.c.definition == asked.definition)
    if asked.record is not None:
        found += of_record(RUNS, asked.record)
    return [*found, *_people(who, asked, hunted), *_more(asked)]


def _people(who: Who, asked: RunFilters, hunted: Hunt | None) -> list[ColumnElement[bool]]:
    narrow = asked.record is not None or (hunted is not None and hunted.narrow)
    found: list[ColumnElement[bool]] = []
    if asked.assignee is not None and narrow:
        found.append(_has_step_of("user", [me(asked.assignee, who.id) or ""]))
    if asked.team and (asked.assignee is not None or narrow):
        found.append(_has_step_of("team", asked.team))
    if asked.holder is not None:
        found.append(RUNS.c.holder == me(asked.holder, who.id))
    return found


def _more(asked: RunFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.label is not None:
        found.append(holds_text(RUNS.c.labels, asked.label))
    if asked.engine is not None:
        found.append(RUNS.c.engine.is_not(None) if asked.engine else RUNS.c.engine.is_(None))
    if asked.attention is not None:
        found.append(RUNS.c.attention if asked.attention else RUNS.c.attention.is_(False))
    if asked.started_after is not None:
        found.append(RUNS.c.started_at > asked.started_after)
    return found


def _has_step_of(kind: str, names: Sequence[str]) -> ColumnElement[bool]:
    mine = select(ASSIGNMENTS.c.run).where(
        ASSIGNMENTS.c.run == RUNS.c.id, ASSIGNMENTS.c.kind == kind, ASSIGNMENTS.c.who.in_(names)
    )
    return mine.correlate(RUNS).exists()


def read_counts(connection: Connection, who: Who, definition: str | None) -> list[dict[str, Any]]:
    """Kept numbers of runs within sight, by definition in order. Somebody who sees only own runs is told none."""
    seen = sight(connection, who)
    if seen.nothing or seen.owner is not None:
        return []
    sums = [func.sum(COUNTS.c[name]).label(name) for name in COLUMNS]
    query = select(COUNTS.c.definition, *sums).group_by(COUNTS.c.definition).order_by(COUNTS.c.definition)
    query = query.where(*seen.also(COUNTS.c.teams_key, None))
    if definition is not None:
        query = query.where(COUNTS.c.definition == definition)
    return [dict(row) for row in connection.execute(query).mappings()]
