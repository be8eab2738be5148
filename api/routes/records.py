"""A record and the workflows around it: what can be started, what goes on, what was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Response
from sqlmodel import col, select

from api.doors import Caller, Calling, asks
from api.drafts import subject_of_definition
from api.permissions import Subject
from api.reads import summary, within_reach
from api.record_errors import read_record
from api.routing import READS, answer, router
from api.schemas_runs import RecordWorkflows
from api.starts import is_offered
from api.store.tables import DefinitionRow, RunRow

routes = router("/v1/records", "records")

SHOWN = 100
"""Runs of one record that are listed on each side; the run list has them all."""

CLOSED = ("completed", "aborted")


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
    query = select(RunRow).where(col(RunRow.record_collection) == collection, col(RunRow.record_id) == record)
    visible = within_reach(caller.who, "run.view", col(RunRow.teams_key), col(RunRow.started_by))
    query = query if visible is None else query.where(visible)
    newest = query.order_by(col(RunRow.started_at).desc(), col(RunRow.id).desc()).limit(SHOWN)
    async with caller.house.store.reading() as session:
        going = (await session.exec(newest.where(col(RunRow.status).not_in(CLOSED)))).all()
        ended = (await session.exec(newest.where(col(RunRow.status).in_(CLOSED)))).all()
    return answer(
        {
            "startable": await _startable(caller, collection, {**fields, "id": record}) if fields else [],
            "to_continue": [summary(row) for row in going],
            "history": [summary(row) for row in ended],
        }
    )


async def _startable(caller: Caller, collection: str, record: dict[str, Any]) -> list[dict[str, Any]]:
    of_this = (col(DefinitionRow.record) == collection, col(DefinitionRow.version) > 0)
    query = select(DefinitionRow).where(*of_this, col(DefinitionRow.archived_at).is_(None))
    async with caller.house.store.reading() as session:
        rows = (await session.exec(query.order_by(col(DefinitionRow.key)))).all()
    found = []
    for row in rows:
        published = await caller.house.versions.need(row.key, row.version)
        roles = tuple(published.graph.document.start.roles)
        subject = Subject(teams=subject_of_definition(row).teams, roles=roles)
        scope = {"record": record, "now": datetime.now(UTC), "policy": {}}
        if caller.may("run.start", subject) and is_offered(published, scope):
            found.append({"definition": row.key, "version": row.version, "name": row.name})
    return found
