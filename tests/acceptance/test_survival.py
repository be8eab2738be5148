"""Things are taken away with SIGKILL, and nothing that was acknowledged is lost or done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from holdfast.temporal_server import temporal_binary
from tests.acceptance.house import Parts, Whole, step

TASK = {"id": "look", "kind": "task", "title": "Look"}
NEXT = {"id": "next", "kind": "task", "title": "Next"}


def document(key: str, *steps: dict[str, Any]) -> dict[str, Any]:
    return {"holdfast": 1, "key": key, "name": key, "steps": list(steps)}


def pay(name: str, action: str) -> dict[str, Any]:
    values = {"order": "o1"}
    return {"id": name, "kind": "action", "title": "Pay", "action": action, "execute": "automatic", "with": values}


def within(seconds: float, holds: Any) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Whole]:
    """A `holdfast run` that a test may kill."""
    house = Whole(tmp_path / "home")
    house.start_up()
    yield house
    if house.program.process is not None:
        house.program.end(signal.SIGTERM)


@pytest.mark.server
def test_everything_killed_in_mid_run_and_started_again(alone: Whole) -> None:
    wait = {"id": "pause", "kind": "wait", "title": "Pause", "for": "4 seconds"}
    alone.publish(document("story-kill", TASK, wait, NEXT))
    run = alone.start("ann", "story-kill")["id"]
    assert alone.command("ann", run, "complete", step="look")[0] == 200
    other = alone.start("ann", "story-kill")["id"]
    assert alone.command("ann", other, "complete", step="look")[0] == 200
    assert alone.command("ann", other, "save", reason="Lunch")[0] == 200
    alone.program.end(signal.SIGKILL)
    within(10, lambda: all(not listening(port) for port in alone.ports.values()))
    alone.start_up()
    view = alone.until(run, lambda v: v["current"] == ["next"])
    assert step(view, "look")["ended_by"] == "ann"
    somebody_else_resumes(alone, other)
    status, answer = alone.command("ann", run, "complete", step="next")
    assert status == 200 and answer["run"]["status"] == "completed"


def somebody_else_resumes(house: Whole, run: str) -> None:
    """A run saved by ann before everything was killed: ben resumes it, holds it, and goes on where she was."""
    assert house.run(run)["status"] == "saved"
    status, answer = house.command("ben", run, "resume")
    assert (status, answer["run"]["holder"]) == (200, "ben"), answer
    view = house.until(run, lambda v: v["current"] == ["next"])
    assert step(view, "look")["ended_by"] == "ann"


def listening(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def all_wait(world: Path, runs: list[str]) -> bool:
    """Whether each run's payment has been made and stands before its answer."""
    waiting = [path.name for path in world.glob("*.waiting")]
    return all(any(name.startswith(run) for name in waiting) for run in runs)


@pytest.mark.timeout(400)
def test_fifty_kills_between_the_deed_and_its_answer(parts: Parts) -> None:
    """25 payments that may be repeated under their key, 25 that may not; the worker is killed in the middle of each."""
    parts.publish(document("safely", pay("safe", "acceptance.pay_safely")))
    parts.publish(document("once", pay("once", "acceptance.pay_once")))
    world = Path(parts.env["HOLDFAST_TEST_WORLD"])
    runs: list[tuple[str, str]] = []
    for _ in range(5):
        runs += [(kind, parts.start("ann", kind)["id"]) for kind in ("safely", "once") for _ in range(5)]
        begun = [f"{run}_" for _, run in runs]
        within(40, partial(all_wait, world, begun))
        parts.worker.end(signal.SIGKILL)
        parts.start_worker()
    assert len(runs) == 50
    for kind, run in runs:
        if kind == "safely":
            view = parts.until(run, lambda v: v["status"] == "completed", 60)
            assert step(view, "safe")["output"]["done"] == 1
        else:
            view = parts.until(run, lambda v: v["attention"], 60)
            assert step(view, "once")["attention"]["reason"] == "interrupted"
    deeds = [path for path in world.iterdir() if path.suffix != ".waiting"]
    assert len(deeds) == 50 and all(path.read_text() == "paid\n" for path in deeds)


def test_a_worker_that_freezes_again_and_again(parts: Parts) -> None:
    """Longer than a turn may take, wherever it is: what it was about is neither lost nor done twice."""
    wide = [{"id": f"load{n}", "kind": "get_data", "fields": ["total"], "after": []} for n in range(12)]
    last = {"id": "close", "kind": "task", "title": "Close", "after": [each["id"] for each in wide]}
    about_orders = {"record": "demo.orders", "start": {"one_per_record": False}}
    parts.publish({**document("frozen", *wide, last), **about_orders})
    assert parts.worker.process is not None
    runs: list[str] = []
    for _ in range(3):
        runs += [parts.start("ann", "frozen", record="o1")["id"] for _ in range(5)]
        parts.worker.process.send_signal(signal.SIGSTOP)
        time.sleep(3)
        parts.worker.process.send_signal(signal.SIGCONT)
    for run in runs:
        parts.until(run, lambda view: view["current"] == ["close"])
        done = [event["execution"] for event in parts.events(run) if event["type"] == "step_done"]
        assert sorted(done) == sorted(f"{each['id']}#1" for each in wide)


def test_a_completion_given_while_the_workers_are_away(parts: Parts) -> None:
    parts.publish(document("story", TASK, NEXT))
    run = parts.start("ann", "story")["id"]
    parts.worker.end(signal.SIGTERM)
    body = {"id": "offline-1", "type": "complete", "step": "look"}
    status, answer = parts.call("ann", "POST", f"/v1/runs/{run}/commands", body)
    assert (status, answer["outcome"]) == (202, "received")
    parts.start_worker()
    view = parts.until(run, lambda v: v["current"] == ["next"])
    assert step(view, "look")["ended_by"] == "ann"
    assert [event.get("command") for event in parts.events(run)].count("offline-1") == 1
    assert parts.call("ann", "GET", "/v1/commands/offline-1")[1]["outcome"] == "applied"


def test_a_completion_given_while_temporal_is_away(parts: Parts) -> None:
    parts.publish(document("story", TASK, NEXT))
    run = parts.start("ann", "story")["id"]
    parts.temporal.kill()
    body = {"id": "offline-2", "type": "complete", "step": "look"}
    status, answer = parts.call("ann", "POST", f"/v1/runs/{run}/commands", body)
    assert (status, answer["outcome"]) == (202, "received")
    assert parts.run(run)["current"] == ["look"]
    parts.temporal.start()
    parts.until(run, lambda v: v["current"] == ["next"])
    assert [event.get("command") for event in parts.events(run)].count("offline-2") == 1


def test_the_same_command_ten_times_at_once(parts: Parts) -> None:
    parts.publish(document("story", TASK, NEXT))
    run = parts.start("ann", "story")["id"]
    body = {"id": "same", "type": "complete", "step": "look"}
    answers: list[tuple[int, Any]] = []

    def send() -> None:
        answers.append(parts.call("ann", "POST", f"/v1/runs/{run}/commands", body))

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [status for status, _ in answers] == [200] * 10
    assert {answer["outcome"] for _, answer in answers} == {"applied"}
    assert [event.get("command") for event in parts.events(run)].count("same") == 1


def test_temporals_own_command_line_completes_a_step_and_garbage_is_refused(parts: Parts) -> None:
    parts.publish(document("story", TASK, NEXT))
    run = parts.start("ann", "story")["id"]

    def signal_run(name: str, payload: str) -> None:
        argv = [temporal_binary(), "workflow", "signal", "--address", parts.temporal.address]
        argv += ["--workflow-id", run, "--name", name, "--input", payload]
        subprocess.run(argv, check=True, capture_output=True, timeout=60, env=dict(os.environ))

    signal_run("complete_step", '{"step": "look", "execution": "look#7"}')
    signal_run("complete_step", '["garbage"]')
    signal_run("sing", '{"la": true}')
    signal_run("complete_step", '{"step": "look"}')
    view = parts.until(run, lambda v: v["current"] == ["next"])
    assert step(view, "look")["ended_by"] == "temporal-cli"
    refused = [event["data"]["code"] for event in parts.events(run) if event["type"] == "command_refused"]
    assert refused == ["stale_execution", "malformed", "unknown_signal"]
