"""What the engine has been told and the outbox does not know yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.exc import SQLAlchemyError

from api.store.statements import Ready
from api.store.store import Store
from api.store.tables import Row
from api.tracing import log

T = TypeVar("T")

WITHIN = 0.05
"""Seconds after which it is written by itself, where nothing that is stored takes it along: a transaction at once would
meet that of the run, which writes what it decided a few milliseconds after it was told."""

AGAIN = 1.0
"""Seconds until the next try, where the database does not take it."""

_OUTBOX = Row.metadata.tables["outbox"]
_SENT = Ready(update(_OUTBOX).where(_OUTBOX.c.id == bindparam("of_entry")))


class Sent:
    """Entries that were sent, until that is written down.

    Who ends before has them sent once more, which is harmless, but after their claim: until then nothing later of their
    runs is sent. So a database that does not take it now is asked again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._at: dict[int, datetime] = {}
        self._writing: asyncio.Task[None] | None = None

    @property
    def unwritten(self) -> list[int]:
        """Entries that stand in the outbox as not sent."""
        return list(self._at)

    def note(self, entry: int) -> None:
        """It was sent just now. Nobody waits for this to be written."""
        self._at[entry] = datetime.now(UTC)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_soon())

    async def together(self, work: Callable[[Connection], T]) -> T:
        """As the store's, with this before it in the same transaction: a run's next entry finds the last one done."""
        noted = dict(self._at)

        def both(connection: Connection) -> T:
            for entry, at in noted.items():
                _SENT.run(connection, {"of_entry": entry, "sent_at": at, "claimed_until": None, "error": None})
            return work(connection)

        given = await self._store.together(both)
        self._forget(noted)
        return given

    async def settle(self) -> bool:
        """Writes all of it down. False where that cannot be now: it is kept, for the next try or who stores next."""
        if not self._at:
            return True
        try:
            await self.together(lambda _: None)
        except (SQLAlchemyError, OSError) as error:
            log.warning("not noted as sent", action="outbox.unnoted", error=type(error).__name__)
            return False
        return True

    async def close(self) -> None:
        """Writes what can be written, and nothing by itself any more."""
        await self.settle()
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)

    async def _write_soon(self) -> None:
        pause = WITHIN
        while self._at:
            await asyncio.sleep(pause)
            pause = WITHIN if await self.settle() else AGAIN

    def _forget(self, noted: dict[int, datetime]) -> None:
        for entry in noted:
            self._at.pop(entry, None)
