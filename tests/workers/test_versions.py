"""Runs that were started under an earlier version of the interpreter, on today's worker and a real server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHandle

from definitions.wire import INTERPRETER_VERSION
from tests.engine.story import document
from tests.replay.stories import TASK, act
from tests.workers.house import House
from workers.versions import Line
from workers.worker import replayer

UPSERT = "upsert_workflow_search_attributes_event_attributes"
METADATA = "__temporal_workflow_metadata"

ROLL_AFTER = {Line.FIRST: 15, Line.LIGHTER: 15, Line.AT_ONCE: 12, Line.YIELDING: 12, Line.PATIENT: 12, Line.IN_TIME: 12}
"""So that a leg ends after the same command, whatever a recording costs."""


def shown(history: Any) -> int:
    """How often a leg told Temporal's UI something."""
    return sum(event.HasField(UPSERT) for event in history.events)


async def rolled(handle: WorkflowHandle[Any, Any], leg: str) -> str:
    """The leg after `leg`, once the run has continued as new."""
    for _ in range(400):
        if (found := (await handle.describe()).run_id) != leg:
            return str(found)
        await asyncio.sleep(0.02)
    raise AssertionError("it did not continue as new")


async def replays(client: Client, run: str, legs: list[str]) -> None:
    """Each leg of a run replays against today's code."""
    replaying = replayer()
    for leg in legs:
        await replaying.replay_workflow(await client.get_workflow_handle(run, run_id=leg).fetch_history())


async def waiting_run(house: House) -> tuple[WorkflowHandle[Any, Any], str]:
    """A run that waits for a person, and its first leg."""
    handle = await house.start(document([TASK, act("pay", "test.pay")]))
    handle = house.client.get_workflow_handle(handle.id)
    await house.until(handle, lambda view: view["current"] == ["look"])
    return handle, (await handle.describe()).run_id


@pytest.mark.parametrize("version", list(Line))
async def test_a_run_keeps_the_behaviour_it_was_started_with_through_every_leg(
    temporal_client: Client, task_queue: str, version: Line
) -> None:
    """The worker is stopped while the run waits, and another goes on; its later legs are of the same version still."""
    house = House(temporal_client, task_queue, roll_after=ROLL_AFTER[version], interpreter=int(version))
    async with house.worker():
        handle, first = await waiting_run(house)
    async with house.worker():
        await house.give(handle, "complete", step="look", output={})
        second = await rolled(handle, first)
        for _ in range(2):
            await house.give(handle, "complete", step="look", output={})
        third = await rolled(handle, second)
        await house.give(handle, "complete", step="look", output={"n": 1})
        assert (await handle.result())["status"] == "completed"
    history = await house.client.get_workflow_handle(handle.id, run_id=second).fetch_history()
    assert shown(history) == (1 if version is Line.FIRST else 0), "two refusals change nothing that is shown"
    started = house.ledger.events[handle.id][0]
    assert (started["type"], started["data"]["interpreter"]) == ("run_started", version)
    await replays(temporal_client, handle.id, [first, second, third])


async def test_what_is_shown_outlives_a_roll_without_being_told_again(temporal_client: Client, task_queue: str) -> None:
    """The next leg has done nothing yet, and Temporal's UI says of it for whom it waits."""
    house = House(temporal_client, task_queue, roll_after=8)
    async with house.worker():
        handle, _ = await waiting_run(house)
        for _ in range(400):
            found = await handle.describe()
            if found.raw_description.workflow_execution_info.first_run_id != found.run_id:
                break
            await asyncio.sleep(0.02)
        details = str(await handle.query(METADATA))
        assert "Look" in details
        found = await handle.describe()
        assert found.search_attributes["HoldfastWaitingFor"] == ["look"]
        assert shown(await handle.fetch_history()) == 0
        await handle.terminate()


async def test_a_run_started_now_has_todays_version(temporal_client: Client, task_queue: str) -> None:
    house = House(temporal_client, task_queue)
    async with house.worker():
        handle, _ = await waiting_run(house)
        started = house.ledger.events[handle.id][0]["data"]
        assert started["interpreter"] == INTERPRETER_VERSION == max(Line)
        await handle.terminate()
