"""Where calls of MCP tools get what they work with: the programs and addresses of the settings, the registry's rows."""

from __future__ import annotations

from activities.mcp.door import McpDoor
from activities.mcp.reach import Mcp, Program, Reach
from activities.outbound import HttpPolicy
from api.mcp_servers import McpHouse
from api.store.mcp_servers import SqlServers
from api.store.secrets_box import SecretsBox
from api.store.store import Store
from holdfast.settings import Settings


def reach_of(settings: Settings) -> Reach:
    """How far calls of tools may go."""
    programs = {
        name: Program(each.command, each.env, each.secrets, each.folder) for name, each in settings.mcp_programs.items()
    }
    return Reach(programs, HttpPolicy(allowed_hosts=frozenset(settings.mcp_allowed)))


def servers_of(settings: Settings, store: Store) -> SqlServers:
    """The registry, with the key that opens its secrets."""
    return SqlServers(store, box_of(settings))


def box_of(settings: Settings) -> SecretsBox:
    """What secrets are sealed with. Raises ValueError for a key of another form."""
    key = settings.secret_key.get_secret_value() if settings.secret_key else ""
    return SecretsBox.load(settings.home.absolute(), key)


def tools_of_worker(settings: Settings, store: Store) -> Mcp:
    """What a worker calls tools with."""
    return Mcp(servers_of(settings, store), reach_of(settings))


def tools_of_api(settings: Settings, store: Store) -> McpHouse:
    """What the API reads tools and signs people in with."""
    servers = servers_of(settings, store)
    return McpHouse(servers, McpDoor(servers, reach_of(settings)))
