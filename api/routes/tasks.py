"""The work list: every open step of every run the caller may see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from sqlalchemy import func
from sqlmodel import col, select

from api.doors import Calling, asks
from api.paging import Cursor, Limit, Order, Search, cut, listing
from api.reads import containing, within_reach
from api.routing import READS, answer, router
from api.schemas_out import Page
from api.schemas_runs import Task
from api.store.columns import NEVER
from api.store.tables import AssignmentRow, RunRow, TaskRow
from definitions.times import rfc3339

routes = router("/v1/tasks", "tasks")

ENTERED = func.coalesce(col(TaskRow.entered_at), "")
KEYS = (col(TaskRow.run), col(TaskRow.step))
ORDERS = {
    "due": Order("due", (col(TaskRow.due_sort), *KEYS)),
    "title": Order("title", (col(TaskRow.title), *KEYS)),
    "entered": Order("entered", (ENTERED, *KEYS)),
}
FOR_PEOPLE = ("ready", "in_progress", "on_hold", "attention")
"""Statuses in which a step waits for a person; in the others a machine or a clock is at it."""


@routes.get("", response_model=Page[Task], responses=READS)
@asks("run.view")
async def list_tasks(
    *,
    caller: Calling,
    assignee: Annotated[str | None, Query(max_length=255, description="`me`, or the id of a person.")] = None,
    team: Annotated[str | None, Query(max_length=255)] = None,
    status: Annotated[list[str] | None, Query(max_length=20)] = None,
    definition: Annotated[str | None, Query(max_length=100)] = None,
    overdue: bool | None = None,
    manual: Annotated[bool | None, Query(description="Only what waits for a person, or only what does not.")] = None,
    current_only: Annotated[bool, Query(description="Open steps are all current; kept for clients that ask.")] = True,
    q: Search = None,
    sort: Annotated[Literal["due", "title", "entered"], Query()] = "due",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Open steps over all runs, by due date unless asked otherwise."""
    query = select(TaskRow, col(RunRow.name)).join(RunRow, col(RunRow.id) == col(TaskRow.run))
    if assignee is not None:
        query = query.where(_assigned("user", caller.who.id if assignee == "me" else assignee))
    if team is not None:
        query = query.where(_assigned("team", team))
    if status:
        query = query.where(col(TaskRow.status).in_(status))
    if definition is not None:
        query = query.where(col(TaskRow.definition) == definition)
    if overdue is not None:
        query = query.where((col(TaskRow.due_sort) < _now()) == overdue)
    if manual is not None:
        query = query.where(col(TaskRow.status).in_(FOR_PEOPLE) == manual)
    if q:
        query = query.where(containing((TaskRow.title, RunRow.name, TaskRow.record_id), q))
    visible = within_reach(caller.who, "run.view", col(TaskRow.teams_key), col(RunRow.started_by))
    query = query if visible is None else query.where(visible)
    async with caller.house.store.reading() as session:
        rows = (await session.exec(ORDERS[sort].page(query, limit, cursor))).all()
    shown, following = cut(rows, limit, sort, lambda row: _key(sort, row[0]))
    return answer(listing([_task(row, name) for row, name in shown], following))


def _assigned(kind: str, who: str) -> Any:
    mine = select(col(AssignmentRow.run)).where(
        col(AssignmentRow.run) == col(TaskRow.run),
        col(AssignmentRow.step) == col(TaskRow.step),
        col(AssignmentRow.kind) == kind,
        col(AssignmentRow.who) == who,
    )
    return mine.exists()


def _key(sort: str, row: TaskRow) -> tuple[str, str, str]:
    first = {"due": row.due_sort, "title": row.title, "entered": row.entered_at or ""}[sort]
    return first, row.run, row.step


def _now() -> str:
    return rfc3339(datetime.now(UTC))


def _task(row: TaskRow, run_name: str) -> dict[str, Any]:
    record = {"collection": row.record_collection, "id": row.record_id} if row.record_id else None
    names = ("run", "step", "execution", "definition", "title", "kind", "status", "roles", "due", "entered_at")
    return {
        **{name: getattr(row, name) for name in names},
        "run_name": run_name,
        "assignees": {"users": row.users, "teams": row.teams, "partners": []},
        "overdue": row.due_sort != NEVER and row.due_sort < _now(),
        "record": record,
    }
