"""A world with an MCP server over HTTP beside it, and one that its installation has as a program."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from temporalio.client import Client

from holdfast.models import model_of
from tests.api.documents import key
from tests.api.world import World, open_world
from tests.support.mcp_servers.web import McpSite, an_mcp_site

REPO = Path(__file__).parents[3]


@asynccontextmanager
async def mcp_world(folder: Path, temporal: Client, **more: Any) -> AsyncIterator[tuple[World, McpSite]]:
    """Both, with a worker; the program and the site share the folder in which tickets are made. `more` are settings."""
    command = [sys.executable, "-m", "tests.support.mcp_servers", str(folder)]
    program = {"command": command, "env": {"PYTHONPATH": str(REPO)}, "secrets": ["TICKETS_TOKEN"]}
    async with an_mcp_site(folder) as site:
        settings = {"mcp_programs": {"tickets": program}, "mcp_allowed": (f"127.0.0.1:{site.port}",), **more}
        async with open_world(folder, temporal, **settings) as world, model_of(world.settings, world.store) as model:
            world.model = model
            world.work()
            yield world, site
            await world.rest()


async def set_up(world: World, url: str, **more: Any) -> str:
    """A server of one's own; its id."""
    name = key("mcp")
    body = {"id": name, "title": "Tickets", "transport": "http", "url": url, **more}
    made = await world.call("admin", "POST", "/v1/mcp-servers", body)
    assert made.status_code == 201, made.text
    return name


async def refreshed(world: World, name: str) -> dict[str, Any]:
    answer = await world.call("admin", "POST", f"/v1/mcp-servers/{name}/refresh")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def switched_on(world: World, name: str, *tools: str, **more: Any) -> None:
    """Reads the server's tools as admin, and lets those be called."""
    await refreshed(world, name)
    answer = await world.call("admin", "PATCH", f"/v1/mcp-servers/{name}", {"enabled": list(tools), **more})
    assert answer.status_code == 200, answer.text
