"""The registry of MCP servers in memory, as the activities see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from definitions.tools import Server


@dataclass
class InMemoryServers:
    """`Servers` in dicts."""

    known: dict[str, Server] = field(default_factory=dict)
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    logins: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    down: bool = False

    async def server(self, id: str) -> Server:
        if self.down:
            raise ConnectionError("the database does not answer")
        return self.known[id]

    async def secrets(self, server: str) -> dict[str, str]:
        return self.kept.get(server, {})

    async def login(self, server: str, person: str) -> dict[str, object] | None:
        return self.logins.get((server, person))

    async def keep_login(self, server: str, person: str, login: Mapping[str, object] | None) -> None:
        if login is None:
            self.logins.pop((server, person), None)
        else:
            self.logins[server, person] = dict(login)
