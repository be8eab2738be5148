"""Events: one starts a definition, one ends a wait, whenever it comes; what happens in a run is an event as well."""

from __future__ import annotations

import asyncio
import uuid
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from api import events_in
from api.events_in import clear, sweep, take
from tests.api.documents import document
from tests.api.world import World
from tests.support.waiting import until

TASK = {"id": "look", "kind": "task"}


def name(stem: str) -> str:
    """An event that no other test sends."""
    return f"{stem}.{uuid.uuid4().hex[:8]}"


async def send(world: World, event: str, data: dict[str, Any] | None = None, id: str = "", who: str = "ann") -> Any:
    body = {"name": event, "id": id or uuid.uuid4().hex, "data": data or {}}
    return await world.call(who, "POST", "/v1/events", body)


async def triggered(world: World, event: str, **trigger: Any) -> dict[str, Any]:
    """A definition that an event starts, as ann."""
    start = {"triggers": [{"type": "event", "event": event, "as": "ann", **trigger}], "fallback_inbox": "leads"}
    body = document("by-event", [TASK], start=start, record="demo.orders")
    await world.publish(body)
    return body


async def runs_of(world: World, key: str) -> list[dict[str, Any]]:
    return [row for row in await world.rows("runs") if row["definition"] == key]


async def test_an_event_starts_whom_it_concerns_once(world: World) -> None:
    paid = name("order.paid")
    body = await triggered(world, paid, record="= event.data.order", when="= event.data.total > 100.0")
    small = await send(world, paid, {"order": "1", "total": 5.5})
    assert (small.status_code, small.json()["runs"]) == (202, [])
    answers = [await send(world, paid, {"order": "1", "total": 500.0}, "evt-1-" + paid) for _ in range(3)]
    assert [each.status_code for each in answers] == [202, 202, 202]
    (row,) = await runs_of(world, body["key"])
    assert [each.json()["runs"] for each in answers] == [[row["id"]]] * 3
    assert (row["record_id"], row["started_by"], row["request"]["source"]) == ("1", "ann", "event")
    other = await send(world, paid, {"order": "2", "total": 500.0}, "evt-1-" + paid)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    taken = await send(world, paid, {"order": "1", "total": 900.0})
    assert (taken.status_code, taken.json()["runs"]) == (202, []), "one run of a record at a time, as ever"


async def test_an_event_that_names_no_record_starts_nothing_and_is_done_with(world: World) -> None:
    """Nor does one whose condition cannot be worked out: neither is an error of who sends it."""
    paid = name("order.paid")
    body = await triggered(world, paid, record="= event.order", when="= event.total > 100.0")
    for data in ({"total": 500.0}, {"total": 500.0, "order": None}, {"order": "1"}, {"order": "1", "total": "many"}):
        answer = await send(world, paid, data)
        assert (answer.status_code, answer.json().get("runs")) == (202, []), answer.json()
    assert await runs_of(world, body["key"]) == []
    assert all(row["done_at"] for row in await world.rows("outer_events") if row["name"] == paid)


async def test_an_event_that_cannot_be_passed_on_keeps_no_other_from_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = name("good")
    body, house = await triggered(world, good, record="= event.order"), world.app.state.house
    for order, id in (("1", "bad-" + good), ("2", "left-" + good)):
        await take(house, good, id, {"order": order}, "ann")
    aged = text("UPDATE outer_events SET at = '2020-01-01 00:00:00.000000' WHERE name = :name")
    await world.store.transact(lambda connection: connection.execute(aged, {"name": good}))
    told = events_in.pass_on

    async def spoilt(house: Any, row: Any) -> None:
        if row["id"] == "bad-" + good:
            raise TypeError("what nobody thought of")
        await told(house, row)

    monkeypatch.setattr(events_in, "pass_on", spoilt)
    await sweep(house)
    assert [each["record_id"] for each in await runs_of(world, body["key"])] == ["2"]


async def test_who_sends_events_has_the_grant_and_nobody_speaks_for_a_run(world: World) -> None:
    assert (await send(world, name("x"), who="vic")).status_code == 403
    refused = await send(world, "run.completed")
    assert (refused.status_code, refused.json()["code"]) == (422, "reserved_name")
    assert (await send(world, name("x"), {"big": "x" * 40_000})).status_code == 413


async def waiting_definition(world: World, event: str, **wait: Any) -> dict[str, Any]:
    match = "= event.data.order == inputs.order"
    steps = [
        {"id": "first", "kind": "task"},
        {"id": "paid", "kind": "wait", "event": {"name": event, "match": match}, **wait},
        {"id": "after", "kind": "task"},
    ]
    body = document("waits", steps, inputs=[{"id": "order", "type": "text"}])
    await world.publish(body)
    return body


async def waits_for_an_event(world: World, run: str) -> bool:
    return bool((await world.get("ann", f"/v1/runs/{run}"))["steps"][1]["waits"] == "event")


async def output_of(world: World, run: str) -> Any:
    view = await world.until("ann", run, current=["after"])
    return view["steps"][1]["output"]


async def test_an_event_before_the_wait_is_found(world: World) -> None:
    paid = name("paid")
    body = await waiting_definition(world, paid)
    run = (await world.start("ann", body["key"], inputs={"order": "7"}))["id"]
    await send(world, paid, {"order": "8"})
    await send(world, paid, {"order": "7", "by": "card"}, "before-" + paid)
    await world.command("ann", run, "complete", step="first")
    output = await output_of(world, run)
    assert (output["id"], output["data"]) == ("before-" + paid, {"order": "7", "by": "card"})


async def test_an_event_after_the_wait_began_ends_it_once(world: World) -> None:
    paid = name("paid")
    body = await waiting_definition(world, paid)
    runs = [(await world.start("ann", body["key"], inputs={"order": order}))["id"] for order in ("a", "b")]
    for run in runs:
        await world.command("ann", run, "complete", step="first")
        await until(partial(waits_for_an_event, world, run))
    assert (await send(world, paid, {"order": "c"})).status_code == 202
    for _ in range(2):
        assert (await send(world, paid, {"order": "b"}, "after-" + paid)).status_code == 202
    assert (await output_of(world, runs[1]))["id"] == "after-" + paid
    told = [each for each in await world.rows("commands") if each["type"] == "event" and each["run"] in runs]
    assert [(each["run"], each["actor"], each["outcome"]) for each in told] == [(runs[1], "system", "applied")]
    assert (await world.get("ann", f"/v1/runs/{runs[0]}"))["steps"][1]["status"] == "waiting"


async def test_an_event_while_the_wait_begins_is_heard_once(world: World) -> None:
    paid = name("paid")
    body = await waiting_definition(world, paid)
    orders = [f"o{n}" for n in range(6)]
    runs = [(await world.start("ann", body["key"], inputs={"order": order}))["id"] for order in orders]
    begin = [world.command("ann", run, "complete", step="first") for run in runs]
    happen = [send(world, paid, {"order": order}, f"{order}-{paid}") for order in orders]
    both = [each for pair in zip(begin, happen, strict=True) for each in pair]
    assert {each.status_code for each in await asyncio.gather(*both)} <= {200, 202}
    for run, order in zip(runs, orders, strict=True):
        assert (await output_of(world, run))["id"] == f"{order}-{paid}"
        events = (await world.get("ann", f"/v1/runs/{run}/events", limit=200))["items"]
        assert [each["type"] for each in events].count("event_heard") == 1


async def test_an_event_that_has_outlived_its_time_is_not_found(world: World) -> None:
    paid = name("paid")
    body = await waiting_definition(world, paid)
    run = (await world.start("ann", body["key"], inputs={"order": "7"}))["id"]
    await send(world, paid, {"order": "7"}, "old-" + paid)
    old = text("UPDATE outer_events SET until = '2020-01-01 00:00:00.000000' WHERE name = :name")
    await world.store.transact(lambda connection: connection.execute(old, {"name": paid}))
    await world.command("ann", run, "complete", step="first")
    await send(world, paid, {"order": "7"}, "new-" + paid)
    assert (await output_of(world, run))["id"] == "new-" + paid


async def test_what_is_old_goes_and_so_do_waits_of_runs_that_ended(world: World) -> None:
    paid = name("paid")
    body = await waiting_definition(world, paid)
    runs = [(await world.start("ann", body["key"], inputs={"order": "7"}))["id"] for _ in range(2)]
    for run in runs:
        await world.command("ann", run, "complete", step="first")

    async def both() -> bool:
        return len([each for each in await world.rows("event_waits") if each["name"] == paid]) == 2

    await until(both)
    await world.command("ann", runs[0], "abort", reasons=[])
    await world.until("ann", runs[0], status="aborted")
    await send(world, paid, {"order": "x"}, "old-" + paid)
    await send(world, paid, {"order": "x"}, "new-" + paid)
    old = text("UPDATE outer_events SET until = '2020-01-01 00:00:00.000000' WHERE id = :id")
    await world.store.transact(lambda connection: connection.execute(old, {"id": "old-" + paid}))
    await clear(world.app.state.house)
    assert [each["run"] for each in await world.rows("event_waits") if each["name"] == paid] == [runs[1]]
    assert [each["id"] for each in await world.rows("outer_events") if each["name"] == paid] == ["new-" + paid]


async def test_what_its_sender_did_not_wait_for_is_passed_on_by_a_round(world: World) -> None:
    paid = name("paid")
    body = await triggered(world, paid, record="= event.data.order")
    house = world.app.state.house
    row = await take(house, paid, "left-" + paid, {"order": "4"}, "ann")
    await sweep(house)
    assert await runs_of(world, body["key"]) == [], "it is too fresh to be taken from who has it"
    aged = text("UPDATE outer_events SET at = '2020-01-01 00:00:00.000000' WHERE number = :number")
    await world.store.transact(lambda connection: connection.execute(aged, {"number": row["number"]}))
    await asyncio.gather(sweep(house), sweep(house))
    assert [each["record_id"] for each in await runs_of(world, body["key"])] == ["4"]
    (done,) = [each for each in await world.rows("outer_events") if each["name"] == paid]
    assert done["done_at"] is not None


async def test_a_run_event_starts_another_definition_and_a_loop_ends_at_depth_ten(world: World) -> None:
    stems = ("ping", "pong")
    keys = [f"{stem}-{uuid.uuid4().hex[:8]}" for stem in stems]
    for own, other in (keys, keys[::-1]):
        when = f"= event.data.definition == '{other}'"
        trigger = {"type": "event", "event": "run.started", "when": when, "as": "ann"}
        start = {"triggers": [{"type": "manual"}, trigger], "fallback_inbox": "leads"}
        await world.publish({**document("loop", [TASK], start=start), "key": own})
    first = (await world.start("ann", keys[0]))["id"]

    async def too_deep() -> bool:
        log = [each for each in await world.rows("log") if each["outcome"] == "chain_too_deep"]
        return any(each["definition"] in keys for each in log)

    await until(too_deep)
    runs = [row for row in await world.rows("runs") if row["definition"] in keys]
    depths = sorted((row["request"].get("chain") or {"depth": 0})["depth"] for row in runs)
    assert depths == list(range(11)), depths
    by_depth = {(row["request"].get("chain") or {"depth": 0})["depth"]: row for row in runs}
    assert by_depth[0]["id"] == first
    assert all(by_depth[n]["request"]["chain"]["run"] == by_depth[n - 1]["id"] for n in range(1, 11))
    assert [by_depth[n]["definition"] for n in range(4)] == [keys[0], keys[1], keys[0], keys[1]]


async def test_what_another_team_s_runs_do_starts_nothing_for_who_may_not_see_them(world: World) -> None:
    key = f"hidden-{uuid.uuid4().hex[:8]}"
    await world.publish({**document("hidden", [TASK], teams=["compliance"]), "key": key})
    when = f"= event.data.definition == '{key}'"
    body = await triggered(world, "run.started", when=when)
    run = (await world.start("cy", key))["id"]

    async def passed_on() -> bool:
        return any(row["done_at"] for row in await world.rows("outer_events") if row["data"].get("run") == run)

    # What happens is passed on beside the requests: until it is, a definition published later would hear it too.
    await until(passed_on)
    seen = await triggered(world, "run.started", when=when, **{"as": "cy"})
    await world.start("cy", key)
    await until(partial(runs_of, world, seen["key"]))
    assert len(await runs_of(world, seen["key"])) == 1
    assert await runs_of(world, body["key"]) == []
