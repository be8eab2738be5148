"""What starts runs by itself goes on for as long as the app lives: events that were left, clocks to be told."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from api import events_in, schedules
from api.beside import beside
from api.tracing import log

if TYPE_CHECKING:
    from api.house import House

EVERY = 2.0
"""Seconds between two rounds. What comes in is dealt with at once; this is for what was left."""

CLEAR_EACH = 300
"""Rounds after which what is old is taken away: ten minutes."""


def listen(house: House) -> None:
    """Has what happens in runs heard by whoever waits for it. Once, before the feed begins."""
    house.feed.consumer("triggers", partial(events_in.hear, house))


def ways_in(house: House) -> contextlib.AbstractAsyncContextManager[None]:
    """The rounds, for as long as the app lives."""
    return beside(_go(house), "ways in")


async def _go(house: House) -> None:
    rounds = 0
    while True:
        try:
            await schedules.tell(house, anew=rounds == 0)
            await events_in.sweep(house)
            if rounds % CLEAR_EACH == 0:
                await events_in.clear(house)
            rounds += 1
        except (SQLAlchemyError, OSError) as error:
            log.warning("what came in could not be read", action="ways_in.unreadable", error=type(error).__name__)
        except Exception as error:
            log.error("what came in could not be dealt with", action="ways_in.failed", exc_info=error)
        await asyncio.sleep(EVERY)
