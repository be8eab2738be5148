"""Before a start: what it asks for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from api.doors import Calling
from api.doors import asks as operation
from api.routing import READS, answer, router
from api.schemas_start import StartForm
from api.start_form import start_form

routes = router("/v1/definitions", "runs")


@routes.get("/{key}/start", response_model=StartForm, responses=READS)
@operation("run.start")
async def get_start(
    key: str, caller: Calling, record: Annotated[str | None, Query(min_length=1, max_length=200)] = None
) -> Response:
    """The form of a start as it is for the caller now, and what would come in its way. Nothing is started."""
    return answer(await start_form(caller, key, record))
