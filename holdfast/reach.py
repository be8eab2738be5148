"""Reaching what a process stands on: Temporal, and whatever may not be up yet when it starts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import structlog
from temporalio.client import Client, Interceptor
from temporalio.envconfig import ClientConfig

from holdfast.runtime import core_runtime

T = TypeVar("T")

log = structlog.get_logger("holdfast")

TRY_AGAIN = 1.0
"""Seconds between two tries to reach Temporal or the database at the start of a process."""


async def connect_temporal(
    *, lazy: bool = False, metrics: str | None = None, interceptors: Sequence[Interceptor] = ()
) -> Client:
    """A client as TEMPORAL_* variables and Temporal's profile file say. `lazy`: connects at its first call.

    `metrics` is the `host:port` at which the SDK's own metrics are served, for as long as the process lives.
    """
    config: dict[str, Any] = dict(ClientConfig.load_client_connect_config())
    config.setdefault("target_host", "127.0.0.1:7233")
    return await Client.connect(**config, lazy=lazy, runtime=core_runtime(metrics), interceptors=list(interceptors))


async def patiently(what: str, attempt: Callable[[], Awaitable[T]]) -> T:
    """Awaits `attempt()` until it succeeds. A process that starts before what it needs waits for it; it says so."""
    while True:
        try:
            return await attempt()
        except Exception as error:
            log.warning("not_reachable_yet", what=what, error=str(error)[:300])
            await asyncio.sleep(TRY_AGAIN)
