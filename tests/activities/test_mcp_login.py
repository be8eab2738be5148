"""Logins of people at MCP servers. Everybody signs in for themselves; the token of one is never used for another."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from tests.activities import mcp_house
from tests.activities.mcp_house import McpHouse
from tests.support.mcp_servers.tools import tickets
from tests.support.mcp_servers.web import McpSite

site, web = mcp_house.site, mcp_house.web
"""Fixtures."""


@pytest.fixture
def signed_in(web: McpHouse, site: McpSite) -> McpHouse:
    site.guarded = True
    web.servers.known["tickets"] = replace(web.servers.known["tickets"], auth="oauth")
    sign_in(web, site)
    return web


def sign_in(web: McpHouse, site: McpSite) -> None:
    login = {**site.issue(), "token_endpoint": f"{site.base}/token", "client_id": "client-1"}
    web.servers.logins["tickets", "ann"] = login


async def test_the_person_s_own_token(signed_in: McpHouse, site: McpSite) -> None:
    token = signed_in.servers.logins["tickets", "ann"]["access_token"]
    assert (await signed_in.ask("echo", {"text": "x"}))["text"] == "x"
    assert site.requests[-1][2]["authorization"] == f"Bearer {token}"
    signed_in.stage.people.known["ben"] = {}
    call = replace(signed_in.call("echo", arguments={"text": "x"}), acting="ben", key="run-1:pay#2")
    assert (await signed_in.stage.refused(signed_in.activity, call)).type == "needs_login"


async def test_one_that_expired_is_refreshed_once(signed_in: McpHouse, site: McpSite) -> None:
    site.tokens.clear()
    assert (await signed_in.ask("create_ticket", {"title": "x"}))["structured"]["id"] == "T-1"
    assert [asked["grant_type"] for asked in site.asked_tokens] == ["refresh_token"]
    assert signed_in.servers.logins["tickets", "ann"]["access_token"] in site.tokens
    assert len(tickets(site.folder)) == 1


async def test_one_that_is_known_to_have_expired_is_not_tried(signed_in: McpHouse, site: McpSite) -> None:
    login = signed_in.servers.logins["tickets", "ann"]
    signed_in.servers.logins["tickets", "ann"] = {**login, "expires_at": time.time() - 1}
    await signed_in.ask("echo", {"text": "x"})
    used = [headers.get("authorization") for _, path, headers in site.requests if path == "/mcp"]
    assert f"Bearer {login['access_token']}" not in used


async def test_the_same_call_is_made_after_somebody_signed_in(signed_in: McpHouse, site: McpSite) -> None:
    site.tokens.clear()
    site.refresh_tokens.clear()
    call = signed_in.call("create_ticket", arguments={"title": "Broken"})
    error = await signed_in.stage.refused(signed_in.activity, call)
    assert (error.type, error.non_retryable) == ("needs_login", True)
    assert signed_in.stage.state() == "failed", "nothing was done, so it may be asked again"
    sign_in(signed_in, site)
    await signed_in.stage.perform(signed_in.activity, replace(call, turn=2))
    assert [(row["title"], row["key"]) for row in tickets(site.folder)] == [("Broken", "run-1:pay#1")]


async def test_what_another_worker_refreshed_is_used(signed_in: McpHouse, site: McpSite) -> None:
    """Refresh tokens are good for once: who comes second takes what the first one got."""
    stale = dict(signed_in.servers.logins["tickets", "ann"])
    site.tokens.clear()
    results = await asyncio.gather(
        *(
            signed_in.stage.perform(
                signed_in.activity, replace(signed_in.call("echo", arguments={"text": "x"}), key=f"run-1:pay#{n}")
            )
            for n in range(3)
        )
    )
    assert [each["text"] for each in results] == ["x"] * 3
    assert signed_in.servers.logins["tickets", "ann"] != stale


async def test_no_token_in_what_is_logged(
    signed_in: McpHouse, site: McpSite, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    token = signed_in.servers.logins["tickets", "ann"]["access_token"]
    site.tokens.clear()
    site.refresh_tokens.clear()
    await signed_in.refused("echo", {"text": "x"})
    said = capsys.readouterr()
    assert "needs_login" in said.out
    assert token not in said.out + said.err + caplog.text
