"""A record and the workflows around it: what can be started, what goes on, what was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Response
from sqlalchemy import Connection

from api.doors import Caller, Calling, asks
from api.filters import RunFilters, RunStatus
from api.opening import offer, startable
from api.reads import summary
from api.record_errors import read_record
from api.routing import READS, answer, router
from api.run_list import read_runs
from api.schemas_runs import RecordWorkflows
from api.starts import is_offered

routes = router("/v1/records", "records")

SHOWN = 100
"""Runs of one record that are listed on each side; the run list has them all."""

OPEN: list[RunStatus] = ["running", "waiting", "saved"]
CLOSED: list[RunStatus] = ["completed", "aborted"]


@routes.get("/{collection}/{record}/workflows", response_model=RecordWorkflows, responses=READS)
@asks("run.view")
async def workflows(
    collection: Annotated[str, Path(max_length=200)], record: Annotated[str, Path(max_length=200)], caller: Calling
) -> Response:
    """What the caller may start on this record, what is open on it, and what has ended. 404 for a hidden record.

    Somebody who reads no records sees the runs, and is offered none to start.
    """
    caller.about.record = f"{collection}/{record}"
    fields = await read_record(caller, collection, record) if caller.may("source.read") else None
    of_this = {"record": f"{collection}/{record}"}
    going, ended = (RunFilters(status=statuses, **of_this) for statuses in (OPEN, CLOSED))

    def look(connection: Connection) -> list[list[dict[str, Any]]]:
        pages = (read_runs(connection, caller.who, asked, limit=SHOWN) for asked in (going, ended))
        return [[summary(row) for row in page[:SHOWN]] for page in pages]

    to_continue, history = await caller.house.store.look(look)
    startable = await _startable(caller, collection, {**fields, "id": record}) if fields else []
    return answer({"startable": startable, "to_continue": to_continue, "history": history})


async def _startable(caller: Caller, collection: str, record: dict[str, Any]) -> list[dict[str, Any]]:
    scope = {"record": record, "now": datetime.now(UTC), "policy": {}}
    return [offer(each, record) for each in await startable(caller, collection) if is_offered(each, scope)]
