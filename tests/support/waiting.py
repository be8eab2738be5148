"""Waiting for what happens beside a test, such as in a round of the API or in a worker."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any


async def until(holds: Any) -> Any:
    """The first thing that `holds`, a function or a coroutine function, gives and that is true; fails after 20 s."""
    for _ in range(400):
        found = holds()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("waited in vain")
