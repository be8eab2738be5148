"""Uploaded files for effects, with the eyes of the person on whose rights the effect is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.files import readable
from api.store.people import People
from api.store.store import Store


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file as an effect is told of it; its bytes stand in the blob store under `id` and `sha256`."""

    id: str
    name: str
    type: str
    size: int
    sha256: str


class SeenFiles:
    """`Files` of activities/ai/ports.py over the store."""

    def __init__(self, store: Store, people: People) -> None:
        self._store, self._people = store, people

    async def readable(self, actor: str, ids: Sequence[str]) -> dict[str, SeenFile]:
        """Those of the files that this person may see, by id; none for one who is switched off."""
        if (who := await self._people.who(actor)) is None:
            return {}
        async with self._store.reading() as session:
            rows = await readable(session, who, ids)
        return {row.id: SeenFile(row.id, row.name, row.type, row.size, row.sha256) for row in rows.values()}
