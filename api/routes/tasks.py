"""The work list: every open step of every run the caller may see."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import Query, Response

from api.answers import now_text
from api.doors import Calling, asks
from api.filters import TasksAsked
from api.paging import cut, listing
from api.routing import READS, answer, router
from api.schemas_out import Page
from api.schemas_runs import Task
from api.schemas_views import Counted
from api.task_list import SORTS, read_tasks
from api.views import count

routes = router("/v1/tasks", "tasks")


@routes.get("", response_model=Page[Task], responses=READS)
@asks("run.view")
async def list_tasks(caller: Calling, asked: Annotated[TasksAsked, Query()]) -> Response:
    """Open steps over all runs, by due date unless asked otherwise."""
    now = now_text()
    read = partial(read_tasks, who=caller.who, asked=asked, now=now, limit=asked.limit, cursor=asked.cursor)
    rows = await caller.house.store.look(read)
    first = SORTS[asked.sort]
    shown, following = cut(rows, asked.limit, asked.sort, lambda row: (getattr(row, first), row.run, row.step))
    return answer(listing([_task(row, now) for row in shown], following))


@routes.get("/count", response_model=Counted, responses=READS)
@asks("run.view")
async def count_tasks(caller: Calling, asked: Annotated[TasksAsked, Query()]) -> Response:
    """How many open steps these filters leave, counted up to 99."""
    return answer(await caller.house.store.look(partial(count, who=caller.who, asked=asked)))


NAMES = (
    *("run", "step", "execution", "definition", "run_name", "title", "kind", "status", "attention"),
    *("roles", "due", "manual"),
)


def _task(row: Any, now: str) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in NAMES},
        "entered_at": row.entered_at or None,
        "assignees": {"users": row.users, "teams": row.teams, "partners": []},
        "overdue": row.due_sort <= now,
        "record": {"collection": row.record_collection, "id": row.record_id} if row.record_id else None,
    }
