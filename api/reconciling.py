"""What became of open runs in Temporal, looked at every minute: nothing is mended there, and all of it is said.

A run may be terminated, reset, paused or deleted in Temporal by whoever runs it; its whole database may be gone; its
workflow task may fail again and again. None of that sends us a message. So every open run is described, one by one
(not listed: visibility is late, and one status that the SDK does not know spoils a whole page), and what is out of
order becomes a flag on the run. Nothing is started again by itself: a run whose engine is gone is a person's matter.

The read model is looked at along the way: a run's row that is behind its events is folded anew, and events that
Temporal has and the record has not are written (`Refill`). That is all that is ever repaired.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from api.beside import rounds
from api.engine import Gone, Unreachable
from api.engine_look import Look
from api.history import Histories
from api.lost_children import LOST, LostChildren
from api.refilling import Refill
from api.store import watch
from api.store.flags import flag, unflag
from api.store.projection import Graphs
from api.store.rebuild import rebuild_run
from api.store.store import Store
from api.store.watch import Open
from api.tracing import log
from definitions.wire import ACTIVITY_RECORD

AT_ONCE = 8
STUCK = 3
"""How often a workflow task, or a recording, is tried before it is said."""

YOUNG = timedelta(seconds=15)
"""How long a run may not be known to Temporal yet: its start is on its way."""

ENDED = {"terminated": "terminated"}
"""Temporal's status to the flag; every other end of a workflow whose run is open is `ended_outside`."""


@dataclass
class Round:
    """What one look at all open runs came to."""

    looked: int = 0
    flagged: dict[str, str] = field(default_factory=dict)
    cleared: int = 0
    folded: list[str] = field(default_factory=list)
    filled: dict[str, int] = field(default_factory=dict)
    reachable: bool = True


class Reconciler:
    """Looks at every open run; `every` are the seconds between two rounds, which one process of all does at a time.

    `children` speaks to the parents of those that are lost, where there is somebody to speak.
    """

    def __init__(self, store: Store, histories: Histories, refill: Refill, every: float = 60.0) -> None:
        self.store, self.histories, self.refill, self.every = store, histories, refill, every
        self.children: LostChildren | None = None
        self._process, self._graphs = uuid.uuid4().hex, Graphs()

    async def run(self) -> None:
        """Rounds for ever; one that the database does not answer is logged and followed by the next."""
        await rounds(self._my_round, self.every, said="runs were not looked after", action="reconcile.failed")

    async def _my_round(self) -> None:
        """A round, where no other process has it."""
        if await self.store.transact(partial(watch.take, process=self._process, hold=self.every * 3)):
            await self.round()

    async def round(self) -> Round:
        """One look at everything that is open. Ends early where Temporal does not answer: then nobody knows."""
        done, after = Round(), ""
        while done.reachable:
            page = await self.store.look(partial(watch.open_runs, after=after))
            await self._look_at(page, done)
            if len(page) < watch.PAGE:
                break
            after = page[-1].run
            await self.store.transact(partial(watch.take, process=self._process, hold=self.every * 3))
        done.cleared += await self.store.transact(watch.unflag_closed)
        if done.flagged or done.folded:
            log.warning("runs out of order", action="reconcile.found", flagged=done.flagged, folded=done.folded)
        return done

    async def _look_at(self, page: Sequence[Open], done: Round) -> None:
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(run: Open) -> None:
            async with slots:
                if done.reachable:
                    await self._one(run, done)

        await asyncio.gather(*(one(run) for run in page))

    async def _one(self, run: Open, done: Round) -> None:
        """One run. What goes wrong with it is its own affair: the others are looked at all the same."""
        done.looked += 1
        try:
            if run.behind:
                await self._fold(run.run, done)
            if run.flag == "ledger_gap":
                await self._fill(run.run, done)
            found = await self._flag_of(run)
        except Unreachable:
            done.reachable = False
            return
        except SQLAlchemyError:
            raise
        except Exception as error:
            log.error(
                "a run cannot be looked after", action="reconcile.run_failed", run=run.run, error=repr(error)[:300]
            )
            found = ("read_model_broken", {"error": type(error).__name__})
        await self._note(run, found, done)

    async def _fold(self, run: str, done: Round) -> None:
        """The row says less, or other, than the events: it is made anew from them."""
        broken = await self.store.transact(partial(rebuild_run, graphs=self._graphs, run=run))
        done.folded.append(run)
        if broken is not None:
            done.flagged[run] = "record_differs"
            await self.store.transact(partial(flag, run=run, name="record_differs", detail={"seq": broken}))

    async def _fill(self, run: str, done: Round) -> None:
        """Events that were not stored when their time was, such as after a backup was restored: a history has them."""
        refilled = await self.refill.refill(run)
        log.info("a gap was looked into", action="reconcile.refill", **asdict(refilled))
        if refilled.problem is None:
            done.filled[run] = refilled.written

    async def _flag_of(self, run: Open) -> tuple[str, dict[str, Any]] | None:
        try:
            look = await self.histories.glance(run.run)
        except Gone:
            if run.started_at > datetime.now(UTC) - YOUNG or run.start_waits:
                return None
            return "engine_lost", {}
        return what_is_wrong(look)

    async def _note(self, run: Open, found: tuple[str, dict[str, Any]] | None, done: Round) -> None:
        """Flags a run that is still open, or takes its flag away. Its parent is told first: rather twice than not."""
        if self.children and found is not None and found[0] in LOST and run.flag != found[0]:
            await self.children.speak_for(run.run)

        def work(connection: Connection) -> bool:
            if not watch.is_open(connection, run.run):
                return False
            return unflag(connection, run.run) if found is None else flag(connection, run.run, *found)

        changed = (found is not None or run.flag is not None) and await self.store.transact(work)
        if changed and found is not None:
            done.flagged[run.run] = found[0]
        elif changed:
            done.cleared += 1


def what_is_wrong(look: Look) -> tuple[str, dict[str, Any]] | None:
    """The flag for how an open run stands in Temporal, with what more is known; None where all is well."""
    if look.status == "paused":
        return "paused", {}
    if look.status != "running":
        return ENDED.get(look.status, "ended_outside"), {"status": look.status}
    if look.task_attempt >= STUCK:
        return "stuck", {"attempt": look.task_attempt, "since": look.task_since}
    recording = [each for each in look.pending if each.activity == ACTIVITY_RECORD and each.attempt >= STUCK]
    if recording:
        return "unrecorded", {"attempt": recording[0].attempt, "failure": recording[0].failure}
    if look.reset_at:
        return "reset", {"at": look.reset_at}
    return None
