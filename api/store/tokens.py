"""API tokens: 256 random bits behind `hf_`; the database holds their SHA-256, the plain text is shown once.

A fast hash is enough for a secret that nobody chose: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from api.store.tables import TokenRow

TOKEN_PREFIX = "hf_"  # noqa: S105 - how a token begins, no secret


def token_hash(token: str) -> str:
    """What is stored of a token: 64 hex digits."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


async def issue_token(
    session: AsyncSession,
    user: str,
    name: str,
    expires_at: datetime | None = None,
    grants: Sequence[str] | None = None,
) -> tuple[str, str]:
    """Make a token of a person: (its id, its plain text). The name is the owner's label for it.

    `grants` are patterns of the operations it is for; None: all that the owner may.
    """
    plain = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = TokenRow(
        id=f"tok-{uuid4().hex}",
        hash=token_hash(plain),
        user=user,
        name=name,
        created_at=datetime.now(UTC),
        expires_at=expires_at,
        grants=None if grants is None else list(grants),
    )
    session.add(row)
    await session.flush()
    return row.id, plain


async def revoke_token(session: AsyncSession, token: str) -> bool:
    """End a token, by its id, from now on; whether there was one that still had an effect."""
    live = (col(TokenRow.id) == token, col(TokenRow.revoked_at).is_(None))
    done = await session.exec(update(TokenRow).where(*live).values(revoked_at=datetime.now(UTC)))
    return done.rowcount == 1
