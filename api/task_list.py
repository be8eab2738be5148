"""The work list as SQL: which walks (api/lists.py) give the tasks that some filters mean, in the order asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, not_, select

from api.filters import TaskFilters, me
from api.hunting import Hunt, hunt
from api.lists import ASSIGNMENTS, RUNS, TASKS, Sight, Start, Walk, of_teams, page, sight
from api.paging import Order
from api.permissions import Who
from api.reads import of_record
from api.store.search import has_words

SORTS = {"due": "due_sort", "title": "title", "entered": "entered_at"}
ORDERS = {name: Order(name, (TASKS.c[column], TASKS.c.run, TASKS.c.step)) for name, column in SORTS.items()}

SHOWN = (
    *("run", "step", "execution", "definition", "run_name", "title", "kind", "status"),
    *(
        "attention",
        "users",
        "teams",
        "roles",
        "due",
        "due_sort",
        "entered_at",
        "record_collection",
        "record_id",
        "manual",
    ),
)


def read_tasks(
    connection: Connection, who: Who, asked: TaskFilters, *, now: str, limit: int, cursor: str | None = None
) -> Sequence[Any]:
    """A page of task rows and one more. `now` is what overdue is measured by."""
    statement = tasks_query(connection, who, asked, now=now, limit=limit, cursor=cursor)
    return [] if statement is None else connection.execute(statement).all()


def tasks_query(
    connection: Connection, who: Who, asked: TaskFilters, *, now: str, limit: int, cursor: str | None = None
) -> Any:
    """The statement of a page; None where nothing can be meant."""
    order = ORDERS[asked.sort]
    seen = sight(connection, who)
    hunted = hunt(connection, asked.q, titles=True) if asked.q else None
    walks = _walks(connection, who, asked, seen, hunted)
    if not walks or seen.nothing:
        if cursor is not None:
            order.values(cursor)
        return None
    columns = [TASKS.c[name] for name in SHOWN]
    also = _also(who, asked, seen, hunted, now)
    return page(walks, also, columns, order, limit=limit, cursor=cursor)


def _walks(connection: Connection, who: Who, asked: TaskFilters, seen: Sight, hunted: Hunt | None) -> list[Walk]:
    """The narrowest first: what leads to little, then people and teams, then what half the table may be."""
    if hunted is not None and hunted.narrow:
        return _hunted_walks(connection, asked, seen, hunted)
    if asked.record is not None:
        return [replace(_walk(asked, *of_record(TASKS, asked.record)), sorted_after=True)]
    if assigned := _assigned(who, asked):
        if seen.misses(connection, asked.definition):
            return []
        return [_assigned_walk(asked, kind, name) for kind, name in assigned]
    if asked.definition is not None and asked.sort == "due":
        keys = seen.keys(connection, asked.definition)
        return [_walk(asked, TASKS.c.definition == asked.definition, TASKS.c.teams_key == key) for key in keys]
    return _common_walks(connection, asked, seen)


def _hunted_walks(connection: Connection, asked: TaskFilters, seen: Sight, hunted: Hunt) -> list[Walk]:
    starts: list[ColumnElement[bool]] = [TASKS.c.run.in_(hunted.ids)] if hunted.ids else []
    if hunted.follow is not None:
        starts = [hunted.of_run(connection, TASKS.c.run, seen)]
    if hunted.titles:
        starts.append(TASKS.c.title.in_(hunted.titles))
    return [replace(_walk(asked, start), sorted_after=True, by_keys=True) for start in starts]


def _common_walks(connection: Connection, asked: TaskFilters, seen: Sight) -> list[Walk]:
    """By status, or automatic steps only, where the order is that of these indexes; by teams where they are few."""
    starts: list[Start] = [()]
    if asked.sort == "due" and asked.manual is False:
        starts = [(not_(TASKS.c.manual),)]
    elif asked.sort == "due" and asked.status:
        starts = [(TASKS.c.status == status,) for status in dict.fromkeys(asked.status)]
    starts = of_teams(connection, TASKS.c.teams_key, seen, starts, asked.definition)
    return [_walk(asked, *start) for start in starts]


def _is_narrow(asked: TaskFilters, hunted: Hunt | None) -> bool:
    """Whether so few rows are meant that it does not matter who they are assigned to."""
    return asked.record is not None or (hunted is not None and hunted.narrow)


def _assigned(who: Who, asked: TaskFilters) -> list[tuple[str, str]]:
    """Whose tasks: of one person, or else of one of the teams."""
    if asked.assignee is not None:
        return [("user", me(asked.assignee, who.id) or "")]
    return [("team", team) for team in dict.fromkeys(asked.team or ())]


def _walk(asked: TaskFilters, *where: ColumnElement[bool]) -> Walk:
    return Walk(TASKS, (TASKS.c[SORTS[asked.sort]], TASKS.c.run, TASKS.c.step), where)


def _assigned_walk(asked: TaskFilters, kind: str, name: str) -> Walk:
    keys = (ASSIGNMENTS.c[SORTS[asked.sort]], ASSIGNMENTS.c.run, ASSIGNMENTS.c.step)
    return Walk(ASSIGNMENTS, keys, (ASSIGNMENTS.c.kind == kind, ASSIGNMENTS.c.who == name), leads_to=TASKS)


def _also(who: Who, asked: TaskFilters, seen: Sight, hunted: Hunt | None, now: str) -> list[ColumnElement[bool]]:
    owner = select(RUNS.c.started_by).where(RUNS.c.id == TASKS.c.run).scalar_subquery()
    found = seen.also(TASKS.c.teams_key, owner)
    if hunted is not None and hunted.words:
        found.append(has_words(TASKS.c.search, hunted.words))
    if asked.assignee is not None and _is_narrow(asked, hunted):
        found.append(_is_assigned("user", [me(asked.assignee, who.id) or ""]))
    if asked.team and (asked.assignee is not None or _is_narrow(asked, hunted)):
        found.append(_is_assigned("team", asked.team))
    if asked.status:
        found.append(TASKS.c.status.in_(asked.status))
    if asked.definition is not None:
        found.append(TASKS.c.definition == asked.definition)
    return [*found, *_more(asked, now)]


def _more(asked: TaskFilters, now: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.record is not None:
        found += of_record(TASKS, asked.record)
    if asked.overdue is not None:
        found.append(TASKS.c.due_sort <= now if asked.overdue else TASKS.c.due_sort > now)
    if asked.manual is not None:
        found.append(TASKS.c.manual if asked.manual else not_(TASKS.c.manual))
    if asked.current_only:
        found.append(TASKS.c.current == asked.current_only)
    return found


def _is_assigned(kind: str, names: Sequence[str]) -> ColumnElement[bool]:
    return (
        select(ASSIGNMENTS.c.run)
        .where(
            ASSIGNMENTS.c.run == TASKS.c.run,
            ASSIGNMENTS.c.step == TASKS.c.step,
            ASSIGNMENTS.c.kind == kind,
            ASSIGNMENTS.c.who.in_(names),
        )
        .correlate(TASKS)
        .exists()
    )
