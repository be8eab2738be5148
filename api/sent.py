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

_OUTBOX = Row.metadata.tables["outbox"]
_SENT = Ready(update(_OUTBOX).where(_OUTBOX.c.id == bindparam("of_entry")))


class Sent:
    """Entries that were sent, until that is written down. What is not is sent once more, which is harmless."""

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

    async def settle(self) -> None:
        """Returns when all of it is written, or cannot be."""
        if not (noted := dict(self._at)):
            return
        try:
            await self.together(lambda _: None)
        except (SQLAlchemyError, OSError) as error:
            log.warning("not noted as sent", action="outbox.unnoted", error=type(error).__name__)
            self._forget(noted)

    async def _write_soon(self) -> None:
        while self._at:
            await asyncio.sleep(WITHIN)
            await self.settle()

    def _forget(self, noted: dict[int, datetime]) -> None:
        for entry in noted:
            self._at.pop(entry, None)
