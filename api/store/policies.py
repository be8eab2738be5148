"""Policy profiles: the `default`, and one of their own for those who have it.

A profile of one's own is a copy: it holds every switch as it was when it was made, and no longer follows the default
until it is reset. That is the promise: somebody's rules do not change because everybody else's did.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update
from sqlmodel import col

from api.store.file_tables import PolicyRow
from api.store.statements import insert_new
from api.store.tables import UserRow
from definitions.policy import changed, whole

DEFAULT = "default"

_TABLE: Table = PolicyRow.__table__  # type: ignore[attr-defined]


def policy_of(connection: Connection, user: str) -> dict[str, Any]:
    """The switches that hold for somebody now: those of their own profile, else of the default."""
    stored = _stored(connection, (user, DEFAULT))
    return whole(stored.get(user, stored.get(DEFAULT, {})))


def profile(connection: Connection, id: str) -> dict[str, Any] | None:
    """`{id, own, switches}`: `own` is whether it is a profile of its own. None for somebody who does not exist."""
    if id != DEFAULT and not _exists(connection, id):
        return None
    return {"id": id, "own": id in _stored(connection, (id,)), "switches": policy_of(connection, id)}


def profiles(connection: Connection, after: str, limit: int) -> list[dict[str, Any]]:
    """The profiles there are, by id: the default always, the others where somebody has one of their own."""
    query = select(_TABLE.c.id, _TABLE.c.switches).where(_TABLE.c.id > after).order_by(_TABLE.c.id).limit(limit)
    found = {row.id: row.switches for row in connection.execute(query)}
    if after < DEFAULT:
        found.setdefault(DEFAULT, _stored(connection, (DEFAULT,)).get(DEFAULT, {}))
    shown = [{"id": name, "own": name != DEFAULT, "switches": whole(found[name])} for name in sorted(found)]
    return shown[:limit]


def set_switches(connection: Connection, id: str, given: Mapping[str, Any], by: str) -> bool:
    """Sets some switches of a profile; one of somebody's own is made from the default. False where nobody is meant."""
    if id != DEFAULT and not _exists(connection, id):
        return False
    stored = _stored(connection, (id,))
    before = stored[id] if id in stored else {} if id == DEFAULT else policy_of(connection, DEFAULT)
    switches = changed(before, given)
    row = {
        "switches": whole(switches) if id != DEFAULT else switches,
        "changed_by": by,
        "changed_at": datetime.now(UTC),
    }
    if not insert_new(connection, _TABLE, {"id": id, **row}):
        connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(**row))
    return True


def reset(connection: Connection, id: str) -> bool:
    """Back to the default; the default back to what it was at first. False where nobody is meant."""
    if id != DEFAULT and not _exists(connection, id):
        return False
    connection.execute(delete(_TABLE).where(_TABLE.c.id == id))
    return True


def _stored(connection: Connection, ids: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    query = select(_TABLE.c.id, _TABLE.c.switches).where(_TABLE.c.id.in_(ids))
    return {row.id: row.switches for row in connection.execute(query)}


def _exists(connection: Connection, user: str) -> bool:
    return connection.execute(select(col(UserRow.id)).where(col(UserRow.id) == user)).first() is not None
