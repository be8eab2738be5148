"""People and their rights, read anew for every request and every effect: a right taken away a second ago is gone.

Whatever is wrong with a token (unknown, expired, revoked, its owner switched off), the answer is the same None.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.permissions import Who
from api.store.scopes import joined
from api.store.store import Store
from api.store.tables import MembershipRow, RoleRow, TokenRow, UserRoleRow, UserRow
from api.store.tokens import TOKEN_PREFIX, token_hash
from definitions.effects import Scopes


class People:
    """Who somebody is and may be; implements `People` of activities/ports.py. Changing people: registry.py."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def actor(self, token: str) -> Who | None:
        """Who a token belongs to, with the roles, teams and grants of this moment; None for a token without effect."""
        if not token.startswith(TOKEN_PREFIX):
            return None
        async with self._store.reading() as session:
            owner = await _owner(session, token)
            return await _who(session, owner.id) if owner else None

    async def who(self, user: str) -> Who | None:
        """The same by id, for work done in somebody's name; None for one who is unknown or switched off."""
        async with self._store.reading() as session:
            return await _who(session, user) if await _active(session, user) else None

    async def scopes(self, actor_id: str) -> Scopes:
        """What the person may touch, joined from the roles that grant anything.

        Raises LookupError for one who is unknown, switched off, or whom no role grants anything any more.
        """
        async with self._store.reading() as session:
            await _must_be_active(session, actor_id)
            roles = [role for role in await _roles(session, actor_id) if role.grants]
        if not roles:
            raise LookupError(f"no role grants {actor_id!r} anything")
        return joined(roles)

    async def me(self, actor_id: str) -> dict[str, Any]:
        """What row expressions read as `me`: {id, name, email, roles, teams}. Raises LookupError for an unknown one."""
        async with self._store.reading() as session:
            user = await _must_be_active(session, actor_id)
            roles = [role.id for role in await _roles(session, actor_id)]
            teams = await _teams(session, actor_id)
        return {"id": user.id, "name": user.name, "email": user.email, "roles": roles, "teams": teams}


async def _who(session: AsyncSession, user: str) -> Who:
    roles = await _roles(session, user)
    return Who(
        user,
        roles=tuple(role.id for role in roles),
        teams=tuple(await _teams(session, user)),
        grants=_once(grant for role in roles for grant in role.grants),
        deny=_once(deny for role in roles for deny in role.deny),
    )


async def _owner(session: AsyncSession, token: str) -> UserRow | None:
    now = datetime.now(UTC)
    query = (
        select(UserRow)
        .join(TokenRow, col(TokenRow.user) == col(UserRow.id))
        .where(TokenRow.hash == token_hash(token), UserRow.active, col(TokenRow.revoked_at).is_(None))
        .where(col(TokenRow.expires_at).is_(None) | (col(TokenRow.expires_at) > now))
    )
    return (await session.exec(query)).first()


async def _active(session: AsyncSession, user: str) -> UserRow | None:
    return (await session.exec(select(UserRow).where(UserRow.id == user, UserRow.active))).first()


async def _must_be_active(session: AsyncSession, user: str) -> UserRow:
    if (found := await _active(session, user)) is None:
        raise LookupError(f"{user!r} is nobody who may act")
    return found


async def _roles(session: AsyncSession, user: str) -> list[RoleRow]:
    query = select(RoleRow).join(UserRoleRow, col(UserRoleRow.role) == col(RoleRow.id)).where(UserRoleRow.user == user)
    return list((await session.exec(query.order_by(RoleRow.id))).all())


async def _teams(session: AsyncSession, user: str) -> list[str]:
    query = select(MembershipRow.team).where(MembershipRow.user == user).order_by(MembershipRow.team)
    return list((await session.exec(query)).all())


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
