"""A run that has ended is opened again: its workflow begins anew under the same id, once, and goes on where it was."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from tests.api.documents import document, two_steps
from tests.api.test_outage import Line, house, line, outcome
from tests.api.world import World

__all__ = ["house", "line"]


async def ended(world: World, **more: Any) -> dict[str, Any]:
    """A run that ann aborted after its first step."""
    body = two_steps(**more)
    await world.publish(body)
    run = await world.start("ann", body["key"], **({"record": "o1"} if more else {}))
    await world.command("ann", run["id"], "complete", step="a", output={"n": 1})
    await world.command("ann", run["id"], "abort", reasons=[])
    return run


def step(view: dict[str, Any], name: str) -> dict[str, Any]:
    return next(found for found in view["steps"] if found["id"] == name)


async def test_it_goes_on_where_it_was(world: World) -> None:
    """Finished steps stay, the open one is open again, and the run is finished as if nothing had been."""
    run = (await ended(world))["id"]
    assert (await world.command("ann", run, "reopen")).status_code == 403
    opened = await world.command("lea", run, "reopen", reason="The customer called")
    assert opened.status_code == 200, opened.text
    view = opened.json()["run"]
    assert (view["status"], view["ended_at"], step(view, "a")["status"]) == ("waiting", None, "done")
    assert (step(view, "b")["status"], step(view, "b")["round"]) == ("ready", 2)
    done = await world.command("ann", run, "complete", step="b", choice="x")
    assert done.json()["run"]["status"] == "completed"
    events = (await world.get("lea", f"/v1/runs/{run}/events"))["items"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    again = await world.command("lea", run, "reopen")
    assert (again.status_code, again.json()["run"]["status"]) == (200, "waiting")
    twice = await world.command("lea", run, "reopen")
    assert (twice.status_code, twice.json()["code"]) == (409, "run_open")


async def test_the_same_reopening_ten_times_at_once(world: World) -> None:
    """One id: the run is opened once, and everybody hears so."""
    run, name = (await ended(world))["id"], uuid.uuid4().hex
    answers = await asyncio.gather(*(world.command("lea", run, "reopen", id=name) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    events = (await world.get("lea", f"/v1/runs/{run}/events"))["items"]
    assert [event["type"] for event in events].count("run_reopened") == 1


async def test_two_people_reopen(world: World) -> None:
    """One opens it; the other is told that it is open."""
    run = (await ended(world))["id"]
    answers = await asyncio.gather(*(world.command(who, run, "reopen") for who in ("lea", "admin")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert next(a.json()["code"] for a in answers if a.status_code == 409) == "run_open"


async def test_the_record_has_another_open_run(world: World) -> None:
    """One per record holds for opening again as well, and the place is taken again by who opens."""
    run = await ended(world, record="demo.orders")
    newer = await world.start("ann", run["definition"], record="o1")
    refused = await world.command("lea", run["id"], "reopen")
    assert (refused.status_code, refused.json()["code"], refused.json()["run"]) == (
        409,
        "run_already_open",
        newer["id"],
    )
    await world.command("ann", newer["id"], "abort", reasons=[])
    assert (await world.command("lea", run["id"], "reopen")).status_code == 200
    start = {"definition": run["definition"], "record": "o1"}
    held = await world.call("ann", "POST", "/v1/runs", start)
    assert (held.status_code, held.json()["run"]) == (409, run["id"])


async def test_a_reopened_run_may_be_aborted_and_frees_its_record(world: World) -> None:
    run = await ended(world, record="demo.orders")
    assert (await world.command("lea", run["id"], "reopen")).status_code == 200
    assert (await world.command("ann", run["id"], "abort", reasons=[])).status_code == 200
    await world.start("ann", run["definition"], record="o1")


async def test_while_an_errand_of_its_end_is_open(world: World) -> None:
    """The workflow of a run that ended has not: its undo asks a person. The command reaches it as a signal."""
    body = document(
        "undone",
        [
            {"id": "ask", "kind": "task"},
            {
                "id": "pay",
                "kind": "action",
                "action": "demo.refund",
                "execute": "automatic",
                "with": {"order": "o1", "amount": 1.0},
                "undo": {"action": "demo.cancel_refund", "with": {"refund": "none-such"}},
            },
            {"id": "check", "kind": "task"},
        ],
    )
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    await world.command("ann", run, "complete", step="ask")
    await world.until("ann", run, current=["check"])
    ending = await world.command("lea", run, "abort", reasons=[], undo=["pay"])
    assert ending.status_code == 200, ending.text
    assert ending.json()["run"]["ending"] == "abort"
    view = await world.until("lea", run, attention=True)
    (errand,) = view["errands"]
    assert (errand["status"], errand["kind"]) == ("attention", "undo")
    assert "skip" in errand["can"]
    early = await world.command("lea", run, "reopen")
    assert (early.status_code, early.json()["code"]) == (409, "run_closed")
    given_up = await world.command("lea", run, "skip", step="pay", execution=errand["execution"])
    assert given_up.json()["run"]["status"] == "aborted"
    assert (await world.command("lea", run, "reopen")).status_code == 200


async def test_temporal_away(house: World, line: Line) -> None:
    """Taken and kept; done once when Temporal is back, though it is sent twice."""
    run = (await ended(house))["id"]
    line.cut, name = True, uuid.uuid4().hex
    kept = await house.command("lea", run, "reopen", id=name)
    assert (kept.status_code, kept.json()["outcome"]) == (202, "received")
    line.cut, line.deaf = False, True
    await asyncio.sleep(1)
    line.deaf = False
    assert await outcome(house, name) == "applied"
    view = await house.until("ann", run, status="waiting")
    events = (await house.get("lea", f"/v1/runs/{run}/events"))["items"]
    assert [event["type"] for event in events].count("run_reopened") == 1
    assert view["current"] == ["b"]
