"""Many child runs, twenty at a time: one asks for a person, somebody goes back meanwhile, the worker is another.

The parent continues as new every few steps while its children are at work. In the end nobody is orphaned, and nobody
was begun twice.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest
from temporalio.client import Client

from definitions.engine import State, fold
from definitions.engine.family import child_run
from definitions.engine.family_shown import children_view
from definitions.wire import Event
from tests.engine.story import LEA, document
from tests.replay.stories import act
from tests.workers.house import House
from tests.workers.test_children import begin, replayed

MANY = int(os.environ.get("HOLDFAST_TEST_CHILDREN", "1000"))
"""Fewer where somebody is in a hurry: a thousand took four minutes of a machine that eight others worked on."""
ODD, AT_ONCE = 13, 20
RULE = {
    "id": "odd",
    "kind": "decision",
    "title": "Odd",
    "by": "rules",
    "otherwise": "even",
    "options": [{"id": "odd", "when": f"= inputs.n == {ODD}"}, {"id": "even"}],
}
INPUTS = [{"id": "n", "type": "integer"}]
SMALL = document(
    [RULE, act("fail", "test.fail", after="odd:odd")],
    key="small",
    name="Small",
    inputs=INPUTS,
)


async def reached(house: House, handle: Any, seconds: float = 1200, **wanted: int) -> dict[str, Any]:
    """The children of the parent's newest round once so many of them stand so, as its record says.

    The run itself is not asked: a question that overtakes a delayed workflow task has the SDK take what has arrived
    in two goes, which a replay takes in one (seen: a parent stuck, its child and its next effect the other way round).
    """
    async with asyncio.timeout(seconds):
        while True:
            events = [Event.from_json(row) for row in house.ledger.events.get(handle.id, ())]
            families = list(fold(events, State.new(handle.id)).families.values())
            found = children_view(handle.id, families[-1]) if families else None
            if found and all(found[key] >= count for key, count in wanted.items()):
                return found
            await asyncio.sleep(1)


@pytest.mark.slow
@pytest.mark.timeout(1500)
async def test_of_many_children_none_is_orphaned_and_none_is_begun_twice(
    temporal_client: Client, task_queue: str
) -> None:
    house = House(temporal_client, task_queue, roll_after=150, cache=1000, sandboxed=False)
    house.smalls["small"] = SMALL
    async with house.worker():
        handle = await begin(house, MANY, at_once=AT_ONCE)
        found = await reached(house, handle, done=40, attention=1)
        assert found["open"] <= AT_ONCE and found["runs"][0]["index"] == ODD
        await house.give(handle, "revise", LEA, step="first")
        given_up = len(set(house.made))
        await house.give(handle, "complete", step="first")
        await reached(house, handle, done=MANY // 3)
    async with house.worker():  # another worker takes over where that one was
        found = await reached(house, handle, done=MANY - 1, attention=1)
        odd = house.client.get_workflow_handle(child_run(handle.id, "call#2", ODD))
        await house.give(odd, "handle_manually", LEA, step="fail")
        await reached(house, handle, done=MANY)
        await ended(house, [child_run(handle.id, "call#2", index) for index in range(MANY)])
        first = [name for name in dict.fromkeys(house.made) if name not in second(handle.id)]
        await ended(house, first)
        assert given_up <= len(first) <= given_up + AT_ONCE, "those that were being made then, and no other"
        assert len(set(house.made)) == len(first) + MANY
    legs = [each async for each in house.client.list_workflows(f"WorkflowId = '{handle.id}'")]
    assert len(legs) > MANY // 100, "it continued as new while children were at work"
    await replayed(handle, house.client)


async def ended(house: House, runs: list[str]) -> None:
    """Each of these workflows has come to its end: a child has told its parent a moment before."""
    for run in runs:
        result = await asyncio.wait_for(house.client.get_workflow_handle(run).result(), 20)
        assert result["status"] in ("completed", "aborted"), run


def second(run: str) -> set[str]:
    """The children of the second round."""
    return {child_run(run, "call#2", index) for index in range(MANY)}
