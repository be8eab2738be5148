"""Tools of MCP servers, called as a worker calls them: real servers, over stdio and over HTTP (RELIABILITY.md, row 40).

Whatever a server does, the step ends with a code that a person is told, and no child process is left.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from activities.errors import ActionError
from activities.mcp.arguments import check_arguments
from activities.mcp.call import mcp_activity
from activities.mcp.catalogue import Catalogue
from activities.mcp.client import read_tools
from activities.mcp.reach import Program, Reach, Visit
from activities.outbound import HttpPolicy
from definitions.contracts import EffectContract
from definitions.effects import Scopes
from definitions.tools import contract_of
from tests.activities import mcp_house
from tests.activities.mcp_house import REPO, McpHouse, a_program, is_alive
from tests.support.mcp_servers.tools import pids, tickets
from tests.support.mcp_servers.web import McpSite
from tests.support.servers import free_port

SECRET = "s3cret-of-ours"
site, web, stdio, house = mcp_house.site, mcp_house.web, mcp_house.stdio, mcp_house.house
"""Fixtures."""


async def test_a_tool_is_called_once_with_the_key_of_the_effect(house: McpHouse) -> None:
    result = await house.ask("create_ticket", {"title": "Broken", "priority": "high"})
    assert result["structured"] == {"id": "T-1", "title": "Broken"}
    assert result["content"][0]["type"] == "text"
    assert tickets(house.folder) == [{"id": "T-1", "title": "Broken", "priority": "high", "key": "run-1:pay#1"}]
    assert house.stage.state() == "done"
    again = await house.ask("create_ticket", {"title": "Broken", "priority": "high"})
    assert again == result, "a finished effect is never done again"
    assert len(tickets(house.folder)) == 1


def test_what_a_tool_promises_counts_where_somebody_accepted_it() -> None:
    told = {"hints": {"read_only": True, "idempotent": True}, "accepted": False}
    assert contract_of(None) == contract_of(told)
    assert (contract_of(told).touches, contract_of(told).repeatable) == ("world", False)
    assert contract_of({**told, "accepted": True}).touches == "nothing"
    writes = contract_of({"hints": {"read_only": False, "idempotent": True}, "accepted": True})
    assert (writes.touches, writes.repeatable) == ("world", True)


async def test_the_tools_of_a_server_as_they_are_now(stdio: McpHouse) -> None:
    found = await read_tools(Visit(stdio.servers.known["tickets"], stdio.servers, "ann", stdio.reach))
    assert found == stdio.servers.known["tickets"].tools
    assert found["echo"]["hints"] == {"read_only": True, "idempotent": False}


async def test_a_server_that_is_not_there(house: McpHouse) -> None:
    error = await house.refused("echo", {"text": "x"}, server="other")
    assert error.type == "unknown_server"
    house.servers.down = True
    error = await house.refused("echo", {"text": "x"})
    assert (error.type, error.non_retryable) == ("ledger_unavailable", False)


async def test_who_has_a_say_in_which_tools_may_be_called(house: McpHouse) -> None:
    known = house.servers.known["tickets"]
    house.servers.known["tickets"] = replace(known, enabled=["echo", "add"])
    assert (await house.refused("create_ticket", {"title": "x"})).type == "tool_not_allowed", "not enabled"
    error = await house.refused("echo", {"text": "x"}, tools=["add"])
    assert error.type == "tool_not_allowed", "not in the step's list"
    house.stage.people.limits["ann"] = Scopes(tools=["tickets/ad*"])
    assert (await house.refused("echo", {"text": "x"})).type == "not_allowed", "not in the person's rights"
    house.stage.people.limits["ann"] = Scopes(tools=["tickets/ad*"], actions=["demo.*"])
    assert (await house.ask("add", {"a": 1, "b": 2}))["text"] == "3"
    house.servers.known["tickets"] = replace(known, active=False)
    again = house.call("add", arguments={"a": 1, "b": 2})
    refused = await house.stage.refused(house.activity, replace(again, key="run-1:pay#2"))
    assert refused.type == "unknown_server", "switched off"
    assert tickets(house.folder) == []


async def test_what_the_catalogue_offers(house: McpHouse) -> None:
    catalogue = Catalogue(house.servers)
    house.servers.known["tickets"] = replace(house.servers.known["tickets"], enabled=["add", "echo", "gone"])
    assert [tool["name"] for tool in await catalogue.tools_of("tickets")] == ["add", "echo"]
    (echo,) = await catalogue.tools_of("tickets", ["echo", "create_ticket"])
    assert set(echo) == {"name", "title", "description", "input_schema", "schema_hash"}
    assert echo["input_schema"]["required"] == ["text"]
    assert await catalogue.tools_of("tickets", scopes=Scopes(tools=["crm/*"])) == []


@pytest.mark.parametrize(
    ("arguments", "path", "code"),
    [
        ({}, "/", "required"),
        ({"title": 7}, "/title", "wrong_type"),
        ({"title": "x", "owner": "ben"}, "/owner", "unknown_field"),
    ],
)
async def test_arguments_are_checked_before_anything_is_sent(
    house: McpHouse, arguments: dict[str, Any], path: str, code: str
) -> None:
    error = await house.refused("create_ticket", arguments)
    assert error.type == "invalid_input"
    assert [(each["path"], each["code"]) for each in error.details[0]["errors"]] == [(path, code)]
    assert tickets(house.folder) == []


@pytest.mark.parametrize(
    "schema",
    [{"$ref": "http://127.0.0.1:1/schema"}, {"type": "nonsense"}, {"properties": {"a": {"pattern": "("}}}],
)
def test_a_schema_that_cannot_be_used_lets_nothing_through(schema: dict[str, Any]) -> None:
    with pytest.raises(ActionError) as refused:
        check_arguments(schema, {"a": "x"})
    assert refused.value.code == "mcp_unusable"


async def test_a_tool_that_changed_is_not_called(stdio: McpHouse) -> None:
    (stdio.folder / "changed").touch()
    error = await stdio.refused("create_ticket", {"title": "x"})
    assert (error.type, error.non_retryable) == ("schema_changed", True)
    assert tickets(stdio.folder) == []
    assert (await stdio.ask("add", {"a": 1, "b": 2}))["text"] == "3", "the others are what they were"


async def test_a_tool_that_changed_between_approval_and_call(web: McpHouse, site: McpSite) -> None:
    seen = web.servers.known["tickets"].tools["create_ticket"]["schema_hash"]
    site.change()
    error = await web.refused("create_ticket", {"title": "x"}, schema_hash=seen)
    assert error.type == "schema_changed", "as the server shows it now"
    await web.pin()
    error = await web.refused("create_ticket", {"title": "x", "owner": "ben"}, schema_hash=seen)
    assert error.type == "schema_changed", "an administrator accepted it, and this call was approved before"
    await web.ask("create_ticket", {"title": "x", "owner": "ben"})
    assert [row["owner"] for row in tickets(web.folder)] == ["ben"]


async def test_a_tool_that_fails_says_why_and_no_secret(house: McpHouse) -> None:
    server = house.servers.known["tickets"]
    house.servers.kept["tickets"] = {"Authorization": f"Bearer {SECRET}"}
    house.servers.known["tickets"] = replace(server, auth="static")
    error = await house.refused("fail")
    assert (error.type, error.non_retryable) == ("tool_failed", True)
    assert "the queue is closed until Monday" in error.message
    assert SECRET not in str(error)


async def test_a_tool_that_hangs(house: McpHouse) -> None:
    error = await house.refused("hang", timeout=6)
    assert (error.type, error.non_retryable) == ("timeout", True)
    assert house.stage.state() == "unknown", "it may have acted"


async def test_a_child_that_will_not_leave_is_ended(stdio: McpHouse) -> None:
    error = await stdio.refused("stay", timeout=6)
    assert error.type == "timeout"
    assert await stdio.nobody_is_left()


async def test_a_child_that_dies_while_it_acts(stdio: McpHouse) -> None:
    error = await stdio.refused("die")
    assert (error.type, error.non_retryable) == ("mcp_lost", True)
    assert stdio.stage.state() == "unknown", "it may have acted"


async def test_a_repeatable_tool_whose_child_died_is_tried_again(stdio: McpHouse) -> None:
    contract = EffectContract(repeatable=True, timeout=20)
    error = await stdio.stage.refused(stdio.activity, replace(stdio.call("die"), contract=contract.to_json()))
    assert (error.type, error.non_retryable) == ("mcp_lost", False)


async def test_a_child_that_never_says_a_word(stdio: McpHouse) -> None:
    stdio.reach = Reach({"tickets": a_program(stdio.folder, "mute")})
    stdio.activity = mcp_activity(stdio.servers, stdio.stage.people, stdio.reach)
    error = await stdio.refused("echo", {"text": "x"}, timeout=6)
    assert (error.type, error.non_retryable) == ("timeout", False)
    assert stdio.stage.state() == "failed", "nothing was asked of it yet"


async def test_a_child_ends_with_the_activity_that_is_cancelled(stdio: McpHouse) -> None:
    before = len(pids(stdio.folder))
    asking = asyncio.create_task(stdio.ask("hang"))
    while len(pids(stdio.folder)) == before:
        await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await stdio.nobody_is_left()


def test_a_child_on_the_loop_that_workers_use(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.support.mcp_servers.calling", str(tmp_path), "echo"]
    said = subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.strip() == "uvloop"


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="this machine has no setpriv (util-linux)")
def test_a_child_dies_with_a_worker_that_is_killed(tmp_path: Path) -> None:
    """It hears neither that its standard input ended nor SIGTERM."""
    command = [sys.executable, "-m", "tests.support.mcp_servers.calling", str(tmp_path), "stay"]
    worker = subprocess.Popen(command, cwd=REPO)
    try:
        assert until(lambda: (tmp_path / "stays").exists())
    finally:
        worker.kill()
        worker.wait(10)
    (child,) = pids(tmp_path)
    assert until(lambda: not is_alive(child))


def until(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


async def test_a_program_that_nobody_set_up(stdio: McpHouse) -> None:
    for reach in (Reach(), Reach({"tickets": Program(("no-such-program",))})):
        stdio.activity = mcp_activity(stdio.servers, stdio.stage.people, reach)
        assert (await stdio.refused("echo", {"text": "x"})).type == "mcp_program_missing"


async def test_a_child_finds_only_what_it_is_given(stdio: McpHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", "postgresql://us:secret@db/holdfast")
    stdio.servers.kept["tickets"] = {"TICKETS_TOKEN": SECRET, "LD_PRELOAD": "/tmp/evil.so"}
    found = json.loads((await stdio.ask("environment"))["text"])
    assert "TICKETS_TOKEN" in found
    assert not {"HOLDFAST_DATABASE_URL", "LD_PRELOAD"} & set(found)


async def test_a_hundred_megabytes_are_refused_while_they_are_read(house: McpHouse) -> None:
    error = await house.refused("flood")
    assert (error.type, error.non_retryable) == ("output_too_large", True)
    assert house.stage.state() == "unknown", "it was done, and its result is not kept"


async def test_an_address_inside_the_network_is_refused(web: McpHouse, site: McpSite) -> None:
    web.activity = mcp_activity(web.servers, web.stage.people, Reach())
    asked = len(site.requests)
    error = await web.refused("echo", {"text": "x"})
    assert (error.type, error.non_retryable) == ("address_not_allowed", True)
    assert len(site.requests) == asked


async def test_a_server_that_cannot_be_reached(web: McpHouse, site: McpSite) -> None:
    gone = f"127.0.0.1:{free_port()}"
    web.servers.known["tickets"] = replace(web.servers.known["tickets"], url=f"http://{gone}/mcp")
    reach = Reach(http=HttpPolicy(allowed_hosts=frozenset({gone})))
    web.activity = mcp_activity(web.servers, web.stage.people, reach)
    error = await web.refused("echo", {"text": "x"})
    assert (error.type, error.non_retryable) == ("mcp_unavailable", False)
    assert web.stage.state() == "failed"


@pytest.mark.parametrize(
    ("status", "code", "final"),
    [
        (401, "needs_login", True),
        (403, "needs_login", True),
        (429, "mcp_unavailable", False),
        (500, "mcp_unavailable", False),
    ],
)
async def test_a_server_that_refuses(web: McpHouse, site: McpSite, status: int, code: str, final: bool) -> None:
    site.status = status
    error = await web.refused("echo", {"text": "x"})
    assert (error.type, error.non_retryable) == (code, final)
    assert web.stage.state() == "failed"


async def test_secrets_of_the_installation_go_along_as_headers(web: McpHouse, site: McpSite) -> None:
    web.servers.known["tickets"] = replace(web.servers.known["tickets"], auth="static")
    web.servers.kept["tickets"] = {"X-Api-Key": SECRET}
    await web.ask("echo", {"text": "x"})
    assert site.requests[-1][2]["x-api-key"] == SECRET
    assert site.requests[-1][2]["idempotency-key"] == "run-1:pay#1"
