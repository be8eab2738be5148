"""Opening a record, and taking up what is there: by whom, from where, and what happens to who held it before."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.api.documents import document, key
from tests.api.world import World

TASKS = [{"id": "a", "kind": "task"}, {"id": "b", "kind": "task"}]


def opened(work_type: str, stem: str = "opened", **start: Any) -> dict[str, Any]:
    """A definition that opening an order of this status begins. The status stands in for a work type of one's own."""
    trigger = {"type": "opened", "field": "status", "work_types": [work_type]}
    return document(stem, TASKS, record="demo.orders", start={"triggers": [trigger], **start})


async def order(world: World, who: str = "ann", record: str = "o1") -> dict[str, Any]:
    answer = await world.call(who, "POST", f"/v1/records/demo.orders/{record}/open")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def archive(world: World, *keys: str) -> None:
    for name in keys:
        assert (await world.call("admin", "POST", f"/v1/definitions/{name}/archive", {})).status_code == 200


async def status_of(world: World, record: str) -> str:
    rows = await world.get("ann", f"/v1/sources/demo/collections/orders/rows/{record}")
    return str(rows["status"])


async def test_it_starts_by_itself_and_goes_on(world: World) -> None:
    """Opened once it starts; again it is the same run; somebody else who opens it has it from then on, and is told."""
    body = opened(await status_of(world, "o1"))
    await world.publish(body)
    first = await order(world)
    assert first["run"]["definition"] == body["key"] and first["run"]["holder"] == "ann"
    assert (await order(world))["run"]["id"] == first["run"]["id"]
    taken = await order(world, "ben")
    assert (taken["run"]["id"], taken["run"]["holder"]) == (first["run"]["id"], "ben")
    told = [errand for errand in taken["run"]["errands"] if errand["kind"] == "notify"]
    assert [errand["name"] for errand in told] == ["taken_over"]
    seen = await order(world, "vic")
    assert seen["run"] is None, "a viewer starts nothing, and is linked to nothing"
    await world.command("ben", first["run"]["id"], "save", reason="Lunch")
    resumed = (await order(world, "ann"))["run"]
    assert (resumed["status"], resumed["holder"], resumed["saved"]) == ("waiting", "ann", None)
    await archive(world, body["key"])


async def test_ten_people_open_it_at_once(world: World) -> None:
    body = opened(await status_of(world, "o2"))
    await world.publish(body)
    found = await asyncio.gather(*(order(world, ("ann", "ben")[n % 2], "o2") for n in range(10)))
    assert len({each["run"]["id"] for each in found}) == 1
    assert len((await world.get("lea", "/v1/runs", definition=body["key"]))["items"]) == 1
    await archive(world, body["key"])


async def test_two_that_both_hold_are_offered(world: World) -> None:
    """They differ by their condition, so publishing cannot say; where one holds it starts, where both do none does."""
    status = await status_of(world, "o4")
    one = opened(status, when="= record.total > 0.0")
    two = opened(status, when="= record.id == 'o4'")
    for body in (one, two):
        await world.publish(body)
    found = await order(world, record="o4")
    assert found["run"] is None
    assert {each["definition"] for each in found["startable"]} == {one["key"], two["key"]}
    assert all(each["opens"] for each in found["startable"])
    assert (await world.get("ann", "/v1/runs", definition=one["key"]))["items"] == []
    await archive(world, two["key"])
    assert (await order(world, record="o4"))["run"]["definition"] == one["key"]
    await archive(world, one["key"])


async def test_overlap_that_can_be_decided_is_refused_at_publishing(world: World) -> None:
    """The same work type and nothing to tell them apart; another condition, team or work type is something."""
    body = opened("never-seen")
    await world.publish(body)
    for more, status in (
        ({}, 422),
        ({"when": "= record.total > 1.0"}, 201),
        ({"roles": ["lead"]}, 422),
    ):
        other = opened("never-seen", **more)
        await world.call("admin", "POST", "/v1/definitions", other)
        answer = await world.call("admin", "POST", f"/v1/definitions/{other['key']}/publish", {})
        assert answer.status_code == status, answer.text
        if status == 422:
            (error,) = answer.json()["errors"]
            assert (error["code"], error["path"]) == ("opened_overlap", "/start/triggers/0/work_types")
            assert body["key"] in error["message"]
    again = await world.call("admin", "POST", "/v1/definitions", {**body, "name": "Once more"})
    assert again.status_code == 200
    assert (await world.call("admin", "POST", f"/v1/definitions/{body['key']}/publish", {})).status_code == 201


async def test_from_a_summary_the_open_run_goes_on(world: World) -> None:
    """Resumed and taken over, though the condition for starting no longer holds; from a list it is refused."""
    body = document("summary", TASKS, record="demo.orders", start={"when": "= record.total > 0.0"})
    await world.publish(body)
    run = await world.start("ann", body["key"], record="o3")
    await world.command("ann", run["id"], "save")
    await world.publish({**body, "start": {"when": "= record.total < 0.0"}})
    asked = {"definition": body["key"], "record": "o3"}
    listed = await world.call("ben", "POST", "/v1/runs", {**asked, "source": "list"})
    assert (listed.status_code, listed.json()["code"]) == (409, "run_already_open")
    headers = {"Idempotency-Key": key("resume")}
    resumed = await world.call("ben", "POST", "/v1/runs", {**asked, "source": "summary"}, headers=headers)
    assert (resumed.status_code, resumed.json()["id"], resumed.json()["holder"]) == (200, run["id"], "ben")
    assert resumed.json()["status"] == "waiting"
    again = await world.call("ben", "POST", "/v1/runs", {**asked, "source": "summary"}, headers=headers)
    assert (again.status_code, again.json()["id"]) == (200, run["id"])
    around = await world.get("cy", "/v1/records/demo.orders/o3/workflows")
    assert run["id"] in [each["id"] for each in around["to_continue"]]


async def test_where_a_record_takes_several_runs(world: World) -> None:
    """The caller's own saved run goes on, else the newest saved one; one that is not saved is somebody's work."""
    body = document("several", TASKS, record="demo.orders", start={"one_per_record": False})
    await world.publish(body)
    asked = {"definition": body["key"], "record": "o1", "source": "workspace"}
    first, second, third = [(await world.start(who, body["key"], record="o1"))["id"] for who in ("ann", "ben", "cy")]
    for who, run in (("ann", first), ("ben", second)):
        await world.command(who, run, "save")
    mine = await world.call("ann", "POST", "/v1/runs", asked)
    assert (mine.status_code, mine.json()["id"]) == (200, first)
    newest = await world.call("ann", "POST", "/v1/runs", asked)
    assert (newest.status_code, newest.json()["id"], newest.json()["holder"]) == (200, second, "ann")
    fresh = await world.call("ann", "POST", "/v1/runs", asked)
    assert fresh.status_code == 201 and fresh.json()["id"] not in (first, second, third)
    await world.command("ann", first, "save")
    another = await world.call("ann", "POST", "/v1/runs", {**asked, "on_open": "start"})
    assert another.status_code == 201


async def test_a_record_that_is_hidden_or_not_there(world: World) -> None:
    missing = await world.call("ann", "POST", "/v1/records/demo.orders/none/open")
    assert (missing.status_code, missing.json()["code"]) == (404, "record_not_found")
    assert (await world.call("ann", "POST", "/v1/records/demo.nothing/o1/open")).status_code == 404
    assert (await world.call(None, "POST", "/v1/records/demo.orders/o1/open")).status_code == 401
    long = f"/v1/records/{'c' * 200}/{'r' * 200}"
    assert (await world.call("ann", "GET", f"{long}/workflows")).status_code == 404, "as long as both may be"
    assert (await world.call("ann", "POST", f"{long}/open")).status_code == 404
