"""The one action both sides do. It does nothing, so that whatever is measured is the way to it and back."""

from __future__ import annotations

from pydantic import BaseModel

from activities import action
from definitions.contracts import Touches

NAME = "bench.noop"


class Number(BaseModel):
    """What goes in and comes out."""

    n: int


@action(NAME, title="Do nothing", repeatable=True, touches=Touches.NOTHING)
async def noop(number: Number) -> Number:
    """Gives back what it got."""
    return number
