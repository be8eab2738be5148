"""Opening a run again whose workflow has ended: a new workflow run under the same id, begun with the command itself.

What the run is stands in its state, which is complete once the workflow has ended, so it is read when the command is
sent and not when it was given. Where the old workflow is open still (an errand of it is), the command is a signal like
any other. A record takes one open run: the run's row holds that place again from the moment the command is stored.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.answers import state_of
from api.engine import Engine, Gone, Unreachable
from api.problems import Conflict
from api.store.keys import open_key
from api.store.store import Store
from api.store.tables import RunRow
from api.versions import Published, Versions
from definitions.engine import Graph, State
from definitions.packing import packed
from definitions.wire import COMMAND_SIGNALS, RunStart


def restart_payload(
    run: RunRow, envelope: dict[str, Any], keys: tuple[str, ...], cli_roles: tuple[str, ...]
) -> dict[str, Any]:
    """What the outbox keeps of it: the start without definition and state, and the envelope."""
    start = RunStart(run.id, run.definition, run.version, run.hash, {}, run.request or {}, keys=keys)
    return {"start": replace(start, cli_roles=cli_roles).to_json(), "signal": envelope}


def key_of(run: RunRow, graph: Graph) -> str | None:
    """What the run holds while it is open, where its definition takes one run per record."""
    if not graph.document.start.one_per_record or run.record_collection is None or run.record_id is None:
        return None
    return open_key(run.definition, run.record_collection, run.record_id)


async def hold_record(session: AsyncSession, run: RunRow, graph: Graph) -> None:
    """Takes the record's one place again. Raises IntegrityError at the flush, Conflict where it is seen before."""
    if (key := key_of(run, graph)) is None:
        return
    await refuse_second(session, run, graph)
    row = await session.get(RunRow, run.id, with_for_update=True)
    if row is not None:
        row.open_key = key
        session.add(row)


async def refuse_second(session: AsyncSession, run: RunRow, graph: Graph) -> None:
    """Raises Conflict where another run is open on the same record."""
    held = select(col(RunRow.id)).where(col(RunRow.open_key) == key_of(run, graph), col(RunRow.id) != run.id)
    if (other := (await session.exec(held)).first()) is not None:
        raise Conflict("Another run on this record is open.", code="run_already_open", run=other)


async def restart(store: Store, versions: Versions, engine: Engine, run: str, payload: dict[str, Any]) -> None:
    """Tells the run to open again, however its workflow stands. Raises Unreachable: then it is tried again."""
    envelope = payload["signal"]
    name = COMMAND_SIGNALS[envelope["command"]["type"]]
    async with store.reading() as session:
        row = await session.get(RunRow, run)
        assert row is not None
        published = await versions.need(row.definition, row.version, session)
    state = state_of(row, published)
    if state.over:
        await engine.restart(_start(payload["start"], published, state), row.name, name, envelope)
        return
    try:
        await engine.signal(run, name, envelope)
    except Gone as error:  # it ended a moment ago; its row will say so when this is tried again
        raise Unreachable("the run is just ending") from error


def _start(row: dict[str, Any], published: Published, state: State) -> RunStart:
    """The argument of the new workflow run: the definition the run goes by, and all that it is."""
    start = RunStart.from_json({**row, "version": state.version, "hash": state.hash, "frozen": published.frozen})
    luggage = {"state": state.to_json(), "unstored": [], "effects": []}
    whole = packed({**luggage, "frozen": published.frozen})
    if "zlib" not in whole:
        return replace(start, carried=luggage)
    return replace(start, carried=whole, frozen={})
