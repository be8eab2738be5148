"""Definitions that the clock starts: when they are next, paused and resumed, and started now."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Response
from sqlalchemy import update

from api import schedules
from api.activity import entry
from api.clocks import clock_id
from api.doors import Calling, asks
from api.engine import EngineError
from api.idempotency import KeyHeader, Once
from api.paging import Cursor, Limit, cut, listing, read_cursor
from api.permissions import Subject
from api.problems import Conflict, NotFound, Unavailable
from api.registers import done_once
from api.routing import READS, WRITES, answer, router
from api.schemas import Nothing
from api.schemas_out import Page
from api.schemas_triggers import Schedule
from api.triggers import TRIGGERS

routes = router("/v1/schedules", "triggers")

Id = Annotated[str, Path(max_length=100)]


@routes.get("", response_model=Page[Schedule], responses=READS)
@asks("definition.view")
async def list_schedules(caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The schedules of the definitions the caller may see, by definition."""
    after = str(read_cursor(cursor, "schedules", 1)[0]) if cursor else ""
    live = TRIGGERS.c.cron.is_not(None)
    found = await caller.house.store.look(lambda connection: schedules.rows(connection, live))
    seen = [row for row in found if caller.may("definition.view", _subject(row)) and _name(row) > after]
    page, following = cut(seen[: limit + 1], limit, "schedules", lambda row: (_name(row),))
    return answer(listing([await schedules.shown(caller.house, row) for row in page], following))


@routes.get("/{schedule}", response_model=Schedule, responses=READS)
@asks("definition.view")
async def get_schedule(schedule: Id, caller: Calling) -> Response:
    """One schedule."""
    return answer(await schedules.shown(caller.house, await _seen(caller, schedule, "definition.view")))


@routes.post("/{schedule}/pause", response_model=Schedule, responses=WRITES)
@asks("definition.publish")
async def pause(schedule: Id, caller: Calling, body: Nothing | None = None) -> Response:
    """It starts nothing until it is resumed. Again is the same."""
    return await _set_paused(caller, schedule, True)


@routes.post("/{schedule}/resume", response_model=Schedule, responses=WRITES)
@asks("definition.publish")
async def resume(schedule: Id, caller: Calling, body: Nothing | None = None) -> Response:
    """It comes again; what it would have started meanwhile is not made good."""
    return await _set_paused(caller, schedule, False)


@routes.post("/{schedule}/trigger", response_model=Schedule, status_code=202, responses=WRITES)
@asks("definition.publish")
async def trigger(
    schedule: Id, caller: Calling, body: Nothing | None = None, idempotency_key: KeyHeader = None
) -> Response:
    """It comes now, once, as if its time were there; also while it is paused."""
    row = await _seen(caller, schedule, "definition.publish")
    caller.about.action = "schedule.trigger"

    async def work() -> dict[str, Any]:
        await _strike(caller, row)
        return await _said(caller, row)

    return await done_once(caller, work, Once.of(idempotency_key, caller.who, f"POST {schedule}/trigger", None), 202)


async def _strike(caller: Calling, row: dict[str, Any]) -> None:
    house = caller.house
    if row["archived_at"] is not None:
        raise Conflict("The definition is archived.", code="not_startable")
    if house.clocks is None:
        raise Unavailable("There is nothing here that tells the time.")
    await schedules.tell(house)
    try:
        await house.clocks.strike(clock_id(row["definition"], row["place"]))
    except EngineError as error:
        raise Unavailable("Temporal does not answer.") from error


async def _set_paused(caller: Calling, schedule: str, paused: bool) -> Response:
    row = await _seen(caller, schedule, "definition.publish")
    caller.about.action = "schedule.pause" if paused else "schedule.resume"
    same = (TRIGGERS.c.definition == row["definition"], TRIGGERS.c.place == row["place"])
    statement = update(TRIGGERS).where(*same).values(paused=paused)
    await caller.house.store.transact(lambda connection: connection.execute(statement))
    await schedules.tell(caller.house)
    return answer(await _said(caller, {**row, "paused": paused}))


async def _said(caller: Calling, row: dict[str, Any]) -> dict[str, Any]:
    async with caller.house.store.session() as session:
        session.add(entry(caller.who, caller.about, "write"))
    caller.about.logged = True
    return await schedules.shown(caller.house, row)


async def _seen(caller: Calling, schedule: str, operation: str) -> dict[str, Any]:
    row = await caller.house.store.look(lambda connection: schedules.of_id(connection, schedule))
    if row is None:
        raise NotFound("schedule")
    caller.about.definition = row["definition"]
    caller.allow(operation, _subject(row), "schedule")
    return row


def _subject(row: dict[str, Any]) -> Subject:
    return Subject(teams=tuple(row["teams"] or ()))


def _name(row: dict[str, Any]) -> str:
    return clock_id(row["definition"], row["place"])
