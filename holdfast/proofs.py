"""`holdfast verify` and `holdfast rebuild --from-histories`: the record held against everything, and filled from it.

Both are for a person at a terminal: histories are replayed in this process, without a limit of time, and what is found
is printed line by line. `verify` changes nothing. A rebuild writes only what is missing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from sqlalchemy import Connection, select, union
from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client

from activities.blobs import open_blobs
from api.engine import EngineError, ask
from api.recordkeeping import Recordkeeping
from api.refilling import Refill, Refilled
from api.store.archive import EVENTS, HISTORIES
from api.store.counts import recount
from api.store.projection import RUNS
from api.store.store import Store
from api.verifying import Proof
from definitions.wire import WORKFLOW_SCHEDULE
from holdfast.reach import connect_temporal
from holdfast.recordkeeping import record_of
from holdfast.settings import Settings
from holdfast.witness import LocalReplays

log = structlog.get_logger("holdfast.proofs")

NOT_IN_HISTORIES = (
    "No history holds the activity log: reads, and what was refused at the door. What is lost of it stays lost."
)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Store, Client, Recordkeeping]]:
    """The parts; Temporal may be away."""
    async with AsyncExitStack() as closing:
        store = await closing.enter_async_context(Store(settings.database))
        client = await connect_temporal(settings, lazy=True)
        blobs = open_blobs(settings.blobs_url, settings.blob_folder)
        yield store, client, record_of(settings, store, client, blobs, LocalReplays())


async def verify_all(settings: Settings, only: str = "") -> AsyncIterator[tuple[str, bool]]:
    """What is wrong, line by line, each with whether it is wrong; the last line says how much was looked at."""
    async with _opened(settings) as (store, _, record):
        runs = [only] if only else await store.look(_recorded)
        bad = 0
        for run in runs:
            lines, right = await _verified(record, run)
            bad += not right
            for line in lines:
                yield line, right
        if only:
            yield f"{only}: {'something is wrong' if bad else 'proven'}", not bad
            return
        for name in sorted({each.removeprefix("runs/") for each in await record.sealer.anchors.names("runs")}):
            if name not in runs:
                bad += 1
                yield f"{name}: run_missing: it is anchored, and the database does not know it", False
        done, problems = await record.sealer.check()
        for problem in problems:
            yield f"activity log: {problem.name}: {problem.message}", False
        wrong = bool(bad or problems)
        rows = f"{done.rows} rows of the log under {done.seals} seals"
        yield f"{len(runs)} runs verified, {bad} with something wrong; {rows}, {len(problems)} wrong", not wrong


async def _verified(record: Recordkeeping, run: str) -> tuple[list[str], bool]:
    try:
        proof = await record.verifier.verify(run)
    except LookupError:
        return [f"{run}: run_missing: the database has no row of it"], False
    except (EngineError, OSError) as error:
        return [f"{run}: it could not be verified: {error}"], False
    return [f"{run}: {line}" for line in _lines(proof)], proof.chain and proof.replays


def _lines(proof: Proof) -> list[str]:
    places = ((p, f" (event {p.seq})" if p.seq else f" (piece {p.piece})" if p.piece else "") for p in proof.problems)
    return [f"{problem.name}{place}: {problem.message}" for problem, place in places]


def _recorded(connection: Connection) -> list[str]:
    """Every run of the database, by its row or by an event."""
    known = union(select(RUNS.c.id), select(EVENTS.c.run).where(EVENTS.c.seq == 1)).subquery()
    return list(connection.execute(select(known.c[0]).order_by(known.c[0])).scalars())


def _stored(connection: Connection) -> list[str]:
    return list(connection.execute(select(HISTORIES.c.run).distinct()).scalars())


async def rebuild_from_histories(settings: Settings, only: str = "") -> AsyncIterator[tuple[str, bool]]:
    """The event table filled from Temporal's and the stored histories, and the read model folded from it."""
    async with _opened(settings) as (store, client, record):
        refill, runs = record.reconciler.refill, [only] if only else await _everywhere(settings, store, client, record)
        written = bad = 0
        for run in runs:
            done = await _filled(refill, run)
            written += done.written
            if done.problem is not None:
                bad += 1
                place = f" (event {done.seq})" if done.seq else ""
                yield f"{run}{place}: {done.problem}", False
        await store.transact(recount)
        yield f"{len(runs)} runs looked at, {written} events written, {bad} runs could not be filled", not bad
        yield NOT_IN_HISTORIES, True


async def _filled(refill: Refill, run: str) -> Refilled:
    try:
        return await refill.refill(run)
    except (EngineError, OSError) as error:
        return Refilled(run, problem=f"its history could not be read: {error}")
    except Exception as error:  # one run that cannot be written keeps no other from it
        log.exception("run_not_filled", run=run)
        return Refilled(run, problem=f"it could not be written ({type(error).__name__})")


async def _everywhere(settings: Settings, store: Store, client: Client, record: Recordkeeping) -> list[str]:
    """Every run that anybody knows: the database, stored histories, anchors, and Temporal where it answers."""
    anchored = [name.removeprefix("runs/") for name in await record.sealer.anchors.names("runs")]
    found = {*await store.look(_recorded), *await store.look(_stored), *anchored}
    try:
        found |= {name async for name in _of_temporal(client, settings.task_queue)}
    except EngineError as error:
        log.warning("temporal_not_asked", error=str(error))
    return sorted(found)


async def _of_temporal(client: Client, task_queue: str) -> AsyncIterator[str]:
    token = b""
    while True:
        asked = ListWorkflowExecutionsRequest(
            namespace=client.namespace, page_size=500, next_page_token=token, query=f"TaskQueue = '{task_queue}'"
        )
        page = await ask(client.workflow_service.list_workflow_executions, asked, 15.0)
        for info in page.executions:
            if info.type.name != WORKFLOW_SCHEDULE:
                yield info.execution.workflow_id
        if not (token := page.next_page_token):
            return
