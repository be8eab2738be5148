"""Child runs on a real server: workflows of their own, none of them lost, orphaned or begun twice, whatever happens.

What they are given, and with whose rights, is told over HTTP (tests/api/test_children.py).
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHandle

from definitions.engine.family import child_run
from tests.engine.story import LEA, document
from tests.replay.stories import act
from tests.workers.house import House, step
from tests.workers.test_long import legs_of
from workers.worker import replayer

WAITS = {"id": "look", "kind": "task", "title": "Look"}
PEOPLE = [{"id": "people", "type": "choices", "options": ["p"]}]
SMALL = document([act("tell", "test.pay")], key="small", name="Small")
SLOW = document([act("tell", "test.slow")], key="small", name="Small")
FAILS = document([act("tell", "test.fail")], key="small", name="Small")
ASKS = document([WAITS], key="small", name="Small")
EACH = {
    "id": "call",
    "kind": "workflow",
    "title": "Call",
    "definition": "small",
    "each": "= inputs.people",
    "inputs": {"n": "= index"},
}
FIRST = {"id": "first", "kind": "task", "title": "First"}
LAST = {"id": "last", "kind": "task", "title": "Last"}

CONFIGURATIONS = {"plain": {}, "rolling": {"roll_after": 8}, "without a cache": {"cache": 0}}


@pytest.fixture(params=CONFIGURATIONS)
def house(request: pytest.FixtureRequest, temporal_client: Client, task_queue: str) -> House:
    """The same stories thrice: as it is, continuing as new every few steps, and replaying at every turn."""
    return House(temporal_client, task_queue, **CONFIGURATIONS[request.param])


def large(at_once: int = 2, **more: Any) -> dict[str, Any]:
    return document([FIRST, {**EACH, "at_once": at_once, **more}, LAST], key="large", inputs=PEOPLE)


async def begin(house: House, count: int, **more: Any) -> WorkflowHandle[Any, Any]:
    """A parent that is about to start its children."""
    handle = await house.start(large(**more), inputs={"people": [f"p{number}" for number in range(count)]})
    handle = house.client.get_workflow_handle(handle.id)
    await house.give(handle, "complete", step="first")
    return handle


async def children(house: House, handle: WorkflowHandle[Any, Any]) -> dict[str, Any]:
    return dict(step((await house.ask(handle))["run"], "call")["children"] or {})


async def ended(house: House, handle: WorkflowHandle[Any, Any], execution: str, count: int) -> None:
    """Returns when every child of a round has ended well: the last tells its parent a moment before it does."""
    ids = [child_run(handle.id, execution, index) for index in range(count)]
    results = await asyncio.gather(*(house.client.get_workflow_handle(name).result() for name in ids))
    assert [result["status"] for result in results] == ["completed"] * count


async def replayed(handle: WorkflowHandle[Any, Any], client: Client) -> None:
    for history in await legs_of(client, handle.id):
        await replayer().replay_workflow(history)


async def test_each_item_has_its_child_and_the_parent_goes_on_when_all_have_told(house: House) -> None:
    house.smalls["small"] = SMALL
    async with house.worker():
        handle = await begin(house, 7)
        view = await house.until(handle, lambda v: v["current"] == ["last"])
        assert step(view, "call")["output"]["done"] == 7
        await house.give(handle, "complete", step="last")
        await handle.result()
        await ended(house, handle, "call#1", 7)
    assert len(set(house.made)) == 7
    await replayed(handle, house.client)


async def test_an_abort_stops_those_at_work_and_those_that_are_just_being_started(house: House) -> None:
    house.smalls["small"] = ASKS
    async with house.worker():
        handle = await begin(house, 4)
        await house.until(handle, lambda v: (step(v, "call")["children"] or {}).get("open") == 2)
        await house.give(handle, "abort", LEA, text="enough")
        assert (await handle.result())["status"] == "aborted"
        for index in (0, 1):
            child = house.client.get_workflow_handle(child_run(handle.id, "call#1", index))
            assert (await child.result())["text"] == "enough"
    await replayed(handle, house.client)


async def test_a_parent_that_ended_is_told_by_nobody_and_a_child_that_was_let_go_ends_by_itself(house: House) -> None:
    house.smalls["small"] = SLOW
    async with house.worker():
        handle = await begin(house, 2, detach=True)
        await house.give(handle, "complete", step="last")
        await house.until(handle, lambda v: v["current"] == ["last"] or v["status"] == "completed")
        await house.give(handle, "complete", step="last")
        assert (await handle.result())["status"] == "completed"
        house.world.gate.set()
        for index in (0, 1):
            child = house.client.get_workflow_handle(child_run(handle.id, "call#1", index))
            assert (await child.result())["status"] == "completed"


async def test_what_cannot_be_started_asks_a_person_who_starts_just_that(house: House) -> None:
    async with house.worker():
        handle = await begin(house, 3, at_once=3)
        # All of them: one that fails only after somebody has said "again" asks once more.
        view = await house.until(handle, lambda v: v["attention"] and step(v, "call")["children"]["failed"] == 3)
        assert step(view, "call")["attention"]["code"] == "not_found"
        house.smalls["small"] = SMALL
        await house.give(handle, "retry", step="call")
        await house.until(handle, lambda v: v["current"] == ["last"])
    assert sorted(house.made) == sorted(set(house.made)) and len(house.made) == 3
