"""Histories kept beyond Temporal's retention: stored at the end of a run, and when it has rested for a while.

Temporal forgets a run that has ended, in a day or a month. Its history is what proves the record, so it goes to the
blob store, piece by piece, as it was; the database keeps the hash of each. What is to be stored stands in a list in the
database that the feed fills, so nothing is forgotten over a restart, and several processes share the work. Storing a
piece again changes nothing: an ended one is never fetched twice, one that is still written is stored anew.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from api import anchors
from api.anchors import Anchors, Head
from api.beside import rounds
from api.engine import Gone, Unreachable
from api.feed import FedEvent
from api.history import Event, Histories, Piece, lineage, whole
from api.ports import Blobs
from api.store import archive
from api.store.archive import Due
from api.store.flags import flag
from api.store.store import Store
from api.tracing import log
from definitions.times import rfc3339

HOLD = timedelta(minutes=5)
"""How long a process may take to archive what it took; after that another one may."""

LAST_WORDS = timedelta(seconds=2)
"""How long a run that has ended is left alone: its last event is recorded before Temporal knows that it has ended, and
what is archived before that is archived twice."""

LEAVES = 4
"""After a batch, so many times as long as it took is left to others: it can wait, and whoever is served cannot. On an
idle machine that is some twenty runs per second still; on a busy one a batch takes longer, and so does the pause."""

AT_ONCE = 4
BATCH = 20


@dataclass(frozen=True, slots=True)
class Known:
    """The pieces of a run in their order. `reachable`: Temporal answered; `lost`: it knows no such run."""

    pieces: list[Piece]
    reachable: bool = True
    lost: bool = False


class Archive:
    """The histories of runs, Temporal's and the stored ones as one; `rest` is how long an open run is left alone."""

    def __init__(
        self, store: Store, histories: Histories, blobs: Blobs, places: Anchors, rest: timedelta = timedelta(minutes=10)
    ) -> None:
        self.store, self.histories, self.blobs, self.anchors, self.rest = store, histories, blobs, places, rest

    async def known(self, run: str) -> Known:
        """What there is of a run's history. Where a piece is in both places, Temporal's is taken: it may have more."""
        rows = await self.store.look(partial(archive.stored_histories, run=run))
        stored = [Piece(r.piece, r.began_at, r.status, r.events, r.after, r.instead, r.sha256) for r in rows]
        try:
            live, reachable, lost = await self.histories.pieces(run), True, False
        except Gone:
            live, reachable, lost = [], True, True
        except Unreachable:
            live, reachable, lost = [], False, False
        both = {piece.id: piece for piece in (*stored, *live)}
        return Known(lineage(both.values()), reachable, lost)

    async def pages(self, run: str, piece: Piece) -> AsyncIterator[list[Event]]:
        """The events of a piece, some at a time. Raises LookupError where what was stored is not there any more."""
        if piece.sha256 is None:
            async for page in self.histories.pages(run, piece.id):
                yield page
            return
        content = await self.blobs.get(run, piece.sha256)
        yield json.loads(await asyncio.to_thread(gzip.decompress, content))["events"]

    async def whole(self, run: str, piece: Piece) -> list[Event]:
        """All events of a piece."""
        return [event async for page in self.pages(run, piece) for event in page]

    async def keep(self, run: str) -> bool:
        """Stores what Temporal has of a run. Whether all of it had ended. Raises Gone, Unreachable."""
        pieces = await self.histories.pieces(run)
        rows = await self.store.look(partial(archive.stored_histories, run=run))
        stored = {row.piece: (row.status, row.events) for row in rows}
        for piece in pieces:
            if stored.get(piece.id) != (piece.status, piece.events):
                await self._keep_piece(run, piece)
        return all(piece.ended for piece in pieces)

    async def _keep_piece(self, run: str, piece: Piece) -> None:
        events = await self.whole(run, piece)
        packed = await asyncio.to_thread(gzip.compress, whole(events), mtime=0)
        sha256 = await self.blobs.put(run, packed)
        values = {"run": run, "piece": piece.id, "sha256": sha256, "bytes": len(packed), "events": len(events)}
        values |= {"began_at": piece.began_at, "after": piece.after, "instead": piece.instead}
        values |= {"status": piece.status, "stored_at": datetime.now(UTC)}
        await self.store.transact(lambda connection: archive.keep_history(connection, values))

    async def anchor(self, run: str, seq: int, link: str) -> None:
        """Moves a run's anchor on to its head, if the record still leads through where it stands now."""
        if seq == 0:
            return
        before = await anchors.head(self.anchors, anchors.run_name(run))
        if before is not None and before.seq > 0:
            held = await self.store.look(partial(archive.chain_at, run=run, seq=before.seq))
            if held != before.link:
                detail = {"seq": before.seq, "anchored_at": before.at}
                log.error("the record does not lead to its anchor", action="anchor.differs", run=run, **detail)
                name = "ledger_gap" if held is None else "record_differs"
                await self.store.transact(partial(flag, run=run, name=name, detail=detail))
                return
        now = rfc3339(datetime.now(UTC))
        await self.anchors.put(anchors.run_name(run), Head(run, seq, link, now).to_bytes())

    # What is to be done, and when

    async def hear(self, events: Sequence[FedEvent]) -> None:
        """The feed's handler: runs that something happened to are to be archived."""
        runs = sorted({event.run for event in events})
        now = datetime.now(UTC)
        ended = min(self.rest, LAST_WORDS)
        await self.store.transact(partial(archive.note, runs=runs, now=now, rest=self.rest, ended=ended))

    async def catch_up(self) -> None:
        """Puts on the list what the feed was not there for: runs of an earlier release, or of a restored backup."""
        after: str | None = ""
        while after is not None:
            now = datetime.now(UTC)
            page = partial(archive.note_page, now=now, after=after, rest=self.rest)
            after = await self.store.transact(page) or None

    async def sweep(self) -> int:
        """Archives what is due; how many runs that were."""
        due = await self.store.transact(partial(archive.due_now, now=datetime.now(UTC), limit=BATCH, hold=HOLD))
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(each: Due) -> None:
            async with slots:
                await self._archive(each)

        await asyncio.gather(*(one(each) for each in due))
        return len(due)

    async def _archive(self, due: Due) -> None:
        try:
            if await self._is_at_it(due):
                await self._later(due, "open")
                return
            await self.anchor(due.run, due.seq, due.chain)
        except (Unreachable, OSError, ValueError, SQLAlchemyError) as error:
            log.warning("a run was not archived", action="archive.later", run=due.run, error=repr(error)[:200])
            await self._later(due, type(error).__name__)
            return
        await self.store.transact(partial(archive.archived, due=due))

    async def _is_at_it(self, due: Due) -> bool:
        """Stores what there is; whether more will come. A run that has ended may have its last words to say still, and
        what an open one wrote within a turn that is not over may be written otherwise (definitions/taken.py)."""
        try:
            if await self.keep(due.run):
                return False
            return due.closed or (await self.histories.glance(due.run)).task_attempt > 0
        except Gone:
            return False

    async def _later(self, due: Due, why: str) -> None:
        pause = timedelta(seconds=min(600.0, 2.0 * 2 ** min(due.tries, 10)))
        await self.store.transact(partial(archive.put_off, due=due, error=why, again_at=datetime.now(UTC) + pause))

    async def run(self, every: float) -> None:
        """Archives for ever; a round that the database does not answer is logged and followed by the next."""
        words = {"said": "nothing could be archived", "action": "archive.failed"}
        await rounds(self.work_off, every, first=self.catch_up, **words)

    async def work_off(self) -> None:
        """All that is due, a batch at a time, with pauses for whoever is served meanwhile."""
        while True:
            began = monotonic()
            if not await self.sweep():
                return
            await asyncio.sleep((monotonic() - began) * LEAVES)
