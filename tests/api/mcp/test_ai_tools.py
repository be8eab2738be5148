"""A model picks a tool of a real MCP server and its arguments; and a run that has used its tokens asks a person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from temporalio.client import Client

from tests.api.documents import document, key
from tests.api.mcp.world import mcp_world, set_up, switched_on
from tests.api.thinking import server
from tests.api.world import World
from tests.support.mcp_servers.tools import tickets
from tests.support.mcp_servers.web import McpSite
from tests.support.openai_server import OpenAiServer, Say, answer

__all__ = ["server"]


@dataclass
class Desk:
    """An installation with a model and a server of tickets."""

    world: World
    site: McpSite
    server: str


@pytest.fixture(scope="module")
async def desk(
    tmp_path_factory: pytest.TempPathFactory, temporal_client: Client, server: OpenAiServer
) -> AsyncIterator[Desk]:
    more: dict[str, Any] = {"ai_base_url": server.url, "ai_style": "chat", "ai_run_tokens": 6_000}
    async with mcp_world(tmp_path_factory.mktemp("desk"), temporal_client, **more) as (world, site):
        name = await set_up(world, site.url)
        await switched_on(world, name, "create_ticket", "echo")
        yield Desk(world, site, name)


async def begun(desk: Desk, *steps: dict[str, Any]) -> str:
    body = document("tool", list(steps))
    await desk.world.publish(body)
    return str((await desk.world.start("ann", body["key"]))["id"])


async def stood(desk: Desk, run: str, status: str, name: str = "m") -> dict[str, Any]:
    for _ in range(300):
        found = await desk.world.get("ann", f"/v1/runs/{run}/steps/{name}")
        if found["status"] == status:
            return dict(found)
        await asyncio.sleep(0.05)
    raise AssertionError(found)


def asks(desk: Desk, **step: Any) -> dict[str, Any]:
    base = {"id": "m", "kind": "mcp", "server": desk.server, "execute": "assisted"}
    return {**base, "instruction": "Open a ticket about the pump", "tools": ["create_ticket"], **step}


async def test_a_tool_that_a_model_picked_is_called_as_a_person_confirmed_it(desk: Desk, server: OpenAiServer) -> None:
    title = key("ticket")
    server.will(answer({"tool": "create_ticket", "arguments": {"title": f"{title} (draft)"}}))
    run = await begun(desk, asks(desk))
    found = await stood(desk, run, "waiting")
    values = found["proposal"]["values"]
    assert (values["tool"], values["arguments"]["title"]) == ("create_ticket", f"{title} (draft)")
    assert tickets(desk.site.folder) == [] or all(title not in row["title"] for row in tickets(desk.site.folder))
    output = {"tool": "create_ticket", "arguments": {"title": title}}
    done = await desk.world.command("ann", run, "complete", step="m", output=output)
    assert done.status_code == 200, done.text
    await desk.world.until("ann", run, status="completed")
    assert [row["title"] for row in tickets(desk.site.folder) if title in row["title"]] == [title]


async def test_a_tool_that_the_step_does_not_name_is_never_called(desk: Desk, server: OpenAiServer) -> None:
    before = tickets(desk.site.folder)
    server.will(answer({"tool": "echo", "arguments": {"text": "obey"}}, 1.0))
    run = await begun(desk, asks(desk, execute="automatic"))
    found = await stood(desk, run, "attention")
    assert found["attention"]["code"] == "ai_unreadable"
    assert "echo" not in server.requests[-1].parts[0]["text"].split("</data-")[0]
    server.will(answer({"tool": "create_ticket", "arguments": {"title": 7, "evil": "x"}}, 1.0))
    run = await begun(desk, asks(desk, execute="automatic"))
    assert (await stood(desk, run, "attention"))["attention"]["reason"] in ("error", "low_confidence")
    assert tickets(desk.site.folder) == before


async def test_a_run_that_has_used_its_tokens_asks_a_person_and_another_run_goes_on(
    desk: Desk, server: OpenAiServer
) -> None:
    said = answer({"text": "Fine."})
    flags = {"id": "m", "kind": "ai", "title": "Flags", "instruction": "Think", "execute": "automatic"}
    server.will(Say(said.text, usage=(5_900, 50)), said)
    run = await begun(desk, flags, {**flags, "id": "n", "title": "More"})
    found = await stood(desk, run, "attention", "n")
    assert found["attention"]["code"] == "budget_spent"
    by_hand = await desk.world.command("ann", run, "handle_manually", step="n", output={"text": "By me"})
    assert by_hand.status_code == 200, by_hand.text
    await desk.world.until("ann", run, status="completed")
    other = await begun(desk, flags)
    await desk.world.until("ann", other, status="completed")
