"""Stories of what Temporal's UI is told, and when: recorded under version 5 too, which told it at every step."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.client import WorkflowHandle

from tests.engine.story import document, task
from tests.workers.house import House

Handle = WorkflowHandle[Any, Any]


async def hurried(house: House) -> Handle:
    """Steps follow each other within seconds; then nobody does anything until what was held back is told."""
    handle = await house.start(document([task(f"t{n}") for n in range(5)]))
    await house.until(handle, lambda v: v["current"] == ["t0"])
    for n in range(4):
        await house.give(handle, "complete", step=f"t{n}")
    await asyncio.sleep(6)
    await house.give(handle, "complete", step="t4")
    await handle.result()
    return handle


async def due(house: House) -> Handle:
    """Dates of the run and of its steps, the nearer one set by a person and taken back."""
    dated = document([{**task("one"), "due": {"at": "2031-03-05"}}, task("two")], due={"at": "2031-06-01"})
    handle = await house.start(dated)
    await house.until(handle, lambda v: v["current"] == ["one"])
    await house.give(handle, "set_due", step="one", due="2030-01-01")
    await house.give(handle, "set_due", step="one", due=None)
    await house.give(handle, "complete", step="one")
    await house.give(handle, "complete", step="two")
    await handle.result()
    return handle


SHOWING: dict[str, Callable[[House], Awaitable[Handle]]] = {"hurried": hurried, "due": due}
