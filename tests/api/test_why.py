"""Why a run does not move: every reason is met on a real run, and Temporal's absence is one of them."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.api.documents import document, two_steps
from tests.api.test_outage import Line, house, line
from tests.api.world import World

__all__ = ["house", "line"]


async def reasons(world: World, run: str) -> dict[str, dict[str, Any]]:
    """The reasons by code; several of one code are one."""
    found = await world.get("vic", f"/v1/runs/{run}/why")
    return {each["code"]: each for each in found["reasons"]}


async def test_it_waits_for_people(world: World) -> None:
    """For whom since when and until when, what comes after it, on hold, saved by, ended."""
    body = two_steps()
    await world.publish(body)
    run = (await world.start("ann", body["key"], assign={"a": {"users": ["ben"]}}))["id"]
    await world.command("ann", run, "set_due", step="a", due="2020-01-31")
    found = await reasons(world, run)
    assert set(found) == {"waiting_for_person", "blocked"}
    person = found["waiting_for_person"]
    assert (person["step"], person["assignees"]["users"], person["due"], person["overdue"]) == (
        "a",
        ["ben"],
        "2020-01-31",
        True,
    )
    assert person["since"] and found["blocked"]["blocked_by"] == ["a"]
    await world.command("ben", run, "hold", step="a", reason="Holiday")
    assert "on_hold" in await reasons(world, run)
    await world.command("ben", run, "save", reason="Lunch")
    saved = (await reasons(world, run))["saved"]
    assert (saved["by"], saved["reason"]) == ("ben", "Lunch")
    await world.command("ben", run, "abort", reasons=[])
    whole = await world.get("vic", f"/v1/runs/{run}/why")
    assert (whole["moving"], [each["code"] for each in whole["reasons"]]) == (False, ["ended"])


async def test_it_waits_for_something_outside(world: World) -> None:
    """An event, and an answer to a form: of whom, until when."""
    steps = [
        {"id": "paid", "kind": "wait", "event": {"name": "order.paid"}, "expires": "3 days", "after": []},
        {"id": "rate", "kind": "journey", "title": "Rate us", "to": "c@example.com", "expires": "9 days", "after": []},
    ]
    body = document("outside", steps)
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    for _ in range(400):
        found = await reasons(world, run)
        if set(found) == {"waiting_for_event", "waiting_for_answer"}:
            break
        await asyncio.sleep(0.05)
    assert (found["waiting_for_event"]["event"], bool(found["waiting_for_event"]["until"])) == ("order.paid", True)
    assert "c@example.com" in found["waiting_for_answer"]["message"] and found["waiting_for_answer"]["until"]


async def test_it_waits_for_time_and_for_a_machine_that_failed(world: World) -> None:
    steps = [
        {"id": "pause", "kind": "wait", "for": "20 days", "after": []},
        {"id": "pay", "kind": "action", "action": "demo.cancel_refund", "execute": "automatic", "after": [],
         "with": {"refund": "none"}},
    ]  # fmt: skip
    body = document("stuck", steps)
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    await world.until("ann", run, attention=True)
    found = await reasons(world, run)
    assert found["timer"]["until"] and found["attention"]["attention"]["code"] == "refund_not_found"


async def test_people_must_close_it(world: World) -> None:
    closing = {"reasons": ["lost"], "choose": "one", "required_on": ["complete"]}
    body = document("closing", [{"id": "a", "kind": "task"}], closing_reasons=closing)
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    await world.command("ann", run, "complete", step="a")
    assert set(await reasons(world, run)) == {"closing"}


async def test_temporal_and_the_workers_are_away(house: World, line: Line) -> None:
    """The database's reasons are said all the same, and what was taken and not sent is one of them."""
    body = two_steps()
    await house.publish(body)
    run = (await house.start("ann", body["key"]))["id"]
    line.cut = True
    assert (await house.command("ann", run, "complete", step="a", output={"n": 1})).status_code == 202
    found = await house.get("vic", f"/v1/runs/{run}/why")
    codes = {each["code"] for each in found["reasons"]}
    assert found["temporal"] is False
    assert codes >= {"temporal_unreachable", "not_told", "command_waits", "waiting_for_person"}


async def test_a_workflow_that_was_stopped_behind_our_back(world: World) -> None:
    body = two_steps()
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    await world.temporal.get_workflow_handle(run).terminate("by a test")
    for _ in range(400):
        if "run_stopped" in (found := await reasons(world, run)):
            break
        await asyncio.sleep(0.05)
    assert found["run_stopped"]["workflow_status"] == "terminated"
    assert "no_worker" not in found
