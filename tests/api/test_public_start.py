"""A public form starts a run: for anybody who has its address, with the rights of who made it, once per sending."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from tests.api.documents import document
from tests.api.world import World

HTML = {"Accept": "text/html", "Accept-Language": "de"}
INPUTS = [
    {"id": "name", "type": "text", "label": "Name", "required": True},
    {"id": "budget", "type": "money", "label": "Budget", "min": 100},
    {"id": "source", "type": "text", "default": "web"},
]


async def published(world: World, **trigger: Any) -> tuple[str, str]:
    """(key, path of the form) of a definition that a public form starts."""
    start = {"triggers": [{"type": "manual"}, {"type": "journey", **trigger}], "fallback_inbox": "leads"}
    body = document("enquiry", [{"id": "look", "kind": "task", "title": "Look"}], start=start, inputs=INPUTS)
    made = await world.publish(body)
    (hook,) = made["hooks"]
    assert (hook["type"], hook["secret"], hook["as"]) == ("journey", None, "admin")
    return body["key"], hook["url"].removeprefix("http://127.0.0.1")


async def runs(world: World, key: str) -> list[dict[str, Any]]:
    return list((await world.get("admin", "/v1/runs", definition=key))["items"])


async def test_whoever_fills_it_in_starts_a_run_and_is_told_nothing_of_it(world: World) -> None:
    fields = [{"id": "name", "type": "text", "label": "Ihr Name", "required": True}, {"id": "budget", "type": "money"}]
    key, path = await published(world, fields=fields)
    for _ in range(2):
        drawn = await world.call(None, "GET", path, headers=HTML)
        assert drawn.status_code == 200 and "Ihr Name" in drawn.text and "Senden" in drawn.text
        assert (await world.call(None, "HEAD", path)).status_code == 200
    assert await runs(world, key) == [], "looking starts nothing"
    (visit,) = re.findall(r'name="_visit" value="([^"]+)"', drawn.text)
    wrong = await world.call(None, "POST", path, data={"name": "Sam", "budget": "99,5", "_visit": visit}, headers=HTML)
    assert (wrong.status_code, 'value="99,5"' in wrong.text, 'href="#f-budget"' in wrong.text) == (422, True, True)
    sent = {"name": "Sam", "budget": "1.500", "_visit": visit}
    answers = await asyncio.gather(*(world.call(None, "POST", path, data=sent, headers=HTML) for _ in range(3)))
    assert [each.status_code for each in answers] == [200, 200, 200], [each.text for each in answers]
    assert all("Vielen Dank" in each.text for each in answers)
    (run,) = await runs(world, key)
    assert not any(run["id"] in each.text for each in answers)
    view = await world.get("admin", f"/v1/runs/{run['id']}")
    assert view["context"]["inputs"] == {"name": "Sam", "budget": 1500, "source": "web"}
    assert (view["started_by"], view["status"] in ("running", "waiting")) == ("admin", True)
    assert [row["via"] for row in await world.rows("log") if row["run"] == run["id"]][:1] == ["journey"]


async def test_a_program_gets_json_and_every_mistake_by_its_path(world: World) -> None:
    key, path = await published(world)
    form = (await world.call(None, "GET", path)).json()
    assert list(form["form"]["schema"]["properties"]) == ["name", "budget", "source"], "the inputs are the form"
    refused = await world.call(None, "POST", path, {"budget": 3, "colour": "red"})
    assert refused.status_code == 422
    assert [(each["path"], each["code"]) for each in refused.json()["errors"]] == [
        ("/name", "missing"), ("/budget", "too_small"), ("/colour", "unknown_field"),
    ]  # fmt: skip
    said = {"Idempotency-Key": key}
    for _ in range(2):
        taken = await world.call(None, "POST", path, {"name": "Sam"}, headers=said)
        assert (taken.status_code, taken.json()) == (200, {"outcome": "completed"})
    assert len(await runs(world, key)) == 1
    other = await world.call(None, "POST", path, {"name": "Kim"}, headers=said)
    assert (other.status_code, other.json()["code"]) == (409, "form_busy")


async def test_paused_renewed_and_archived_forms_lead_nowhere(world: World) -> None:
    key, path = await published(world)
    (hook,) = (await world.get("admin", f"/v1/definitions/{key}/hooks"))["items"]
    at = f"/v1/definitions/{key}/hooks/{hook['id']}"
    assert hook["url"].endswith(path)
    paused = (await world.call("admin", "POST", f"{at}/pause")).json()
    assert paused["paused"] and (await world.call(None, "GET", path)).status_code == 404
    assert not (await world.call("admin", "POST", f"{at}/resume")).json()["paused"]
    assert (await world.call(None, "GET", path)).status_code == 200
    renewed = (await world.call("admin", "POST", f"{at}/regenerate")).json()
    fresh = renewed["url"].removeprefix("http://127.0.0.1")
    assert (await world.call(None, "GET", path)).status_code == 404
    assert (await world.call(None, "GET", fresh)).status_code == 200
    await world.call("admin", "POST", f"/v1/definitions/{key}/archive")
    for method in ("GET", "POST"):
        assert (await world.call(None, method, fresh)).status_code == 404
    assert await runs(world, key) == []


async def test_ten_runs_a_minute_from_one_address(world: World) -> None:
    _, path = await published(world)
    answers = [await world.call(None, "POST", path, {"name": f"Sam {number}"}) for number in range(11)]
    assert [each.status_code for each in answers] == [200] * 10 + [429]
    assert answers[-1].headers["retry-after"] == "60"


async def test_what_a_public_form_cannot_ask_is_found_before_it_is_published(world: World) -> None:
    fields = [
        {"id": "name", "type": "text"},
        {"id": "name", "type": "text"},
        {"id": "other", "type": "text"},
        {"id": "budget", "type": "text"},
        {"id": "which", "type": "record", "collection": "demo.orders"},
        {"id": "paper", "type": "file"},
    ]
    inputs = [*INPUTS, {"id": "which", "type": "record", "collection": "demo.orders"}, {"id": "paper", "type": "file"}]
    triggers = [{"type": "journey", "fields": fields}, {"type": "journey"}]
    form = {"id": "ask", "kind": "journey", "fields": [{"id": "row", "type": "record", "collection": "demo.orders"}]}
    body = document("enquiry", [form], start={"triggers": triggers}, inputs=inputs)
    answer = await world.call("admin", "POST", "/v1/definitions/validate", body)
    found = {(each["path"].removeprefix("/start/triggers"), each["code"]) for each in answer.json()["findings"]}
    assert found >= {
        ("/1", "duplicate_id"), ("/0/fields/1/id", "duplicate_id"), ("/0/fields/2/id", "unknown_field"),
        ("/0/fields/3/id", "unknown_field"), ("/0/fields/4/type", "wrong_value"), ("/0/fields/5/type", "wrong_value"),
        ("/0", "inbox_missing"), ("/steps/0/fields/0/type", "wrong_value"),
    }, found  # fmt: skip
