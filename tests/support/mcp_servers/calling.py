"""A process that calls a tool of the program over stdio, on the loop that workers use: `calling.py FOLDER TOOL`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from activities.mcp.client import ToolCall, call_tool
from activities.mcp.reach import Program, Reach, Visit
from definitions.tools import Server
from holdfast.loop import run
from tests.support.mcp_servers.registry import InMemoryServers

REPO = str(Path(__file__).parents[3])


async def main(folder: str, tool: str) -> None:
    server = Server("tickets", "stdio", program="tickets")
    command = (sys.executable, "-m", "tests.support.mcp_servers", folder)
    reach = Reach({"tickets": Program(command, env={"PYTHONPATH": REPO})})
    visit = Visit(server, InMemoryServers({"tickets": server}), "ann", reach)
    arguments = {"text": type(asyncio.get_running_loop()).__module__} if tool == "echo" else {}
    print((await call_tool(visit, ToolCall(tool, arguments, (), "key", False, 60.0)))["text"])


if __name__ == "__main__":
    run(main(sys.argv[1], sys.argv[2]))
