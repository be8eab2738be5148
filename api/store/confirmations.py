"""Links by which somebody outside confirms what an action began. Only the hash of each is kept."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Table, delete, insert, select
from sqlmodel import Field

from api.store.columns import Instant, code
from api.store.store import Store
from api.store.tables import Row
from api.store.tokens import token_hash
from definitions.wire import EffectCall

KEPT = timedelta(days=400)
"""A link that is older leads nowhere; whoever makes one takes those away."""


class ConfirmationRow(Row, table=True):
    """One link: which round of which step of which run it confirms."""

    __tablename__ = "confirmations"

    hash: str = Field(primary_key=True, sa_type=code())
    run: str = Field(sa_type=code())
    step: str = Field(sa_type=code())
    execution: str = Field(sa_type=code())
    made_at: datetime = Field(sa_type=Instant, index=True)


LINKS: Table = ConfirmationRow.__table__  # type: ignore[attr-defined]


class SqlConfirmations:
    """The links, over the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def issue(self, call: EffectCall) -> str:
        """A new secret for the round of this call, in plain text this once."""
        plain = secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        of = {"run": call.run, "step": call.step, "execution": call.execution}

        def work(connection: Connection) -> None:
            connection.execute(delete(LINKS).where(LINKS.c.made_at < now - KEPT))
            connection.execute(insert(LINKS), {"hash": token_hash(plain), "made_at": now, **of})

        await self._store.together(work)
        return plain


def confirmed_by(connection: Connection, plain: str) -> tuple[str, str, str] | None:
    """(run, step, execution) that a link is for; None where it leads nowhere."""
    found = select(LINKS.c.run, LINKS.c.step, LINKS.c.execution).where(LINKS.c.hash == token_hash(plain))
    row = connection.execute(found).one_or_none()
    return (row.run, row.step, row.execution) if row else None
