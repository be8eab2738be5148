"""Temporal's UI is told how a run stands at once, and then at most every few seconds; nothing of it is left out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from temporalio.client import Client, WorkflowHandle

from tests.engine.story import document, task
from tests.support.waiting import until
from tests.workers.house import House
from tests.workers.test_versions import UPSERT, replays, rolled, shown
from workers.showing import EVERY

Handle = WorkflowHandle[Any, Any]


async def attributes(handle: Handle) -> dict[str, Any]:
    """What Temporal's lists say of a run."""
    found = (await handle.describe()).typed_search_attributes
    return {pair.key.name: pair.value for pair in found}


def told_at(history: Any) -> list[datetime]:
    """The moments of the turns in which it was told."""
    found, now = list[datetime](), history.events[0].event_time.ToDatetime()
    for event in history.events:
        if event.HasField("workflow_task_started_event_attributes"):
            now = event.event_time.ToDatetime()
        if event.HasField(UPSERT):
            found.append(now)
    return found


async def until_told(handle: Handle, holds: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until Temporal's lists say what is wanted."""

    async def told() -> bool:
        return holds(await attributes(handle))

    await until(told)


async def waiting(house: House, document: dict[str, Any], step: str) -> Handle:
    """A run of which Temporal was told that it waits for a step."""
    started = await house.start(document)
    handle = house.client.get_workflow_handle(started.id)
    await until_told(handle, lambda told: told.get("HoldfastWaitingFor") == [step])
    return handle


async def test_who_hurries_leaves_one_update_behind(temporal_client: Client, task_queue: str) -> None:
    """Three steps within five seconds: told of the first at once, then of where the run has come to."""
    house = House(temporal_client, task_queue)
    async with house.worker():
        handle = await waiting(house, document([task(f"t{n}") for n in range(4)]), "t0")
        for n in range(3):
            await house.give(handle, "complete", step=f"t{n}")
        await until_told(handle, lambda told: told["HoldfastWaitingFor"] == ["t3"])
        told = told_at(await handle.fetch_history())
        assert len(told) >= 2
        assert all(later - before >= EVERY for before, later in pairwise(told))
        await house.give(handle, "complete", step="t3")
        await handle.result()
        ended = await attributes(handle)
        assert ended["HoldfastStatus"] == "completed"
        assert "HoldfastWaitingFor" not in ended
        await replays(temporal_client, handle.id, [(await handle.describe()).run_id])


async def test_what_is_as_it_was_is_not_told_again(temporal_client: Client, task_queue: str) -> None:
    """A date that is set and taken back while nobody is told of it."""
    house = House(temporal_client, task_queue)
    async with house.worker():
        handle = await waiting(house, document([task("t0"), task("t1")]), "t0")
        await house.give(handle, "set_due", step="t0", due="2030-01-01")
        await house.give(handle, "set_due", step="t0", due=None)
        await asyncio.sleep(6)
        assert shown(await handle.fetch_history()) == 1
        await handle.terminate()


async def test_a_leg_tells_before_it_ends(temporal_client: Client, task_queue: str) -> None:
    """The next one begins with what the one before knew, and hurries no more than it."""
    house = House(temporal_client, task_queue, roll_after=16)
    async with house.worker():
        handle = await waiting(house, document([task(f"t{n}") for n in range(8)]), "t0")
        first = (await handle.describe()).run_id
        for n in range(7):
            await house.give(handle, "complete", step=f"t{n}")
        second = await rolled(handle, first)
        leg = house.client.get_workflow_handle(handle.id, run_id=first)
        *_, told, ended = (await leg.fetch_history()).events
        assert told.HasField(UPSERT)
        assert ended.HasField("workflow_execution_continued_as_new_event_attributes")
        await until_told(handle, lambda told: told["HoldfastWaitingFor"] == ["t7"])
        await handle.terminate()
        await replays(temporal_client, handle.id, [first, second])


async def test_the_first_date_that_passes_is_told(temporal_client: Client, task_queue: str) -> None:
    """The nearer one of the run and its open step; none once the run has ended."""
    dated = document([{**task("one"), "due": {"at": "2031-03-05"}}, task("two")], due={"at": "2031-06-01T12:00:00Z"})
    house = House(temporal_client, task_queue)
    async with house.worker():
        handle = await waiting(house, dated, "one")
        assert (await attributes(handle))["HoldfastDue"] == datetime(2031, 3, 6, tzinfo=UTC)
        await house.give(handle, "complete", step="one")
        await until_told(handle, lambda told: told["HoldfastDue"] == datetime(2031, 6, 1, 12, tzinfo=UTC))
        await house.give(handle, "complete", step="two")
        await handle.result()
        assert "HoldfastDue" not in await attributes(handle)
