"""Who of ours somebody of an OIDC issuer is, and what their groups make them here.

The issuer's word is law for the roles and teams that the settings map a group to, and for no others: those are given
and taken with the newest token, while what an administrator gave by hand stays. An older token changes nothing, or a
group somebody left could be brought back with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from api.store import people_kept
from api.store.identity_tables import IdentityRow
from api.store.people_kept import MEMBERSHIPS, ROLES, TEAMS, USER_ROLES, USERS
from api.store.statements import insert_new
from api.store.store import Store

IDENTITIES: Table = IdentityRow.__table__  # type: ignore[attr-defined]
ID = re.compile(r"[^a-z0-9._@+-]+")
Groups = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a token that is believed says of somebody: `wanted` is the id they would like, `issued` seconds of Unix."""

    subject: str
    wanted: str
    name: str
    email: str | None
    groups: list[str]
    issued: int


class Identities:
    """The people of one issuer. `seen` are those whose groups this process has applied as they are now."""

    def __init__(self, store: Store, issuer: str, roles: Groups, teams: Groups, create: bool) -> None:
        self._store, self._issuer, self._roles, self._teams, self._create = store, issuer, roles, teams, create
        self._seen: dict[str, tuple[str, list[str]]] = {}

    async def user(self, of: Claimed) -> str | None:
        """The id of that person here, with their roles and teams as the groups say; None for one who is nobody here."""
        known = self._seen.get(of.subject)
        if known is not None and known[1] == of.groups:
            return known[0]
        user = await self._store.transact(lambda connection: self._settled(connection, of))
        if user is not None:
            self._seen[of.subject] = (user, of.groups)
        return user

    def _settled(self, connection: Connection, of: Claimed) -> str | None:
        find = select(IDENTITIES).where(*self._is(of.subject))
        row = connection.execute(find).first()
        if row is None:
            self._add(connection, of)
            row = connection.execute(find).first()  # ours, or of whoever was a moment earlier
        if row is None:
            return None
        if of.issued >= row.issued:
            self._apply(connection, row.user, of.groups)
            values = {"groups": of.groups, "issued": of.issued}
            connection.execute(update(IDENTITIES).where(*self._is(of.subject)).values(**values))
        return str(row.user)

    def _is(self, subject: str) -> tuple[Any, Any]:
        return IDENTITIES.c.issuer == self._issuer, IDENTITIES.c.subject == subject

    def _add(self, connection: Connection, of: Claimed) -> None:
        """Adds the person under the id they would like, if nobody has it: one that is taken is never given away."""
        id = ID.sub("-", of.wanted.lower()).strip("-.")[:100]
        if not self._create or not id:
            return
        row = {"id": id, "name": of.name[:200] or id, "email": of.email, "active": True, "demo": False}
        if insert_new(connection, USERS, {**row, "created_at": datetime.now(UTC)}):
            known = {"issuer": self._issuer, "subject": of.subject, "user": id, "groups": [], "issued": of.issued}
            connection.execute(insert(IDENTITIES), known)

    def _apply(self, connection: Connection, user: str, groups: Sequence[str]) -> None:
        """Gives and takes what groups are mapped to, and leaves the rest."""
        has = set(connection.execute(select(USER_ROLES.c.role).where(USER_ROLES.c.user == user)).scalars())
        is_in = set(connection.execute(select(MEMBERSHIPS.c.team).where(MEMBERSHIPS.c.user == user)).scalars())
        roles, teams = _after(has, self._roles, groups), _after(is_in, self._teams, groups)
        gone = people_kept.missing(connection, ROLES, sorted(roles))
        for team in people_kept.missing(connection, TEAMS, sorted(teams)):
            insert_new(connection, TEAMS, {"id": team, "name": team})
        people_kept.set_roles(connection, user, sorted(roles - set(gone)))
        people_kept.set_teams(connection, user, sorted(teams))


def _after(before: set[str], mapped: Groups, groups: Sequence[str]) -> set[str]:
    ours = _all(mapped.values())
    return (before - ours) | _all(mapped.get(group, ()) for group in groups)


def _all(names: Iterable[Sequence[str]]) -> set[str]:
    return {name for each in names for name in each}
