"""Events: something happened, somewhere else or in a run, and runs begin or go on because of it.

    taken      stored once for its id, under the lock of its name; from then on it cannot be lost
    passed on  each definition with a trigger for it starts, each step that waits for it is told
    kept       as long as it lives, for waits that begin later

Passing on may be done twice (the process died in between, two processes at once): each start has a key made of event
and trigger, each word to a run an id made of event and round. What happens in runs comes from the feed and goes the
same way, under the names that the language has for it; only those names are stored that somebody listens for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from api.doors import Caller
from api.event_waits import WAITS, event_of, hold, tell_waits
from api.feed import FedEvent
from api.permissions import Subject
from api.problems import ApiError, IdempotencyConflict
from api.schemas import StartRun
from api.start_as import Chain, chain_from, start_as
from api.store.tables import DefinitionRow, IdempotencyRow, RunRow
from api.store.trigger_tables import OuterEventRow
from api.tracing import log
from api.triggers import TRIGGERS
from definitions.canonical import digest
from definitions.engine.listening import in_scope
from definitions.expressions.evaluate import truth
from definitions.expressions.values import resolve
from definitions.model.start import EventTrigger

if TYPE_CHECKING:
    from api.house import House

EVENTS: Table = OuterEventRow.__table__  # type: ignore[attr-defined]
DEFINITIONS: Table = DefinitionRow.__table__  # type: ignore[attr-defined]
ANSWERS: Table = IdempotencyRow.__table__  # type: ignore[attr-defined]
RUNS: Table = RunRow.__table__  # type: ignore[attr-defined]

OF_RUNS = ("run.", "step.", "phase.")
"""With what the names begin of what happens in runs: nobody else may say that it happened."""

LEFT_OVER = timedelta(seconds=5)
"""How old an event is before another than who took it passes it on."""


async def take(
    house: House,
    name: str,
    id: str,
    data: dict[str, Any],
    sender: str,
    *,
    teams: Sequence[str] | None = None,
    chain: Chain | None = None,
) -> dict[str, Any]:
    """Stores an event; gives its row, also of one that was taken before. Raises IdempotencyConflict for another."""
    now = datetime.now(UTC)
    row = {
        "id": id,
        "name": name,
        "data": data,
        "hash": digest([name, data]),
        "sender": sender,
        "teams": list(teams) if teams is not None else None,
        "chain": chain.to_json() if chain else None,
        "at": now,
        "until": now + timedelta(seconds=house.config.event_lifetime),
        "done_at": None,
    }

    def work(connection: Connection) -> dict[str, Any]:
        hold(connection, name)
        known = connection.execute(select(EVENTS).where(EVENTS.c.id == id)).mappings().first()
        if known is None:
            connection.execute(insert(EVENTS), row)
            known = connection.execute(select(EVENTS).where(EVENTS.c.id == id)).mappings().one()
        return dict(known)

    found = await house.store.transact(work)
    if found["hash"] != row["hash"]:
        raise IdempotencyConflict
    return found


async def pass_on(house: House, row: Mapping[str, Any]) -> None:
    """Starts whom it concerns and tells who waits. What cannot be done now is left to a later round."""
    if row["done_at"] is not None:
        return
    done = [await _start(house, row, trigger) for trigger in await house.store.look(_triggers_of(row["name"]))]
    done.append(await tell_waits(house, event_of(row), row["teams"]))
    if all(done):
        noted = update(EVENTS).where(EVENTS.c.number == row["number"]).values(done_at=datetime.now(UTC))
        await house.store.together(lambda connection: connection.execute(noted))


async def pass_on_soon(house: House, row: Mapping[str, Any]) -> None:
    """The same, as far as it comes while somebody waits; a round does the rest (each word to a run is said once)."""
    with suppress(TimeoutError):
        async with asyncio.timeout(house.config.command_deadline):
            await pass_on(house, row)


def started_by(connection: Connection, id: str) -> list[str]:
    """The runs that an event has started."""
    first = f"event:{id}:"
    query = select(ANSWERS.c.answer).where(ANSWERS.c.key >= first, ANSWERS.c.key < first + "\U0010ffff")
    return [str(each["run"]) for each in connection.execute(query.order_by(ANSWERS.c.key)).scalars() if each]


async def _start(house: House, row: Mapping[str, Any], said: tuple[str, int, str, str]) -> bool:
    """Starts what one trigger says, if it is met. False where that has to be tried again."""
    definition, version, place, user = said
    published = await house.versions.need(definition, version)
    index = int(place.rpartition("/")[2])
    trigger = published.graph.document.start.triggers[index]
    scope = {"event": in_scope(event_of(row)), "now": row["at"]}
    assert isinstance(trigger, EventTrigger)
    if not _is_met(trigger.when, published.graph.trees.get(f"{place}/when"), scope):
        return True
    record = resolve(trigger.record, f"{place}/record", published.graph.trees, scope)
    if trigger.record is not None and not _is_id(record):
        log.info("an event names no record", action="event.no_record", definition=definition, name=row["name"])
        return True
    if not await _may_see(house, row, user):
        return True
    chain = Chain(**row["chain"]) if row["chain"] else None
    body = StartRun(definition=definition, record=str(record) if trigger.record is not None else None)
    try:
        await start_as(house, user, body, key=f"event:{row['id']}:{definition}:{index}", via="event", chain=chain)
    except ApiError as error:
        return error.http_status < 500  # refused for good, and logged
    return True


def _is_met(when: Any, tree: Any, scope: Mapping[str, Any]) -> bool:
    if when is None or isinstance(when, bool):
        return when is not False
    return tree is not None and truth(tree, scope)


def _is_id(value: Any) -> bool:
    return (isinstance(value, str) and 0 < len(value) <= 200) or (isinstance(value, int) and value is not True)


async def _may_see(house: House, row: Mapping[str, Any], user: str) -> bool:
    """What happened in a run starts things only for those who may see that run."""
    if row["teams"] is None:
        return True
    who = await house.people.who(user)
    return who is None or Caller(who, house).may("run.view", Subject(teams=tuple(row["teams"])))


def _triggers_of(name: str) -> Any:
    query = select(TRIGGERS.c.definition, DEFINITIONS.c.version, TRIGGERS.c.place, TRIGGERS.c.user)
    query = query.join(DEFINITIONS, DEFINITIONS.c.key == TRIGGERS.c.definition)
    concerned = (TRIGGERS.c.event == name, TRIGGERS.c.type == "event", DEFINITIONS.c.archived_at.is_(None))
    query = query.where(*concerned).order_by(TRIGGERS.c.definition, TRIGGERS.c.place)
    return lambda connection: [tuple(each) for each in connection.execute(query)]


async def hear(house: House, happened: Sequence[FedEvent]) -> None:
    """What happened in runs (a consumer of the feed): stored and passed on where somebody listens for it."""
    listened = await house.store.look(_listened)
    for each in happened:
        for name in each.names:
            if name in listened:
                row = await _of_run(house, each, name)
                await pass_on_soon(house, row)


async def _of_run(house: House, each: FedEvent, name: str) -> dict[str, Any]:
    async with house.store.reading() as session:
        run = await session.get(RunRow, each.run)
    chain = chain_from(run, each.execution) if run is not None else Chain(each.run, each.execution)
    data = {
        "run": each.run,
        "definition": each.definition,
        "version": each.version,
        "record": each.record,
        "step": each.step,
        "execution": each.execution,
        "phases": [phase for said, phase in each.phases if said == name],
        "choice": each.data.get("choice"),
        "by": each.actor,
    }
    kept = {key: value for key, value in data.items() if value not in (None, [])}
    return await take(house, name, f"{each.run}:{each.seq}:{name}", kept, each.run, teams=each.teams, chain=chain)


def _listened(connection: Connection) -> frozenset[str]:
    return frozenset(connection.execute(select(TRIGGERS.c.event).where(TRIGGERS.c.event.is_not(None))).scalars())


async def sweep(house: House) -> None:
    """One round over what was left: passes on what nobody finished. One that cannot be keeps no other from it."""
    now = datetime.now(UTC)
    left = select(EVENTS).where(EVENTS.c.done_at.is_(None), EVENTS.c.at < now - LEFT_OVER)
    query = left.order_by(EVENTS.c.number).limit(100)
    for row in await house.store.look(lambda connection: connection.execute(query).mappings().all()):
        try:
            await pass_on(house, dict(row))
        except (SQLAlchemyError, OSError):
            raise
        except Exception as error:
            log.error("an event was not passed on", action="event.failed", name=row["name"], exc_info=error)


async def clear(house: House) -> None:
    """Takes away events that have outlived their time, and waits of runs that have ended."""
    over = select(EVENTS.c.number).where(EVENTS.c.until < datetime.now(UTC), EVENTS.c.done_at.is_not(None))
    ended = select(RUNS.c.id).where(RUNS.c.status.in_(("completed", "aborted")))
    old = delete(EVENTS).where(EVENTS.c.number.in_(over.limit(10_000)))
    await house.store.transact(lambda connection: connection.execute(old))
    gone = delete(WAITS).where(WAITS.c.run.in_(ended.where(RUNS.c.id == WAITS.c.run).correlate(WAITS)))
    await house.store.transact(lambda connection: connection.execute(gone))
