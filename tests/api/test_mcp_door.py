"""Holdfast as an MCP server, by the SDK's own client: found, started, polled; never more than the token's owner may."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.api.documents import document
from tests.api.world import HOST, World

FIELDS = [{"id": "why", "type": "text", "label": "Why", "required": True}]
TASK = {"id": "look", "kind": "task", "title": "Have a look"}


@asynccontextmanager
async def client_of(world: World, who: str) -> AsyncIterator[Client]:
    transport = httpx2.ASGITransport(app=world.app)
    headers = {"Authorization": f"Bearer {world.tokens[who]}"}
    async with (
        httpx2.AsyncClient(transport=transport, base_url=HOST, headers=headers) as http,
        Client(streamable_http_client(f"{HOST}/mcp", http_client=http)) as client,
    ):
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> tuple[bool, dict[str, Any]]:
    answer = await client.call_tool(tool, arguments)
    return bool(answer.is_error), dict(answer.structured_content or {})


async def offered(world: World, **top: Any) -> dict[str, Any]:
    start = {"triggers": [{"type": "mcp"}], "fallback_inbox": "leads", **top.pop("start", {})}
    body = document("offered", [TASK], start=start, inputs=FIELDS, **top)
    await world.publish(body)
    return body


async def test_a_workflow_is_found_started_and_polled(world: World) -> None:
    body = await offered(world, description="Looks at *something*.")
    async with client_of(world, "ann") as client:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == ["list_workflows", "start_workflow", "get_run"]
        assert [bool(tool.annotations and tool.annotations.read_only_hint) for tool in tools] == [True, False, True]
        _, listed = await call(client, "list_workflows", q=body["key"])
        (one,) = listed["workflows"]
        assert (one["definition"], one["description"]) == (body["key"], "Looks at *something*.")
        assert one["inputs"]["required"] == ["why"]
        wrong, refused = await call(client, "start_workflow", definition=body["key"])
        assert (wrong, refused["code"], refused["errors"][0]["path"]) == (True, "invalid_inputs", "/inputs/why")
        runs = [
            await call(client, "start_workflow", definition=body["key"], inputs={"why": "asked"}, key="one")
            for _ in range(2)
        ]
        assert runs[0][0] is False and runs[0][1]["id"] == runs[1][1]["id"]
        run = runs[0][1]["id"]
        await world.until("ann", run, current=["look"])
        _, seen = await call(client, "get_run", run=run)
        assert (seen["status"], seen["current"], seen["steps"][0]["title"]) == ("waiting", ["look"], "Have a look")
        assert "can" not in seen["steps"][0]
        await world.command("ann", run, "complete", step="look")
        assert (await call(client, "get_run", run=run))[1]["status"] == "completed"
    view = await world.get("ann", f"/v1/runs/{run}")
    assert view["started_by"] == "ann"
    (row,) = [each for each in await world.rows("runs") if each["id"] == run]
    assert row["request"]["source"] == "mcp"
    said = [each["action"] for each in await world.rows("log") if each["via"] == "mcp" and each["run"] == run]
    assert said == ["run.start", "mcp.get_run", "mcp.get_run"]


async def test_only_what_opted_in_and_only_within_the_caller_s_rights(world: World) -> None:
    closed = document("closed", [TASK])
    await world.publish(closed)
    own = await world.start("ann", closed["key"])
    secret = await offered(world, teams=["compliance"])
    for_leads = await offered(world, start={"roles": ["lead"]})
    async with client_of(world, "ann") as client:
        _, listed = await call(client, "list_workflows")
        keys = {each["definition"] for each in listed["workflows"]}
        assert not keys & {closed["key"], secret["key"], for_leads["key"]}
        assert (await call(client, "start_workflow", definition=closed["key"]))[1]["status"] == 404
        assert (await call(client, "start_workflow", definition=secret["key"]))[1]["status"] == 404
        assert (await call(client, "start_workflow", definition=for_leads["key"]))[1]["status"] == 403
        assert (await call(client, "get_run", run=own["id"]))[1]["status"] == 404, "its definition is not offered"
    async with client_of(world, "cy") as client:
        _, theirs = await call(client, "start_workflow", definition=secret["key"], inputs={"why": "x"})
    async with client_of(world, "ann") as client:
        assert (await call(client, "get_run", run=theirs["id"]))[1]["status"] == 404
    async with client_of(world, "vic") as client:
        assert (await call(client, "list_workflows"))[1]["workflows"] == []
        assert (await call(client, "get_run", run="run-none"))[1]["status"] == 404


async def test_nothing_that_a_person_was_asked_can_be_answered(world: World) -> None:
    body = await offered(world)
    run = (await world.start("ann", body["key"], inputs={"why": "x"}))["id"]
    async with client_of(world, "ann") as client:
        for tool in ("complete", "commands", "complete_step"):
            wrong, refused = await call(client, tool, run=run, step="look")
            assert (wrong, refused["code"]) == (True, "not_found")
        wrong, refused = await call(client, "get_run", run=run, complete="look")
        assert (wrong, refused["errors"][0]["code"]) == (True, "unknown_field")
    view = await world.until("ann", run, current=["look"])
    assert view["steps"][0]["status"] == "ready"


async def test_the_door_itself(world: World) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    assert (await world.call(None, "POST", "/mcp", message, headers=accept)).status_code == 401
    assert (await world.call("ann", "GET", "/mcp")).status_code == 405
    answer = await world.call("ann", "POST", "/mcp", message, headers=accept)
    assert answer.status_code == 200, answer.text
    assert [tool["name"] for tool in answer.json()["result"]["tools"]] == [
        "list_workflows",
        "start_workflow",
        "get_run",
    ]
    assert (await world.call("ann", "POST", "/mcp", {"big": "x" * 300_000}, headers=accept)).status_code == 413


def test_the_sdk_is_loaded_with_the_first_request() -> None:
    code = "import api.app, sys; print('mcp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
