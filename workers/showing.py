"""When Temporal's UI is told how a run stands: at once, but at most every few seconds.

An update of search attributes writes a row with a dozen indexes anew: for a person's step it is the dearest thing that
Temporal does (docs/decisions/0028). Whoever hurries through a run's steps leaves one or two updates behind, not one for
each. When a run ends, and when a leg does, they are told at once.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow

from workers.carry import Length
from workers.shown import Shown, search_attributes

EVERY = timedelta(seconds=5)
"""How far the attributes of a run at rest may be behind it."""


class Showing:
    """What Temporal was told of a run in this leg, or in the one before it, and what it is still to be told.

    `in_time`: whether it may be told later (`tells_in_time`); `costs`: what an update counts in the leg's length.
    """

    def __init__(self, told: Shown | None, length: Length, *, in_time: bool, costs: int) -> None:
        self.told, self.latest = told, told
        self.length, self.in_time, self.costs = length, in_time, costs
        self.free_at = workflow.now()
        self.waiting: asyncio.Task[None] | None = None

    def show(self, shown: Shown, *, now: bool = False) -> None:
        """Say how the run stands, `now` or when it may be said. What is known already costs no event."""
        self.latest = shown
        if now or not self.in_time or workflow.now() >= self.free_at:
            self._tell()
        elif self.latest != self.told and self.waiting is None:
            self.length.events += Length.TIMER
            self.waiting = asyncio.create_task(self._tell_in_time(self.free_at - workflow.now()))

    async def _tell_in_time(self, pause: timedelta) -> None:
        await workflow.sleep(pause, summary="tells how it stands")
        self.waiting = None
        self._tell()

    def _tell(self) -> None:
        if self.latest is None or self.latest == self.told:
            return
        self.told = self.latest
        self.free_at = workflow.now() + EVERY
        self.length.events += self.costs
        workflow.upsert_search_attributes(search_attributes(self.latest, with_due=self.in_time))
