"""The outside world of the chaos: deeds are lines in a file for each key, written whatever becomes of the worker."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

from pydantic import BaseModel

from activities import ActionContext, action

WORLD = "HOLDFAST_CHAOS_WORLD"
SLOW = 0.4
"""Seconds a deed may take at most, before and after: the window in which a kill is felt."""


class Payment(BaseModel):
    """What to pay."""

    amount: int


class Receipt(BaseModel):
    """The key it was paid under."""

    key: str


def deed_of(key: str) -> Path:
    """The file of a key."""
    return Path(os.environ[WORLD]) / key.replace(":", "_").replace("#", "_")


async def _at_some_length() -> None:
    await asyncio.sleep(random.random() * SLOW)


@action("chaos.pay", title="Pay under a key", repeatable=True, heartbeat=3.0, timeout=20.0)
async def pay(payment: Payment, context: ActionContext) -> Receipt:
    """The other side knows the key: asked again, it does nothing more."""
    await _at_some_length()
    deed = deed_of(context.key)
    try:
        with deed.open("x") as file:
            file.write(f"{payment.amount}\n")
    except FileExistsError:
        pass
    await _at_some_length()
    return Receipt(key=context.key)


@action("chaos.once", title="Pay", heartbeat=3.0, timeout=20.0)
async def once(payment: Payment, context: ActionContext) -> Receipt:
    """The other side knows no key: asked twice, it pays twice."""
    await _at_some_length()
    with deed_of(context.key).open("a") as file:
        file.write(f"{payment.amount}\n")
    await _at_some_length()
    return Receipt(key=context.key)
