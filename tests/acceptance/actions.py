"""Actions of our own, registered as a developer would: a payment that stops between the deed and its answer.

What was done stands in a folder, one file per idempotency key; the first try then waits to be killed.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from pydantic import BaseModel

from activities import ActionContext, action

WORLD = "HOLDFAST_TEST_WORLD"


class Payment(BaseModel):
    """What to pay."""

    order: str


class Receipt(BaseModel):
    """What was paid, and how often it was asked for under this key."""

    key: str
    done: int


async def _pay(context: ActionContext) -> Receipt:
    folder = Path(os.environ[WORLD])
    folder.mkdir(exist_ok=True)
    deed = folder / context.key.replace(":", "_").replace("#", "_")
    first = not deed.exists()
    with deed.open("a") as file:
        if first or not _REPEATABLE[context.step]:
            file.write("paid\n")
    if first:
        (folder / f"{deed.name}.waiting").touch()
        await asyncio.sleep(3600)
    return Receipt(key=context.key, done=len(deed.read_text().splitlines()))


_REPEATABLE = {"safe": True, "once": False}


@action("acceptance.pay_safely", title="Pay under a key", repeatable=True, heartbeat=3.0, timeout=3700.0)
async def pay_safely(payment: Payment, context: ActionContext) -> Receipt:
    """Does no more for the same key than once: it may be tried again."""
    return await _pay(context)


@action("acceptance.pay_once", title="Pay", heartbeat=3.0, timeout=3700.0)
async def pay_once(payment: Payment, context: ActionContext) -> Receipt:
    """Pays each time it is called: after an interruption only a person can tell."""
    return await _pay(context)


@action("acceptance.pay_slowly", title="Pay within seconds")
async def pay_slowly(payment: Payment, context: ActionContext) -> Receipt:
    """Under way for some seconds; not to be done twice."""
    deed = Path(os.environ[WORLD]) / context.key.replace(":", "_").replace("#", "_")
    deed.parent.mkdir(exist_ok=True)
    deed.with_name(f"{deed.name}.waiting").touch()
    await asyncio.sleep(4)
    with deed.open("a") as file:
        file.write("paid\n")
    return Receipt(key=context.key, done=len(deed.read_text().splitlines()))
