"""People and their rights, read anew for every request and every effect: a right taken away a second ago is gone.

Whatever is wrong with a token (unknown, expired, revoked, its owner switched off), the answer is the same None.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, true

from api.permissions import Who
from api.store.columns import read_json
from api.store.scopes import Granting, joined
from api.store.statements import Ready
from api.store.store import Store
from api.store.tables import Row
from api.store.tokens import TOKEN_PREFIX, token_hash
from definitions.effects import Scopes

USERS, ROLES, TOKENS = (Row.metadata.tables[name] for name in ("users", "roles", "tokens"))
USER_ROLES, MEMBERSHIPS = (Row.metadata.tables[name] for name in ("user_roles", "memberships"))

BETWEEN = "|"
"""Between the teams of one person where they come as one text; no team's id has it (api/store/keys.py)."""

# Made once: these run for every request and every effect. A row for each role, or one without, and the person in each.
_TEAMS_OF = select(func.aggregate_strings(MEMBERSHIPS.c.team, BETWEEN)).where(MEMBERSHIPS.c.user == USERS.c.id)
_OF_ROLES = (ROLES.c.id.label("role"), ROLES.c.grants, ROLES.c.deny, ROLES.c.scopes, ROLES.c.trees)
_WITH_ROLES = USERS.outerjoin(USER_ROLES, USER_ROLES.c.user == USERS.c.id).outerjoin(
    ROLES, ROLES.c.id == USER_ROLES.c.role
)
_USER = (
    select(USERS.c.id, USERS.c.name, USERS.c.email, _TEAMS_OF.scalar_subquery().label("teams"), *_OF_ROLES)
    .where(USERS.c.active == true())
    .order_by(ROLES.c.id)
)
_BY_ID = _USER.select_from(_WITH_ROLES).where(USERS.c.id == bindparam("of_user"))
_BY_TOKEN = (
    _USER.add_columns(TOKENS.c.grants.label("only"))
    .select_from(_WITH_ROLES.join(TOKENS, TOKENS.c.user == USERS.c.id))
    .where(
        TOKENS.c.hash == bindparam("of_hash"),
        TOKENS.c.revoked_at.is_(None),
        or_(TOKENS.c.expires_at.is_(None), TOKENS.c.expires_at > bindparam("now")),
    )
)
_GRANTING = Ready(
    select(ROLES.c.grants, ROLES.c.scopes, ROLES.c.trees)
    .join(USER_ROLES, USER_ROLES.c.role == ROLES.c.id)
    .join(USERS, USERS.c.id == USER_ROLES.c.user)
    .where(USERS.c.id == bindparam("of_user"), USERS.c.active == true())
    .order_by(ROLES.c.id)
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may act, as the database has them at this moment; `only` what a token of theirs was made for.

    `roles` are rows of role (its id), grants, deny, scopes and trees.
    """

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
            roles=tuple(row.role for row in self.roles),
            teams=self.teams,
            grants=_once(grant for row in self.roles for grant in row.grants),
            deny=_once(deny for row in self.roles for deny in row.deny),
            only=self.only,
        )

    def scopes(self) -> Scopes:
        """What the person may touch, joined from the roles that grant anything; LookupError where none does."""
        granting = [Granting(row.scopes, row.trees) for row in self.roles if row.grants]
        if not granting:
            raise LookupError(f"no role grants {self.id!r} anything")
        return joined(granting)

    def me(self) -> dict[str, Any]:
        """What row expressions read as `me`."""
        roles = [row.role for row in self.roles]
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

    async def rights(self, actor_id: str) -> tuple[Scopes, dict[str, Any]]:
        """Both, as they are at one moment. Raises LookupError as `scopes`."""
        person = await self._must_be(actor_id)
        return person.scopes(), person.me()

    async def person(self, user: str) -> Person | None:
        """Somebody by id, or None for one who is unknown or switched off."""
        return await self._store.look(lambda connection: _person(connection, _BY_ID, {"of_user": user}))

    async def _must_be(self, user: str) -> Person:
        if (person := await self.person(user)) is None:
            raise LookupError(f"{user!r} is nobody who may act")
        return person


def scopes_of(connection: Connection, user: str) -> Scopes | None:
    """What somebody may touch at this moment, in one statement; None for one whom no active role grants anything."""
    rows = _GRANTING.all(connection, {"of_user": user})
    granting = [Granting(read_json(scopes), read_json(trees)) for grants, scopes, trees in rows if read_json(grants)]
    return joined(granting) if granting else None


def _person(connection: Connection, query: Any, asked: dict[str, Any]) -> Person | None:
    if not (rows := connection.execute(query, asked).all()):
        return None
    user = rows[0]
    roles = tuple(row for row in rows if row.role is not None)
    teams = tuple(sorted(user.teams.split(BETWEEN))) if user.teams else ()
    only = getattr(user, "only", None)
    return Person(user.id, user.name, user.email, roles, teams, None if only is None else tuple(only))


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
