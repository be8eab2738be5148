"""Secrets of other systems by their name, sealed; implements `Secrets` of activities/secrets.py.

A value is written and never read back: only the effect that sends it is ever handed it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from api.store.identity_tables import SecretRow
from api.store.secrets_box import SecretsBox
from api.store.statements import insert_new
from api.store.store import Store
from definitions.secrets import Secret

SECRETS: Table = SecretRow.__table__  # type: ignore[attr-defined]
SHOWN = (SECRETS.c.name, SECRETS.c.teams, SECRETS.c.hosts, SECRETS.c.changed_by, SECRETS.c.changed_at)


class SqlSecrets:
    """The secrets of one installation, opened with its key."""

    def __init__(self, store: Store, box: SecretsBox) -> None:
        self._store, self._box = store, box

    async def named(self, names: Collection[str]) -> Mapping[str, Secret]:
        """Those that there are, with their values; one that this key does not open is not there."""
        query = select(SECRETS).where(SECRETS.c.name.in_(names))
        rows = await self._store.look(lambda connection: connection.execute(query).all())
        opened = ((row, self._box.open(row.sealed, about(row.name))) for row in rows)
        return {
            row.name: Secret(value, tuple(row.teams), tuple(row.hosts))
            for row, value in opened
            if isinstance(value, str)
        }

    def keep(self, connection: Connection, row: Mapping[str, Any], value: str, by: str) -> dict[str, Any]:
        """Sets a secret, in place of what there was; `row` is {name, teams, hosts}. Gives it as it is shown."""
        now = datetime.now(UTC)
        values = {**row, "sealed": self._box.seal(value, about(row["name"])), "changed_by": by, "changed_at": now}
        if not insert_new(connection, SECRETS, values):
            connection.execute(update(SECRETS).where(SECRETS.c.name == row["name"]).values(**values))
        return {name: item for name, item in values.items() if name != "sealed"}


def about(name: str) -> str:
    """What the seal is bound to."""
    return f"secret/{name}"


def remove(connection: Connection, name: str) -> bool:
    """Takes a secret away; whether there was one."""
    return connection.execute(delete(SECRETS).where(SECRETS.c.name == name)).rowcount == 1


def page(connection: Connection, after: str, limit: int) -> list[dict[str, Any]]:
    """Secrets by name, after one of them, without what they hide."""
    query = select(*SHOWN).where(SECRETS.c.name > after).order_by(SECRETS.c.name).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def teams(connection: Connection) -> dict[str, tuple[str, ...]]:
    """The teams of each secret: what definitions are checked against."""
    return {row.name: tuple(row.teams) for row in connection.execute(select(SECRETS.c.name, SECRETS.c.teams))}
