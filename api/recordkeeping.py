"""Everything that keeps the record true, together: what the routes ask and what goes on by itself in each API process.

The parts share the work with those of other processes through rows in the database; a process that dies leaves its
share to the others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from api.exporting import Archive
from api.reconciling import Reconciler
from api.sealing import Sealer
from api.verifying import Verifier


@dataclass(frozen=True, slots=True)
class Recordkeeping:
    """The parts; `every` are the seconds between two looks at what is to be archived."""

    archive: Archive
    verifier: Verifier
    reconciler: Reconciler
    sealer: Sealer
    every: float = 2.0

    @contextlib.asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """What goes on by itself, for as long as the app lives."""
        tasks = [
            asyncio.create_task(self.archive.run(self.every), name="archive"),
            asyncio.create_task(self.reconciler.run(), name="reconciler"),
            asyncio.create_task(self.sealer.run(self.every), name="seals"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
