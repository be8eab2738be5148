"""People, teams and roles as they are kept: each function is part of somebody's transaction.

People are switched off and never deleted, since the record names them. Who is switched off is signed out at once:
sessions go, tokens have no effect (people.py reads `active` with every one).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from api.store.identity_tables import SetupLinkRow
from api.store.row import Row
from api.store.sessions import SESSIONS
from api.store.statements import insert_new

USERS, TEAMS, ROLES, USER_ROLES, MEMBERSHIPS = (
    Row.metadata.tables[name] for name in ("users", "teams", "roles", "user_roles", "memberships")
)
LINKS: Table = SetupLinkRow.__table__  # type: ignore[attr-defined]

LINK_LASTS = timedelta(days=3)
"""How long a link to a first password waits to be used."""


def user(connection: Connection, id: str) -> dict[str, Any] | None:
    """{id, name, email, active, roles, teams} of somebody, also of one who is switched off."""
    row = connection.execute(select(USERS).where(USERS.c.id == id)).mappings().first()
    if row is None:
        return None
    roles = connection.execute(select(USER_ROLES.c.role).where(USER_ROLES.c.user == id).order_by("role")).scalars()
    teams = connection.execute(select(MEMBERSHIPS.c.team).where(MEMBERSHIPS.c.user == id).order_by("team")).scalars()
    told = {name: row[name] for name in ("id", "name", "email", "active")}
    return {**told, "roles": list(roles), "teams": list(teams)}


def missing(connection: Connection, table: Table, ids: Sequence[str]) -> list[str]:
    """Those of `ids` that the table does not have."""
    known = set(connection.execute(select(table.c.id).where(table.c.id.in_(ids))).scalars()) if ids else set()
    return [each for each in ids if each not in known]


def add_user(connection: Connection, id: str, name: str, email: str | None) -> bool:
    """Adds somebody without roles; False where the id is taken."""
    row = {"id": id, "name": name, "email": email, "active": True, "demo": False, "created_at": datetime.now(UTC)}
    return insert_new(connection, USERS, row)


def change_user(connection: Connection, id: str, values: Mapping[str, Any]) -> None:
    """Changes some columns; who is switched off is signed out everywhere."""
    if values:
        connection.execute(update(USERS).where(USERS.c.id == id).values(**values))
    if values.get("active") is False:
        connection.execute(delete(SESSIONS).where(SESSIONS.c.user == id))


def set_roles(connection: Connection, id: str, roles: Iterable[str]) -> None:
    """Exactly these roles."""
    connection.execute(delete(USER_ROLES).where(USER_ROLES.c.user == id))
    if rows := [{"user": id, "role": role} for role in roles]:
        connection.execute(insert(USER_ROLES), rows)


def set_teams(connection: Connection, id: str, teams: Iterable[str]) -> None:
    """Exactly these teams."""
    connection.execute(delete(MEMBERSHIPS).where(MEMBERSHIPS.c.user == id))
    if rows := [{"user": id, "team": team} for team in teams]:
        connection.execute(insert(MEMBERSHIPS), rows)


def join(connection: Connection, team: str, id: str) -> None:
    """Makes somebody a member; who is one stays one."""
    insert_new(connection, MEMBERSHIPS, {"user": id, "team": team})


def leave(connection: Connection, team: str, id: str) -> bool:
    """Takes somebody out of a team; whether they were in it."""
    gone = delete(MEMBERSHIPS).where(MEMBERSHIPS.c.team == team, MEMBERSHIPS.c.user == id)
    return connection.execute(gone).rowcount == 1


def role(connection: Connection, id: str) -> dict[str, Any] | None:
    """The row of a role."""
    row = connection.execute(select(ROLES).where(ROLES.c.id == id)).mappings().first()
    return dict(row) if row is not None else None


def roles_of(connection: Connection, id: str) -> set[str]:
    """The ids of somebody's roles."""
    return set(connection.execute(select(USER_ROLES.c.role).where(USER_ROLES.c.user == id)).scalars())


def remove_role(connection: Connection, id: str) -> None:
    """Takes a role away, from everybody who had it."""
    connection.execute(delete(USER_ROLES).where(USER_ROLES.c.role == id))
    connection.execute(delete(ROLES).where(ROLES.c.id == id))


def make_link(connection: Connection, user: str) -> tuple[str, datetime]:
    """A link's secret, in plain text this once, and when it ends. One made before leads nowhere any more."""
    plain, now = secrets.token_urlsafe(32), datetime.now(UTC)
    connection.execute(delete(LINKS).where((LINKS.c.user == user) | (LINKS.c.expires_at <= now)))
    row = {"hash": _hash(plain), "user": user, "made_at": now, "expires_at": now + LINK_LASTS, "used_at": None}
    connection.execute(insert(LINKS), row)
    return plain, now + LINK_LASTS


def use_link(connection: Connection, plain: str) -> str | None:
    """Whose link it is, once; None for one that is unknown, used, over, or of somebody who is switched off."""
    now = datetime.now(UTC)
    live = (LINKS.c.hash == _hash(plain), LINKS.c.used_at.is_(None), LINKS.c.expires_at > now)
    query = select(LINKS.c.user).join(USERS, USERS.c.id == LINKS.c.user).where(*live, USERS.c.active)
    if (found := connection.execute(query).scalar()) is None:
        return None
    used = connection.execute(update(LINKS).where(*live).values(used_at=now)).rowcount == 1
    return found if used else None


def _hash(plain: str) -> str:
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()
