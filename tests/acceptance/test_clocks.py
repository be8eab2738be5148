"""A worker's machine has another day than the others: what happens when is not said by it."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from definitions.times import parse_instant
from tests.acceptance.house import Parts, step
from tests.acceptance.test_survival import NEXT, TASK, document, pay
from tests.support.clock import COMPILER, wrong_by

DAY = timedelta(days=1)
PAUSE = {"id": "pause", "kind": "wait", "title": "Pause", "for": "2 seconds"}
TIMED = document("timed", TASK, PAUSE, pay("slow", "acceptance.pay_slowly"), NEXT | {"due": {"in": "24 hours"}})


@contextmanager
def worker_elsewhen(house: Parts, by: timedelta, folder: Path) -> Iterator[None]:
    """The worker lives by another clock."""
    house.worker.end(signal.SIGTERM)
    house.worker.env = house.env | wrong_by(int(by.total_seconds()), folder)
    house.start_worker()
    try:
        yield
    finally:
        house.worker.end(signal.SIGTERM)
        house.worker.env = house.env
        house.start_worker()


def last_said(house: Parts) -> datetime:
    """When the worker says that it said its last line."""
    return parse_instant(json.loads(house.worker.tail().splitlines()[-1])["at"])


@pytest.mark.skipif(COMPILER is None, reason="no C compiler here, by which a program gets another clock")
@pytest.mark.parametrize("by", [DAY, -DAY], ids=["a day ahead", "a day behind"])
def test_a_worker_under_another_clock(parts: Parts, tmp_path: Path, by: timedelta) -> None:
    """Timers fire once and in time, what is due is due by everybody's calendar, the record is in order and replays."""
    parts.publish(TIMED)
    begun = datetime.now(UTC)
    with worker_elsewhen(parts, by, tmp_path):
        run = parts.start("ann", "timed")["id"]
        assert parts.command("ann", run, "complete", step="look")[0] == 200
        view = parts.until(run, lambda v: v["current"] == ["next"])
        assert abs(last_said(parts) - begun - by) < DAY / 2, "its clock is another one"
    ended = datetime.now(UTC)
    events = parts.events(run)
    times = [parse_instant(event["at"]) for event in events]
    assert begun - timedelta(seconds=5) <= min(times) and max(times) <= ended + timedelta(seconds=5)
    assert times == sorted(times)
    done = [event["step"] for event in events if event["type"] == "step_done"]
    assert done == ["look", "pause", "slow"]
    assert begun + DAY - timedelta(seconds=5) <= parse_instant(step(view, "next")["due"]) <= ended + DAY
    status, proof = parts.call("lea", "POST", f"/v1/runs/{run}/verify")
    assert (status, proof["replays"], proof["chain"]) == (200, True, True), proof
