"""Steps that wait for an event: who they are, what came before they began, and how they are told of what comes.

A wait begins in one transaction that stores it and reads what is still alive of its name; an event is stored under the
same lock. So the wait finds the event, or the event finds the wait. Which event fits is for the run alone to say; what
certainly does not fit (by the run as it was recorded before the event came) is not sent, since every word to a run
stands in its history for good.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, delete, select

from api.activity import About
from api.answers import state_of
from api.doors import Caller
from api.permissions import Who
from api.problems import ApiError
from api.schemas_commands import CommandBody
from api.store.statements import insert_new
from api.store.store import Store
from api.store.tables import RunRow
from api.store.trigger_tables import EventNameRow, EventWaitRow, OuterEventRow
from api.tracing import log
from api.versions import Published, Versions
from definitions.engine.listening import in_scope, taken
from definitions.engine.scope import scope_of
from definitions.engine.state import ENDED, RunStatus, State
from definitions.expressions.evaluate import evaluate
from definitions.model import WaitStep
from definitions.times import rfc3339
from definitions.wire import SYSTEM_ACTOR, EffectCall

if TYPE_CHECKING:
    from api.house import House

NAMES: Table = EventNameRow.__table__  # type: ignore[attr-defined]
WAITS: Table = EventWaitRow.__table__  # type: ignore[attr-defined]
EVENTS: Table = OuterEventRow.__table__  # type: ignore[attr-defined]

PAGE = 100
GIVEN = 48 * 1024
"""Bytes of the events that a wait is given to choose from: they stand in the run's history."""

SYSTEM = Who(SYSTEM_ACTOR, grants=("run.view.all", "event.deliver.all"))


class Hands(CommandBody):
    """The command by which a run is handed an event; nobody else can give it."""

    type: str = "event"
    event: dict[str, Any]


def hold(connection: Connection, name: str) -> None:
    """Whoever stores an event of this name, or begins to wait for it, takes their turn until the transaction ends."""
    insert_new(connection, NAMES, {"name": name})
    connection.execute(select(NAMES.c.name).where(NAMES.c.name == name).with_for_update())


class SqlListening:
    """Registers waits; implements `Listening` of activities/ports.py."""

    def __init__(self, store: Store) -> None:
        self._store, self._versions = store, Versions(store)

    async def listen(self, call: EffectCall, name: str) -> list[dict[str, Any]]:
        """The events of that name that are alive and may fit, in their order; later ones are handed to the run."""
        row = {"run": call.run, "execution": call.execution, "step": call.step, "name": name, "at": datetime.now(UTC)}

        def work(connection: Connection) -> list[dict[str, Any]]:
            hold(connection, name)
            insert_new(connection, WAITS, row)
            alive = (EVENTS.c.name == name, EVENTS.c.until > datetime.now(UTC))
            return [dict(each) for each in connection.execute(_in_order(*alive)).mappings()]

        found = await self._store.transact(work)
        if not found:
            return []
        run, published = await self._run(call.run)
        state = state_of(run, published)
        return _chosen(
            published, state, call.step, [event_of(each) for each in found if shares(each["teams"], run.teams)]
        )

    async def _run(self, run: str) -> tuple[RunRow, Published]:
        async with self._store.reading() as session:
            row = await session.get(RunRow, run)
        if row is None:
            raise LookupError(f"there is no run {run}")
        return row, await self._versions.need(row.definition, row.version)


async def tell_waits(house: House, event: dict[str, Any], teams: Sequence[str] | None) -> bool:
    """Hands an event to every round that waits for one of its name. False where some could not be told now."""
    after, told = ("", ""), True
    while rows := await house.store.look(partial(_page, name=event["name"], after=after)):
        for row in rows:
            told = await _tell(house, row, event, teams) and told
        after = (rows[-1]["run"], rows[-1]["execution"])
    return told


async def _tell(house: House, row: Mapping[str, Any], event: dict[str, Any], teams: Sequence[str] | None) -> bool:
    async with house.store.reading() as session:
        run = await session.get(RunRow, row["run"])
    if run is None:
        return await _forget(house, row)
    published = await house.versions.need(run.definition, run.version)
    state = state_of(run, published)
    if is_over(state, row["execution"]):
        return await _forget(house, row)
    if not shares(teams, run.teams) or fits(published, state, row["step"], event) is False:
        return True
    return await _hand(house, row, event)


async def _hand(house: House, row: Mapping[str, Any], event: dict[str, Any]) -> bool:
    """Gives the command, once for each event and round, and does not wait for the verdict."""
    said = {
        "id": command_id(event["id"], row["run"], row["execution"]),
        "type": "event",
        "step": row["step"],
        "execution": row["execution"],
        "event": event,
    }
    command = Hands.model_construct(set(said), **said)
    caller = Caller(SYSTEM, house, About(via="event"))
    try:
        await replace(house.commands, deadline=0.0).give(caller, row["run"], command)
    except ApiError as error:
        log.info("an event was not taken", action="event.refused", run=row["run"], code=error.code)
        return error.http_status < 500
    return True


def command_id(event: str, run: str, execution: str) -> str:
    """The id of the word to one round of one run, the same whoever tells it."""
    return "event-" + hashlib.sha256(f"{event}\n{run}\n{execution}".encode()).hexdigest()[:40]


def event_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """An event as expressions and runs see it: {id, name, data, at}."""
    return {"id": row["id"], "name": row["name"], "data": row["data"], "at": rfc3339(row["at"])}


def is_over(state: State, execution: str) -> bool:
    """Whether that round will never take an event any more. One that is not recorded yet may."""
    if state.status in (RunStatus.COMPLETED, RunStatus.ABORTED):
        return True
    each = state.executions.get(execution)
    return each is not None and each.status in ENDED


def fits(published: Published, state: State, step: str, event: Mapping[str, Any]) -> bool | None:
    """Whether an event is the one by what is recorded; None where that cannot be said yet, and the run has to."""
    graph = published.graph.grown(state.added)
    node = graph.nodes.get(step)
    if node is None or not isinstance(node.step, WaitStep) or node.step.event is None:
        return False
    if event["id"] in taken(state, step):
        return False
    match, tree = node.step.event.match, graph.trees.get(f"{node.pointer}/event/match")
    if tree is None:
        return match is not False
    met = evaluate(tree, {**scope_of(graph, state, datetime.now(UTC)), "event": in_scope(event)})
    return met if isinstance(met, bool) else None


def _chosen(published: Published, state: State, step: str, events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that may be the one, up to the first that is: the last ones, where they are too many for an answer."""
    found: list[dict[str, Any]] = []
    for event in events:
        fit = fits(published, state, step, event)
        if fit is not False:
            found.append(event)
        if fit:
            break
    while len(found) > 1 and len(json.dumps(found).encode()) > GIVEN:
        found.pop(0)
    return found


def shares(teams: Sequence[str] | None, own: Sequence[str]) -> bool:
    """Whether a run of these teams may hear what happened in a run of those; None: it happened outside."""
    return not teams or not own or bool(set(teams) & set(own))


def _page(connection: Connection, name: str, after: tuple[str, str]) -> list[dict[str, Any]]:
    later = (WAITS.c.run > after[0]) | ((WAITS.c.run == after[0]) & (WAITS.c.execution > after[1]))
    query = select(WAITS).where(WAITS.c.name == name, later).order_by(WAITS.c.run, WAITS.c.execution).limit(PAGE)
    return [dict(row) for row in connection.execute(query).mappings()]


def _in_order(*where: Any) -> Any:
    return select(EVENTS).where(*where).order_by(EVENTS.c.number)


async def _forget(house: House, row: Mapping[str, Any]) -> bool:
    gone = delete(WAITS).where(WAITS.c.run == row["run"], WAITS.c.execution == row["execution"])
    await house.store.together(lambda connection: connection.execute(gone))
    return True
