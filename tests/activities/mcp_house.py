"""A worker's inside that knows one MCP server, over stdio or over HTTP."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from temporalio.exceptions import ApplicationError

from activities.mcp.call import mcp_activity
from activities.mcp.client import info, read_tools
from activities.mcp.reach import Program, Reach, Visit
from activities.outbound import HttpPolicy
from definitions import wire
from definitions.contracts import EffectContract
from definitions.tools import Server
from tests.activities.house import Stage, a_call
from tests.support.mcp_servers.registry import InMemoryServers
from tests.support.mcp_servers.tools import build, pids
from tests.support.mcp_servers.web import McpSite, an_mcp_site

REPO = Path(__file__).parents[2]


class McpHouse:
    """A stage whose worker knows one MCP server, `tickets`, with every tool pinned and enabled."""

    def __init__(self, stage: Stage, reach: Reach, servers: InMemoryServers, folder: Path) -> None:
        self.stage, self.reach, self.servers, self.folder = stage, reach, servers, folder
        self.activity = mcp_activity(servers, stage.people, reach)

    async def pin(self) -> None:
        """As an administrator does: the tools as the server tells them."""
        server = self.servers.known["tickets"]
        if server.transport == "stdio":  # in this process, which is faster than a child for each test
            async with Client(build(self.folder)) as client:
                tools = {tool.name: info(tool) for tool in (await client.list_tools()).tools}
        else:
            tools = await read_tools(Visit(server, self.servers, "ann", self.reach))
        self.servers.known["tickets"] = replace(server, tools=tools, enabled=list(tools))

    def call(self, tool: str, timeout: float = 20, **asked: Any) -> Any:
        given = {"server": "tickets", "tool": tool, **asked}
        contract = EffectContract(timeout=timeout)
        return a_call(wire.ACTIVITY_MCP, input=given, contract=contract.to_json())

    async def ask(self, tool: str, arguments: dict[str, Any] | None = None, **more: Any) -> Any:
        return await self.stage.perform(self.activity, self.call(tool, arguments=arguments or {}, **more))

    async def refused(self, tool: str, arguments: dict[str, Any] | None = None, **more: Any) -> ApplicationError:
        return await self.stage.refused(self.activity, self.call(tool, arguments=arguments or {}, **more))

    async def nobody_is_left(self) -> bool:
        """Whether every process that was started is gone; waits for those that are on their way out."""
        for _ in range(500):
            if not any(is_alive(pid) for pid in pids(self.folder)):
                return True
            await asyncio.sleep(0.01)
        return False


def is_alive(pid: int) -> bool:
    """Whether the process is there; one that ended and that nobody buried counts as there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def a_program(folder: Path, *more: str) -> Program:
    command = (sys.executable, "-m", "tests.support.mcp_servers", str(folder), *more)
    return Program(command, env={"PYTHONPATH": str(REPO)}, secrets=("TICKETS_TOKEN",))


@pytest.fixture
async def stdio(stage: Stage, tmp_path: Path) -> AsyncIterator[McpHouse]:
    server = Server("tickets", "stdio", program="tickets")
    reach = Reach({"tickets": a_program(tmp_path)})
    house = McpHouse(stage, reach, InMemoryServers({"tickets": server}), tmp_path)
    await house.pin()
    yield house
    assert await house.nobody_is_left()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[McpSite]:
    async with an_mcp_site(tmp_path) as found:
        yield found


@pytest.fixture
async def web(stage: Stage, site: McpSite) -> McpHouse:
    server = Server("tickets", "http", url=site.url)
    reach = Reach(http=HttpPolicy(allowed_hosts=frozenset({f"127.0.0.1:{site.port}"})))
    house = McpHouse(stage, reach, InMemoryServers({"tickets": server}), site.folder)
    await house.pin()
    return house


@pytest.fixture(params=["stdio", "web"])
def house(request: pytest.FixtureRequest) -> McpHouse:
    """The same server both ways."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, McpHouse)
    return found
