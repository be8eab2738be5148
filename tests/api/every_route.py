"""Every route there is, and what a request to it needs: its path, its body, and the things that it is about."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from activities.blobs import open_blobs
from api.app import create_app, doors
from api.doors import Rule
from api.store.file_tables import FileLinkRow, FileRow
from api.store.roles import BUILT_IN_ROLES
from api.store.seed import add_person
from api.store.statements import insert_new
from api.store.tokens import issue_token
from api.store.webhooks import DELIVERIES, WEBHOOKS
from tests.api.documents import document
from tests.api.world import World

ROLES = tuple(role.id for role in BUILT_IN_ROLES)
TEAMS = ("mine", "theirs")


WAYS_IN = {
    "triggers": [
        {"type": "webhook"},
        {"type": "schedule", "cron": "0 3 1 1 *", "over": {"collection": "demo.orders"}},  # as admin, who reads none
    ],
    "fallback_inbox": "leads",
}


@dataclass(frozen=True)
class Things:
    """One definition, run, draft … of team `mine`; every path parameter is one of them."""

    values: dict[str, str]

    def path(self, path: str) -> str:
        for name, value in self.values.items():
            path = path.replace("{" + name + "}", value)
        return path


BODIES = {
    "/v1/runs": {"definition": "{key}"},
    "/v1/runs/{run}/commands": {"type": "skip", "step": "a"},
    "/v1/commands": {"commands": [{"run": "{run}", "type": "skip", "step": "a"}]},
    "/v1/definitions/{key}/duplicate": {"key": "{free}"},
    "/v1/definitions/{key}/hooks/{hook}/regenerate": {"overlap": 5},
    "/v1/events": {"name": "rights.asked", "id": "{free}"},
    "/v1/users": {"id": "newcomer", "name": "Newcomer"},
    "/v1/teams": {"id": "newteam", "name": "New"},
    "/v1/teams/{team}": {"name": "Mine"},
    "/v1/roles": {"id": "newrole"},
    "/v1/tokens": {"name": "mine"},
    "/v1/secrets": {"name": "shop", "value": "a-value-long-enough"},
    "/codec/{way}": {"payloads": []},
    "/v1/setup": {"token": "none", "password": "long enough for one"},
    "/v1/runs/{run}/steps/{step}/draft": {"output": {}},
    "/v1/partners": {"id": "firm", "name": "Firm"},
    "/v1/closing-reasons": {"key": "moved", "title": "Moved"},
    "/v1/inboxes": {"id": "desk", "name": "Desk"},
    "/v1/webhooks": {"title": "Inside", "url": "http://127.0.0.1:9/refused"},
    "/v1/me/notices/read": {"up_to": 0},
    "/v1/views": {"name": "Late", "kind": "tasks", "filters": {"overdue": True}},
    "/v1/migrations": {"definition": "{key}", "to": 1},
    "/v1/runs/{run}/links": {"audience": "customer"},
    "/v1/definitions/import": {"holdfast": 1, "definitions": [{"key": "{free}"}]},
}
LINKS = (
    "/v1/session/oidc/start",
    "/v1/session/oidc/callback",
    "/public/confirm/{token}",
    "/public/mail/{token}",
    "/public/journeys/{token}",
    "/public/progress/{token}",
    "/public/progress/{token}/{step}",
    "/public/start/{token}",
    "/public/{rest:path}",
)
"""Whoever has the link may use it; one that nobody gave away is nothing, whoever asks, as is an issuer nobody set."""

SERVER = {"id": "crm", "title": "CRM", "transport": "http", "url": "http://127.0.0.1:9/mcp"}
PARSED = ("application/json", "application/problem+json")
QUERIES = {
    "/v1/analytics/steps": "?definition=any",
    "/v1/runs/{run}/replay": "?at=1",
    "/v1/runs/{run}/revise-preview": "?step=a",
    "/v1/runs/{run}/migrate-preview": "?version=1",
    "/v1/definitions/{key}/diff": "?from=1&to=1",
    "/v1/hooks/{hook}": "?token={hook_token}",
}


NO_PARTS: Any = {"store": None, "records": None, "temporal": None}
"""Routes are declared before anything is called, so that the inventory needs no parts."""


def inventory() -> Iterator[tuple[str, str, Rule]]:
    """Every route there is."""
    yield from doors(create_app(**NO_PARTS))


INVENTORY = list(inventory())


@pytest.fixture(scope="module")
async def things(world: World) -> AsyncIterator[Things]:
    """People of every role in either team, and what they will ask for."""
    async with world.store.session() as session:
        for role in ROLES:
            for team in TEAMS:
                name = f"{role}-{team}"
                await add_person(session, name, name, roles=[role], teams=[team])
                world.tokens[name] = (await issue_token(session, name, "test"))[1]
    steps = [{"id": "a", "kind": "task"}, {"id": "b", "kind": "task"}]
    body = document("rights", steps, teams=["mine"], start=WAYS_IN, record="demo.orders")
    (hook,) = (await world.publish(body))["hooks"]
    run = await world.start("operator-mine", body["key"])
    given = await world.command("operator-mine", run["id"], "skip", step="a")
    assert given.status_code == 409, "not skippable, but known"
    log = {row["id"] for row in await world.rows("commands") if row["run"] == run["id"]}
    names = {"key": body["key"], "run": run["id"], "step": "a", "version": "1", "command": log.pop()}
    names |= {"hook": hook["id"], "hook_token": hook["url"].partition("token=")[2], "schedule": f"{body['key']}.1"}
    names["sha256"] = await open_blobs("", world.settings.blob_folder).put(run["id"], b'"a value of the run"')
    async with world.store.session() as session:
        row = FileRow(id="file-1", name="x", type="text/plain", size=2, sha256=await _stored(world, "file-1"),
                      source_sha256="x", uploaded_by="operator-mine", uploaded_at=datetime.now(UTC))  # fmt: skip
        session.add(row)
        await session.flush()
        session.add(FileLinkRow(file="file-1", run=run["id"]))
    names |= {"file": "file-1", "person": "operator-mine"}
    kept = await world.call("operator-mine", "POST", "/v1/views", {"name": "Mine", "kind": "tasks"})
    names["view"] = kept.json()["id"]
    made = await world.call("admin", "POST", "/v1/inboxes", {"id": "ours", "name": "Ours", "teams": ["mine"]})
    assert made.status_code == 201, made.text
    await world.call("admin", "POST", "/v1/partners", {"id": "outside", "name": "Outside"})
    link = await world.call("ann", "POST", "/v1/me/calendar")
    async with world.store.session() as session:
        await add_person(session, "member", "Member", roles=["viewer"], teams=["mine"])
        names["token_id"] = (await issue_token(session, "operator-mine", "another"))[0]
    names |= {"secret": "a-secret", "way": "decode", "webhook": "wh-admins", "delivery": "msg-admins"}
    names |= {"user": "member", "team": "mine", "role": "a-role", "action": "email.send"}
    names |= {"inbox": "ours", "partner": "outside", "reason": "other", "server": SERVER["id"]}
    names["token"] = link.json()["url"].rpartition("/")[2].removesuffix(".ics")
    records = {"source": "demo", "collection": "orders", "record": "o1"}
    yield Things({**names, **records, "free": f"{body['key']}-free"})


def _a_webhook(connection: Connection) -> None:
    """A webhook of the admin with a message, whoever took away the one before; it leads nowhere."""
    now, id = datetime.now(UTC), "wh-admins"
    fixed = {"events": [], "definitions": [], "teams": [], "state": "paused", "created_at": now, "changed_at": now}
    hook = {"id": id, "title": "x", "url": "http://127.0.0.1:9/", "secret": "x", "created_by": "admin", **fixed}
    sent = {"id": "msg-admins", "webhook": id, "event": "x", "body": "{}", "created_at": now, "next_at": now}
    insert_new(connection, WEBHOOKS, hook)
    insert_new(connection, DELIVERIES, {**sent, "state": "failed", "tries": 1})


async def _stored(world: World, prefix: str) -> str:
    return await open_blobs("", world.settings.blob_folder).put(prefix, b"{}")


async def ask(world: World, things: Things, who: str | None, method: str, path: str) -> tuple[int, object]:
    body = BODIES.get(path) if method in ("POST", "PUT", "PATCH") else None
    if method in ("POST", "PUT", "PATCH") and body is None:
        body = {}
    target = things.path(path.replace("{collection}", "demo.orders") if path.startswith("/v1/records") else path)
    if isinstance(body, dict):
        body = fill(body, things)
    headers = {"If-Match": "x"} if method == "PUT" else {}
    if path == "/v1/stream":  # an answer that would have no end: refused for its form, after all else was asked
        headers = {"Last-Event-ID": "x"}
    if "{webhook}" in path:
        await world.store.transact(_a_webhook)
    if "{server}" in path:  # whoever was asked before may have taken it away
        await world.call("admin", "POST", "/v1/mcp-servers", SERVER)
    if "{role}" in path:
        await world.call("admin", "POST", "/v1/roles", {"id": "a-role"})
    if "{secret}" in path:
        await world.call("admin", "POST", "/v1/secrets", {"name": "a-secret", "value": "a-value-long-enough"})
    if "/members/" in path:
        await world.call("admin", "PUT", target)
    answer = await world.call(who, method, target + things.path(QUERIES.get(path, "")), body, headers=headers)
    told = answer.content and answer.headers.get("content-type") in PARSED
    return answer.status_code, answer.json() if told else None


def fill(value: object, things: Things) -> object:
    if isinstance(value, str):
        return things.path(value)
    if isinstance(value, dict):
        return {key: fill(item, things) for key, item in value.items()}
    return [fill(item, things) for item in value] if isinstance(value, list) else value
