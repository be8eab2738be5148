"""What happens, as it happens: server-sent events for whoever looks at a run, or waits for work.

One reader of the feed per process hands on to all who listen there. A message says that something changed and how it
stands; what it has in it is asked for the usual way, so that a stream can never show more than a list does.

Each message carries its place in the feed, and whoever comes back with the last one gets what they missed. Who listens
is read anew before anything is sent, and every few seconds besides: with other rights than at the beginning the stream
ends, and may be opened again with those.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi.sse import ServerSentEvent
from sqlalchemy.exc import SQLAlchemyError

from api.feed import BATCH, FedEvent, Feed
from api.permissions import Decision, Subject, Who, decide
from api.problems import ApiError, TooMany
from api.store import feed, stream
from api.store.store import Store
from api.tracing import log

EACH = 8
"""Streams one person may have open at a time, in each process."""

BEHIND = 5_000
"""Events that a slow listener may be behind; it is cut off then, and comes back for what it missed."""

CHECK = 10.0
"""Seconds between two looks at the rights of somebody whom nothing happens to."""

RETRY = 2_000
"""Milliseconds after which a browser comes back."""


Tasks = dict[str, dict[str, Any]]
"""Somebody's tasks: run -> step -> how it stands."""


class Streams:
    """Everybody who listens to one API process."""

    def __init__(self, store: Store, fed: Feed) -> None:
        self._store, self._feed = store, fed
        self._listeners: dict[Listener, None] = {}
        self._open: Counter[str] = Counter()
        self._at: int | None = None
        self.closing = False

    @contextlib.asynccontextmanager
    async def listening(self, user: str) -> AsyncIterator[Listener]:
        """A place for one listener, who hears everything after the end of the feed of now. Raises TooMany."""
        if self._open[user] >= EACH:
            raise TooMany(f"You have {EACH} streams open already.", after=5)
        listener = Listener()
        self._open[user] += 1
        self._listeners[listener] = None
        try:
            if self._at is None:
                end = await self._store.look(feed.end)
                self._at = end if self._at is None else self._at
                self._feed.moved.set()
            yield listener
        finally:
            del self._listeners[listener]
            self._open[user] -= 1
            self._at = self._at if self._listeners else None

    def close(self) -> None:
        """Ends every stream: the process is about to stop."""
        self.closing = True
        for listener in self._listeners:
            listener.cut()

    async def run(self) -> None:
        """Hands on what the feed has, for ever."""
        while True:
            await self._feed.moved.wait()
            self._feed.moved.clear()
            try:
                await self._hand_on()
            except (SQLAlchemyError, OSError) as error:
                log.warning("streams could not read", action="stream.unreadable", error=type(error).__name__)
                self._cut_all()

    async def _hand_on(self) -> None:
        while self._at is not None:
            after, events = await self._store.look(partial(feed.read, after=self._at, limit=BATCH))
            if after == self._at or self._at is None:
                return
            self._at = after
            for listener in self._listeners:
                listener.hear(events, after)

    def _cut_all(self) -> None:
        for listener in self._listeners:
            listener.cut()


class Listener:
    """What one stream has still to be told. `cut` ends it."""

    def __init__(self) -> None:
        self._events: list[FedEvent] = []
        self._upto = 0
        self._woken = asyncio.Event()
        self.over = False

    def hear(self, events: Sequence[FedEvent], upto: int) -> None:
        """More happened."""
        self._events += events
        self._upto = max(self._upto, upto)
        if len(self._events) > BEHIND:
            self.over = True
        self._woken.set()

    def cut(self) -> None:
        """There is nothing more to come."""
        self.over = True
        self._woken.set()

    async def more(self, seconds: float) -> tuple[int, list[FedEvent]]:
        """What came since the last time, up to which position; nothing after so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        self._woken.clear()
        events, self._events = self._events, []
        return self._upto, events


@dataclass(slots=True)
class Watch:
    """One stream: whose, and of what. `run`: of that run; `tasks`: of one's work; neither: of every run in sight.

    `again` reads anew who that is, and raises ApiError where it is nobody any more.
    """

    store: Store
    listener: Listener
    who: Who
    again: Callable[[], Awaitable[Who]]
    run: str | None = None
    tasks: bool = False
    known: Tasks = field(default_factory=dict)

    async def events(self, last: int | None) -> AsyncIterator[ServerSentEvent]:
        """Everything after that position, or from now on; ends when the rights do, or the process."""
        try:
            async for message in self._told(last):
                yield message
        except (SQLAlchemyError, OSError) as error:
            log.warning("a stream could not read", action="stream.unreadable", error=type(error).__name__)

    async def _told(self, last: int | None) -> AsyncIterator[ServerSentEvent]:
        begin, at = await self.store.look(lambda connection: (feed.start(connection), feed.end(connection)))
        yield ServerSentEvent(event="open", data={"at": at}, id=str(at) if last is None else None, retry=RETRY)
        if last is not None and not begin <= last <= at:
            yield ServerSentEvent(event="reset", data={}, id=str(at))  # too long ago: look at everything anew
        elif last is not None:
            async for reached, messages in self._missed(last):
                at = reached
                for message in messages:
                    yield message
        if self.tasks:
            self.known = await self.store.look(partial(stream.tasks_of, who=self.who))
        while not self.listener.over:
            upto, events = await self.listener.more(CHECK)
            if self.listener.over or not await self._may_go_on():
                return
            for message in await self._messages([each for each in events if each.position > at], max(at, upto)):
                yield message
            at = max(at, upto)

    async def _missed(self, last: int) -> AsyncIterator[tuple[int, list[ServerSentEvent]]]:
        """What happened since then, up to now; with the position it leads to."""
        at, events = await self.store.look(partial(feed.read, after=last, limit=BATCH))
        while at > last:
            last = at
            yield at, await self._messages(events, at, missed=True)
            at, events = await self.store.look(partial(feed.read, after=last, limit=BATCH))
        yield at, []

    async def _may_go_on(self) -> bool:
        try:
            return await self.again() == self.who
        except ApiError:
            return False

    async def _messages(self, events: Sequence[FedEvent], upto: int, *, missed: bool = False) -> list[ServerSentEvent]:
        """What some events come to for this listener; the last message says how far it is then."""
        seen = [each for each in events if self._sees(each)]
        runs = list(dict.fromkeys(each.run for each in seen))
        found: list[ServerSentEvent] = []
        if shown := [run for run in runs if run == self.run or (self.run is None and not self.tasks)]:
            rows = await self.store.look(partial(stream.runs, ids=shown))
            found += [ServerSentEvent(event="run", data=row) for row in rows]
        if self.tasks and runs:
            now = await self.store.look(partial(stream.tasks_of, who=self.who, runs=runs))
            told = self._missed_tasks(seen, now) if missed else self._changes(runs, now)
            found += [ServerSentEvent(event="task", data=row) for row in told]
        if found:
            found[-1].id = str(upto)
        return found

    def _sees(self, event: FedEvent) -> bool:
        if self.run is not None and event.run != self.run and not self.tasks:
            return False
        return decide(self.who, "run.view", Subject(event.teams, event.started_by)) is Decision.ALLOW

    def _changes(self, runs: Sequence[str], now: Tasks) -> Iterator[dict[str, str]]:
        """How somebody's tasks of these runs differ from what was known of them."""
        for run in runs:
            before, after = self.known.get(run, {}), now.get(run, {})
            for step in dict.fromkeys((*before, *after)):
                if before.get(step) != after.get(step):
                    change = "gone" if step not in after else "changed" if step in before else "added"
                    yield _task(run, step, change)
            self.known[run] = after

    def _missed_tasks(self, events: Sequence[FedEvent], now: Tasks) -> Iterator[dict[str, str]]:
        """The same where it is not known how they were: what is there may have changed, and what is not may be gone."""
        steps = dict.fromkeys((each.run, each.step) for each in events if each.step is not None)
        here = dict.fromkeys((run, step) for run, rows in now.items() for step in rows)
        for run, step in dict.fromkeys((*here, *steps)):
            yield _task(run, str(step), "changed" if (run, step) in here else "gone")


def _task(run: str, step: str, change: str) -> dict[str, str]:
    return {"id": f"{run}/{step}", "run": run, "step": step, "change": change}
