"""Reaching what a process stands on: Temporal, and whatever may not be up yet when it starts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import structlog
from temporalio.client import Client, Interceptor
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConfig

from api.codec import Sealing, converter_of, read_keys
from holdfast.runtime import core_runtime
from holdfast.settings import Settings

T = TypeVar("T")

log = structlog.get_logger("holdfast")

TRY_AGAIN = 1.0
"""Seconds between two tries to reach Temporal or the database at the start of a process."""


def converter(settings: Settings | None = None) -> DataConverter:
    """What payloads are read and written with: sealed where there are keys (those of the environment by default)."""
    keys = (settings or Settings()).payload_keys
    return converter_of(read_keys(keys.get_secret_value() if keys else ""))


def codec_of(settings: Settings) -> Sealing | None:
    """What opens payloads for Temporal's pages, where they are sealed."""
    found = converter(settings).payload_codec
    return found if isinstance(found, Sealing) else None


async def connect_temporal(
    settings: Settings | None = None,
    *,
    lazy: bool = False,
    metrics: str | None = None,
    interceptors: Sequence[Interceptor] = (),
) -> Client:
    """A client as TEMPORAL_* variables and Temporal's profile file say. `lazy`: connects at its first call.

    `metrics` is the `host:port` at which the SDK's own metrics are served, for as long as the process lives.
    """
    config: dict[str, Any] = dict(ClientConfig.load_client_connect_config())
    config.setdefault("target_host", "127.0.0.1:7233")
    config["data_converter"] = converter(settings)
    return await Client.connect(**config, lazy=lazy, runtime=core_runtime(metrics), interceptors=list(interceptors))


async def patiently(what: str, attempt: Callable[[], Awaitable[T]]) -> T:
    """Awaits `attempt()` until it succeeds. A process that starts before what it needs waits for it; it says so."""
    while True:
        try:
            return await attempt()
        except Exception as error:
            log.warning("not_reachable_yet", what=what, error=str(error)[:300])
            await asyncio.sleep(TRY_AGAIN)
