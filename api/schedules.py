"""Definitions that the clock starts: one run, or one for each record that matches, once for each time it comes.

What holds stands in `triggers`, written by publishing; Temporal's schedules follow it. They are told at once, and again
until they are: `told` is what was said last. When the time comes, a small workflow goes through the records page by
page; each start has a key made of that time and the record, so a page that is done twice starts nothing twice, whoever
died in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select, update

from api.activity import About, log_refusal
from api.clocks import Clock, clock_id
from api.crons import coming, said
from api.doors import Caller
from api.engine import EngineError
from api.permissions import Who
from api.problems import ApiError, Forbidden, NotFound
from api.record_errors import as_problems, rights
from api.schemas import StartRun
from api.start_as import start_as
from api.store.tables import Row
from api.tracing import log
from api.triggers import TRIGGERS
from definitions.canonical import digest
from definitions.expressions.values import resolve
from definitions.model.start import ScheduleTrigger
from definitions.times import rfc3339

if TYPE_CHECKING:
    from api.house import House

DEFINITIONS = Row.metadata.tables["definitions"]

PAGE = 50
"""Records that are gone through at a time."""

AT_ONCE = 5
"""Starts side by side."""


def rows(connection: Connection, *where: Any) -> list[dict[str, Any]]:
    """The schedules with what their definitions are called, by definition."""
    columns = (DEFINITIONS.c.name, DEFINITIONS.c.teams, DEFINITIONS.c.version, DEFINITIONS.c.archived_at)
    query = select(TRIGGERS, *columns).join(DEFINITIONS, DEFINITIONS.c.key == TRIGGERS.c.definition)
    query = query.where(TRIGGERS.c.type == "schedule", *where).order_by(TRIGGERS.c.definition, TRIGGERS.c.place)
    return [dict(row) for row in connection.execute(query).mappings()]


def of_id(connection: Connection, id: str) -> dict[str, Any] | None:
    """One schedule, while its definition has it."""
    definition, _, number = id.rpartition(".")
    same = (TRIGGERS.c.definition == definition, TRIGGERS.c.place == f"/start/triggers/{number}")
    return next(iter(rows(connection, *same, TRIGGERS.c.cron.is_not(None))), None)


async def shown(house: House, row: Mapping[str, Any]) -> dict[str, Any]:
    """A schedule as it goes out."""
    trigger = await _trigger(house, row)
    idle = row["paused"] or row["archived_at"] is not None
    return {
        "id": clock_id(row["definition"], row["place"]),
        "definition": row["definition"],
        "name": row["name"],
        "cron": row["cron"],
        "timezone": row["timezone"],
        "text": said(row["cron"]),
        "over": trigger.over.model_dump() if trigger.over else None,
        "as": row["user"],
        "paused": row["paused"],
        "fired_at": rfc3339(row["fired_at"]) if row["fired_at"] else None,
        "next": [] if idle else await asyncio.to_thread(coming, row["cron"], row["timezone"]),
    }


async def tell(house: House, *, anew: bool = False) -> None:
    """Has Temporal's schedules follow ours; what cannot be told now is left to a later round. `anew`: all of them."""
    if house.clocks is None:
        return
    for row in await house.store.look(rows):
        wanted = digest([row["cron"], row["timezone"], row["paused"], row["archived_at"] is not None])
        if not anew and row["told"] == wanted:
            continue
        try:
            await _tell_one(house, row, wanted)
        except EngineError as error:
            log.warning(
                "a clock was not told yet", action="clock.later", definition=row["definition"], error=str(error)
            )
            return


async def _tell_one(house: House, row: Mapping[str, Any], wanted: str) -> None:
    assert house.clocks is not None
    same = (TRIGGERS.c.definition == row["definition"], TRIGGERS.c.place == row["place"])
    if row["cron"] is None:
        await house.clocks.stop(clock_id(row["definition"], row["place"]))
        await _write(house, delete(TRIGGERS).where(*same, TRIGGERS.c.cron.is_(None)))
        return
    idle = row["paused"] or row["archived_at"] is not None
    await house.clocks.tell(Clock(row["definition"], row["place"], row["cron"], row["timezone"], idle))
    unchanged = (TRIGGERS.c.cron == row["cron"], TRIGGERS.c.paused == row["paused"])
    await _write(house, update(TRIGGERS).where(*same, *unchanged).values(told=wanted))


async def fire(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """One page of one time: {cursor, started, refused}; no cursor: that was the last one.

    `asked` is {definition, place, fire, at, cursor}; `fire` is that time's own name. Raises ApiError with 5xx where it
    has to be asked again.
    """
    row = await house.store.look(lambda connection: of_id(connection, clock_id(asked["definition"], asked["place"])))
    if row is None or row["archived_at"] is not None:
        return {"cursor": None, "started": 0, "refused": 0}
    trigger = await _trigger(house, row)
    now = datetime.now(UTC)
    same = (TRIGGERS.c.definition == row["definition"], TRIGGERS.c.place == row["place"])
    await _write(house, update(TRIGGERS).where(*same).values(fired_at=now))
    records, cursor = await _records(house, row, trigger, asked)
    slots, done = asyncio.Semaphore(AT_ONCE), []

    async def one(record: str | None) -> None:
        async with slots:
            done.append(await _start(house, row, asked["fire"], record))

    await asyncio.gather(*(one(record) for record in records))
    return {"cursor": cursor, "started": sum(done), "refused": len(done) - sum(done)}


async def _records(
    house: House, row: Mapping[str, Any], trigger: ScheduleTrigger, asked: Mapping[str, Any]
) -> tuple[list[str | None], str | None]:
    """The records of a page, within what the person may see; one start without a record where it goes over none."""
    over = trigger.over
    if over is None:
        return [None], None
    found = await house.people.who(row["user"])
    caller = Caller(
        found or Who(row["user"]), house, About("schedule.fire", definition=row["definition"], via="schedule")
    )
    version = await house.versions.need(row["definition"], row["version"])
    known = resolve(over.where, f"{row['place']}/over/where", version.graph.trees, {"now": asked["at"]})
    where = {name: known.get(name, []) for name in over.where}  # what is unknown is not met: one of no values
    try:
        if found is None:
            raise Forbidden(f"{row['user']!r} is nobody who may start anything.", code="nobody")
        caller.allow("source.read")
        scopes, me = await rights(caller)
        with as_problems():
            key = await _key(house, over.collection)
            given: dict[str, Any] = {
                "where": where,
                "limit": PAGE,
                "cursor": asked.get("cursor"),
                "scopes": scopes,
                "me": me,
            }
            page, cursor = await house.records.rows(over.collection, **given)
    except ApiError as error:
        if error.http_status >= 500:
            raise
        await log_refusal(house.store, caller.who, caller.about, error, "POST")
        return [], None
    return [str(each[key]) for each in page], cursor


async def _key(house: House, collection: str) -> str:
    """The field that names a record. Raises ApiError where there is not exactly one."""
    found = [str(each["name"]) for each in (await house.records.describe(collection))["fields"] if each["primary"]]
    if len(found) != 1:
        raise NotFound(f"field that names a record of {collection}")
    return found[0]


async def _start(house: House, row: Mapping[str, Any], fire: str, record: str | None) -> bool:
    """Whether a run was started; one that is refused is logged, and no reason to stop. Raises ApiError with 5xx."""
    body = StartRun(definition=row["definition"], record=record, on_open="conflict")
    try:
        await start_as(house, row["user"], body, key=f"schedule:{fire}:{record or ''}", via="schedule")
    except ApiError as error:
        if error.http_status >= 500:
            raise
        return False
    return True


async def _trigger(house: House, row: Mapping[str, Any]) -> ScheduleTrigger:
    published = await house.versions.need(row["definition"], row["version"])
    trigger = published.graph.document.start.triggers[int(row["place"].rpartition("/")[2])]
    assert isinstance(trigger, ScheduleTrigger)
    return trigger


async def _write(house: House, statement: Any) -> None:
    await house.store.together(lambda connection: connection.execute(statement))
