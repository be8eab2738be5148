"""What the engine must still be told, in order, until it is known to have been told.

A command and its entry here are stored in one transaction, so a 2xx is durable before Temporal hears of it. Then the
entry is sent: at once by the request that made it, or later by the relay, when Temporal was down or the process died in
between. Sending twice is harmless (a run has its id, a command has its id); sending out of order is not, so within a
run only the oldest unsent entry may go, and whoever sends it holds a claim on it that runs out.

What Temporal says no to for good is settled here as well: a signal to a run that has ended refuses its command.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, literal_column, or_, update
from sqlalchemy import select as core_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from api.beside import beside, rounds
from api.engine import Engine, EngineError, Gone, Unreachable
from api.reopening import restart
from api.sent import Sent
from api.store.statements import Ready
from api.store.store import Store
from api.store.tables import CommandRow, OutboxRow, Row, RunRow
from api.tracing import log
from api.versions import Versions
from definitions.engine.advance import started_data
from definitions.engine.messages import Started
from definitions.wire import COMMAND_SIGNALS, RunStart

CLAIM = timedelta(seconds=6)
"""How long a sender may take: twice the deadline of a signal. A sender that died is replaced after this."""

SLOWEST = 5.0
"""Seconds between two tries at most, so that what was left is sent well within ten seconds of Temporal's return."""

AT_ONCE = 8
"""Runs the relay serves side by side."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to tell, as read from its row."""

    id: int
    run: str
    kind: str
    command: str | None
    payload: dict[str, Any]
    attempts: int

    @classmethod
    def of(cls, row: Any) -> Entry:
        return cls(row.id, row.run, row.kind, row.command, row.payload, row.attempts)


OUTBOX = Row.metadata.tables["outbox"]
_WRITE = Ready(insert(OUTBOX).returning(OUTBOX.c.id))
_EARLIER = Ready(
    core_select(OUTBOX.c.id)
    .where(OUTBOX.c.run == bindparam("of_run"), OUTBOX.c.sent_at.is_(None), OUTBOX.c.id < bindparam("before"))
    .limit(literal_column("1"))
)


def _free(now: Any) -> Any:
    return or_(OUTBOX.c.claimed_until.is_(None), OUTBOX.c.claimed_until < now)


_OLDEST = core_select(func.min(OUTBOX.c.id)).where(OUTBOX.c.sent_at.is_(None)).group_by(OUTBOX.c.run)
_DUE = (
    core_select(OUTBOX)
    .where(OUTBOX.c.id.in_(_OLDEST), _free(bindparam("now")))
    .where(or_(OUTBOX.c.next_at.is_(None), OUTBOX.c.next_at <= bindparam("now")))
    .order_by(OUTBOX.c.id)
    .limit(200)
)


def put_now(
    connection: Connection,
    run: str,
    kind: str,
    payload: dict[str, Any],
    command: str | None = None,
    *,
    later: timedelta | None = None,
) -> tuple[Entry, bool]:
    """`Outbox.put` within a transaction of a thread."""
    now = datetime.now(UTC)
    row = {"run": run, "kind": kind, "payload": payload, "command": command, "attempts": 0, "created_at": now}
    when = {"claimed_until": now + CLAIM} if later is None else {"claimed_until": None, "next_at": now + later}
    (made,) = _WRITE.first(connection, {**row, **when})
    earlier = _EARLIER.first(connection, {"of_run": run, "before": made})
    return Entry(made, run, kind, command, payload, 0), earlier is None


class Outbox:
    """Sends entries. `put` belongs into the caller's transaction, everything else makes its own."""

    def __init__(self, store: Store, engine: Engine, versions: Versions) -> None:
        self.store, self.engine, self.versions = store, engine, versions
        self.sent = Sent(store)

    async def put(
        self,
        session: AsyncSession,
        run: str,
        kind: str,
        payload: dict[str, Any],
        command: str | None = None,
        *,
        later: timedelta | None = None,
    ) -> tuple[Entry, bool]:
        """Stores an entry, claimed for the caller, who is to `deliver` it after the commit.

        The flag says whether it is the run's oldest unsent one, so that it may be sent without looking again.
        `later`: somebody else is about to do it; the relay sends it after that time, or who sends something after it.
        """
        await session.flush()
        return await session.run_sync(
            lambda inner: put_now(inner.connection(), run, kind, payload, command, later=later)
        )

    async def deliver(self, entry: Entry, first: bool, deadline: float) -> bool:
        """Sends the entry, after what stands before it. False when that did not come about in time."""
        end = time.monotonic() + deadline
        if not first and not await self._clear_before(entry, end):
            return False
        return await self._send(entry)

    async def relay(self, every: float) -> None:
        """Sends what was left behind, for ever; a round that fails is logged and followed by the next."""
        await rounds(self.sweep, every, said="the outbox could not be read", action="outbox.unreadable")

    async def sweep(self) -> int:
        """One round of the relay: tries the oldest entry of every run that is due. Returns how many were sent."""
        heads = await self._due()
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(entry: Entry) -> bool:
            async with slots:
                return await self._claim(entry.id) and await self._send(entry)

        sent = sum(await asyncio.gather(*(one(entry) for entry in heads)))
        await self.sent.settle()
        return sent

    async def _due(self) -> list[Entry]:
        now = {"now": datetime.now(UTC)}
        rows = await self.store.look(lambda connection: connection.execute(_DUE, now).all())
        return [Entry.of(row) for row in rows]

    async def _clear_before(self, entry: Entry, end: float) -> bool:
        """Waits until nothing older of this run is unsent, sending what nobody holds a claim on."""
        while time.monotonic() < end:
            head = await self._head(entry.run)
            if head is None or head.id >= entry.id:
                return head is not None and head.id == entry.id
            if not (await self._claim(head.id) and await self._send(head)):
                await asyncio.sleep(0.02)
        return False

    def unsent(self, run: str) -> SelectOfScalar[OutboxRow]:
        """The rows of what a run has not been told, oldest first, as far as this process knows."""
        rows = select(OutboxRow).where(col(OutboxRow.run) == run, col(OutboxRow.sent_at).is_(None))
        return rows.where(col(OutboxRow.id).not_in(self.sent.unwritten)).order_by(col(OutboxRow.id))

    async def _head(self, run: str) -> Entry | None:
        async with self.store.reading() as session:
            row = (await session.exec(self.unsent(run).limit(1))).first()
        return Entry.of(row) if row else None

    async def _claim(self, entry: int) -> bool:
        now = datetime.now(UTC)
        take = update(OutboxRow).where(col(OutboxRow.id) == entry, col(OutboxRow.sent_at).is_(None), _free(now))
        async with self.store.session() as session:
            result = await session.exec(take.values(claimed_until=now + CLAIM))
        return result.rowcount == 1

    async def _send(self, entry: Entry) -> bool:
        """Tells the engine once and writes down what came of it. False when it has to be tried again."""
        try:
            await self._tell(entry)
        except Unreachable as error:
            await self._later(entry, str(error))
            return False
        except Gone as error:
            await self._refuse(entry, error)
            return True
        except EngineError as error:  # pragma: no cover — a kind of error nobody knows yet is tried again
            await self._later(entry, str(error))
            return False
        self.sent.note(entry.id)
        return True

    async def _tell(self, entry: Entry) -> None:
        if entry.kind == "signal":
            name = COMMAND_SIGNALS[entry.payload["command"]["type"]]
            await self.engine.signal(entry.run, name, entry.payload)
            return
        if entry.kind == "restart":
            await restart(self.store, self.versions, self.engine, entry.run, entry.payload)
            return
        published = await self.versions.need(entry.payload["definition"], entry.payload["version"])
        start = RunStart.from_json({**entry.payload, "frozen": published.frozen})
        title = started_data(published.graph, Started(datetime.now(UTC), start))["name"]
        await self.engine.start(start, str(title))

    async def _later(self, entry: Entry, why: str) -> None:
        pause = min(SLOWEST, 0.25 * 2 ** min(entry.attempts, 8))
        log.warning("the engine was not told yet", action="outbox.later", run=entry.run, entry=entry.id, error=why)
        next_at = datetime.now(UTC) + timedelta(seconds=pause)
        await self._mark(entry.id, attempts=entry.attempts + 1, next_at=next_at, claimed_until=None, error=why[:500])

    async def _refuse(self, entry: Entry, error: Gone) -> None:
        """The run has ended, or is gone from Temporal: its command can never be applied, and says so."""
        async with self.store.session() as session:
            run = await session.get(RunRow, entry.run)
            ended = error.closed or run is None or run.status in ("completed", "aborted")
            refusal = run_closed(run.status if run else "ended") if ended else ENGINE_LOST
            log.warning("a run could not take it", action="outbox.refused", run=entry.run, code=refusal["code"])
            if entry.command:
                still = col(CommandRow.id) == entry.command, col(CommandRow.outcome) == "received"
                await session.exec(update(CommandRow).where(*still).values(outcome="refused", refusal=refusal))
            sent = update(OutboxRow).where(col(OutboxRow.id) == entry.id)
            await session.exec(sent.values(sent_at=datetime.now(UTC), claimed_until=None, error=refusal["code"]))

    async def _mark(self, entry: int, **values: Any) -> None:
        async with self.store.session() as session:
            await session.exec(update(OutboxRow).where(col(OutboxRow.id) == entry).values(**values))


def run_closed(status: str) -> dict[str, Any]:
    """The refusal of a command to a run that has ended."""
    return {"code": "run_closed", "message": f"the run has {status}", "status": 409, "run_status": status}


ENGINE_LOST: dict[str, Any] = {
    "code": "engine_lost",
    "message": "Temporal no longer knows this run; its record stands, but it cannot go on",
    "status": 409,
}


@contextlib.asynccontextmanager
async def relaying(outbox: Outbox, every: float) -> AsyncIterator[None]:
    """The relay for as long as the app lives."""
    try:
        async with beside(outbox.relay(every), "outbox relay"):
            yield
    finally:
        await outbox.sent.close()
