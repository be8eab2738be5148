"""Opening a record: the workflow that is linked to its work type begins by itself, or the one that is open goes on.

A definition is linked by a trigger `opened`, whose field of the record names the work type. Two definitions that both
hold for the same record are a question for a person: none starts, and both are offered.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, select

from api.doors import Caller
from api.drafts import subject_of_definition
from api.idempotency import Once
from api.permissions import Subject
from api.record_errors import read_record
from api.resuming import open_runs, take_up
from api.schemas import StartRun
from api.start_form import asks
from api.starts import is_offered, start_run
from api.store.tables import DefinitionRow
from api.versions import Published
from definitions.model.start import OpenedTrigger


async def open_record(caller: Caller, collection: str, record: str, once: Once) -> dict[str, Any]:
    """{run: RunView|null, startable: [..]}: what opening the record started or resumed, or what there is to choose.

    For somebody who reads no records there is nothing: what is linked cannot be told without the record.
    """
    caller.about.record = f"{collection}/{record}"
    if not caller.may("source.read"):
        return {"run": None, "startable": []}
    fields = {**await read_record(caller, collection, record), "id": record}
    linked = [each for each in await startable(caller, collection) if is_linked(each, fields)]
    if runs := await open_runs(caller, [each.key for each in linked], collection, record):
        caller.about.run, caller.about.definition = runs[0].id, runs[0].definition
        return {"run": await take_up(caller, runs[0]), "startable": []}
    now = datetime.now(UTC)
    found = [each for each in linked if is_offered(each, {"record": fields, "now": now, "policy": {}})]
    if len(found) != 1:
        return {"run": None, "startable": [offer(each, fields) for each in found]}
    start = StartRun(definition=found[0].key, record=record, source="record", on_open="resume")
    _, view = await start_run(caller, start, once)
    return {"run": view, "startable": []}


async def startable(caller: Caller, collection: str) -> list[Published]:
    """The newest versions of the definitions on this collection that the caller may start, by key."""
    of_this = (col(DefinitionRow.record) == collection, col(DefinitionRow.version) > 0)
    query = select(DefinitionRow).where(*of_this, col(DefinitionRow.archived_at).is_(None))
    async with caller.house.store.reading() as session:
        rows = (await session.exec(query.order_by(col(DefinitionRow.key)))).all()
    found = []
    for row in rows:
        published = await caller.house.versions.need(row.key, row.version)
        roles = tuple(published.graph.document.start.roles)
        if caller.may("run.start", Subject(teams=subject_of_definition(row).teams, roles=roles)):
            found.append(published)
    return found


def opened_triggers(published: Published) -> list[OpenedTrigger]:
    """The triggers by which opening a record starts this definition."""
    return [each for each in published.graph.document.start.triggers if isinstance(each, OpenedTrigger)]


def is_linked(published: Published, fields: dict[str, Any]) -> bool:
    """Whether the record is of a work type that this definition is linked to."""
    return any(fields.get(each.field) in each.work_types for each in opened_triggers(published))


def offer(published: Published, fields: dict[str, Any]) -> dict[str, Any]:
    """A definition as something to start on the record of these fields."""
    what = {"definition": published.key, "version": published.version, "name": published.graph.document.name}
    return {**what, "asks": asks(published), "opens": is_linked(published, fields)}
