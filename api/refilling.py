"""The events of a run written again from its history, where the record has lost some.

A history, replayed, says every event that its run made. So what is missing in the event table (rows that were deleted,
a table that is empty, a backup that is older than Temporal) can be had again to the letter, with the same chain. What
stands there is never changed: where it says something else than the history, both stay and the run is named.

What no history holds is the log: reads, and what was refused at the door before Temporal heard of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, insert, select

from api.exporting import Archive
from api.history import Event
from api.store.archive import EVENTS
from api.store.chain import genesis, links
from api.store.facts import event_row, read_events
from api.store.flags import flag, mended
from api.store.projection import RUNS, Graphs
from api.store.rebuild import rebuild_run
from api.verifying import Replays, contiguous


@dataclass(frozen=True, slots=True)
class Refilled:
    """What became of one run: how many events were written, and the first that could not be, with the reason."""

    run: str
    written: int = 0
    seq: int | None = None
    problem: str | None = None


class Refill:
    """Writes what is missing from what histories say."""

    def __init__(self, archive: Archive, replays: Replays) -> None:
        self.archive, self.replays, self._graphs = archive, replays, Graphs()

    async def refill(self, run: str) -> Refilled:
        """One run. Raises Unreachable where Temporal does not answer and no history of the run is stored."""
        known = await self.archive.known(run)
        try:
            read = [(piece, await self.archive.whole(run, piece)) for piece in known.pieces]
        except (LookupError, ValueError):
            return Refilled(run, problem="a stored piece of its history is not there any more, or was changed")
        told = contiguous(await self.replays.replay(run, read)) if read else None
        if told is None:
            return Refilled(run, problem="there is no history of it from its beginning")
        return await self.archive.store.transact(partial(self._write, run=run, told=told))

    def _write(self, connection: Connection, run: str, told: list[Event]) -> Refilled:
        events = read_events(told)
        chain = links(genesis(run), events)
        connection.execute(select(RUNS.c.id).where(RUNS.c.id == run).with_for_update()).first()
        rows = connection.execute(select(EVENTS.c.seq, EVENTS.c.chain).where(EVENTS.c.run == run)).all()
        stored = {row.seq: row.chain for row in rows}
        for event, link in zip(events, chain, strict=True):
            if stored.get(event.seq, link) != link:
                return Refilled(run, seq=event.seq, problem="the record says another event than the history")
        missing = [
            event_row(run, event, link) for event, link in zip(events, chain, strict=True) if event.seq not in stored
        ]
        if missing:
            connection.execute(insert(EVENTS), missing)
        if not (stored or missing):
            return Refilled(run, problem="no worker has begun it")
        broken = rebuild_run(connection, self._graphs, run)
        if broken is not None:
            flag(connection, run, "record_differs", {"seq": broken})
            return Refilled(run, len(missing), broken, "its chain of events is broken")
        mended(connection, run)
        return Refilled(run, len(missing))
