"""The tools of the test servers: some that work, and one for each way in which a server may disappoint.

What they did stands in files of a folder: `tickets.jsonl` (one line for each ticket that was really made, with the
key it came with), `pids` (each process that was started). A file named `changed` in it makes `create_ticket` another
tool than it was.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

READS = ToolAnnotations(read_only_hint=True)
MIB = 2**20


def build(folder: Path) -> MCPServer:
    """A server over that folder."""
    server = MCPServer("tickets", log_level="CRITICAL")

    @server.tool(description="Says the text again", annotations=READS)
    def echo(text: str) -> str:
        return text

    @server.tool(description="Adds two numbers", annotations=READS)
    def add(a: int, b: int) -> int:
        return a + b

    add_ticket_tool(server, folder)
    add_disappointments(server, folder)
    return server


def add_ticket_tool(server: MCPServer, folder: Path) -> None:
    """`create_ticket`, as it was or as it became."""

    def made(context: Context[Any, Any], **ticket: Any) -> dict[str, Any]:
        meta = context.request_context.meta or {}
        lines = tickets(folder)
        row = {"id": f"T-{len(lines) + 1}", **ticket, "key": dict(meta).get("holdfast/idempotency-key")}
        with (folder / "tickets.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")
        return {"id": row["id"], "title": ticket["title"]}

    def create_ticket(title: str, context: Context[Any, Any], priority: str = "normal") -> dict[str, Any]:
        return made(context, title=title, priority=priority)

    def create_other(title: str, owner: str, context: Context[Any, Any]) -> dict[str, Any]:
        return made(context, title=title, owner=owner)

    now = create_other if (folder / "changed").exists() else create_ticket
    server.add_tool(now, name="create_ticket", description="Makes a ticket")


def add_disappointments(server: MCPServer, folder: Path) -> None:
    """A tool for each kind of trouble."""

    @server.tool(description="Fails and says why")
    def fail() -> str:
        raise ToolError("the queue is closed until Monday; token is s3cret-of-ours")

    @server.tool(description="Never answers")
    async def hang() -> str:
        await asyncio.sleep(3600)
        return "late"

    @server.tool(description="Never answers and will not leave")
    async def stay() -> str:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (folder / "stays").touch()
        time.sleep(3600)
        return "late"

    @server.tool(description="Ends its own process")
    def die() -> str:
        os._exit(3)

    @server.tool(description="Answers with 100 MB")
    def flood() -> str:
        return "x" * (100 * MIB)

    @server.tool(description="Tells what it finds in its environment")
    def environment() -> str:
        return json.dumps(sorted(os.environ))


def tickets(folder: Path) -> list[dict[str, Any]]:
    """The tickets that were made."""
    path = folder / "tickets.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def pids(folder: Path) -> list[int]:
    """Every process that was started."""
    path = folder / "pids"
    return [int(line) for line in path.read_text().split()] if path.exists() else []
