"""One short client: connect, read the tools, perhaps call one, and gone.

The newest protocol keeps nothing between requests, and older servers are greeted first; either way a connection costs
little beside what it is for, and one that lives no longer than a call can neither go stale nor leak.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import anyio
from mcp import Client
from mcp_types import CallToolResult, RequestParamsMeta, TextContent, Tool

from activities.errors import ActionError
from activities.mcp import stdio, web
from activities.mcp.arguments import check_arguments
from activities.mcp.reach import Visit
from activities.mcp.trouble import Trouble, judged
from definitions.tools import schema_hash

logging.getLogger("mcp").setLevel(logging.CRITICAL)  # its lines hold messages as they came, secrets and all

KEY = "holdfast/idempotency-key"
"""Where a call carries its key, in the `_meta` of the request; over HTTP also as Idempotency-Key."""
PAGES, TOOLS = 20, 500
"""Pages and tools of a list that are read: a server may page for ever."""
SCHEMA_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What is asked of a server. `pinned` are the hashes of which each must be the tool's own at that moment."""

    tool: str
    arguments: Mapping[str, Any]
    pinned: tuple[str, ...]
    key: str
    repeatable: bool
    seconds: float


async def read_tools(visit: Visit) -> dict[str, dict[str, Any]]:
    """The server's tools as they are now, by name, none of them accepted. Raises ActionError as trouble.py says."""
    async with connected(visit, Trouble(), visit.reach.seconds) as client:
        return {tool["name"]: tool for tool in [info(each) for each in await _listed(client)]}


async def call_tool(visit: Visit, asked: ToolCall) -> dict[str, Any]:
    """{content, structured?, text?}. Raises ActionError (trouble.py, `schema_changed`, `tool_failed`), InvalidInput
    and TimeoutError."""
    trouble = Trouble(repeatable=asked.repeatable)
    async with connected(visit, trouble, asked.seconds, asked.key) as client:
        found = next((info(each) for each in await _listed(client) if each.name == asked.tool), None)
        if found is None or any(each != found["schema_hash"] for each in asked.pinned):
            text = f"The tool {asked.tool!r} is no longer what was approved. An administrator must look at it again."
            raise ActionError("schema_changed", text)
        check_arguments(found["input_schema"], asked.arguments)
        trouble.acting = True
        meta = cast(RequestParamsMeta, {KEY: asked.key})
        result = await client.call_tool(asked.tool, dict(asked.arguments), meta=meta)
    return _taken(result, trouble)


@asynccontextmanager
async def connected(visit: Visit, trouble: Trouble, seconds: float, key: str | None = None) -> AsyncIterator[Client]:
    """A client that has greeted the server; at most `seconds` from here to the end of the block.

    Everything that goes wrong in between leaves as what `judged` makes of it.
    """
    try:
        with anyio.fail_after(seconds):
            async with AsyncExitStack() as closing:
                transport = await _transport(visit, trouble, key, closing)
                yield await closing.enter_async_context(Client(transport, read_timeout_seconds=seconds, cache=None))
    except Exception as error:
        raise judged(error, trouble) from None


async def _transport(visit: Visit, trouble: Trouble, key: str | None, closing: AsyncExitStack) -> Any:
    if visit.server.transport != "stdio":
        return web.streams(visit, await closing.enter_async_context(web.web_client(visit, trouble, key)))
    secrets = await visit.servers.secrets(visit.server.id)
    trouble.secrets = tuple(secrets.values())
    return stdio.child(visit.reach.program(visit.server), secrets, visit.reach.max_bytes, trouble)


def info(tool: Tool) -> dict[str, Any]:
    """A tool as it is pinned (definitions/tools.py). Raises ActionError for a schema beyond 64 KB."""
    description = (tool.description or tool.title or "")[:4000]
    if len(str(tool.input_schema)) > SCHEMA_BYTES:
        raise ActionError("mcp_unusable", f"The schema of the tool {tool.name[:100]!r} is too large.")
    hints = tool.annotations
    return {
        "name": tool.name,
        "title": tool.title or (hints.title if hints and hints.title else tool.name),
        "description": description,
        "input_schema": tool.input_schema,
        **({"output_schema": tool.output_schema} if tool.output_schema else {}),
        "hints": {
            "read_only": bool(hints and hints.read_only_hint),
            "idempotent": bool(hints and hints.idempotent_hint),
        },
        "accepted": False,
        "schema_hash": schema_hash(description, tool.input_schema),
    }


async def _listed(client: Client) -> list[Tool]:
    found: list[Tool] = []
    cursor = None
    for _ in range(PAGES):
        page = await client.list_tools(cursor=cursor)
        found += page.tools
        cursor = page.next_cursor
        if cursor is None or len(found) >= TOOLS:
            break
    return found[:TOOLS]


def _taken(result: CallToolResult, trouble: Trouble) -> dict[str, Any]:
    text = "\n".join(each.text for each in result.content if isinstance(each, TextContent))
    if result.is_error:
        raise ActionError("tool_failed", trouble.shown(text) or "The tool failed and did not say why.")
    content = [each.model_dump(mode="json", by_alias=True, exclude_none=True) for each in result.content]
    structured = result.structured_content
    return {
        "content": content,
        **({"structured": structured} if isinstance(structured, dict) else {}),
        **({"text": text} if text else {}),
    }
