"""What several routes read alike: a run as the caller may see it, and which rows a list may show."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, and_, false, func, or_, type_coerce

from api.answers import subject_of
from api.commands import record_of
from api.doors import Caller
from api.permissions import Reach, Who, reaches
from api.problems import NotFound
from api.store.flags import told
from api.store.keys import shared_with
from api.store.tables import RunRow
from api.versions import Published
from definitions.canonical import canonical


async def seen_run(caller: Caller, run: str) -> tuple[RunRow, Published]:
    """The run and its version; 404 when there is none for this caller. What is read of it will be in the log."""
    caller.about.run = run
    async with caller.house.store.reading() as session:
        row = await session.get(RunRow, run)
        if row is None:
            raise NotFound("run")
        published = await caller.house.versions.need(row.definition, row.version, session)
    caller.about.definition, caller.about.record = row.definition, record_of(row)
    caller.allow("run.view", subject_of(row), "run")
    return row, published


def within_reach(who: Who, operation: str, teams_key: Any, owner: Any | None = None) -> ColumnElement[bool] | None:
    """SQL for the rows an operation reaches; None = all of them."""
    found = reaches(who, operation)
    if Reach.ALL in found:
        return None
    if Reach.TEAM in found:
        return shared_with(teams_key, who.teams)
    if Reach.OWN in found and owner is not None:
        return and_(shared_with(teams_key, who.teams), owner == who.id)
    return false()


def containing(columns: tuple[Any, ...], text: str) -> ColumnElement[bool]:
    """SQL: one of the columns holds the text, to the letter but for case. `%` and `_` mean themselves."""
    return or_(*(func.lower(column).contains(text.lower(), autoescape=True) for column in columns))


def holds_text(column: Any, value: str) -> ColumnElement[bool]:
    """SQL: a list of texts kept as JSON holds this one."""
    quoted, text = canonical(value), type_coerce(column, Text)
    return func.replace(text, quoted, "") != text


def of_record(table: FromClause, record: str) -> list[ColumnElement[bool]]:
    """SQL: the rows of a record, given as `source.collection/id` or by its id alone."""
    collection, slash, name = record.partition("/")
    if not slash:
        return [table.c.record_id == record]
    return [table.c.record_id == name, table.c.record_collection == collection]


_NAMES = ("id", "definition", "version", "name", "status", "attention", "holder", "labels")
_TIMES = ("started_at", "started_by", "ended_at", "due", "seq")
RUN_SHOWN = (*_NAMES, *_TIMES, "engine", "record_collection", "record_id")
"""The columns that `summary` reads: a run's state is not among them, which is a thousand times larger."""


def summary(row: Any) -> dict[str, Any]:
    """A run as lists show it; the row has the columns RUN_SHOWN by name."""
    record = {"collection": row.record_collection, "id": row.record_id} if row.record_id else None
    shown = {name: getattr(row, name) for name in (*_NAMES, *_TIMES)}
    return {**shown, "record": record, "engine": told(row.engine)}
