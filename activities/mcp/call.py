"""`holdfast.mcp`: one tool of one MCP server, called for the person who acts.

Four have a say in which tools may be called: the administrator (enabled), the step (`tools`), the person's rights, and
whoever approved this very call (`schema_hash`). All are asked before the server is; the last two are asked about the
tool as it is at that moment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, Field
from temporalio import activity

from activities.data import rights
from activities.errors import ActionError, Refused
from activities.mcp.arguments import check_arguments
from activities.mcp.catalogue import known_server
from activities.mcp.reach import Reach, Servers, Visit
from activities.ports import People
from activities.registry import parse_input
from definitions import wire
from definitions.contracts import EffectContract
from definitions.effects import Scopes, allows_tool
from definitions.tools import Server
from definitions.wire import EffectCall

MARGIN = 5.0
"""Seconds of a try that are kept for ending a server that hangs, and for saying so."""


class McpCall(BaseModel):
    """What the step asks for. `schema_hash`: the tool must still be the one that was seen when this was approved."""

    server: str
    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    schema_hash: str | None = None
    tools: list[str] = Field(default_factory=list)


def mcp_activity(servers: Servers, people: People, reach: Reach) -> Callable[..., Any]:
    """The activity over that registry. Its result: {content: [..], structured?: {}, text?: str}."""

    @activity.defn(name=wire.ACTIVITY_MCP)
    async def call_mcp(call: dict[str, Any]) -> dict[str, Any]:
        return await perform(servers, people, reach, EffectCall.from_json(call))

    return call_mcp


async def perform(servers: Servers, people: People, reach: Reach, call: EffectCall) -> dict[str, Any]:
    """What the tool answers.

    Raises ActionError: `unknown_server`, `tool_not_allowed`, `not_allowed`, `schema_changed`, `invalid_input`,
    `needs_login`, `tool_failed`, or what activities/mcp/trouble.py makes of a server; TimeoutError.
    """
    from activities.mcp.client import ToolCall, call_tool

    asked = parse_input(McpCall, call.input)
    server = await known_server(servers, asked.server)
    scopes, _ = await rights(people, call.acting)
    pinned = allowed_tool(server, asked, scopes, call.acting)
    check_arguments(pinned["input_schema"], asked.arguments)
    contract = EffectContract.from_json(call.contract)
    seconds = max(contract.timeout - MARGIN, contract.timeout / 2)
    hashes = tuple(each for each in (pinned["schema_hash"], asked.schema_hash) if each)
    sent = ToolCall(asked.tool, asked.arguments, hashes, call.key, contract.repeatable, seconds)
    return await call_tool(Visit(server, servers, call.acting, reach), sent)


def allowed_tool(server: Server, asked: McpCall, scopes: Scopes, acting: str) -> Any:
    """The tool as it was pinned. Raises ActionError `tool_not_allowed` or `schema_changed`, or Refused."""
    if asked.tool not in server.offered(asked.tools):
        text = f"The tool {asked.tool!r} of {server.id} is not one of those that this step may use."
        raise ActionError("tool_not_allowed", text)
    if not allows_tool(scopes, server.id, asked.tool):
        raise Refused(f"{acting!r} may not use {server.id}/{asked.tool}.")
    pinned = server.tools[asked.tool]
    if asked.schema_hash and asked.schema_hash != pinned["schema_hash"]:
        raise ActionError("schema_changed", f"The tool {asked.tool!r} changed since this call was approved.")
    return pinned
