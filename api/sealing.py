"""The log is sealed, anchored and pruned, by one process at a time, a moment after it is written.

On PostgreSQL a row with a smaller id may be committed after one with a larger; so what is sealed there was seen to be
the newest a minute ago, longer than any transaction of ours may take. On SQLite there is one writer, and ids come in
the order of commits.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from api import anchors
from api.anchors import Anchors, Head
from api.beside import rounds
from api.store import seals
from api.store.seals import SEALS, Checked
from api.store.store import Store
from api.tracing import log
from api.verifying import Problem
from definitions.times import rfc3339

SETTLED = 60.0
"""Seconds after which no smaller id can come any more."""

PRUNE_EVERY = 3600.0

MESSAGES = {
    "seal_missing": "Seal {seal} of the activity log is not there.",
    "seal_broken": "Seal {seal} of the activity log was changed, or one before it.",
    "log_row_changed": "Row {row} of the activity log was changed.",
    "log_row_missing": "Row {row} of the activity log was taken out.",
    "log_row_added": "Row {row} of the activity log was put in after its time.",
    "log_tail_missing": "The activity log ends at seal {seal}; its anchor knows a later one.",
    "log_anchor_differs": "Seal {seal} of the activity log is not what was anchored.",
}


class Sealer:
    """Seals what has come. `reads_kept` is how long reads stay in the log; None: for ever."""

    def __init__(self, store: Store, places: Anchors, reads_kept: timedelta | None = None) -> None:
        self.store, self.anchors, self.reads_kept = store, places, reads_kept
        self._seen: list[tuple[float, int]] = []
        self._anchored, self._pruned = 0, 0.0

    async def seal(self) -> int:
        """Seals and anchors what has come; how many rows."""
        up_to, count = await self._settled(), 0
        if up_to <= (await self.store.look(seals.head)).last:
            return 0
        try:
            while found := await self.store.transact(partial(seals.seal, up_to=up_to, now=datetime.now(UTC))):
                count += found
        except IntegrityError:  # another process is at it
            return count
        head = await self.store.look(seals.head)
        if head.seq > self._anchored:
            await self.anchor(head.seq, head.link)
            self._anchored = head.seq
        return count

    async def _settled(self) -> int:
        """The newest row before which no other can come."""
        last, now = await self.store.look(seals.last_row), time.monotonic()
        if self.store.is_sqlite:
            return last
        self._seen.append((now, last))
        old = [row for at, row in self._seen if at <= now - SETTLED]
        self._seen = [(at, row) for at, row in self._seen if at > now - 2 * SETTLED]
        return max(old, default=0)

    async def anchor(self, seq: int, link: str) -> None:
        """Writes down today's last seal, if the log still leads through the one that was written down before."""
        problems = await self.anchored(newest=True)
        if problems:
            log.error("the log does not lead to its anchor", action="anchor.differs", code=problems[0].name)
            return
        now = rfc3339(datetime.now(UTC))
        await self.anchors.put(anchors.day_name(now[:10]), Head("log", seq, link, now).to_bytes())

    async def anchored(self, newest: bool = False) -> list[Problem]:
        """What is wrong by the anchors of all days, or of the last one. Raises OSError where they cannot be read."""
        names = await self.anchors.names("log")
        found: list[Problem] = []
        for name in names[-1:] if newest else names:
            try:
                head = await anchors.head(self.anchors, name)
            except ValueError:
                found.append(Problem("anchor_unreadable", f"The anchor {name} cannot be read."))
                continue
            if head is not None:
                found += await self.store.look(partial(_held, head=head))
        return found

    async def prune(self) -> int:
        """Takes out reads that are older than they are kept; how many."""
        if self.reads_kept is None:
            return 0
        now = datetime.now(UTC)
        return await self.store.transact(partial(seals.prune, before=now - self.reads_kept, now=now))

    async def check(self) -> tuple[Checked, list[Problem]]:
        """The whole log held against its seals, and these against their anchors."""
        done = Checked()
        while await self.store.look(partial(seals.check, done=done)):
            pass
        found = [Problem(code, MESSAGES[code].format(seal=seal, row=row), seq=row) for code, seal, row in done.problems]
        return done, [*found, *await self.anchored()]

    async def run(self, every: float) -> None:
        """Seals for ever; a round that fails is logged and followed by the next."""
        await rounds(self._round, every, said="the log was not sealed", action="seal.failed")

    async def _round(self) -> None:
        await self.seal()
        if time.monotonic() - self._pruned > PRUNE_EVERY:
            self._pruned = time.monotonic()
            while await self.prune():
                pass


def _held(connection: Connection, head: Head) -> list[Problem]:
    """Whether an anchored seal is there and is what it was."""
    link = connection.execute(select(SEALS.c.link).where(SEALS.c.seq == head.seq)).scalar()
    if link == head.link:
        return []
    last = seals.head(connection).seq
    code = "log_tail_missing" if link is None and head.seq > last else "log_anchor_differs"
    return [Problem(code, MESSAGES[code].format(seal=last if link is None else head.seq, row=None), seq=None)]
