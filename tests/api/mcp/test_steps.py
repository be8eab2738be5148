"""Steps that call tools of MCP servers, from the definition to the server and back (RELIABILITY.md, row 40)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from temporalio.client import Client

from tests.api.documents import document, key
from tests.api.mcp.world import mcp_world, refreshed, set_up, switched_on
from tests.api.world import World
from tests.support.mcp_servers.tools import pids, tickets
from tests.support.mcp_servers.web import McpSite
from tests.support.openai_server import OpenAiServer, answer


def calls(server: str, tool: str, **step: Any) -> dict[str, Any]:
    """A step that calls the tool by itself."""
    return {"id": "m", "kind": "mcp", "server": server, "tool": tool, "execute": "automatic", **step}


def made(site: McpSite, title: str) -> list[dict[str, Any]]:
    return [row for row in tickets(site.folder) if row["title"] == title]


async def begun(world: World, *steps: dict[str, Any], who: str = "ann", **top: Any) -> str:
    body = document("tool", list(steps), **top)
    await world.publish(body)
    inputs = {"inputs": {"title": "Broken pump"}} if "inputs" in top else {}
    return str((await world.start(who, body["key"], **inputs))["id"])


async def stood(world: World, run: str, status: str, who: str = "ann", name: str = "m") -> dict[str, Any]:
    """The step once it has that status."""
    for _ in range(300):
        found = await world.get(who, f"/v1/runs/{run}/steps/{name}")
        if found["status"] == status:
            return dict(found)
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def test_a_pinned_tool_is_called_by_itself_and_later_steps_read_its_result(world: World, site: McpSite) -> None:
    name = await set_up(world, site.url)
    await switched_on(world, name, "create_ticket")
    title = key("ticket")
    step = calls(name, "create_ticket", **{"with": {"title": title}})
    check = {"id": "told", "kind": "task", "title": "Read it", "when": "= steps.m.output.structured.title != ''"}
    run = await begun(world, step, check)
    found = await stood(world, run, "done")
    assert (found["output"]["structured"]["title"], found["done_by"]) == (title, "automation")
    (ticket,) = made(site, title)
    assert run in ticket["key"], "the server was told the key of the effect"
    assert (await stood(world, run, "ready", name="told"))["status"] == "ready"


async def test_a_tool_of_a_program_of_the_installation(world: World, site: McpSite) -> None:
    name = key("mcp")
    body = {"id": name, "title": "Here", "transport": "stdio", "program": "tickets"}
    assert (await world.call("admin", "POST", "/v1/mcp-servers", body)).status_code == 201
    await switched_on(world, name, "create_ticket", "die")
    title = key("ticket")
    step = calls(name, "create_ticket", **{"with": {"title": title}})
    await stood(world, await begun(world, step), "done")
    assert len(made(site, title)) == 1
    run = await begun(world, calls(name, "die"))
    found = await stood(world, run, "attention")
    assert found["attention"]["code"] == "mcp_lost"
    assert {"retry", "handle_manually"} <= set(found["can"])
    for _ in range(300):
        if not any(_is_alive(pid) for pid in pids(site.folder)):
            break
        await asyncio.sleep(0.01)
    assert not any(_is_alive(pid) for pid in pids(site.folder)), "no child is left"
    by_hand = await world.command("ann", run, "handle_manually", step="m", output={})
    assert by_hand.status_code == 200, by_hand.text
    await world.until("ann", run, status="completed")


def _is_alive(pid: int) -> bool:
    import os

    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_tool_is_proposed_by_the_matcher_and_called_with_what_a_person_confirmed(
    world: World, site: McpSite
) -> None:
    name = await set_up(world, site.url)
    await switched_on(world, name, "create_ticket")
    step = {
        "id": "m",
        "kind": "mcp",
        "server": name,
        "tools": ["create_ticket"],
        "instruction": "Make a ticket",
        "execute": "assisted",
    }
    run = await begun(world, step, inputs=[{"id": "title", "type": "text", "required": True}])
    found = await stood(world, run, "waiting")
    assert found["proposal"]["values"] == {"tool": "create_ticket", "arguments": {"title": "Broken pump"}}
    assert found["proposal"]["by"] == "matcher"
    title = key("changed")
    done = await world.command("ann", run, "complete", step="m", output={"arguments": {"title": title}})
    assert done.status_code == 200, done.text
    assert (await stood(world, run, "done"))["output"]["structured"]["title"] == title
    assert len(made(site, title)) == 1
    assert made(site, "Broken pump") == []


async def test_a_model_picks_one_of_the_allowed_tools_and_its_arguments(
    temporal_client: Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    title = key("picked")
    with OpenAiServer() as model:
        more = {"ai_base_url": model.url, "ai_api_key": "sk-of-the-test"}
        async with mcp_world(tmp_path_factory.mktemp("ai"), temporal_client, **more) as (world, site):
            name = await set_up(world, site.url)
            await switched_on(world, name, "create_ticket", "echo", "fail")
            step = calls(name, "", instruction="Tell somebody", tools=["create_ticket", "echo"])
            del step["tool"]
            model.will(answer({"tool": "create_ticket", "arguments": {"title": title}}, 0.95))
            run = await begun(world, step)
            found = await stood(world, run, "done")
            assert (found["output"]["structured"]["title"], found["proposal"]["by"]) == (title, "ai")
            assert len(made(site, title)) == 1
            assert "create_ticket" in model.requests[0].text and "Makes a ticket" in model.requests[0].text
            assert "Fails and says why" not in str(model.requests[0].body), "it is switched on, and not of this step"
            model.will(answer({"tool": "fail", "arguments": {}}, 0.95))
            asked = await stood(world, await begun(world, step), "attention")
            assert asked["attention"]["code"] == "ai_unreadable"


async def test_what_was_agreed_to_is_the_tool_that_was_seen(
    world: World, temporal_client: Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An administrator accepts the tool that it became; who agreed to a call saw another one, so it is not made."""
    folder = tmp_path_factory.mktemp("agreed")
    async with mcp_world(folder, temporal_client) as (other, site):
        name = await set_up(other, site.url)
        await switched_on(other, name, "create_ticket")
        step = calls(name, "create_ticket", approval={"roles": ["lead"]}, **{"with": {"title": "Agreed"}})
        run = await begun(other, step)
        await stood(other, run, "waiting")
        site.change()
        assert (await refreshed(other, name))["changed"] == ["create_ticket"]
        body = {"enabled": ["create_ticket"]}
        assert (await other.call("admin", "PATCH", f"/v1/mcp-servers/{name}", body)).status_code == 200
        agreed = await other.command("lea", run, "approve", step="m")
        assert agreed.status_code == 200, agreed.text
        found = await stood(other, run, "attention")
        assert found["attention"]["code"] == "schema_changed"
        assert tickets(folder) == []


async def test_a_login_that_is_missing_pauses_and_then_the_same_call_is_made(world: World, site: McpSite) -> None:
    name = await set_up(world, site.url, auth="oauth")
    site.guarded = True
    await sign_in(world, site, name, "admin")
    await switched_on(world, name, "create_ticket")
    title = key("ticket")
    step = calls(name, "create_ticket", **{"with": {"title": title}})
    run = await begun(world, step)
    found = await stood(world, run, "attention")
    assert (found["attention"]["reason"], made(site, title)) == ("needs_login", [])
    await sign_in(world, site, name, "ann")
    again = await world.command("ann", run, "retry", step="m")
    assert again.status_code == 200, again.text
    assert (await stood(world, run, "done"))["output"]["structured"]["title"] == title
    assert len(made(site, title)) == 1


async def sign_in(world: World, site: McpSite, name: str, who: str) -> None:
    begun = await world.call(who, "POST", f"/v1/mcp-servers/{name}/login")
    assert begun.status_code == 200, begun.text
    code, state = site.consent(begun.json()["url"])
    asked = {"code": code, "state": state}
    done = await world.call(who, "GET", f"/v1/mcp-servers/{name}/signed-in", params=asked)
    assert done.status_code == 200, done.text


@pytest.mark.parametrize(
    ("tool", "code", "timeout"),
    [
        ("hang", "timeout", "4 seconds"),
        ("flood", "output_too_large", "60 seconds"),
        ("fail", "tool_failed", "60 seconds"),
    ],
)
async def test_whatever_a_server_does_a_person_is_asked(
    world: World, site: McpSite, tool: str, code: str, timeout: str
) -> None:
    name = await set_up(world, site.url)
    await switched_on(world, name, tool)
    run = await begun(world, calls(name, tool, timeout=timeout))
    found = await stood(world, run, "attention")
    assert (found["attention"]["code"] or found["attention"]["reason"]) == code
    by_hand = await world.command("ann", run, "handle_manually", step="m", output={})
    assert by_hand.status_code == 200, by_hand.text
    await world.until("ann", run, status="completed")


async def test_a_definition_names_what_is_switched_on(world: World, site: McpSite) -> None:
    name = await set_up(world, site.url)
    await switched_on(world, name, "echo")

    async def findings(**step: Any) -> list[tuple[str, str]]:
        body = document("named", [{**calls(name, "echo"), **step}])
        answer = await world.call("admin", "POST", "/v1/definitions/validate", body)
        return [(each["code"], each["path"]) for each in answer.json()["findings"]]

    assert await findings(**{"with": {"text": "x"}}) == []
    assert await findings(server="nowhere") == [("unknown_server", "/steps/0/server")]
    assert await findings(tool="create_ticket") == [("unknown_tool", "/steps/0/tool")]
    assert await findings(execute="assisted") == [], "a person is asked for what is missing"
    assert await findings(**{"with": {"txt": "x"}}) == [
        ("input_missing", "/steps/0/with"),
        ("unknown_input", "/steps/0/with/txt"),
    ]
