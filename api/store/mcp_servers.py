"""The registry of MCP servers over its tables; implements `Servers` of activities/mcp/reach.py.

What is read back of a secret is only ever handed to the effect that needs it: no route answers with one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, select, update

from api.store.mcp_tables import McpSecretRow, McpServerRow, McpSigningInRow
from api.store.row import Row
from api.store.secrets import SqlSecrets
from api.store.secrets_box import SecretsBox
from api.store.statements import insert_new
from api.store.store import Store
from definitions.secrets import named, replaced
from definitions.tools import Server

SERVERS, SECRETS, SIGNING_IN = (
    Row.metadata.tables[str(row.__tablename__)] for row in (McpServerRow, McpSecretRow, McpSigningInRow)
)
OF_ALL = ""
"""The person of what belongs to the installation."""
MINUTES = 10
"""How long somebody may take to sign in."""


class SqlServers:
    """What activities and routes ask of the registry."""

    def __init__(self, store: Store, box: SecretsBox) -> None:
        self._store, self._box = store, box

    async def server(self, id: str) -> Server:
        """Raises LookupError where there is none."""
        return as_server(await self._store.look(lambda connection: row_of(connection, id)))

    async def secrets(self, server: str) -> dict[str, str]:
        """The installation's own secrets for the server, by name.

        One that is given by the name of a secret (`{"secret": NAME}`) is what that is at this moment; without it, or
        at a host that it is not for, it is left out, and the server says what is missing.
        """
        found = await self._kept(server, "secrets", OF_ALL) or {}
        if names := set(named(found)):
            kept, host = await SqlSecrets(self._store, self._box).named(names), await self._host(server)
            values = {name: each.value for name, each in kept.items() if not each.hosts or host in each.hosts}
            found = replaced(found, values)
        return {name: value for name, value in found.items() if isinstance(value, str)}

    async def _host(self, server: str) -> str:
        return urlsplit((await self.server(server)).url or "").hostname or ""

    async def login(self, server: str, person: str) -> dict[str, object] | None:
        """How this person is signed in there."""
        return await self._kept(server, "login", person)

    async def keep_login(self, server: str, person: str, login: Mapping[str, object] | None) -> None:
        """Keeps it in place of what there was; None forgets it."""
        await self._store.transact(lambda connection: self.keep(connection, server, "login", person, login))

    async def client(self, server: str) -> dict[str, Any] | None:
        """How the installation is registered at the server's sign-in."""
        return await self._kept(server, "client", OF_ALL)

    async def begin(self, server: str, person: str, state: str, kept: Mapping[str, Any]) -> None:
        """Remembers that somebody went to sign in; `kept.client` is the registration to use from now on."""

        def work(connection: Connection) -> None:
            connection.execute(delete(SIGNING_IN).where(SIGNING_IN.c.expires_at < datetime.now(UTC)))
            self.keep(connection, server, "client", OF_ALL, kept["client"])
            row = {"state": _hash(state), "server": server, "person": person}
            ends = datetime.now(UTC) + timedelta(minutes=MINUTES)
            sealed = self._box.seal(dict(kept), _about(server, "signing-in", person))
            connection.execute(SIGNING_IN.insert(), {**row, "sealed": sealed, "expires_at": ends})

        await self._store.transact(work)

    async def begun(self, person: str, state: str) -> tuple[str, dict[str, Any]] | None:
        """(server, what was kept) of the sign-in that this person began, once; None for any other."""

        def work(connection: Connection) -> tuple[str, str] | None:
            mine = (SIGNING_IN.c.state == _hash(state), SIGNING_IN.c.person == person)
            row = connection.execute(select(SIGNING_IN).where(*mine)).mappings().first()
            connection.execute(delete(SIGNING_IN).where(*mine))
            return (row["server"], row["sealed"]) if row and row["expires_at"] > datetime.now(UTC) else None

        if (found := await self._store.transact(work)) is None:
            return None
        kept = self._box.open(found[1], _about(found[0], "signing-in", person))
        return (found[0], kept) if kept is not None else None

    def keep(self, connection: Connection, server: str, kind: str, person: str, value: Any) -> None:
        """Seals and writes one secret; None takes it away."""
        of = (SECRETS.c.server == server, SECRETS.c.kind == kind, SECRETS.c.person == person)
        if value is None:
            connection.execute(delete(SECRETS).where(*of))
            return
        row = {"sealed": self._box.seal(dict(value), _about(server, kind, person)), "changed_at": datetime.now(UTC)}
        if not insert_new(connection, SECRETS, {"server": server, "kind": kind, "person": person, **row}):
            connection.execute(update(SECRETS).where(*of).values(**row))

    async def _kept(self, server: str, kind: str, person: str) -> dict[str, Any] | None:
        of = (SECRETS.c.server == server, SECRETS.c.kind == kind, SECRETS.c.person == person)
        query = select(SECRETS.c.sealed).where(*of)
        sealed = await self._store.look(lambda connection: connection.execute(query).scalar())
        found = self._box.open(sealed, _about(server, kind, person)) if sealed else None
        return found if isinstance(found, dict) else None


def row_of(connection: Connection, id: str) -> Mapping[str, Any]:
    """The row of that id. Raises LookupError."""
    row = connection.execute(select(SERVERS).where(SERVERS.c.id == id)).mappings().first()
    if row is None:
        raise LookupError(f"no MCP server {id!r}")
    return dict(row)


def rows(connection: Connection, after: str = "", limit: int | None = None) -> list[Mapping[str, Any]]:
    """The servers by id."""
    query = select(SERVERS).where(SERVERS.c.id > after).order_by(SERVERS.c.id).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def signed_in(connection: Connection, person: str) -> set[str]:
    """The servers at which somebody is signed in."""
    query = select(SECRETS.c.server).where(SECRETS.c.kind == "login", SECRETS.c.person == person)
    return set(connection.execute(query).scalars())


def remove(connection: Connection, id: str) -> None:
    """Takes a server away with all that was kept for it."""
    for table in (SECRETS, SIGNING_IN):
        connection.execute(delete(table).where(table.c.server == id))
    connection.execute(delete(SERVERS).where(SERVERS.c.id == id))


def as_server(row: Mapping[str, Any]) -> Server:
    """The row as effects and checks read it."""
    return Server(**{name: row[name] for name in Server.__slots__})


def _about(server: str, kind: str, person: str) -> str:
    return f"mcp/{server}/{kind}/{person}"


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode(errors="replace")).hexdigest()
