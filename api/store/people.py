"""People and their rights, read anew for every request and every effect: a right taken away a second ago is gone.

Whatever is wrong with a token (unknown, expired, revoked, its owner switched off), the answer is the same None.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Connection, bindparam, or_, select, true

from api.permissions import Who
from api.store.scopes import ScopedRole, joined
from api.store.store import Store
from api.store.tables import Row
from api.store.tokens import TOKEN_PREFIX, token_hash
from definitions.effects import Scopes

USERS, ROLES, TOKENS = (Row.metadata.tables[name] for name in ("users", "roles", "tokens"))
USER_ROLES, MEMBERSHIPS = (Row.metadata.tables[name] for name in ("user_roles", "memberships"))

# Made once: these run for every request and every effect.
_USER = select(USERS.c.id, USERS.c.name, USERS.c.email).where(USERS.c.active == true())
_BY_ID = _USER.where(USERS.c.id == bindparam("of_user"))
_BY_TOKEN = (
    _USER.add_columns(TOKENS.c.grants)
    .join(TOKENS, TOKENS.c.user == USERS.c.id)
    .where(
        TOKENS.c.hash == bindparam("of_hash"),
        TOKENS.c.revoked_at.is_(None),
        or_(TOKENS.c.expires_at.is_(None), TOKENS.c.expires_at > bindparam("now")),
    )
)
_ROLES_OF = (
    select(ROLES)
    .join(USER_ROLES, USER_ROLES.c.role == ROLES.c.id)
    .where(USER_ROLES.c.user == bindparam("of_user"))
    .order_by(ROLES.c.id)
)
_GRANTING = (
    select(ROLES.c.grants, ROLES.c.scopes, ROLES.c.trees)
    .join(USER_ROLES, USER_ROLES.c.role == ROLES.c.id)
    .join(USERS, USERS.c.id == USER_ROLES.c.user)
    .where(USERS.c.id == bindparam("of_user"), USERS.c.active == true())
    .order_by(ROLES.c.id)
)
_TEAMS_OF = select(MEMBERSHIPS.c.team).where(MEMBERSHIPS.c.user == bindparam("of_user")).order_by(MEMBERSHIPS.c.team)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may act, as the database has them at this moment; `only` what a token of theirs was made for."""

    id: str
    name: str
    email: str | None
    roles: tuple[Any, ...]
    teams: tuple[str, ...]
    only: tuple[str, ...] | None = None

    def who(self) -> Who:
        """The person as the permission table wants them."""
        return Who(
            self.id,
            roles=tuple(role.id for role in self.roles),
            teams=self.teams,
            grants=_once(grant for role in self.roles for grant in role.grants),
            deny=_once(deny for role in self.roles for deny in role.deny),
            only=self.only,
        )

    def scopes(self) -> Scopes:
        """What the person may touch, joined from the roles that grant anything; LookupError where none does."""
        granting: list[ScopedRole] = [role for role in self.roles if role.grants]
        if not granting:
            raise LookupError(f"no role grants {self.id!r} anything")
        return joined(granting)

    def me(self) -> dict[str, Any]:
        """What row expressions read as `me`."""
        roles = [role.id for role in self.roles]
        return {"id": self.id, "name": self.name, "email": self.email, "roles": roles, "teams": list(self.teams)}


class People:
    """Who somebody is and may be; implements `People` of activities/ports.py. Adding people: seed.py."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def actor(self, token: str) -> Who | None:
        """Who a token belongs to, with the roles, teams and grants of this moment; None for a token without effect."""
        if not token.startswith(TOKEN_PREFIX):
            return None
        asked = {"of_hash": token_hash(token), "now": datetime.now(UTC)}
        person = await self._store.look(lambda connection: _person(connection, _BY_TOKEN, asked))
        return person.who() if person else None

    async def who(self, user: str) -> Who | None:
        """The same by id, for work done in somebody's name; None for one who is unknown or switched off."""
        person = await self.person(user)
        return person.who() if person else None

    async def scopes(self, actor_id: str) -> Scopes:
        """What the person may touch.

        Raises LookupError for one who is unknown, switched off, or whom no role grants anything any more.
        """
        return (await self._must_be(actor_id)).scopes()

    async def me(self, actor_id: str) -> dict[str, Any]:
        """{id, name, email, roles, teams}. Raises LookupError for one who is unknown or switched off."""
        return (await self._must_be(actor_id)).me()

    async def person(self, user: str) -> Person | None:
        """Somebody by id, or None for one who is unknown or switched off."""
        return await self._store.look(lambda connection: _person(connection, _BY_ID, {"of_user": user}))

    async def _must_be(self, user: str) -> Person:
        if (person := await self.person(user)) is None:
            raise LookupError(f"{user!r} is nobody who may act")
        return person


def scopes_of(connection: Connection, user: str) -> Scopes | None:
    """What somebody may touch at this moment, in one statement; None for one whom no active role grants anything."""
    granting = [row for row in connection.execute(_GRANTING, {"of_user": user}) if row.grants]
    return joined(cast("list[ScopedRole]", granting)) if granting else None


def _person(connection: Connection, query: Any, asked: dict[str, Any]) -> Person | None:
    if (user := connection.execute(query, asked).first()) is None:
        return None
    roles = connection.execute(_ROLES_OF, {"of_user": user.id}).all()
    teams = connection.execute(_TEAMS_OF, {"of_user": user.id}).scalars()
    only = getattr(user, "grants", None)
    return Person(user.id, user.name, user.email, tuple(roles), tuple(teams), None if only is None else tuple(only))


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
