"""Who signed in with a browser: sessions and passwords.

A session is 256 random bits in a cookie that no script can read; the database holds their SHA-256. With a cookie the
browser sends it whoever asked, so what changes something must also carry a token that only our own page can know: it
follows from the session's secret, is told to the page that holds the cookie, and is never stored.

Passwords are kept as Argon2 hashes. Whatever is wrong with a name and password, the answer is the same and takes the
same time: a name nobody has is measured against a hash of nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from pwdlib import PasswordHash
from sqlalchemy import Connection, delete, insert, select
from sqlmodel import Field

from api.store.columns import Instant, code
from api.store.store import Store
from api.store.tables import Row

LASTS = timedelta(days=14)
"""How long one is signed in without signing in again."""

MAX_PASSWORD = 1_000
"""Characters: hashing a novel would cost the server, and protects nobody better."""

MIN_PASSWORD = 10

_hasher = PasswordHash.recommended()
_of_nobody = _hasher.hash(secrets.token_urlsafe(24))


class SessionRow(Row, table=True):
    """One browser that somebody signed in with."""

    __tablename__ = "sessions"

    hash: str = Field(primary_key=True, sa_type=code())
    user: str = Field(foreign_key="users.id", sa_type=code(), index=True)
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)


class PasswordRow(Row, table=True):
    """A person's password, as its Argon2 hash. Without a row nobody signs in with one."""

    __tablename__ = "passwords"

    user: str = Field(primary_key=True, foreign_key="users.id", sa_type=code())
    hash: str = Field(sa_type=code())
    changed_at: datetime = Field(sa_type=Instant)


SESSIONS, PASSWORDS, USERS, USER_ROLES = (
    Row.metadata.tables[name] for name in ("sessions", "passwords", "users", "user_roles")
)


def digest(secret: str) -> str:
    """What is stored of a session."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def csrf_of(secret: str) -> str:
    """The token that a page with this session sends beside what changes something."""
    return hashlib.sha256(f"csrf {secret}".encode(errors="replace")).hexdigest()[:43]


class Sessions:
    """Sign in, stay signed in, sign out. Who somebody is and may be is read anew for every request (people.py)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def user_of(self, secret: str) -> str | None:
        """Whose session it is, or None where it ended or never was."""
        query = select(SESSIONS.c.user).where(SESSIONS.c.hash == digest(secret), SESSIONS.c.expires_at > _now())
        return await self._store.look(lambda connection: connection.execute(query).scalar())

    async def begin(self, user: str) -> str:
        """Sign somebody in: the secret for the cookie. What has expired meanwhile is thrown away."""
        secret, now = secrets.token_urlsafe(32), _now()
        row = {"hash": digest(secret), "user": user, "created_at": now, "expires_at": now + LASTS}

        def work(connection: Connection) -> None:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= now))
            connection.execute(insert(SESSIONS).values(row))

        await self._store.transact(work)
        return secret

    async def end(self, secret: str) -> None:
        """Sign out: the session has no effect from now on."""
        ended = delete(SESSIONS).where(SESSIONS.c.hash == digest(secret))
        await self._store.transact(lambda connection: connection.execute(ended))

    async def demo_people(self) -> list[dict[str, Any]]:
        """The people of `make run`, who sign in with one click: {id, name, roles}."""
        people = select(USERS.c.id, USERS.c.name).where(USERS.c.demo, USERS.c.active).order_by(USERS.c.id)
        links = select(USER_ROLES.c.user, USER_ROLES.c.role).order_by(USER_ROLES.c.role)

        def work(connection: Connection) -> list[dict[str, Any]]:
            rows, roles = connection.execute(people).all(), connection.execute(links).all()
            return [{"id": r.id, "name": r.name, "roles": [x.role for x in roles if x.user == r.id]} for r in rows]

        return await self._store.look(work)

    async def has_password(self, user: str) -> bool:
        """Whether the person can sign in with a password."""
        query = select(PASSWORDS.c.user).where(PASSWORDS.c.user == user)
        return await self._store.look(lambda connection: connection.execute(query).scalar()) is not None

    async def check(self, user: str, password: str) -> bool:
        """Whether that is the password of somebody who may sign in."""
        query = (
            select(PASSWORDS.c.hash)
            .join(USERS, USERS.c.id == PASSWORDS.c.user)
            .where(PASSWORDS.c.user == user, USERS.c.active)
        )
        stored = await self._store.look(lambda connection: connection.execute(query).scalar())
        right = await asyncio.to_thread(_hasher.verify, password[:MAX_PASSWORD], stored or _of_nobody)
        return right and stored is not None

    async def set_password(self, user: str, password: str, *, keep: str | None = None) -> None:
        """A new password; every session of the person but the one with this secret ends."""
        hashed = await asyncio.to_thread(_hasher.hash, password)
        row = {"user": user, "hash": hashed, "changed_at": _now()}
        others = delete(SESSIONS).where(SESSIONS.c.user == user, SESSIONS.c.hash != digest(keep or ""))

        def work(connection: Connection) -> None:
            connection.execute(delete(PASSWORDS).where(PASSWORDS.c.user == user))
            connection.execute(insert(PASSWORDS).values(row))
            connection.execute(others)

        await self._store.transact(work)


def _now() -> datetime:
    return datetime.now(UTC)


__all__ = ["LASTS", "MAX_PASSWORD", "MIN_PASSWORD", "Sessions", "csrf_of", "digest"]
