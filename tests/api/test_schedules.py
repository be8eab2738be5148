"""Definitions that the clock starts, on a real Temporal: one run for each record that matches, once for each time."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHistory

from api import crons
from holdfast.replays import replay
from tests.api.documents import document
from tests.api.world import World, open_world
from tests.support.servers import TemporalServer

TASK = {"id": "look", "kind": "task"}


def scheduled(where: dict[str, Any] | None = None, **trigger: Any) -> dict[str, Any]:
    """A definition for each order that matches, on the first of January, as ann."""
    over = {"over": {"collection": "demo.orders", "where": where}} if where is not None else {}
    schedule = {"type": "schedule", "cron": "0 3 1 1 *", "as": "ann", **over, **trigger}
    start = {"triggers": [schedule], "fallback_inbox": "leads"}
    return document("scheduled", [TASK], start=start, record="demo.orders")


async def runs_of(world: World, key: str) -> list[dict[str, Any]]:
    return [row for row in await world.rows("runs") if row["definition"] == key]


async def until_runs(world: World, key: str, count: int) -> list[dict[str, Any]]:
    for _ in range(400):
        if len(found := await runs_of(world, key)) >= count:
            return found
        await asyncio.sleep(0.2)
    raise AssertionError(f"{len(found)} runs, not {count}")


def more_orders(world: World, status: str, count: int) -> None:
    """Orders in a state that no other has."""
    with sqlite3.connect(world.settings.demo_database) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        (columns,) = [[row[1] for row in connection.execute("PRAGMA table_info(orders)")]]
        first = dict(zip(columns, connection.execute("SELECT * FROM orders LIMIT 1").fetchone(), strict=True))
        marks = ", ".join("?" for _ in columns)
        for n in range(count):
            values = {**first, "id": 10_000 + n, "status": status}
            connection.execute(f"INSERT INTO orders VALUES ({marks})", [values[name] for name in columns])
    connection.close()


async def strike(world: World, key: str) -> None:
    answer = await world.call("admin", "POST", f"/v1/schedules/{key}.0/trigger", {})
    assert answer.status_code == 202, answer.text


async def test_each_record_that_matches_has_one_run_each_time(world: World) -> None:
    body = scheduled({"status": "open"})
    await world.publish(body)
    open_orders = {row["id"] for row in (await world.get("ann", "/v1/sources/demo/collections/orders/rows"))["items"]
                   if row["status"] == "open"}  # fmt: skip
    assert open_orders
    await strike(world, body["key"])
    rows = await until_runs(world, body["key"], len(open_orders))
    assert Counter(row["record_id"] for row in rows) == Counter(str(each) for each in open_orders)
    assert {(row["started_by"], row["request"]["source"]) for row in rows} == {("ann", "schedule")}
    await asyncio.sleep(1.1)  # a time is told apart from another by its second
    await strike(world, body["key"])
    for _ in range(200):
        refused = [each for each in await world.rows("log")
                   if each["definition"] == body["key"] and each["outcome"] == "run_already_open"]  # fmt: skip
        if len(refused) == len(open_orders):
            break
        await asyncio.sleep(0.05)
    assert len(refused) == len(open_orders), "a record that has an open run is not started again, and the log says so"
    assert len(await runs_of(world, body["key"])) == len(open_orders)


async def test_a_condition_that_comes_to_nothing_starts_nothing(world: World) -> None:
    body = scheduled({"status": "open", "id": "= string(1 / (now.getFullYear() - now.getFullYear()))"})
    known = scheduled({"status": "open", "id": "= string(now.getFullYear()) > '2000' ? 'o3' : 'o1'"})
    for each in (body, known):
        await world.publish(each)
        await strike(world, each["key"])
    assert [row["record_id"] for row in await until_runs(world, known["key"], 1)] == ["o3"]
    assert await runs_of(world, body["key"]) == []


async def test_the_list_says_when_it_is_next_and_pausing_takes_that_away(world: World) -> None:
    body = scheduled({"status": "open"}, timezone="Europe/Berlin")
    await world.publish(body)
    (one,) = [each for each in (await world.get("vic", "/v1/schedules", limit=200))["items"]
              if each["definition"] == body["key"]]  # fmt: skip
    assert (one["text"], one["as"], one["timezone"]) == ("At 03:00 on January 1", "ann",
                                                         "Europe/Berlin")  # fmt: skip
    assert one["next"][0].endswith("-01-01T02:00:00.000000Z")
    path = f"/v1/schedules/{one['id']}"
    paused = await world.call("admin", "POST", f"{path}/pause", {})
    assert (paused.json()["paused"], paused.json()["next"]) == (True, [])
    assert (await temporal_state(world, one["id"])).paused is True
    assert (await world.call("vic", "POST", f"{path}/resume", {})).status_code == 403
    await world.publish({**body, "name": "Again"})
    assert (await world.get("vic", path))["paused"] is True, "publishing does not wake what somebody paused"
    assert (await world.call("admin", "POST", f"{path}/resume", {})).json()["paused"] is False
    assert (await temporal_state(world, one["id"])).paused is False
    await world.call("admin", "POST", f"/v1/definitions/{body['key']}/archive", {})
    for _ in range(100):
        if (await temporal_state(world, one["id"])).paused:
            break
        await asyncio.sleep(0.1)
    assert (await temporal_state(world, one["id"])).paused is True, "an archived definition is not started"


async def temporal_state(world: World, id: str) -> Any:
    described = await world.temporal.get_schedule_handle(f"{world.queue}:{id}").describe()
    return described.schedule.state


async def test_a_version_without_the_schedule_ends_it(world: World) -> None:
    body = scheduled({"status": "open"})
    await world.publish(body)
    await strike(world, body["key"])
    await world.publish({**body, "start": {"triggers": [{"type": "manual"}]}})
    assert (await world.call("admin", "GET", f"/v1/schedules/{body['key']}.0")).status_code == 404
    for _ in range(100):
        rows = [row for row in await world.rows("triggers") if row["definition"] == body["key"]]
        if not rows:
            break
        await asyncio.sleep(0.1)
    assert rows == [], "Temporal was told, and then it was forgotten"


async def test_what_its_person_may_not_read_is_not_gone_through(world: World) -> None:
    body = scheduled({"status": "open"}, **{"as": "admin"})
    await world.publish(body)
    await strike(world, body["key"])
    for _ in range(200):
        log = [each for each in await world.rows("log") if each["definition"] == body["key"]]
        if any(each["action"] == "schedule.fire" for each in log):
            break
        await asyncio.sleep(0.05)
    (said,) = [each for each in log if each["action"] == "schedule.fire"]
    assert (said["outcome"], said["user"], said["via"]) == ("forbidden", "admin", "schedule")
    assert await runs_of(world, body["key"]) == []


async def test_only_who_manages_people_names_somebody_else(world: World) -> None:
    report = await world.call("admin", "POST", "/v1/definitions/validate", scheduled({"status": "open"}, cron="0 3"))
    assert [each["code"] for each in report.json()["findings"]] == ["bad_cron"]
    unknown = await world.call("admin", "POST", "/v1/definitions/validate", scheduled({}, **{"as": "nobody-here"}))
    assert [each["code"] for each in unknown.json()["findings"]] == ["unknown_person"]


@pytest.fixture
async def lonely(tmp_path: Path, temporal_client: Client) -> AsyncIterator[World]:
    """A world without a worker."""
    async with open_world(tmp_path, temporal_client) as world:
        yield world


async def test_two_hundred_records_and_a_worker_killed_half_way(lonely: World, temporal_server: TemporalServer) -> None:
    more_orders(lonely, "due for a check", 200)
    body = scheduled({"status": "due for a check"})
    await lonely.publish(body)
    environment = {
        **os.environ,
        "HOLDFAST_HOME": str(lonely.settings.home),
        "HOLDFAST_TASK_QUEUE": lonely.queue,
        "TEMPORAL_ADDRESS": temporal_server.address,
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "holdfast", "worker"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await strike(lonely, body["key"])
        before = len(await until_runs(lonely, body["key"], 70))
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert before < 200, "it was killed half way"
    lonely.work()
    rows = await until_runs(lonely, body["key"], 200)
    await asyncio.sleep(1.0)
    rows = await runs_of(lonely, body["key"])
    assert Counter(row["record_id"] for row in rows) == Counter(str(10_000 + n) for n in range(200))
    await replays(lonely, body["key"])


async def replays(world: World, key: str) -> None:
    """What the clock started replays, as a deploy would have it."""
    described = await world.temporal.get_schedule_handle(f"{world.queue}:{key}.0").describe()
    (struck,) = [each.action for each in described.info.recent_actions]
    handle = world.temporal.get_workflow_handle(struck.workflow_id)
    assert (await handle.result())["started"] == 200

    async def histories() -> AsyncIterator[WorkflowHistory]:
        yield await handle.fetch_history()

    assert [verdict.problem async for verdict in replay(histories())] == [None]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("0 7 * * 1-5", None),
        ("*/15 8-18 * JAN,jul MON-FRI", None),
        ("0 9 * * 7", None),
        ("@daily", "it has 1 fields, not five"),
        ("0 0 31 2 *", "bad day-of-month"),
        ("61 * * * *", "bad minute"),
        ("0 9 L * *", "it counts days in a way that is not read here"),
        ("0 9 * * 5L", "it counts days in a way that is not read here"),
        ("0 9 * * MON#1", "it counts days in a way that is not read here"),
        ("0 9 1 * MON", "it names days of the month and of the week: name either"),
    ],
)
def test_times_are_read_as_temporal_is_told_them(text: str, wrong: str | None) -> None:
    assert crons.problem(text) == wrong
    if wrong is None:
        told = crons.calendar(text)
        assert [(each.start, each.end) for each in told.second] == [(0, 0)]


def test_days_of_the_week_are_those_of_temporal() -> None:
    told = crons.calendar("30 6,18 * * SAT,SUN")
    assert [(each.start, each.end) for each in told.day_of_week] == [(0, 0), (6, 6)]
    assert [(each.start, each.end) for each in told.hour] == [(6, 6), (18, 18)]
    assert [(each.start, each.end) for each in told.day_of_month] == [(1, 31)]
