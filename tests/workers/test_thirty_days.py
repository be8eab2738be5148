"""A run that is saved before and finished after thirty days of Temporal's own time, skipped on the real server."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import Client
from temporalio.testing._timeskipping import TimeSkipper

from tests.engine.story import LEA
from tests.workers.house import House, step

MONTH = timedelta(days=30)

SALE = {
    "holdfast": 1,
    "key": "sale",
    "name": "A sale that takes a month",
    "timezone": "Europe/Amsterdam",
    "due": {"in": "60 days", "from": "start"},
    "steps": [
        {
            "id": "offer",
            "kind": "task",
            "title": "Write the offer",
            "due": {"in": "2 days", "from": "start"},
            "on_overdue": {"notify": "assignees", "assign": {"users": ["lea"]}},
            "assign": {"users": ["ann"]},
        },
        {"id": "grace", "kind": "wait", "for": "5 days", "after": []},
        {"id": "remind", "kind": "task", "title": "Ring the customer", "after": "offer:overdue"},
        {
            "id": "file",
            "kind": "task",
            "title": "File it",
            "after": ["grace"],
            "due": {"in": "1 day", "from": "step:grace"},
        },
    ],
}


async def test_a_run_saved_for_thirty_days(temporal_client: Client, task_queue: str) -> None:
    """While it is saved people are reminded and nothing starts; what came due takes effect when somebody resumes."""
    house = House(temporal_client, task_queue)
    skipper = TimeSkipper(temporal_client)
    async with house.worker():
        handle = await house.start(SALE)
        await house.until(handle, lambda run: step(run, "grace")["status"] == "waiting")
        saved = await house.give(handle, "save", reason="Summer")
        assert saved["run"]["status"] == "saved" and saved["run"]["saved"]["by"] == "ann"
        began = saved["run"]["started_at"]

        assert await skipper.fast_forward(handle, MONTH)

        view = await house.until(handle, lambda run: step(run, "offer")["assignees"]["users"] == ["lea"])
        assert view["status"] == "saved"
        assert step(view, "grace")["status"] == "waiting", "a wait that came due is only noted"
        assert step(view, "remind")["status"] == "pending", "the port overdue is taken when somebody resumes"
        assert step(view, "offer")["overdue"]

        resumed = await house.give(handle, "resume", LEA)
        assert resumed["run"]["holder"] == "lea" and resumed["run"]["status"] == "waiting"
        view = resumed["run"]
        assert [step(view, name)["status"] for name in ("grace", "remind", "file")] == ["done", "ready", "ready"]
        assert step(view, "file")["due"] > began[:10], "a date that is counted from today"
        for name in ("offer", "remind", "file"):
            view = (await house.give(handle, "complete", LEA, step=name))["run"]
        assert view["status"] == "completed"
        await handle.result()
