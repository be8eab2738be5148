"""`Idempotency-Key`: the same key with the same body gives the same answer, with another body 409.

The row stands in the transaction of what it protects, so there is no moment at which the thing was done and the key is
unknown. Keys belong to one person each; two people may use the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Header
from sqlmodel.ext.asyncio.session import AsyncSession

from api.permissions import Who
from api.problems import IdempotencyConflict
from api.store.store import Store
from api.store.tables import IdempotencyRow
from definitions.canonical import digest

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Makes repeating the call harmless: the same key and body give the same answer.",
    ),
]


@dataclass(frozen=True, slots=True)
class Once:
    """One use of a key. `key` None: the caller gave none, nothing is remembered."""

    key: str | None
    actor: str
    body_hash: str

    @classmethod
    def of(cls, key: str | None, who: Who, call: str, body: Any) -> Once:
        """`call` names method and path, so that a key cannot be moved to another call."""
        return cls(key, who.id, digest([call, body]))

    async def answered(self, store: Store) -> tuple[int, Any] | None:
        """(status, answer) of the first time, or None. Raises IdempotencyConflict."""
        if self.key is None:
            return None
        async with store.reading() as session:
            row = await session.get(IdempotencyRow, (self.key, self.actor))
        if row is None or row.status is None:
            return None
        if row.body_hash != self.body_hash:
            raise IdempotencyConflict
        return row.status, row.answer

    def remember(self, session: AsyncSession, status: int, answer: Any) -> None:
        """Adds the row; a second one for the same key breaks the transaction (IntegrityError), which is the point."""
        if self.key is not None:
            session.add(
                IdempotencyRow(
                    key=self.key,
                    actor=self.actor,
                    body_hash=self.body_hash,
                    status=status,
                    answer=answer,
                    at=datetime.now(UTC),
                )
            )
