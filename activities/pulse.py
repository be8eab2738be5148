"""Time around an effect: a heartbeat that costs nothing while the effect is short, and a limit that really ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

from temporalio import activity

GRACE = 1.0
"""Seconds a cancelled body may use to clean up. One that ignores the cancellation is left behind, not waited for."""


class Pulse:
    """Beats every `heartbeat / 2.5` seconds from the first such moment on, so that one lost beat is no lost effect.

    A timer and not a task: an effect shorter than the first beat pays for one entry in the loop's heap.
    """

    def __init__(self, heartbeat: float) -> None:
        self._every = max(heartbeat / 2.5, 0.05)
        self._next: asyncio.TimerHandle | None = None

    def __enter__(self) -> Pulse:
        self._arm()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._next is not None:
            self._next.cancel()

    def _arm(self) -> None:
        self._next = asyncio.get_running_loop().call_later(self._every, self._beat)

    def _beat(self) -> None:
        activity.heartbeat()
        self._arm()


async def bounded(body: Callable[[], Awaitable[Any]], seconds: float) -> Any:
    """What `body` answers within `seconds`, else TimeoutError.

    Unlike `wait_for` it does not wait for a body that will not stop.
    """
    task = asyncio.ensure_future(body())
    task.add_done_callback(_retrieve)
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        await _stop(task)
        raise
    if not task.done():
        await _stop(task)
        raise TimeoutError
    return task.result()


async def _stop(task: asyncio.Future[Any]) -> None:
    task.cancel()
    await asyncio.wait({task}, timeout=GRACE)


def _retrieve(task: asyncio.Future[Any]) -> None:
    """Takes note of an abandoned body's exception, which asyncio would otherwise report as forgotten."""
    if not task.cancelled():
        task.exception()
