"""The two processes that do the work, from their start to a polite end.

Both end on SIGTERM and SIGINT: what is under way may finish, nothing new is taken. The caller leaves through
`os._exit` (holdfast/__main__.py says why).
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog
import uvicorn

from api.store.seed import has_demo_people
from api.store.store import Store
from holdfast.compose import api_of, worker_of
from holdfast.installed import registry_of
from holdfast.loop import settle_in
from holdfast.reach import patiently
from holdfast.safety import refuse, refuse_database, refuse_retention
from holdfast.settings import Settings

log = structlog.get_logger("holdfast")


class CannotServe(Exception):
    """The API must not start like this; the message says what to change."""


READY_FILE = "HOLDFAST_READY_FILE"
"""Environment variable: a file that the worker makes when it serves. Whoever started it may wait for it."""


async def serve_worker(settings: Settings, modules: Sequence[str] = (), only: str = "") -> None:
    """Runs a worker until it is asked to stop; with `only`, nothing but the actions of that task queue.

    Raises what made it stop by itself.
    """
    refuse(settings)
    await refuse_database(settings)
    registry = registry_of(modules, only)
    asked = _asked_to_stop()
    async with worker_of(settings, registry, only) as worker:
        await refuse_retention(settings, worker.workers[0].client)
        settle_in()
        running = asyncio.create_task(worker.run())
        _say_ready()
        await asyncio.wait({running, asked}, return_when=asyncio.FIRST_COMPLETED)
        log.info("worker_stopping")
        if not running.done():
            await worker.shutdown()
        await running


async def serve_api(settings: Settings) -> None:
    """Runs the API until it is asked to stop (uvicorn sees to the signals). Raises CannotServe."""
    refuse(settings)
    await refuse_database(settings)
    await _refuse_demo_people_in_the_open(settings)
    async with api_of(settings) as app:
        options = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=list(settings.proxies),
            timeout_graceful_shutdown=5,
            lifespan="on",
        )
        settle_in()
        log.info("api_starting", host=settings.host, port=settings.port)
        _end_after_closing()
        await Server(options, app.state.house.out.streams.close).serve()


class Server(uvicorn.Server):
    """A server that ends what would never end by itself, such as streams, as soon as it is asked to stop."""

    def __init__(self, config: uvicorn.Config, closing: Callable[[], None]) -> None:
        super().__init__(config)
        self._closing = closing

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Called when it was asked to stop: open answers get their end before they are waited for."""
        self._closing()
        await super().shutdown(sockets)


async def _refuse_demo_people_in_the_open(settings: Settings) -> None:
    """Their tokens stand in a file; a database that once was a demo may be served on this machine only."""
    if settings.loopback:
        return
    async with Store(settings.database) as store:
        if await patiently("database", lambda: has_demo_people(store)):
            raise CannotServe(
                f"the database holds demo people: not on {settings.host}. Switch them off, or use 127.0.0.1."
            )


def _end_after_closing() -> None:
    """uvicorn raises the signal that stopped it once more at its end: that must not cut off what is still to be closed.

    Called directly before it serves, so that a signal that comes earlier ends the process as ever.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)


def _asked_to_stop() -> asyncio.Task[object]:
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    return asyncio.create_task(asked.wait())


def _say_ready() -> None:
    if path := os.environ.get(READY_FILE):
        Path(path).touch()
