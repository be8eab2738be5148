"""What Temporal's UI is told of a run is never more than Temporal takes: it ends a run that tells it more."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.client import Client

from tests.engine.story import document, task
from tests.workers.house import House
from workers.shown import VALUE_BYTES, WAITING_FOR, Shown, search_attributes


@pytest.mark.parametrize(("count", "length"), [(0, 1), (3, 10), (1000, 10), (40, 64)])
def test_as_many_names_as_a_value_holds(count: int, length: int) -> None:
    names = [f"s{n}".ljust(length, "x") for n in range(count)]
    updates = search_attributes(Shown("waiting", tuple(names), False), with_due=False)
    (shown,) = [each.value for each in updates if each.key is WAITING_FOR]
    assert shown == names[: len(shown)]
    assert sum(len(name) + 3 for name in shown) <= VALUE_BYTES
    assert len(shown) == count or sum(len(name) + 3 for name in names[: len(shown) + 1]) > VALUE_BYTES


async def test_a_run_that_waits_for_hundreds_of_steps_lives(temporal_client: Client, task_queue: str) -> None:
    house = House(temporal_client, task_queue)
    async with house.worker():
        handle = await house.start(document([{**task(f"part{n}"), "after": []} for n in range(300)]))
        async with asyncio.timeout(20):
            while not (await handle.describe()).search_attributes.get("HoldfastWaitingFor"):
                await asyncio.sleep(0.1)
        answer = await house.give(handle, "complete", step="part299")
        assert answer["command"]["outcome"] == "applied"
        await handle.terminate()
