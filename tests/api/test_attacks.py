"""Attacks of RELIABILITY.md that have no other home: each is tried as somebody would, through the door."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI, Request

from holdfast.settings import Settings
from tests.api.documents import document, two_steps
from tests.api.world import World
from tests.support.servers import free_port


async def test_row_20_a_token_in_the_address_is_nobodys(world: World) -> None:
    """It would stand in logs and histories of browsers: only the header counts."""
    for name in ("token", "access_token", "api_key", "authorization"):
        answer = await world.call(None, "GET", "/v1/me", params={name: world.tokens["ann"]})
        assert answer.status_code == 401, name
    basic = await world.call(None, "GET", "/v1/me", headers={"Authorization": f"Basic {world.tokens['ann']}"})
    assert basic.status_code == 401


async def test_row_21_a_browser_is_never_told_that_another_site_may_ask(world: World) -> None:
    for who in ("ann", None):
        answer = await world.call(who, "GET", "/v1/me", headers={"Origin": "https://evil.example"})
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/v1/session", "/v1/setup"])
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"[" * 200_000, "application/json", 400),
        (b'{"name":"a\\u0000b","password":"x"}', "application/json", 422),
        (b'{"name":"a","name":"b"}', "application/json", 400),
        (b"x" * 6_000_000, "application/json", 413),
        (b"name=a", "application/x-www-form-urlencoded", 415),
    ],
)
async def test_doors_that_are_open_to_all_read_no_more_than_others(
    world: World, path: str, body: bytes, kind: str, status: int
) -> None:
    answer = await world.client.post(path, content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text


async def test_row_54_a_password_of_a_megabyte_is_never_hashed(world: World) -> None:
    for path, body in (
        ("/v1/session", {"name": "ann", "password": "x" * 1_000_000}),
        ("/v1/setup", {"token": "x", "password": "x" * 1_000_000}),
    ):
        answer = await world.call(None, "POST", path, body)
        assert answer.status_code in (413, 422), answer.text
    short = await world.call(None, "POST", "/v1/session", {"name": "ann", "password": "x" * 1_001})
    assert short.status_code == 422


@pytest.fixture
async def slow_down(world: World) -> AsyncIterator[None]:
    """Ten calls a minute from one person, for one test."""
    house = world.app.state.house
    world.app.state.house = replace(house, config=replace(house.config, calls_per_minute=10))
    yield
    world.app.state.house = house


@pytest.mark.usefixtures("slow_down")
async def test_row_24_one_person_cannot_keep_the_door_busy(world: World) -> None:
    before = len(await world.rows("log"))
    answers = [await world.call("vic", "GET", "/v1/me") for _ in range(15)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 5
    assert answers[-1].headers["retry-after"] == "10"
    assert (await world.call("ann", "GET", "/v1/me")).status_code == 200, "others are served"
    assert len(await world.rows("log")) <= before + 1, "and the record is not flooded either"


@pytest.mark.parametrize(("proxies", "seen"), [((), "127.0.0.1"), (("127.0.0.1",), "203.0.113.9")])
async def test_row_16_where_a_call_comes_from_is_said_by_no_stranger(proxies: tuple[str, ...], seen: str) -> None:
    """A header names another address: it counts only from a proxy that is set, though it comes from this machine."""
    app = FastAPI()

    @app.get("/where")
    async def where(request: Request) -> dict[str, Any]:
        return {"host": request.client.host if request.client else None, "scheme": request.url.scheme}

    settings = Settings(proxies=proxies, port=free_port())
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            port=settings.port,
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=list(settings.proxies),
            log_config=None,
        )
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    async with httpx2.AsyncClient() as client:
        headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        told = (await client.get(f"http://127.0.0.1:{settings.port}/where", headers=headers)).json()
    server.should_exit = True
    await serving
    assert told == {"host": seen, "scheme": "https" if proxies else "http"}


async def somebody(world: World, **limits: Any) -> str:
    """An operator of team ops whose scopes have these limits."""
    role, user = (f"{word}-{uuid.uuid4().hex[:8]}" for word in ("role", "person"))
    grants = ["run.*", "task.*", "definition.view", "source.*", "file.upload", "approve"]
    made = await world.call("admin", "POST", "/v1/roles", {"id": role, "grants": grants, "scopes": limits})
    assert made.status_code == 201, made.text
    await world.call("admin", "POST", "/v1/users", {"id": user, "name": "P", "roles": [role], "teams": ["ops"]})
    told = await world.call("admin", "POST", "/v1/tokens", {"name": "t", "user": user})
    world.tokens[user] = told.json()["token"]
    return user


CANCEL = {"id": "cancel", "kind": "action", "action": "demo.cancel_refund", "title": "Take it back",
          "with": {"refund": "none"}}  # fmt: skip


def performed(rows: list[dict[str, Any]], run: str) -> list[tuple[str, str]]:
    """Who acted in the run's effects, and how each ended."""
    return [(row["acting"], row["state"], (row["error"] or {}).get("code")) for row in rows if row["run"] == run]  # type: ignore[misc]


@pytest.mark.parametrize("how", ["confirm", "run_now"])
async def test_without_the_scope_nobody_confirms_or_hurries_an_action(world: World, how: str) -> None:
    """Whoever gives the word, it is done with their rights, and asked for again where they have none."""
    more: dict[str, Any] = (
        {"execute": "assisted"} if how == "confirm" else {"execute": "automatic", "schedule": {"in": "2 days"}}
    )
    body = document(f"scoped-{how.replace('_', '-')}", [{**CANCEL, **more}], teams=["ops"])
    published = await world.call("admin", "POST", "/v1/definitions", body)
    assert published.status_code in (200, 201)
    await world.publish(body)
    limited = await somebody(world, actions=["email.*"])
    run = (await world.start("lea", body["key"]))["id"]
    given: dict[str, Any] = {"output": {}} if how == "confirm" else {}
    answer = await world.command(limited, run, "complete" if how == "confirm" else "run_now", step="cancel", **given)
    assert answer.status_code in (200, 202), answer.text
    view = await world.until("lea", run, attention=True)
    assert view["steps"][0]["attention"]["message"], "a person is asked"
    assert performed(await world.rows("effects"), run) == [(limited, "failed", "not_allowed")]
    assert (await world.command("lea", run, "retry", step="cancel")).status_code == 200
    await world.until("lea", run, attention=True)
    acting = performed(await world.rows("effects"), run)
    assert [each[0] for each in acting] == ["lea"] and acting[0][2] != "not_allowed", "by one who has the right"


async def test_a_step_that_lost_the_right_while_saved_asks_somebody_who_has_it(world: World) -> None:
    """What was allowed when the run began is asked for again when it is resumed, whoever resumes it."""
    user = await somebody(world, actions=["demo.*"])
    role = (await world.get(user, "/v1/me"))["roles"][0]
    steps = [{"id": "a", "kind": "task"}, {**CANCEL, "execute": "automatic"}]
    body = document("saved-right", steps, teams=["ops"])
    await world.publish(body)
    run = (await world.start(user, body["key"]))["id"]
    assert (await world.command(user, run, "save")).status_code == 200
    await world.call("admin", "PATCH", f"/v1/roles/{role}", {"scopes": {"actions": ["email.*"]}})
    assert (await world.command(user, run, "resume")).status_code == 200
    assert (await world.command(user, run, "complete", step="a", output={})).status_code == 200
    await world.until("lea", run, attention=True)
    assert performed(await world.rows("effects"), run) == [(user, "failed", "not_allowed")]
    assert (await world.command("lea", run, "handle_manually", step="cancel", reason="by hand")).status_code == 200
    await world.until("lea", run, status="completed")


async def test_scopes_hold_in_list_read_search_export_and_file(world: World) -> None:
    """One role that sees order o1 and not what it cost: the same wherever a record can be looked at."""
    rows, fields = {"demo.orders": "row.id == 'o1'"}, {"demo.orders": ["id", "status"]}
    user = await somebody(world, rows=rows, fields=fields)
    place = "/v1/sources/demo/collections/orders"
    listed = (await world.get(user, f"{place}/rows"))["items"]
    assert [set(row) for row in listed] == [{"id", "status"}] and listed[0]["id"] == "o1"
    assert set(await world.get(user, f"{place}/rows/o1")) == {"id", "status"}
    assert (await world.call(user, "GET", f"{place}/rows/o2")).status_code == 404
    assert (await world.get(user, f"{place}/rows", q="o2"))["items"] == []
    told = await world.get(user, place)
    assert {field["name"] for field in told["fields"]} == {"id", "status"}, "no name of what is hidden"
    hidden = await world.call(user, "POST", "/v1/runs", {"definition": two_steps()["key"], "record": "o2"})
    assert hidden.status_code == 404
    export = await world.call(user, "GET", "/v1/activity-log.csv")
    assert export.status_code == 403
    sent = await world.client.post(
        "/v1/files",
        files={"file": ("a.txt", b"of somebody else")},
        headers={"Authorization": f"Bearer {world.tokens['cy']}"},
    )
    assert sent.status_code == 201, sent.text
    assert (await world.call(user, "GET", f"/v1/files/{sent.json()['id']}")).status_code == 404
