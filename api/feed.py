"""What happens to runs, told to whoever wants to know of it: webhooks, live pages, triggers.

A consumer is a name and a handler. It gets every event of every run, of each run in its order, in batches, and at
least once: what it has dealt with is noted after each batch, so a process that dies in between leaves the batch to the
next. So a handler must know again what it was told: an event is (run, seq). Which process feeds a consumer is settled
by a lease; that another takes over too early makes something heard twice, and loses nothing.

A handler that fails is given the same batch again, later and later. Nothing is skipped: whoever cannot deal with an
event has to settle that itself. A new consumer hears what happens from then on.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from api.beside import beside, rounds
from api.store import feed
from api.store.feed import FedEvent
from api.store.kept import Kept
from api.store.store import Store
from api.tracing import log

__all__ = ["FedEvent", "Feed", "feeding"]

Read = tuple[int, list[FedEvent]]
Handler = Callable[[Sequence[FedEvent]], Awaitable[None]]

BATCH = 200
"""Appends that are handed over at a time; each is some one to five events."""

READ = 4
"""Batches that are kept for consumers who stand at the same position, while any of them is fed."""

LEASE = timedelta(seconds=60)
"""How long a batch may take. A handler that takes longer is stopped, a process that died replaced."""

SLOWEST = 60.0
"""Seconds between two tries of a handler at most."""

CLEAR_EVERY = 600.0


class Feed:
    """The consumers of one API process. Register them before `feeding` begins."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._process = uuid.uuid4().hex
        self._handlers: dict[str, Handler] = {}
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._failed: dict[str, tuple[int, float]] = {}
        self._cleared = 0.0
        self._end = -1
        self._read: Kept[int, asyncio.Future[Read]] = Kept(READ)
        self.moved = asyncio.Event()
        """Set when there is more in the feed, whichever process numbered it; whoever follows it clears it."""

    def consumer(self, name: str, handler: Handler) -> None:
        """Have the handler called with everything that happens. Raises ValueError for a name that is taken."""
        if name in self._handlers or name.startswith("~"):
            raise ValueError(f"there is a consumer {name!r} already")
        self._handlers[name] = handler

    async def open(self) -> None:
        """Make the consumers known, so that they hear what happens from now on."""
        for name in self._handlers:
            await self._store.transact(partial(feed.register, name=name))

    async def sweep(self) -> None:
        """One round: number what is new, and begin to feed whoever is behind. Does not wait for handlers."""
        new, end, behind = await self._store.look(feed.standing)
        if new:
            while await self._store.transact(feed.number) == feed.NUMBERED:
                pass  # as many as there can be: there may be more
            _, end, behind = await self._store.look(feed.standing)
        if end != self._end or not self._serving:
            self._read = Kept(READ)
        if end != self._end:
            self._end = end
            self.moved.set()
        now = monotonic()
        for name in behind:
            if name in self._handlers and name not in self._serving and self._failed.get(name, (0, 0.0))[1] <= now:
                self._serving[name] = asyncio.create_task(self._serve(name), name=f"feed {name}")
        if now - self._cleared > CLEAR_EVERY:
            self._cleared = now
            while await self._store.transact(feed.clear):
                pass  # a piece at a time: others write too

    async def settle(self) -> None:
        """Returns when every consumer that is being fed has had what there was."""
        await asyncio.gather(*self._serving.values(), return_exceptions=True)

    async def drain(self) -> None:
        """Feed everybody all there is now; what tests wait for.

        Twice, for whoever was just about to end had not seen what the first round numbered, and was not begun again.
        """
        for _ in range(2):
            await self.sweep()
            await self.settle()

    async def run(self, every: float) -> None:
        """Sweeps for ever; a round that the database does not answer is logged and followed by the next."""
        words = {"said": "the feed could not be read", "action": "feed.unreadable"}
        await rounds(self.sweep, every, first=self.open, **words)

    async def stop(self) -> None:
        """Stops what is being fed; what was not noted as dealt with is handed over again."""
        tasks = list(self._serving.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, name: str) -> None:
        """Feed one consumer until it has had all there is."""
        try:
            await self._feed(name)
            self._failed.pop(name, None)
        except Exception as error:
            tries = self._failed.get(name, (0, 0.0))[0] + 1
            self._failed[name] = (tries, monotonic() + min(SLOWEST, 0.25 * 2 ** min(tries, 10)))
            log.warning("a consumer failed", action="feed.failed", consumer=name, tries=tries, error=repr(error)[:300])
            await self._give_back(name)
        finally:
            self._serving.pop(name, None)

    async def _feed(self, name: str) -> None:
        take = partial(feed.take, name=name, process=self._process, until=datetime.now(UTC) + LEASE)
        at = await self._store.together(take)
        while at is not None:
            after, events = await self._batch(at)
            if events:
                async with asyncio.timeout(LEASE.total_seconds() * 0.8):
                    await self._handlers[name](events)
            more = at < after < self._end  # what is numbered after it, the next sweep hands over
            until = datetime.now(UTC) + LEASE if more else None
            kept = await self._store.together(
                partial(feed.keep, name=name, process=self._process, position=after, until=until)
            )
            at = after if kept and more else None

    async def _batch(self, at: int) -> Read:
        """What follows a position, and where that leads; consumers mostly stand at the same, and it is read once."""
        if (reading := self._read.get(at)) is None or (reading.done() and _came_to_nothing(reading)):
            reading = asyncio.ensure_future(self._store.look(partial(feed.read, after=at, limit=BATCH)))
            self._read.put(at, reading)
        return await asyncio.shield(reading)

    async def _give_back(self, name: str) -> None:
        with contextlib.suppress(SQLAlchemyError, OSError):
            await self._store.transact(partial(feed.give_back, name=name, process=self._process))


def _came_to_nothing(reading: asyncio.Future[Any]) -> bool:
    return reading.cancelled() or reading.exception() is not None


@contextlib.asynccontextmanager
async def feeding(fed: Feed, every: float) -> AsyncIterator[None]:
    """The feed for as long as the app lives."""
    try:
        async with beside(fed.run(every), "feed"):
            yield
    finally:
        await fed.stop()
