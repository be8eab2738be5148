"""The link to somebody's calendar: a secret in an address, since calendar programs send no header.

It opens that calendar and nothing else. One per person; making a new one ends the one before.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from sqlalchemy import Connection, Table, delete, insert, select

from api.store.register_tables import CalendarTokenRow
from api.store.tokens import token_hash

TOKENS: Table = CalendarTokenRow.__table__  # type: ignore[attr-defined]


def make(connection: Connection, user: str) -> tuple[str, datetime]:
    """A new secret, in plain text this once, and when it was made."""
    plain, now = secrets.token_urlsafe(32), datetime.now(UTC)
    end(connection, user)
    connection.execute(insert(TOKENS), {"user": user, "hash": token_hash(plain), "created_at": now})
    return plain, now


def end(connection: Connection, user: str) -> None:
    """The link leads nowhere any more."""
    connection.execute(delete(TOKENS).where(TOKENS.c.user == user))


def made_at(connection: Connection, user: str) -> datetime | None:
    """When the link was made that holds now; None where there is none."""
    return connection.execute(select(TOKENS.c.created_at).where(TOKENS.c.user == user)).scalar()


def user_of(connection: Connection, plain: str) -> str | None:
    """Whose calendar it opens."""
    return connection.execute(select(TOKENS.c.user).where(TOKENS.c.hash == token_hash(plain))).scalar()
