"""One worker process of a side: `python -m bench.worker ours|by-hand|by-hand-bare READY_FILE`, until SIGTERM.

Ours is put together as holdfast/compose.py does, with the same logging; only the cache is larger, so that 2,000 paused
runs fit in. By hand is the `Worker` as the SDK gives it, with that cache and that sticky timeout; `by-hand-bare` runs
as ours does, without the sandbox and on the same event loop. BENCH_PROFILE names a file that
takes the worker's cProfile at its end.
"""

from __future__ import annotations

import asyncio
import cProfile
import logging
import os
import signal
import sys
from pathlib import Path

from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities import default_registry
from api.store.store import Store
from bench import actions
from bench.by_hand import Automatic, Human, noop_activity
from holdfast.compose import announce, effects_of, open_records
from holdfast.logs import set_up_logging
from holdfast.loop import run, settle_in
from holdfast.reach import connect_temporal
from holdfast.settings import Settings
from workers.worker import GRACE, STICKY, build_worker

CACHE = 4000
SIDES = ("ours", "by-hand", "by-hand-bare")


async def serve(side: str) -> None:
    """Serves the task queue of that name."""
    if side == "ours":
        settings = Settings()
        set_up_logging(settings.log_level, settings.log_format)
        async with Store(settings.database) as store:
            effects = effects_of(settings, store, open_records(settings), default_registry)
            await announce(store, effects.catalogue)
            worker = build_worker(
                await connect_temporal(),
                task_queue=side,
                activities=effects.activities,
                interceptors=[effects.interceptor],
                max_cached_workflows=CACHE,
            )
            settle_in()
            await _until_asked(worker)
    else:
        worker = Worker(
            await connect_temporal(),
            task_queue=side,
            workflows=[Automatic, Human],
            activities=[noop_activity],
            max_cached_workflows=CACHE,
            graceful_shutdown_timeout=GRACE,
            sticky_queue_schedule_to_start_timeout=STICKY,
            workflow_runner=SandboxedWorkflowRunner() if side == "by-hand" else UnsandboxedWorkflowRunner(),
        )
        await _until_asked(worker)


async def _until_asked(worker: Worker) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    running, asked = asyncio.create_task(worker.run()), asyncio.create_task(stop.wait())
    _say_ready()
    await asyncio.wait({running, asked}, return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        await worker.shutdown()
    await running


def _say_ready() -> None:
    Path(sys.argv[2]).touch()


def main() -> None:
    """Leaves at once at the end, as the program does."""
    assert actions.NAME in default_registry.actions
    profile = os.environ.get("BENCH_PROFILE")
    profiler = cProfile.Profile() if profile else None
    if profiler:
        profiler.enable()
    side = sys.argv[1]
    (asyncio.run if side == "by-hand" else run)(serve(side))
    if profiler:
        profiler.disable()
        profiler.dump_stats(f"{profile}.{sys.argv[1]}")
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
