"""One part goes, told to or not, while there is traffic: what was under way ends once, what was promised is there."""

from __future__ import annotations

import signal
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests.acceptance.house import Parts, step
from tests.acceptance.test_survival import NEXT, TASK, all_wait, document, pay, within

RUNS = 24


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[list[BaseException]]:
    """While this lasts, the work goes on in a thread of its own; at the end it must have come to its end."""
    failed: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=guarded, daemon=True)
    thread.start()
    yield failed
    thread.join(120)
    assert not thread.is_alive() and not failed, failed


def insisting(house: Parts, path: str, body: dict[str, Any], key: str | None = None) -> tuple[int, Any]:
    """What a call gives in the end: asked again while nobody answers or the answer is to try again."""
    deadline = time.monotonic() + 60
    while True:
        try:
            status, answer = house.call("ann", "POST", path, body, {"Idempotency-Key": key} if key else None)
            if status != 503:
                return status, answer
        except (OSError, urllib.error.URLError):
            pass
        assert time.monotonic() < deadline, (path, body)
        time.sleep(0.05)


def test_a_worker_that_is_told_to_stop_lets_an_effect_end(parts: Parts) -> None:
    """A deploy: what takes four seconds, and must not be done twice, is done and known to be."""
    parts.publish(document("slowly", pay("slow", "acceptance.pay_slowly"), NEXT))
    world, run = Path(parts.env["HOLDFAST_TEST_WORLD"]), parts.start("ann", "slowly")["id"]
    within(20, partial(all_wait, world, [f"{run}_"]))
    assert parts.worker.end(signal.SIGTERM) == 0, parts.worker.tail()
    (deed,) = [path for path in world.glob(f"{run}_*") if path.suffix != ".waiting"]
    assert deed.read_text() == "paid\n", "it ended before the worker did"
    parts.start_worker()
    view = parts.until(run, lambda v: v["current"] == ["next"])
    assert (step(view, "slow")["status"], step(view, "slow")["output"]["done"]) == ("done", 1)
    assert deed.read_text() == "paid\n"


def test_the_api_is_killed_while_runs_begin(parts: Parts) -> None:
    """Whoever asks again under the same key gets the run that was begun, or one that is; each of them goes on."""
    parts.publish(document("begun", TASK))
    begun: dict[str, str] = {}

    def start_them() -> None:
        for n in range(RUNS):
            status, answer = insisting(parts, "/v1/runs", {"definition": "begun"}, f"begun-{n}")
            assert status in (200, 201), answer
            begun[f"begun-{n}"] = answer["id"]

    with beside(start_them) as failed:
        for killed in range(1, 4):
            within(60, lambda wanted=killed * RUNS // 4: len(begun) >= wanted or failed)
            parts.api.end(signal.SIGKILL)
            parts.start_api()
    status, listed = parts.call("lea", "GET", "/v1/runs?definition=begun&limit=200")
    assert status == 200 and sorted(run["id"] for run in listed["items"]) == sorted(begun.values())
    for run in begun.values():
        parts.until(run, lambda view: view["current"] == ["look"])


def test_temporal_is_killed_six_times_amid_traffic(parts: Parts) -> None:
    """Runs are begun and go on all the while: each command counts once, in the end."""
    parts.publish(document("amid", TASK, NEXT))
    runs: list[str] = []
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            status, answer = insisting(parts, "/v1/runs", {"definition": "amid"}, f"amid-{len(runs)}")
            assert status in (200, 201, 202), answer
            runs.append(answer["id"])
            for name in ("look", "next"):
                body = {"id": f"{answer['id']}-{name}", "type": "complete", "step": name}
                status, told = insisting(parts, f"/v1/runs/{answer['id']}/commands", body)
                assert status in (200, 202), told

    with beside(go_on) as failed:
        for _ in range(6):
            before = len(runs)
            within(60, lambda seen=before: len(runs) > seen or failed)
            parts.temporal.kill()
            parts.temporal.start()
        over.set()
    assert len(runs) >= 6
    for run in runs:
        parts.until(run, lambda view: view["status"] == "completed", 60)
        given = [event["command"] for event in parts.events(run) if "command" in event]
        assert sorted(given) == [f"{run}-look", f"{run}-next"]
