"""Work that goes on beside requests, for as long as an API process lives: rounds that never end, and their end.

What a process does by itself is shared with others by claims in the database, so a round that the database does not
answer costs nothing but time: it is said in the log and followed by the next.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from api.tracing import log


@contextlib.asynccontextmanager
async def beside(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """The work as a task of that name while the block lasts; at its end it is cut off and waited for."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def rounds(
    one: Callable[[], Awaitable[Any]],
    every: float,
    *,
    said: str,
    action: str,
    first: Callable[[], Awaitable[Any]] | None = None,
) -> None:
    """`one` for ever, `every` seconds apart; `first` before it, until that came about once.

    `said` and `action` are the line of the log where the database did not answer.
    """
    while True:
        try:
            if first is not None:
                await first()
                first = None
            await one()
        except (SQLAlchemyError, OSError) as error:
            log.warning(said, action=action, error=type(error).__name__)
        await asyncio.sleep(every)
