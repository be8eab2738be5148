"""Which tools there are for a step: those that were pinned, enabled, allowed by the step and by the person's rights.

Read from the registry and not from the server: a proposal must not wait for one, nor see a tool nobody looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from activities.errors import ActionError, NotDone
from activities.mcp.reach import Servers
from definitions.effects import Scopes, allows_tool
from definitions.tools import Server

SHOWN = ("name", "title", "description", "input_schema", "schema_hash")


class Catalogue:
    """The tools of the configured servers."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    async def tools_of(
        self, server: str, allowed: Sequence[str] = (), scopes: Scopes | None = None
    ) -> list[dict[str, Any]]:
        """[{name, title, description, input_schema, schema_hash}] in the order they were enabled.

        Raises ActionError `unknown_server`, NotDone where the registry cannot be read.
        """
        found = await known_server(self._servers, server)
        names = [name for name in found.offered(allowed) if scopes is None or allows_tool(scopes, server, name)]
        return [{key: found.tools[name][key] for key in SHOWN} for name in names]


async def known_server(servers: Servers, id: str) -> Server:
    """The server of that id, switched on. Raises as above."""
    try:
        found = await servers.server(id)
    except LookupError:
        raise ActionError("unknown_server", f"There is no MCP server {id!r}.") from None
    except Exception:
        raise NotDone("The registry of MCP servers cannot be read at the moment.", code="ledger_unavailable") from None
    if not found.active:
        raise ActionError("unknown_server", f"The MCP server {id!r} is switched off.")
    return found
