"""What a new database begins with: the built-in roles, the closing reasons, and, for the demo, its people.

Seeding again changes nothing but the built-in roles, which are those of the running release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import inspect, update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.store.register_tables import InboxRow
from api.store.roles import BUILT_IN_ROLES
from api.store.store import Store
from api.store.tables import ClosingReasonRow, MembershipRow, RoleRow, TeamRow, TokenRow, UserRoleRow, UserRow
from api.store.tokens import issue_token, token_hash

CLOSING_REASONS = {
    "lost": "Lost",
    "duplicate": "Duplicate",
    "verified": "Verified",
    "rejected": "Rejected",
    "other": "Other",
}

_DEMO_TOKEN = "demo"  # noqa: S105 - the label of the demo people's tokens


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One of the people of API.md, *Around it*."""

    id: str
    name: str
    roles: tuple[str, ...]
    teams: tuple[str, ...] = ()


DEMO_PEOPLE = (
    DemoPerson("admin", "Administrator", ("admin",)),
    DemoPerson("ann", "Ann", ("operator",), ("ops",)),
    DemoPerson("ben", "Ben", ("operator",), ("ops",)),
    DemoPerson("lea", "Lea", ("lead",), ("ops",)),
    DemoPerson("cy", "Cy", ("operator", "compliance-officer"), ("compliance",)),
    DemoPerson("vic", "Vic", ("viewer",), ("ops",)),
    DemoPerson("oda", "Oda", ("auditor",)),
)

DEMO_INBOXES: tuple[dict[str, Any], ...] = (
    {"id": "leads", "name": "Leads", "teams": ["ops"], "cap_per_person": 5, "idle_release": "4 hours"},
    {"id": "compliance", "name": "Compliance", "teams": ["compliance"]},
)


async def seed(store: Store) -> None:
    """Make the built-in roles those of this release, and the closing reasons where they are missing."""
    async with store.session() as session:
        for role in BUILT_IN_ROLES:
            row = await _get_or_add(session, RoleRow(id=role.id, name=role.title, built_in=True))
            row.name, row.grants, row.deny = role.title, list(role.grants), list(role.deny)
            session.add(row)
        for key, title in CLOSING_REASONS.items():
            await _get_or_add(session, ClosingReasonRow(key=key, title=title))


async def seed_demo(store: Store, tokens: Mapping[str, str]) -> dict[str, str]:
    """Make the demo people; gives the plain token of each by name.

    `tokens` are those given out before (the tokens file, empty at first). One that still has an effect is kept, so that
    a second start gives the same; any other is replaced, and the person's earlier demo token ends.
    """
    async with store.session() as session:
        for person in DEMO_PEOPLE:
            await add_person(session, person.id, person.name, roles=person.roles, teams=person.teams, demo=True)
        for inbox in DEMO_INBOXES:
            await _get_or_add(session, InboxRow(**inbox))
        return {p.id: await _demo_token(session, p.id, tokens.get(p.id)) for p in DEMO_PEOPLE}


async def has_demo_people(store: Store) -> bool:
    """Whether anybody of the demo can sign in: then the service may listen on the loopback address only."""
    async with store.reading() as session:
        return (await session.exec(select(UserRow.id).where(UserRow.demo, UserRow.active))).first() is not None


async def add_person(
    session: AsyncSession, user: str, name: str, *, roles: Iterable[str], teams: Sequence[str], demo: bool = False
) -> bool:
    """Add a person with roles and teams; teams are made as needed. One who is there already is left as is: False.

    Raises IntegrityError for a role that does not exist.
    """
    if await session.get(UserRow, user) is not None:
        return False
    session.add(UserRow(id=user, name=name, demo=demo, created_at=datetime.now(UTC)))
    for team in teams:
        await _get_or_add(session, TeamRow(id=team, name=team))
    await session.flush()
    session.add_all(
        [*(MembershipRow(user=user, team=team) for team in teams), *(UserRoleRow(user=user, role=r) for r in roles)]
    )
    await session.flush()
    return True


async def _demo_token(session: AsyncSession, user: str, known: str | None) -> str:
    mine = (col(TokenRow.user) == user, col(TokenRow.revoked_at).is_(None))
    if known is not None:
        query = select(TokenRow.id).where(*mine, TokenRow.hash == token_hash(known))
        if (await session.exec(query)).first() is not None:
            return known
    earlier = update(TokenRow).where(*mine, col(TokenRow.name) == _DEMO_TOKEN)
    await session.exec(earlier.values(revoked_at=datetime.now(UTC)))
    return (await issue_token(session, user, _DEMO_TOKEN))[1]


async def _get_or_add(session: AsyncSession, row: SQLModel) -> Any:
    """The row with the same primary key, else this one, added."""
    mapper = inspect(type(row))
    if (found := await session.get(type(row), mapper.primary_key_from_instance(row))) is not None:
        return found
    session.add(row)
    return row
