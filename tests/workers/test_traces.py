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
