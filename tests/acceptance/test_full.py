"""No disk takes another byte: what cannot be stored is not taken, what is shown is shown, and then all goes on."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.acceptance.house import Parts, Program, step
from tests.acceptance.test_survival import NEXT, TASK, all_wait, document, pay, within

TAKEN = [(200, "applied"), (202, "received")]
PAID = document("full", TASK, pay("slow", "acceptance.pay_slowly"), NEXT)


@contextmanager
def full(*programs: Program) -> Iterator[None]:
    """As long as this lasts no file of these programs takes a byte: database, blobs, and the log that tells of it."""
    pids = [program.process.pid for program in programs if program.process is not None]
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    for pid, (_, most) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def complete(house: Parts, run: str) -> tuple[int, Any]:
    """Under an id of its own, so that asked again it counts once."""
    body = {"id": f"{run}-look", "type": "complete", "step": "look"}
    return house.call("ann", "POST", f"/v1/runs/{run}/commands", body)


def test_the_disk_of_the_api_is_full(parts: Parts) -> None:
    parts.publish(PAID)
    run = parts.start("ann", "full")["id"]
    with full(parts.api):
        for _ in range(3):
            status, told = complete(parts, run)
            assert (status, told["code"]) == (503, "unavailable"), told
        status, told = parts.call("ann", "POST", "/v1/runs", {"definition": "full"})
        assert (status, told["code"]) == (503, "unavailable"), told
        assert parts.run(run)["current"] == ["look"], "what is known is told"
        told_until = parts.api.log.stat().st_size
    status, told = complete(parts, run)
    assert (status, told["outcome"]) in TAKEN, told
    parts.until(run, lambda view: view["current"] == ["next"])
    assert [event.get("command") for event in parts.events(run)].count(f"{run}-look") == 1
    within(10, lambda: parts.api.log.stat().st_size > told_until)


def test_the_disk_of_the_worker_is_full(parts: Parts) -> None:
    """The step has not begun as long as it cannot be written down that it does, and then is done once."""
    parts.publish(PAID)
    world, run = Path(parts.env["HOLDFAST_TEST_WORLD"]), parts.start("ann", "full")["id"]
    with full(parts.worker):
        status, told = complete(parts, run)
        assert (status, told["outcome"]) in TAKEN, told
        time.sleep(8)
        assert not all_wait(world, [f"{run}_"])
    view = parts.until(run, lambda v: v["current"] == ["next"], 60)
    (deed,) = [path for path in world.glob(f"{run}_*") if path.suffix != ".waiting"]
    assert (step(view, "slow")["status"], deed.read_text()) == ("done", "paid\n")
