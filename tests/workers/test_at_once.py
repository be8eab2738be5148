"""A run at rest is recorded within its turn: what the history has of that, and what happens where it fails."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle

import workers.recording
from definitions.wire import ACTIVITY_RECORD, RecordCall
from tests.engine.story import document
from tests.replay.stories import TASK
from tests.workers.house import House
from workers.record import stored_now
from workers.worker import replayer


async def kinds(handle: WorkflowHandle[Any, Any]) -> Counter[str]:
    """How many events of each kind a history has; it replays against today's code."""
    history = await handle.fetch_history()
    await replayer().replay_workflow(history)
    return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)


async def chain(house: House, steps: int) -> WorkflowHandle[Any, Any]:
    """A run that waits at the last of some tasks."""
    tasks = [{**TASK, "id": f"t{n}"} for n in range(steps)]
    handle = await house.start(document(tasks))
    await house.until(handle, lambda view: view["current"] == ["t0"])
    for n in range(steps - 1):
        answer = await house.give(handle, "complete", step=f"t{n}", output={"n": n})
        assert answer["run"]["current"] == [f"t{n + 1}"]
        assert len(house.ledger.events[handle.id]) == answer["seq"], "an answer means that it is stored"
    return handle


async def test_a_persons_step_costs_four_events(temporal_client: Client, task_queue: str) -> None:
    """The signal and its workflow task; whom the run waits for is told from time to time (test_showing.py)."""
    house = House(temporal_client, task_queue)
    async with house.worker():
        long = await kinds(await chain(house, 13))
    told = long["UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"]
    timed = long["TIMER_STARTED"], long["TIMER_FIRED"]
    tasks = sum(count for kind, count in long.items() if kind.startswith("WORKFLOW_TASK"))
    assert long["WORKFLOW_EXECUTION_SIGNALED"] == 12
    assert tasks == 3 * (1 + 12 + timed[1]), "one for its start, one for each step, one for each time it is told later"
    assert sum(long.values()) == 1 + 12 + tasks + told + sum(timed)
    assert told <= 1 + timed[0], "at once, and where a timer was set"
    assert long["MARKER_RECORDED"] == long["ACTIVITY_TASK_SCHEDULED"] == 0


async def test_version_two_records_by_a_local_activity_still(temporal_client: Client, task_queue: str) -> None:
    house = House(temporal_client, task_queue, interpreter=2)
    async with house.worker():
        found = await kinds(await chain(house, 3))
    assert found["MARKER_RECORDED"] == 3


async def test_where_it_came_to_nothing_the_history_says_so(temporal_client: Client, task_queue: str) -> None:
    """A mark and an activity that is tried until it is done; afterwards the run records within its turn again."""
    house = House(temporal_client, task_queue)
    async with house.worker():
        house.ledger.down = True
        handle = await house.start(document([{**TASK, "id": f"t{n}"} for n in range(3)]))
        await house.until(handle, lambda view: view["current"] == ["t0"])
        house.ledger.down = False
        await house.until(handle, lambda view: len(house.ledger.events.get(handle.id, ())) == view["seq"])
        for n in range(2):
            await house.give(handle, "complete", step=f"t{n}", output={"n": n})
        found = await kinds(handle)
    names = [
        e.activity_task_scheduled_event_attributes.activity_type.name for e in (await handle.fetch_history()).events
    ]
    assert names.count(ACTIVITY_RECORD) == found["ACTIVITY_TASK_SCHEDULED"] >= 1
    assert found["MARKER_RECORDED"] == found["ACTIVITY_TASK_SCHEDULED"]
    assert [row["seq"] for row in house.ledger.events[handle.id]] == list(range(1, 7))


async def test_a_turn_that_is_taken_again_writes_again_and_stands_once(
    temporal_client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The events of one turn are stored, and the turn is lost before Temporal has it."""
    house = House(temporal_client, task_queue)
    written: list[int] = []

    def and_lost(call: RecordCall) -> bool:
        stored = stored_now(call)
        if not workflow.unsafe.is_replaying():
            written.append(call.events[-1]["seq"])
            if written.count(4) == 1 and written[-1] == 4:
                raise RuntimeError("the worker dies here")
        return stored

    monkeypatch.setattr(workers.recording, "stored_now", and_lost)
    async with house.worker():
        handle = await house.start(document([{**TASK, "id": f"t{n}"} for n in range(3)]))
        await house.told(handle.id, lambda _: written == [2])
        await house.send(handle, "complete", step="t0", output={"n": 0})
        await house.told(handle.id, lambda _: written == [2, 4, 4])
        await house.give(handle, "complete", step="t1", output={"n": 1})
        found = await kinds(handle)
    assert written == [2, 4, 4, 6]
    assert found["MARKER_RECORDED"] == 0
    assert [row["seq"] for rows in house.ledger.events.values() for row in rows] == [1, 2, 3, 4, 5, 6]
