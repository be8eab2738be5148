"""Why a run does not move, answered in one place."""

from __future__ import annotations

from fastapi import Response

from api.doors import Calling, asks
from api.reads import seen_run
from api.routing import READS, answer, router
from api.schemas_why import Why
from api.why import why

routes = router("/v1/runs", "runs")


@routes.get("/{run}/why", response_model=Why, responses=READS)
@asks("run.view")
async def get_why(run: str, caller: Calling) -> Response:
    """Whom and what the run waits for and since when; effects tried again; workers, Temporal and what went wrong there.

    Where Temporal does not answer, what the database knows is said all the same.
    """
    row, published = await seen_run(caller, run)
    caller.house.reads.note(caller.who, caller.about)
    return answer(await why(caller.house, row, published))
