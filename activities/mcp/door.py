"""What the API asks of MCP servers: their tools as they are now, and signing in. It stands behind a port of the API
(api/ports.py), which knows none of this code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activities.mcp.reach import Reach, Servers, Visit
from definitions.tools import Server


class McpDoor:
    """Every method raises ActionError (`code`, `message`) as the module it calls says."""

    def __init__(self, servers: Servers, reach: Reach) -> None:
        self._servers, self._reach = servers, reach

    def programs(self) -> list[str]:
        """The names of the programs that the installation has."""
        return sorted(self._reach.programs)

    async def tools(self, server: Server, person: str) -> dict[str, dict[str, Any]]:
        """The server's tools by name, as they are now, asked for in this person's name."""
        from activities.mcp.client import read_tools

        return await read_tools(Visit(server, self._servers, person, self._reach))

    async def begin_login(
        self, server: Server, client: Mapping[str, Any] | None, redirect: str
    ) -> tuple[str, str, dict[str, Any]]:
        """(address for the browser, state, what must be kept)."""
        from activities.mcp.signing_in import begin

        begun = await begin(server, client, redirect, self._reach)
        return begun.url, begun.state, begun.kept

    async def finish_login(self, kept: Mapping[str, Any], code: str, issuer: str | None) -> dict[str, Any]:
        """The login."""
        from activities.mcp.signing_in import finish

        return await finish(kept, code, issuer, self._reach)
