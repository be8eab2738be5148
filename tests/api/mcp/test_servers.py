"""MCP servers over the API: who may set them up, what is pinned, what is kept secret, and signing in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from tests.api.documents import key
from tests.api.mcp.world import mcp_world, refreshed, set_up, switched_on
from tests.api.world import World
from tests.support.mcp_servers.web import McpSite

SECRET = "s3cret-of-ours"


async def test_a_server_is_set_up_read_and_its_tools_are_switched_on(world: World, site: McpSite) -> None:
    name = await set_up(world, site.url)
    found = await refreshed(world, name)
    assert "create_ticket" in found["added"]
    assert (found["removed"], found["changed"], found["server"]["enabled"]) == ([], [], [])
    body = {"enabled": ["add", "echo"], "accepted": ["add"]}
    changed = await world.call("admin", "PATCH", f"/v1/mcp-servers/{name}", body)
    assert changed.json()["enabled"] == ["add", "echo"]
    tools = {tool["name"]: tool for tool in (await world.get("ann", f"/v1/mcp-servers/{name}"))["tools"]}
    assert (tools["add"]["enabled"], tools["add"]["accepted"], tools["add"]["hints"]["read_only"]) == (True, True, True)
    assert (tools["create_ticket"]["enabled"], tools["create_ticket"]["accepted"]) == (False, False)
    assert tools["create_ticket"]["input_schema"]["required"] == ["title"]
    listed = await world.get("ann", "/v1/mcp-servers")
    (row,) = [each for each in listed["items"] if each["id"] == name]
    assert (row["url"], row["signed_in"]) == (None, None), "where it is, is for those who set it up"
    assert "tools" not in row


async def test_a_program_of_the_installation(world: World) -> None:
    name = key("mcp")
    body = {"id": name, "title": "Here", "transport": "stdio", "program": "tickets", "auth": "static"}
    made = await world.call("admin", "POST", "/v1/mcp-servers", {**body, "secrets": {"TICKETS_TOKEN": SECRET}})
    assert made.status_code == 201, made.text
    assert made.json()["secrets"] == ["TICKETS_TOKEN"]
    assert SECRET not in made.text
    assert "echo" in (await refreshed(world, name))["added"]
    assert SECRET not in str(await world.rows("mcp_secrets"))
    assert SECRET not in str(await world.rows("log"))


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"transport": "stdio", "url": None, "program": "sh"}, "/program", "unknown_program"),
        ({"transport": "stdio", "url": None}, "/program", "required"),
        ({"transport": "stdio", "program": "tickets"}, "/url", "unknown_field"),
        ({"url": None}, "/url", "required"),
        ({"transport": "stdio", "url": None, "program": "tickets", "auth": "oauth"}, "/auth", "not_an_option"),
        ({"url": "ftp://mcp.example/x"}, "/url", "wrong_type"),
        ({"url": "http://user:pw@mcp.example/x"}, "/url", "wrong_type"),
        ({"secrets": {"X-Key": "two\nlines"}}, "/secrets/X-Key", "wrong_type"),
        ({"command": ["rm", "-rf", "/"]}, "/command", "unknown_field"),
    ],
)
async def test_what_cannot_be_a_server(world: World, change: dict[str, Any], path: str, code: str) -> None:
    body = {"id": key("mcp"), "title": "T", "transport": "http", "url": "https://mcp.example/mcp", **change}
    refused = await world.call("admin", "POST", "/v1/mcp-servers", body)
    assert refused.status_code == 422, refused.text
    assert (path, code) in [(error["path"], error["code"]) for error in refused.json()["errors"]]


async def test_only_administrators_set_servers_up(world: World, site: McpSite) -> None:
    name = await set_up(world, site.url)
    at = f"/v1/mcp-servers/{name}"
    settings = {"title": "T", "transport": "http", "url": site.url}
    calls = [
        ("POST", "/v1/mcp-servers", {**settings, "id": key("mcp")}),
        ("PUT", at, settings),
        ("PATCH", at, {"enabled": []}),
        ("POST", f"{at}/refresh", None),
        ("DELETE", at, None),
    ]
    for who in ("ann", "lea", "vic", "oda"):
        for method, path, body in calls:
            assert (await world.call(who, method, path, body)).status_code == 403, (who, method, path)
    assert (await world.call(None, "GET", at)).status_code == 401
    again = await world.call("admin", "POST", "/v1/mcp-servers", {**settings, "id": name})
    assert (again.status_code, again.json()["code"]) == (409, "key_taken")


async def test_a_tool_that_changed_is_switched_off_until_somebody_has_looked(
    temporal_client: Client, tmp_path: Path
) -> None:
    async with mcp_world(tmp_path, temporal_client) as (world, site):
        name = await set_up(world, site.url)
        await switched_on(world, name, "create_ticket", "echo", accepted=["create_ticket", "echo"])
        site.change()
        found = await refreshed(world, name)
        assert (found["added"], found["removed"], found["changed"]) == ([], [], ["create_ticket"])
        assert found["server"]["enabled"] == ["echo"]
        assert [tool["name"] for tool in found["server"]["tools"] if tool["accepted"]] == ["echo"]


async def test_secrets_do_not_follow_a_server_to_another_place(world: World, site: McpSite) -> None:
    name = await set_up(world, site.url, auth="static", secrets={"X-Api-Key": SECRET})
    await refreshed(world, name)
    assert site.requests[-1][2]["x-api-key"] == SECRET
    at = f"/v1/mcp-servers/{name}"
    settings = {"title": "T", "transport": "http", "auth": "static"}
    kept = await world.call("admin", "PUT", at, {**settings, "url": site.url})
    assert (kept.json()["secrets"], bool(kept.json()["tools"])) == (["X-Api-Key"], True)
    moved = await world.call("admin", "PUT", at, {**settings, "url": f"{site.base}/other"})
    assert (moved.json()["secrets"], moved.json()["tools"], moved.json()["enabled"]) == ([], [], [])
    assert [row for row in await world.rows("mcp_secrets") if row["server"] == name] == []
    assert (await world.call("admin", "DELETE", at)).status_code == 204
    assert (await world.call("admin", "GET", at)).status_code == 404


async def test_tools_that_the_server_does_not_have(world: World, site: McpSite) -> None:
    name = await set_up(world, site.url)
    await refreshed(world, name)
    refused = await world.call("admin", "PATCH", f"/v1/mcp-servers/{name}", {"enabled": ["echo", "rm"]})
    assert refused.status_code == 422
    assert [(each["path"], each["code"]) for each in refused.json()["errors"]] == [("/enabled/1", "unknown_tool")]


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ("http://127.0.0.1:9/mcp", 422, "address_not_allowed"),
        ("http://169.254.169.254/latest", 422, "address_not_allowed"),
        ("{base}/nothing", 422, "mcp_unusable"),
    ],
)
async def test_a_server_that_cannot_be_read(world: World, site: McpSite, url: str, status: int, code: str) -> None:
    name = await set_up(world, url.format(base=site.base))
    refused = await world.call("admin", "POST", f"/v1/mcp-servers/{name}/refresh")
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text


async def test_a_server_that_is_away(world: World, site: McpSite) -> None:
    name = await set_up(world, site.url)
    site.status = 503
    refused = await world.call("admin", "POST", f"/v1/mcp-servers/{name}/refresh")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")


class TestSigningIn:
    """Authorization code with PKCE, in two requests; each person for themselves."""

    @pytest.fixture
    async def name(self, world: World, site: McpSite) -> str:
        site.guarded = True
        return await set_up(world, site.url, auth="oauth")

    async def sign_in(self, world: World, site: McpSite, name: str, who: str = "admin") -> None:
        begun = await world.call(who, "POST", f"/v1/mcp-servers/{name}/login")
        assert begun.status_code == 200, begun.text
        code, state = site.consent(begun.json()["url"])
        back = f"/v1/mcp-servers/{name}/signed-in"
        done = await world.call(who, "GET", back, params={"code": code, "state": state, "iss": site.base})
        assert (done.status_code, done.json()) == (200, {"server": name, "signed_in": True}), done.text

    async def test_somebody_signs_in_and_out(self, world: World, site: McpSite, name: str) -> None:
        refused = await world.call("admin", "POST", f"/v1/mcp-servers/{name}/refresh")
        assert (refused.status_code, refused.json()["code"]) == (409, "needs_login")
        assert (await world.get("admin", f"/v1/mcp-servers/{name}"))["signed_in"] is False
        await self.sign_in(world, site, name)
        assert "echo" in (await refreshed(world, name))["added"]
        assert (await world.get("admin", f"/v1/mcp-servers/{name}"))["signed_in"] is True
        assert (await world.get("ann", f"/v1/mcp-servers/{name}"))["signed_in"] is False
        registered = len(site.clients)
        await self.sign_in(world, site, name, "ann")
        assert len(site.clients) == registered, "we are registered there once"
        assert site.asked_tokens[-1]["resource"] == site.url
        assert (await world.call("ann", "DELETE", f"/v1/mcp-servers/{name}/login")).status_code == 204
        assert (await world.get("ann", f"/v1/mcp-servers/{name}"))["signed_in"] is False

    async def test_a_sign_in_that_somebody_else_began(self, world: World, site: McpSite, name: str) -> None:
        """Else one could be made to act with another's login, or hand in one's own for somebody else."""
        begun = await world.call("ann", "POST", f"/v1/mcp-servers/{name}/login")
        code, state = site.consent(begun.json()["url"])
        back = f"/v1/mcp-servers/{name}/signed-in"
        for who in ("ben", None):
            refused = await world.call(who, "GET", back, params={"code": code, "state": state})
            assert refused.status_code == (409 if who else 401)
        other = await world.call("ann", "GET", back, params={"code": code, "state": "made-up"})
        assert (other.status_code, other.json()["code"]) == (409, "no_sign_in")

    async def test_an_answer_of_another_server(self, world: World, site: McpSite, name: str) -> None:
        begun = await world.call("ann", "POST", f"/v1/mcp-servers/{name}/login")
        code, state = site.consent(begun.json()["url"])
        asked = {"code": code, "state": state, "iss": "https://evil.example"}
        refused = await world.call("ann", "GET", f"/v1/mcp-servers/{name}/signed-in", params=asked)
        assert (refused.status_code, refused.json()["code"]) == (422, "sign_in_refused")
        assert (await world.get("ann", f"/v1/mcp-servers/{name}"))["signed_in"] is False

    async def test_a_browser_is_led_back_to_the_console(self, world: World, site: McpSite, name: str) -> None:
        begun = await world.call("ann", "POST", f"/v1/mcp-servers/{name}/login")
        code, state = site.consent(begun.json()["url"])
        done = await world.call(
            "ann",
            "GET",
            f"/v1/mcp-servers/{name}/signed-in",
            params={"code": code, "state": state},
            headers={"Accept": "text/html"},
        )
        assert (done.status_code, done.headers["location"]) == (303, "/")

    async def test_no_token_is_ever_answered_or_stored_in_the_open(
        self, world: World, site: McpSite, name: str
    ) -> None:
        await self.sign_in(world, site, name, "ben")
        told = str(await world.get("ben", f"/v1/mcp-servers/{name}")) + str(await world.rows("mcp_secrets"))
        assert not any(token in told for token in site.tokens | site.refresh_tokens)

    async def test_nobody_signs_in_where_nobody_needs_to(self, world: World, site: McpSite) -> None:
        refused = await world.call("ann", "POST", f"/v1/mcp-servers/{await set_up(world, site.url)}/login")
        assert (refused.status_code, refused.json()["code"]) == (409, "no_login")
