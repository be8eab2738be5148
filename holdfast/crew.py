"""The workers of one process as one thing to run and to stop, and its presence: what it serves, said while it lives."""

from __future__ import annotations

import asyncio
import os
import platform
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio.worker import Worker

from api.store.store import Store
from api.store.workers_seen import WorkerRow, came, left, seen
from holdfast.settings import Settings
from workers.worker import code_id

log = structlog.get_logger("holdfast")

SAY_EVERY = 15.0
"""Seconds between two signs of life; one counts as gone after a minute, so three may be lost."""


@dataclass(frozen=True, slots=True)
class Crew:
    """All workers of a process. One that stops by itself stops the others."""

    workers: Sequence[Worker]

    async def run(self) -> None:
        """Runs them until they are shut down. Raises what made one stop by itself."""
        running = [asyncio.create_task(worker.run()) for worker in self.workers]
        done, others = await asyncio.wait(running, return_when=asyncio.FIRST_EXCEPTION)
        if others:
            await asyncio.gather(*(worker.shutdown() for worker in self.workers if worker.is_running))
            await asyncio.wait(others)
        for task in done:
            task.result()

    async def shutdown(self) -> None:
        """Takes nothing new; what is under way may finish."""
        await asyncio.gather(*(worker.shutdown() for worker in self.workers))


def offered(catalogue: Iterable[dict[str, Any]], only: str) -> list[dict[str, Any]]:
    """What a worker announces: everything, or with `only` what is done from that task queue."""
    return [info for info in catalogue if only in ("", info["contract"].get("queue", ""))]


@asynccontextmanager
async def present(
    store: Store, settings: Settings, catalogue: Iterable[dict[str, Any]], *, runs: bool
) -> AsyncIterator[None]:
    """Says what this process serves, for as long as the block lasts. A database that is away is told later."""
    row = _row(settings, catalogue, runs)
    await _say(store, row)
    saying = asyncio.create_task(_keep_saying(store, row))
    try:
        yield
    finally:
        saying.cancel()
        with suppress(SQLAlchemyError, OSError):
            await store.transact(lambda connection: left(connection, row.id))


def _row(settings: Settings, catalogue: Iterable[dict[str, Any]], runs: bool) -> WorkerRow:
    now, name = datetime.now(UTC), f"{os.getpid()}@{platform.node()}"
    return WorkerRow(
        id=uuid.uuid4().hex,
        name=name,
        queue=settings.task_queue if runs else "",
        build_id=settings.build_id or code_id(),
        actions={info["name"]: info["contract"].get("queue") or settings.task_queue for info in catalogue},
        started_at=now,
        seen_at=now,
    )


async def _say(store: Store, row: WorkerRow, first: bool = True) -> None:
    try:
        await store.transact(lambda connection: (came if first else seen)(connection, row))
    except (SQLAlchemyError, OSError) as error:
        log.warning("presence_not_said", error=type(error).__name__)


async def _keep_saying(store: Store, row: WorkerRow) -> None:
    while True:
        await asyncio.sleep(SAY_EVERY)
        await _say(store, row, first=False)
