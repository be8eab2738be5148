"""A worker dies after it has written a turn down, and before Temporal has it: what people did meanwhile holds."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle

import workers.recording
from definitions.wire import RecordCall
from tests.engine.story import document, task
from tests.replay.stories import act
from tests.workers.house import House
from workers.record import stored_now
from workers.witness import Witness, listen
from workers.worker import replayer


class Deaths:
    """The first turn that writes the end of a step is lost; before that, somebody acts on what it has written."""

    def __init__(self, house: House, ended: str, kind: str, **command: Any) -> None:
        self.house, self.ended, self.loop = house, ended, asyncio.get_running_loop()
        self.command = {"id": uuid.uuid4().hex, "type": kind, **command}
        self.written: list[dict[str, Any]] = []

    def __call__(self, call: RecordCall) -> bool:
        stored = stored_now(call)
        over = any(row["type"] == "step_done" and row.get("execution") == self.ended for row in call.events)
        if not workflow.unsafe.is_replaying() and over and not self.written:
            self.written = list(self.house.ledger.events[call.run])
            asyncio.run_coroutine_threadsafe(self._act(call.run), self.loop).result(1)
            raise RuntimeError("the worker dies here")
        return stored

    async def _act(self, run: str) -> None:
        name = {"complete": "complete_step", "abort": "abort"}[self.command["type"]]
        await self.house.client.get_workflow_handle(run).signal(name, self.house.envelope(run, self.command))


async def as_its_history_says(handle: WorkflowHandle[Any, Any], house: House) -> None:
    """The record is what the history says, to the letter."""
    history = await handle.fetch_history()
    heard = listen()
    await replayer(Witness).replay_workflow(history)
    assert house.ledger.events[handle.id] == heard.events
    assert [event["seq"] for event in heard.events] == list(range(1, len(heard.events) + 1))


@contextlib.asynccontextmanager
async def a_lost_turn(
    house: House, monkeypatch: pytest.MonkeyPatch, kind: str, **command: Any
) -> AsyncIterator[tuple[WorkflowHandle[Any, Any], Deaths]]:
    """A run in which the turn that ends its payment is lost, and somebody does that meanwhile."""
    deaths = Deaths(house, "pay#1", kind, **command)
    monkeypatch.setattr(workers.recording, "stored_now", deaths)
    async with house.worker():
        handle = await house.start(document([task("look"), act("pay", "test.pay"), task("next"), task("last")]))
        await house.give(handle, "complete", step="look")
        yield handle, deaths
        await as_its_history_says(handle, house)
        assert deaths.written, "a turn was lost"


@pytest.mark.parametrize(("version", "waits", "refused"), [(4, "next", "requirements_open"), (5, "last", None)])
async def test_who_did_what_the_lost_turn_had_shown_is_not_refused(
    temporal_client: Client,
    task_queue: str,
    monkeypatch: pytest.MonkeyPatch,
    version: int,
    waits: str,
    refused: str | None,
) -> None:
    """The task after the effect was on the list, and is completed; the run hears of that before the effect's answer.

    Before version five that was refused, in clear words: the alarm.
    """
    house = House(temporal_client, task_queue, interpreter=version)
    async with a_lost_turn(house, monkeypatch, "complete", step="next") as (handle, deaths):
        await house.told(handle.id, lambda events: any(row.get("command") == deaths.command["id"] for row in events))
        await house.until(handle, lambda view: view["current"] == [waits])
        answer = (await house.verdict(handle, deaths.command["id"]))["command"]
        assert (answer["outcome"], (answer["refusal"] or {}).get("code")) == (
            "refused" if refused else "applied", refused,
        )  # fmt: skip
        assert house.world.calls == ["o1"]
    await handle.terminate()


async def test_what_happened_first_the_second_time_stands(
    temporal_client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is aborted meanwhile: that comes before the effect's answer now, and the record says so."""
    house = House(temporal_client, task_queue)
    async with a_lost_turn(house, monkeypatch, "abort", text="enough") as (handle, deaths):
        assert (await handle.result())["status"] == "aborted"
    told = house.ledger.events[handle.id]
    gone = [row for row in deaths.written if row not in told]
    assert "step_done" in {row["type"] for row in gone}
    assert "run_aborted" in {row["type"] for row in told}


@pytest.mark.parametrize("version", [4, 5])
async def test_nobody_waits_for_what_nothing_can_make_possible(
    temporal_client: Client, task_queue: str, version: int
) -> None:
    """Without anything under way a command that is too early is refused at once, by every version."""
    house = House(temporal_client, task_queue, interpreter=version)
    async with house.worker():
        handle = await house.start(document([task("look"), task("next")]))
        answer = await house.give(handle, "complete", step="next")
        assert answer["command"]["refusal"]["code"] == "requirements_open"
        history = await handle.fetch_history()
        assert not [e for e in history.events if e.HasField("timer_started_event_attributes")]
        await handle.terminate()


async def test_a_run_that_ends_meanwhile_refuses_what_it_had_put_off(temporal_client: Client, task_queue: str) -> None:
    """The effect's answer ends the run while a command waits: it gets its word, and the run its end."""
    house = House(temporal_client, task_queue)
    async with house.worker():
        handle = await house.start(document([task("look"), act("slow", "test.slow"), task("next")]))
        await house.give(handle, "complete", step="look")
        early = {"id": uuid.uuid4().hex, "type": "complete", "step": "next"}
        stop = {"id": uuid.uuid4().hex, "type": "abort", "text": "enough"}
        for name, command in (("complete_step", early), ("abort", stop)):
            await handle.signal(name, house.envelope(handle.id, command))
        assert (await handle.result())["status"] == "aborted"
    said = {row["command"]: row for row in house.ledger.events[handle.id] if row.get("command")}
    assert said[early["id"]]["type"] == "command_refused"
    assert said[early["id"]]["data"]["code"] in ("run_closed", "step_not_ready")
    await replayer().replay_workflow(await handle.fetch_history())
