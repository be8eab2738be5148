"""A step that begins by itself weeks later, on Temporal's own timers; and one that somebody lets begin at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.testing._timeskipping import TimeSkipper

from tests.engine.story import LEA
from tests.workers.house import House, step

SCHEDULED: dict[str, Any] = {
    "holdfast": 1,
    "key": "later",
    "name": "Pay later",
    "steps": [
        {"id": "first", "kind": "task", "title": "First"},
        {"id": "pay", "kind": "action", "title": "Pay", "action": "test.pay", "execute": "automatic",
         "with": {"order": "o1"}, "schedule": {"after": "step:first", "by": "21 days"}},
        {"id": "last", "kind": "task", "title": "Last"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("roll_after", [400, 8])
async def test_it_begins_three_weeks_later(temporal_client: Client, task_queue: str, roll_after: int) -> None:
    """Also where the run continued as new meanwhile: the next leg sets the timer again."""
    house = House(temporal_client, task_queue, roll_after=roll_after)
    async with house.worker():
        handle = await house.start(SCHEDULED)
        await house.until(handle, lambda run: step(run, "first")["status"] == "ready")
        view = (await house.give(handle, "complete", step="first"))["run"]
        assert (step(view, "pay")["status"], view["status"]) == ("scheduled", "waiting")
        for text in ("one", "two", "three"):
            await house.give(handle, "note", step="pay", text=text)
        assert house.world.calls == []
        assert await TimeSkipper(temporal_client).fast_forward(handle, timedelta(days=22))
        await house.until(handle, lambda run: step(run, "last")["status"] == "ready")
        assert house.world.calls == ["o1"]
        assert (await house.give(handle, "complete", step="last"))["run"]["status"] == "completed"
        await handle.result()


async def test_run_now_is_at_once_and_once(temporal_client: Client, task_queue: str) -> None:
    house = House(temporal_client, task_queue)
    async with house.worker():
        handle = await house.start(SCHEDULED)
        await house.until(handle, lambda run: step(run, "first")["status"] == "ready")
        await house.give(handle, "complete", step="first")
        assert (await house.give(handle, "run_now", LEA, step="pay"))["command"]["outcome"] == "applied"
        view = await house.until(handle, lambda run: step(run, "last")["status"] == "ready")
        assert step(view, "pay")["done_by"] == "automation" and house.world.calls == ["o1"]
        assert (await house.give(handle, "run_now", LEA, step="pay"))["command"]["refusal"]["code"] == "step_not_ready"
        await house.give(handle, "complete", step="last")
        await handle.result()
        assert house.world.calls == ["o1"]
