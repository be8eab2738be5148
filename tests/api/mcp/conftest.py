"""One installation with a server of tickets for each file; what a test did to the server is undone before the next."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from tests.api.mcp.world import mcp_world
from tests.api.world import World
from tests.support.mcp_servers.web import McpSite


@pytest.fixture(scope="module")
async def both(
    tmp_path_factory: pytest.TempPathFactory, temporal_client: Client
) -> AsyncIterator[tuple[World, McpSite]]:
    async with mcp_world(tmp_path_factory.mktemp("mcp"), temporal_client) as found:
        yield found


@pytest.fixture
def world(both: tuple[World, McpSite]) -> World:
    return both[0]


@pytest.fixture
def site(both: tuple[World, McpSite]) -> McpSite:
    found = both[1]
    found.guarded, found.status = False, None
    return found
