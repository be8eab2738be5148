"""Secrets through the whole house: set by an administrator, used by name, and found nowhere afterwards."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from api.store.row import Row
from tests.activities.web import Site, a_site, plain
from tests.api.documents import document
from tests.api.world import World, open_world
from tests.log_lines import log_lines

CANARY = "canary-5b1f-of-the-shop"
NAMED = {"Authorization": {"secret": "SHOP"}}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with a_site() as found:
        found.replies["/"] = plain(json.dumps({"you": f"sent {CANARY}"}).encode())
        yield found


@pytest.fixture
async def house(tmp_path: Path, temporal_client: Client, site: Site) -> AsyncIterator[World]:
    """A world that may ask the site."""
    async with open_world(tmp_path, temporal_client, http_allowed=(f"127.0.0.1:{site.port}",)) as world:
        world.work()
        yield world


def calling(site: Site, **more: Any) -> dict[str, Any]:
    given = {"url": site.url("/"), "method": "POST", "headers": NAMED}
    call = {"id": "call", "kind": "action", "action": "http.request", "execute": "automatic", "with": given}
    return document("calling", [call, {"id": "b", "kind": "task"}], **more)


async def put(world: World, **more: Any) -> None:
    answer = await world.call("admin", "POST", "/v1/secrets", {"name": "SHOP", "value": CANARY, **more})
    assert answer.status_code == 201, answer.text
    assert CANARY not in answer.text


async def everything_kept(world: World) -> str:
    """Every row of every table, and every file of the installation but its key."""
    rows = [str(await world.rows(table)) for table in Row.metadata.tables]
    files = [path for path in world.settings.home.rglob("*") if path.is_file() and path.suffix != ".key"]
    return "".join(rows) + "".join(path.read_bytes().decode("latin-1") for path in files)


async def test_a_planted_secret_is_found_nowhere(house: World, site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    """RELIABILITY.md, rule 18: databases, histories and logs are looked through for it."""
    await put(house, hosts=["127.0.0.1"])
    body = calling(site)
    await house.publish(body)
    with log_lines("debug") as lines:
        run = (await house.start("ann", body["key"]))["id"]
        view = await house.until("ann", run, current=["b"])
    assert site.requests[0].headers["authorization"] == CANARY, "which it was sent"
    assert view["steps"][0]["output"]["body"] == {"you": "sent ***"}
    history = await house.temporal.get_workflow_handle(run).fetch_history()
    assert CANARY not in history.to_json()
    assert CANARY not in await everything_kept(house)
    assert CANARY not in str(await house.get("ann", f"/v1/runs/{run}/events"))
    assert CANARY not in "".join(capfd.readouterr())
    assert run in lines.getvalue() and CANARY not in lines.getvalue()


async def test_only_its_name_is_told_and_only_to_who_may_use_it(house: World, site: Site) -> None:
    await put(house, teams=["compliance"])
    for who, status in (("admin", 200), ("oda", 200), ("ann", 403), ("lea", 403), ("vic", 403)):
        answer = await house.call(who, "GET", "/v1/secrets")
        assert answer.status_code == status, who
        assert CANARY not in answer.text
    (shown,) = (await house.get("admin", "/v1/secrets"))["items"]
    assert (shown["name"], shown["teams"], shown["changed_by"]) == ("SHOP", ["compliance"], "admin")
    for who in ("ann", "lea", "oda"):
        body = {"name": "SHOP", "value": "another-value"}
        assert (await house.call(who, "POST", "/v1/secrets", body)).status_code == 403
        assert (await house.call(who, "DELETE", "/v1/secrets/SHOP")).status_code == 403
    assert CANARY not in str(await house.rows("log")), "the log says that it was set, and not to what"


async def test_another_teams_secret_is_refused_when_saved_and_when_run(house: World, site: Site) -> None:
    """Attack 11, both halves: what was fine when it was published is asked again when it runs."""
    await put(house, teams=["compliance"])
    refused = await house.call("admin", "POST", "/v1/definitions/validate", calling(site, teams=["ops"]))
    assert [(each["code"], each["path"]) for each in refused.json()["findings"]] == [
        ("unknown_secret", "/steps/0/with/headers/Authorization")
    ]
    await put(house, teams=["ops"])
    body = calling(site, teams=["ops"])
    await house.publish(body)
    await put(house, teams=["compliance"])
    run = (await house.start("ann", body["key"]))["id"]
    view = await house.until("ann", run, attention=True)
    assert "SHOP" in view["steps"][0]["attention"]["message"] and not site.requests
    await put(house, teams=["ops"])
    assert (await house.command("ann", run, "retry", step="call")).status_code == 200
    await house.until("ann", run, current=["b"])
    assert len(site.requests) == 1


async def test_a_secret_that_was_taken_away(house: World, site: Site) -> None:
    await put(house)
    body = calling(site)
    await house.publish(body)
    assert (await house.call("admin", "DELETE", "/v1/secrets/SHOP")).status_code == 204
    assert (await house.call("admin", "DELETE", "/v1/secrets/SHOP")).status_code == 404
    run = (await house.start("ann", body["key"]))["id"]
    await house.until("ann", run, attention=True)
    assert not site.requests
