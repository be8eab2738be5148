"""Two threads are never in one run: a turn that was given up for its length does not make its run deaf."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from temporalio.client import Client

from activities.testing import InMemoryLedger
from tests.workers.house import House
from tests.workers.test_run import CHOOSE, TASK, document
from workers import inbox, turns
from workers.turns import OneTurnAtATime

STALL = 3.0
"""Seconds; after two the SDK gives a turn up."""


class Counted:
    """Notes how many threads are in it at once."""

    def __init__(self) -> None:
        self.inside = self.most = 0
        self._lock = threading.Lock()

    def stay(self, seconds: float) -> int:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(seconds)
        with self._lock:
            self.inside -= 1
        return self.most


def most_at_once(executor: ThreadPoolExecutor) -> int:
    """Of ten calls on one object."""
    run = Counted()
    for answer in [executor.submit(run.stay, 0.02) for _ in range(10)]:
        answer.result()
    executor.shutdown()
    return run.most


def test_calls_on_one_object_follow_each_other() -> None:
    assert most_at_once(OneTurnAtATime()) == 1
    assert most_at_once(ThreadPoolExecutor(10)) > 1  # else the counter could not tell


def test_calls_on_others_run_beside_it_and_errors_hold_nothing_up() -> None:
    executor, met = OneTurnAtATime(), threading.Barrier(2)

    class Run:
        def meet(self) -> None:
            met.wait(10)

        def fail(self) -> None:
            raise ValueError("no")

    one, other = Run(), Run()
    with pytest.raises(ValueError, match="no"):
        executor.submit(one.fail).result(10)
    for answer in (executor.submit(one.meet), executor.submit(other.meet)):
        answer.result(10)
    executor.shutdown()


def test_who_waits_for_a_turn_that_hangs_keeps_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.1)
    executor, ends = OneTurnAtATime(), threading.Event()

    class Run:
        def hang(self) -> bool:
            return ends.wait(20)

        def leave(self) -> str:
            return "left"

    run = Run()
    hanging = executor.submit(run.hang)
    with pytest.raises(TimeoutError, match="has not ended"):
        executor.submit(run.leave).result(10)
    ends.set()
    assert hanging.result(10) and executor.submit(run.leave).result(10) == "left"
    executor.shutdown()


async def test_a_run_whose_turn_was_given_up_goes_on(
    temporal_client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As where a machine slept in the middle of a turn with several signals."""
    checked: Callable[..., bool] = inbox._sealed_by
    calls = itertools.count(1)

    def slow(*sealed: Any) -> bool:
        if next(calls) == 3:
            time.sleep(STALL)
        return checked(*sealed)

    monkeypatch.setattr(inbox, "_sealed_by", slow)
    house = House(temporal_client, task_queue)
    written = listening(monkeypatch)
    handle = await house.start(document([TASK, CHOOSE]))
    for number in range(8):  # before there is a worker, so that one turn has all of them
        command = {"id": f"n{number}", "type": "complete", "step": "look", "output": {}}
        await handle.signal("complete_step", house.envelope(handle.id, command))
    async with house.worker():
        await house.told(handle.id, lambda events: len(events) == 10)
        await house.until(handle, lambda view: view["seq"] == 10)
    assert "[TMPRL1101]" in caplog.text, "no turn was given up: this test shows nothing"
    judged = [row["command"] for row in house.ledger.events[handle.id] if "command" in row]
    assert judged == [f"n{number}" for number in range(8)]
    assert judged == [row["command"] for row in written if "command" in row], "a turn that was given up has written"


def listening(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every event that is written from now on, as often as it is."""
    written: list[dict[str, Any]] = []
    append = InMemoryLedger.append

    async def noted(self: InMemoryLedger, run: str, events: Any, *rest: Any, **more: Any) -> Any:
        written.extend(events)
        return await append(self, run, events, *rest, **more)

    monkeypatch.setattr(InMemoryLedger, "append", noted)
    return written
