"""Opening a record: what that starts, or goes on with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response

from api.doors import Calling, asks
from api.idempotency import KeyHeader, Once
from api.opening import open_record
from api.routing import WRITES, answer, router
from api.schemas import Nothing
from api.schemas_runs import Opened

routes = router("/v1/records", "records")


@routes.post("/{collection}/{record}/open", response_model=Opened, responses=WRITES)
@asks("run.view")
async def open_it(
    collection: Annotated[str, Path(max_length=200)],
    record: Annotated[str, Path(max_length=200)],
    caller: Calling,
    body: Nothing | None = None,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Starts the workflow that is linked to the record's work type, or takes up the one that is open.

    Where two of them hold none starts, and both are in `startable`; where none is linked there is nothing.
    """
    call = f"POST /v1/records/{collection}/{record}/open"
    once = Once.of(idempotency_key, caller.who, call, {})
    return answer(await open_record(caller, collection, record, once))
