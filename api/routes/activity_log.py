"""The activity log: every interaction, refused ones too. A list, or everything as CSV or JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Response
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select
from sqlmodel import col
from starlette.responses import StreamingResponse

from api.doors import Caller, Calling, asks
from api.lists import Walk, page
from api.paging import Cursor, Limit, Order, cut, listing
from api.permissions import Reach, reaches
from api.routing import READS, answer, router
from api.schemas import Instant
from api.schemas_out import Page
from api.schemas_people import LogEntry
from api.store.keys import shared_with
from api.store.tables import LogRow, Row, RunRow
from definitions.times import parse_instant, rfc3339

routes = router("/v1", "audit")

LOG = Row.metadata.tables["log"]
NEWEST = Order("log", (col(LogRow.at), col(LogRow.id)), descending=True)
CHUNK = 500
COLUMNS = tuple(LogEntry.model_fields)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute; such a cell is exported with a quote before it."""

Text = Annotated[str | None, Query(max_length=512)]


@dataclass(frozen=True, slots=True)
class Asked:
    """The conditions of a query, and the team that the person was in."""

    conditions: tuple[ColumnElement[bool], ...]
    team: str | None


def _filters(
    *,
    user: Text = None,
    team: Text = None,
    action: Text = None,
    type: Annotated[Literal["read", "write"] | None, Query()] = None,
    record: Text = None,
    run: Text = None,
    after: Annotated[Instant | None, Query()] = None,
    before: Annotated[Instant | None, Query()] = None,
) -> Asked:
    """What is asked for; `after` and `before` are instants, the first included, the second not."""
    equal = ((LogRow.user, user), (LogRow.action, action), (LogRow.type, type), (LogRow.run, run))
    found: list[ColumnElement[bool]] = [col(column) == value for column, value in equal if value is not None]
    if record is not None:
        found.append((col(LogRow.record) if "/" in record else col(LogRow.record_id)) == record)
    if after is not None:
        found.append(col(LogRow.at) >= parse_instant(after))
    if before is not None:
        found.append(col(LogRow.at) < parse_instant(before))
    return Asked(tuple(found), team)


def _keys_with(team: str) -> Any:
    """SQL: every `teams_key` of the log with this team: there are few, and each is found by one look at the index."""
    first = select(func.min(LogRow.teams_key).label("key")).cte("keys", recursive=True)
    following = select(func.min(LogRow.teams_key)).where(col(LogRow.teams_key) > first.c.key).scalar_subquery()
    keys = first.union_all(select(following).where(first.c.key.is_not(None)))
    return select(keys.c.key).where(func.replace(keys.c.key, f"|{team}|", "") != keys.c.key)


Filters = Annotated[Asked, Depends(_filters)]


@routes.get("/activity-log", response_model=Page[LogEntry], responses=READS)
@asks("audit.read")
async def list_entries(caller: Calling, filters: Filters, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """Who did or tried what, newest first; as far as the caller's audit grant reaches."""
    await caller.house.reads.flush()
    rows = await _page(caller, filters, limit, cursor)
    shown, following = cut(rows, limit, "log", lambda row: (row.at, row.id))
    return answer(listing([_entry(row) for row in shown], following))


@routes.get("/activity-log.csv", responses=READS, response_class=StreamingResponse)
@asks("audit.read")
async def as_csv(caller: Calling, filters: Filters) -> StreamingResponse:
    """The same as CSV, all of it. No cell begins like a formula."""
    return StreamingResponse(_csv(caller, filters), media_type="text/csv; charset=utf-8", headers=_file("csv"))


@routes.get("/activity-log.jsonl", responses=READS, response_class=StreamingResponse)
@asks("audit.read")
async def as_lines(caller: Calling, filters: Filters) -> StreamingResponse:
    """The same as JSON lines, all of it."""
    return StreamingResponse(_lines(caller, filters), media_type="application/jsonl", headers=_file("jsonl"))


def _file(ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="activity-log.{ending}"'}


async def _page(caller: Caller, asked: Asked, limit: int, cursor: str | None) -> Sequence[Any]:
    """A page of entries and one more."""

    def look(connection: Connection) -> Sequence[Any]:
        keys = None if asked.team is None else list(connection.execute(_keys_with(asked.team)).scalars())
        if keys == []:
            return []
        starts = [()] if keys is None else [(LOG.c.teams_key == key,) for key in keys]
        walks = [Walk(LOG, (LOG.c.at, LOG.c.id), start) for start in starts]
        also = [*asked.conditions, *_reachable(caller)]
        return connection.execute(page(walks, also, list(LOG.c), NEWEST, limit=limit, cursor=cursor)).all()

    return await caller.house.store.look(look)


def _reachable(caller: Caller) -> list[ColumnElement[bool]]:
    found = reaches(caller.who, "audit.read")
    if Reach.ALL in found:
        return []
    own = col(LogRow.user) == caller.who.id
    if Reach.TEAM not in found:
        return [own]
    mine = select(col(RunRow.id)).where(
        col(RunRow.id) == col(LogRow.run), shared_with(RunRow.teams_key, caller.who.teams)
    )
    return [or_(own, and_(col(LogRow.run).is_not(None), mine.correlate(LOG).exists()))]


async def _all(caller: Caller, filters: Asked) -> AsyncIterator[dict[str, Any]]:
    """Every entry, in pages: no transaction is held open while somebody reads slowly."""
    await caller.house.reads.flush()
    cursor: str | None = None
    while True:
        rows = await _page(caller, filters, CHUNK, cursor)
        shown, cursor = cut(rows, CHUNK, "log", lambda row: (row.at, row.id))
        for row in shown:
            yield _entry(row)
        if cursor is None:
            return


async def _csv(caller: Caller, filters: Asked) -> AsyncIterator[str]:
    yield _csv_line(COLUMNS)
    async for item in _all(caller, filters):
        yield _csv_line([_cell(item[name]) for name in COLUMNS])


async def _lines(caller: Caller, filters: Asked) -> AsyncIterator[str]:
    async for item in _all(caller, filters):
        yield json.dumps(item, ensure_ascii=False) + "\n"


def _csv_line(values: Any) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "'" + text if text.startswith(FORMULA) else text


def _entry(row: Any) -> dict[str, Any]:
    fine = row.outcome == "ok"
    names = ("id", "user", "action", "type", "via", "definition", "run", "step", "record", "trace_id", "detail")
    body = {name: getattr(row, name) for name in names}
    outcome = {"outcome": "ok" if fine else "refused", "code": None if fine else row.outcome}
    return {**body, "at": rfc3339(row.at), "teams": row.teams or [], **outcome}
