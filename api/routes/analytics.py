"""How long things take, and how much waits: for leads."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import Query, Response

from api import analytics
from api.answers import now_text
from api.doors import Calling, asks
from api.paging import Cursor, Limit, cut, listing, read_cursor
from api.routing import READS, answer, router
from api.schemas_analytics import Backlog, DefinitionTimes, StepTimes
from api.schemas_out import Page

routes = router("/v1/analytics", "analytics")


@routes.get("/steps", response_model=Page[StepTimes], responses=READS)
@asks("analytics.view")
async def analyse_steps(caller: Calling, definition: Annotated[str, Query(max_length=100)]) -> Response:
    """Lead, wait and handling times of each step of a definition, over the newest 1,000 runs the caller may see."""
    look = partial(analytics.step_times, who=caller.who, definition=definition)
    return answer(listing(await caller.house.store.look(look)))


@routes.get("/definitions", response_model=Page[DefinitionTimes], responses=READS)
@asks("analytics.view")
async def analyse_definitions(caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """How many runs of each definition there are, and how long the completed ones of the newest 1,000 took."""
    after = str(read_cursor(cursor, "analytics", 1)[0]) if cursor else ""
    look = partial(analytics.definition_times, who=caller.who, after=after, limit=limit + 1)
    shown, following = cut(await caller.house.store.look(look), limit, "analytics", lambda row: (row["definition"],))
    return answer(listing(shown, following))


@routes.get("/backlog", response_model=Page[Backlog], responses=READS)
@asks("analytics.view")
async def analyse_backlog(caller: Calling) -> Response:
    """Open and overdue steps of each of the caller's teams, counted up to 10,000."""
    look = partial(analytics.backlog, who=caller.who, now=now_text())
    return answer(listing(await caller.house.store.look(look)))
