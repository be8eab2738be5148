"""A trace id travels beside a command: under no seal, in no event, and left out wherever there is none."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import Client

from definitions.engine.messages import CommandGiven
from definitions.wire import EffectCall, RecordCall, RunStart
from tests.engine.story import document
from tests.replay.stories import TASK, act
from tests.workers.house import House
from workers.inbox import trace_of

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize("given", [None, 7, "", TRACE.upper(), TRACE + "\n", "{}" * 16, {"a": 1}])
def test_what_is_no_trace_id_reaches_no_log_line(given: Any) -> None:
    assert trace_of({"trace": given}) == ""
    assert trace_of({"trace": TRACE}) == TRACE


def test_a_call_without_a_trace_is_written_as_before() -> None:
    """Recorded histories hold such calls; a worker must read both."""
    call = EffectCall("r", "d", 1, "s", "s#1", "a", "A", "ann", "r:s#1", 1, {}, {})
    start = RunStart("r", "d", 1, "h", {}, {})
    for value in (call, RecordCall("r", ()), start):
        assert "trace" not in value.to_json()
        assert type(value).from_json(value.to_json() | {"trace": TRACE}).trace == TRACE


async def test_a_trace_goes_on_where_the_run_continues_as_new(temporal_client: Client, task_queue: str) -> None:
    """A person's command leads to eight effects one after the other, and the run rolls in the middle of them."""
    house = House(temporal_client, task_queue, roll_after=3)
    async with house.worker():
        handle = await house.start(document([TASK, *(act(f"s{n}", "test.pay") for n in range(8))]))
        handle = house.client.get_workflow_handle(handle.id)
        await house.until(handle, lambda view: view["current"] == ["look"])
        command = {"id": "one", "type": "complete", "step": "look", "output": {"n": 1}}
        await handle.signal("complete_step", house.envelope(handle.id, command) | {"trace": TRACE})
        assert (await handle.result())["status"] == "completed"
    history = await house.client.get_workflow_handle(handle.id).fetch_history()
    legs, calls = [history], []
    while before := legs[0].events[0].workflow_execution_started_event_attributes.continued_execution_run_id:
        legs.insert(0, await house.client.get_workflow_handle(handle.id, run_id=before).fetch_history())
    for leg in legs:
        scheduled = (event.activity_task_scheduled_event_attributes for event in leg.events)
        calls.append([each.activity_id for each in scheduled if TRACE.encode() in b"".join(_bytes(each))])
    assert len([part for part in calls if part]) > 1, "it did not roll between two effects"
    assert [name for part in calls for name in part] == [f"s{n}#1" for n in range(8)]


def _bytes(scheduled: Any) -> list[bytes]:
    return [payload.data for payload in scheduled.input.payloads]


async def test_the_seal_holds_with_any_trace_beside_it_and_no_event_knows_of_it(
    temporal_client: Client, task_queue: str
) -> None:
    house = House(temporal_client, task_queue)
    async with house.worker():
        handle = await house.start(document([TASK, act("pay", "test.pay")]))
        command = {"id": "one", "type": "complete", "step": "look", "output": {"n": 1}}
        await handle.signal("complete_step", house.envelope(handle.id, command) | {"trace": TRACE})
        assert (await handle.result())["status"] == "completed"
    assert TRACE not in str(house.ledger.events[handle.id])
    done = next(row for row in house.ledger.events[handle.id] if row.get("step") == "look" and "actor" in row)
    assert (done["type"], done["actor"]) == ("step_done", "ann")
    calls = [
        attributes.input.payloads[0].data
        for event in (await handle.fetch_history()).events
        if (attributes := event.activity_task_scheduled_event_attributes).activity_id == "pay#1"
    ]
    assert len(calls) == 1 and TRACE.encode() in calls[0]
    assert CommandGiven.__dataclass_fields__["trace"].default == ""
