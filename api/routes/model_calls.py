"""What models were asked and what it cost: of one run for auditors, of a month for leads."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import Query, Response

from api import model_calls
from api.answers import subject_of
from api.doors import Calling, asks
from api.paging import Cursor, Limit, cut, listing, read_cursor
from api.reads import seen_run
from api.routing import READS, answer, router
from api.schemas_analytics import ModelCallRow, ModelMonth
from api.schemas_out import Page

routes = router("/v1", "analytics")

Month = Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="`2026-11`; else this one (UTC).")]


@routes.get("/runs/{run}/model-calls", response_model=Page[ModelCallRow], responses=READS)
@asks("audit.read")
async def list_model_calls(run: str, caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """Every request to a model that the run led to, in order: on whose rights, what was asked, what came back."""
    row, _ = await seen_run(caller, run)
    caller.allow("audit.read", subject_of(row), "run")
    after = int(read_cursor(cursor, "model_calls", 1)[0]) if cursor else 0
    found = await caller.house.store.look(partial(model_calls.calls_of, run=run, after=after, limit=limit + 1))
    caller.house.reads.note(caller.who, caller.about)
    shown, following = cut(found, limit, "model_calls", lambda each: (each["id"],))
    return answer(listing(shown, following))


@routes.get("/analytics/models", response_model=Page[ModelMonth], responses=READS)
@asks("analytics.view")
async def analyse_models(caller: Calling, month: Month = None) -> Response:
    """What models cost in a month, by team; a run of several teams counts for each of them."""
    look = partial(model_calls.months, who=caller.who, month=month or datetime.now(UTC).strftime("%Y-%m"))
    return answer(listing(await caller.house.store.look(look)))
