"""Published versions, ready to be walked. They never change, so what was loaded once is kept (bounded, oldest out).

Whether a definition is archived or whose it is may change, so that is read anew each time (`DefinitionRow`).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from api.store.store import Store
from api.store.tables import VersionRow
from definitions.engine import Graph
from definitions.freeze import Frozen
from definitions.policy import is_read

KEPT = 256
"""Versions kept in memory. A refund takes some 100 KB as a graph, so this is a few dozen MB at most in practice."""


@dataclass(frozen=True, slots=True)
class Published:
    """One immutable version with its graph. `reads_policy`: some of its fields follow the policy of who acts."""

    key: str
    version: int
    hash: str
    document: dict[str, Any]
    frozen: dict[str, Any]
    graph: Graph
    published_by: str
    published_at: datetime
    reads_policy: bool


def of_frozen(key: str, version: int, frozen: Frozen, by: str) -> Published:
    """What is not published, as if it were now: to be looked at only."""
    json = frozen.to_json()
    graph = Graph.load(json)
    now, reads = datetime.now(UTC), is_read(graph.trees)
    return Published(key, version, frozen.hash, json["document"], json, graph, by, now, reads)


class Versions:
    """Loads versions by (key, number)."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._kept: OrderedDict[tuple[str, int], Published] = OrderedDict()

    async def get(self, key: str, version: int, session: AsyncSession | None = None) -> Published | None:
        """The version, or None when there is no such one. `session` is used where the caller already has one."""
        if (found := self._kept.get((key, version))) is not None:
            self._kept.move_to_end((key, version))
            return found
        if session is None:
            async with self.store.reading() as own:
                row = await own.get(VersionRow, (key, version))
        else:
            row = await session.get(VersionRow, (key, version))
        return self._keep(row) if row is not None else None

    async def need(self, key: str, version: int, session: AsyncSession | None = None) -> Published:
        """The version of a run that exists; its absence is a damaged database, not a caller's mistake."""
        if (found := await self.get(key, version, session)) is None:
            raise LookupError(f"version {version} of {key} is gone from the database")
        return found

    def _keep(self, row: VersionRow) -> Published:
        graph = Graph.load(row.frozen)
        found = Published(
            key=row.key,
            version=row.version,
            hash=row.hash,
            document=row.document,
            frozen=row.frozen,
            graph=graph,
            published_by=row.published_by,
            published_at=row.published_at,
            reads_policy=is_read(graph.trees),
        )
        self._kept[row.key, row.version] = found
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found
