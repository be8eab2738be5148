"""A definition tried out: its whole path by scripted answers, and nothing outside is touched."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from tests.acceptance.test_stories import REFUND
from tests.api.documents import document, key
from tests.api.test_openapi import schema_of
from tests.api.world import World

PAID = {"id": "r-1", "status": "paid", "order": "o2", "amount": 940.0}


@pytest.fixture(scope="module")
async def refund(world: World) -> str:
    name = key("tried")
    await world.publish({**REFUND, "key": name})
    return name


async def tried(world: World, name: str, who: str = "lea", **body: Any) -> dict[str, Any]:
    answer = await world.call(who, "POST", f"/v1/definitions/{name}/simulate", body)
    assert answer.status_code == 200, answer.text
    jsonschema_rs.validate(schema_of("/v1/definitions/{key}/simulate", "post"), answer.json())
    return dict(answer.json())


async def test_it_shows_its_path_and_touches_nothing(world: World, refund: str) -> None:
    """A real record is read, a lead's answer is scripted, the refund and the mail are only as if."""
    before = {table: len(await world.rows(table)) for table in ("runs", "commands", "effects", "outbox", "events")}
    answers = {"approve": {"choice": "grant"}, "pay": {"result": PAID}, "tell": {"result": {}}}
    found = await tried(world, refund, record="o2", answers=answers)
    assert (found["stopped"], found["needs"], found["run"]["status"]) == ("ended", [], "completed")
    path = [(each["step"], each["status"], each["choice"]) for each in found["path"]]
    assert path == [
        ("order", "done", None),
        ("eligible", "done", "ask"),
        ("approve", "done", "grant"),
        ("pay", "done", None),
        ("tell", "done", None),
        ("close", "done", None),
    ]
    assert [event["seq"] for event in found["events"]] == list(range(1, len(found["events"]) + 1))
    assert before == {table: len(await world.rows(table)) for table in before}
    row = await world.get("ann", "/v1/sources/demo/collections/orders/rows/o2")
    assert row["status"] != "refunded"
    assert (await world.get("lea", "/v1/runs", definition=refund))["items"] == []


async def test_it_stops_where_an_answer_is_missing(world: World, refund: str) -> None:
    """What a machine is not scripted for, and what no person was scripted for, are asked for by name."""
    found = await tried(world, refund, record="o2")
    assert (found["stopped"], found["run"]["current"]) == ("needs_answers", ["approve"])
    assert [(each["step"], each["what"]) for each in found["needs"]] == [("approve", "answer")]
    below = await tried(world, refund, record_data={"id": "x", "paid": True, "total": 1.0, "email": "a@b.example"})
    (need,) = below["needs"]
    assert (need["step"], need["what"], need["action"]) == ("pay", "result", "demo.refund")
    assert need["input"] == {"order": "x", "amount": 1.0}


async def test_a_failing_machine_and_a_wrong_answer(world: World, refund: str) -> None:
    """Scripted to fail the step asks a person; a script that the run refuses ends the simulation and says why."""
    failing = {"approve": {"choice": "grant"}, "pay": {"fail": "the bank is closed"}}
    found = await tried(world, refund, record="o2", answers=failing)
    pay = next(step for step in found["run"]["steps"] if step["id"] == "pay")
    assert (pay["status"], pay["attention"]["message"]) == ("attention", "the bank is closed")
    wrong = await tried(world, refund, record="o2", answers={"approve": {"choice": "maybe"}})
    assert (wrong["stopped"], wrong["needs"][0]["refusal"]["code"]) == ("refused", "unknown_option")


async def test_time_passes_where_a_step_waits_for_it(world: World) -> None:
    """Thirty days are no time at all, rounds have answers of their own, and what never ends is stopped."""
    again = {"id": "again", "kind": "decision", "options": [
        {"id": "back", "back_to": "look", "max": 3}, {"id": "on"}], "otherwise": "on"}  # fmt: skip
    body = document("waits", [{"id": "look", "kind": "task"}, {"id": "pause", "kind": "wait", "for": "30 days"}, again])
    await world.publish(body)
    answers = {"look": {}, "again": [{"choice": "back"}, {"choice": "on"}]}
    found = await tried(world, body["key"], answers=answers, at="2026-11-21T08:00:00Z")
    assert found["stopped"] == "ended"
    assert [each["execution"] for each in found["path"]] == [
        *("look#1", "pause#1", "again#1"),
        *("look#2", "pause#2", "again#2"),
    ]
    assert found["run"]["ended_at"].startswith("2027-01-20T08:00")


async def test_what_comes_from_outside_is_scripted_too(world: World) -> None:
    """Somebody answers a form, something happens, somebody takes what was handed on; a reminder is nobody's answer."""
    rate = {"id": "rate", "kind": "journey", "to": "c@example.com", "remind": "1 day", "fields": [
        {"id": "stars", "type": "integer", "required": True}]}  # fmt: skip
    steps = [
        rate,
        {"id": "paid", "kind": "wait", "event": {"name": "order.paid", "match": "= event.data.n == 1"}},
        {"id": "up", "kind": "escalate", "inbox": "leads"},
    ]
    body = document("outside", steps)
    await world.publish(body)
    first = await tried(world, body["key"])
    assert [(each["step"], each["what"]) for each in first["needs"]] == [("rate", "answer")]
    answers: dict[str, Any] = {"rate": {"output": {"stars": 5}}}
    second = await tried(world, body["key"], answers=answers)
    assert [(each["step"], each["what"]) for each in second["needs"]] == [("paid", "event")]
    wrong = await tried(world, body["key"], answers={**answers, "paid": {"event": {"n": 2}}})
    assert (wrong["stopped"], wrong["needs"][0]["refusal"]["code"]) == ("refused", "event_not_met")
    found = await tried(world, body["key"], answers={**answers, "paid": {"event": {"n": 1}}, "up": {"output": {}}})
    assert (found["stopped"], found["run"]["progress"]["done"]) == ("ended", 3), found["needs"]


async def test_who_may_try_it(world: World, refund: str) -> None:
    body = document("hidden", [{"id": "a", "kind": "task"}], teams=["compliance"])
    await world.publish(body)
    assert (await world.call("ann", "POST", f"/v1/definitions/{body['key']}/simulate", {})).status_code == 404
    missing = await world.call("lea", "POST", f"/v1/definitions/{refund}/simulate", {"record": "none"})
    assert (missing.status_code, missing.json()["code"]) == (404, "record_not_found")
    later = await world.call("lea", "POST", f"/v1/definitions/{refund}/simulate", {"version": 9})
    assert later.status_code == 404
