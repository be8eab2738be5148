"""What somebody who looks after an installation sees: log lines by trace id, and the run in Temporal's own UI."""

from __future__ import annotations

import json
import secrets
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.house import Whole, step
from tests.acceptance.test_stories import REFUND
from tests.support.processes import until

WATCHED = {**REFUND, "key": "watched-refund"}


@pytest.fixture(scope="module")
def refund(whole: Whole) -> dict[str, Any]:
    """A refund of o2 that waits for a lead."""
    whole.publish(WATCHED)
    run = whole.start("ann", WATCHED["key"], record="o2")
    return whole.until(run["id"], lambda view: view["current"] == ["approve"])


def lines(folder: Path, trace: str) -> dict[str, list[dict[str, Any]]]:
    """The lines of each process that carry a trace id, oldest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(folder.glob("*.log")):
        rows = [json.loads(line) for line in file.read_text().splitlines() if trace in line]
        found[file.stem] = [row for row in rows if row.get("trace") == trace]
    return found


def test_one_completion_is_followed_through_api_worker_and_activities(whole: Whole) -> None:
    whole.publish({**WATCHED, "key": "traced-refund"})
    run = whole.start("ann", "traced-refund", record="o2")["id"]
    whole.until(run, lambda view: view["current"] == ["approve"])
    trace = secrets.token_hex(16)
    status, answer = whole.call(
        "lea",
        "POST",
        f"/v1/runs/{run}/commands",
        {"id": uuid.uuid4().hex, "type": "complete", "step": "approve", "choice": "grant"},
        {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"},
    )
    assert status == 200, answer
    whole.until(run, lambda view: view["status"] == "completed")
    folder = whole.home / "log"
    assert until(lambda: "run_completed" in str(lines(folder, trace)["worker"]), 20)
    found = lines(folder, trace)
    assert [row["event"] for row in found["api"]] == ["command", "request"]
    decided = [row for row in found["worker"] if row["logger"] == "holdfast.run"]
    assert (
        decided[0] | {"event": "step_done", "step": "approve", "execution": "approve#1", "actor": "lea"} == decided[0]
    )
    assert {row["step"] for row in decided if "step" in row} == {"approve", "pay", "tell", "close"}
    acted = [row for row in found["worker"] if row["logger"] == "holdfast.effects"]
    assert [row["action"] for row in acted if row["event"] == "effect_done"] == [
        "demo.refund",
        "email.send",
        "holdfast.update_data",
    ]
    assert all(row["run"] == run for rows in found.values() for row in rows if row["event"] != "request")


def test_a_start_is_followed_as_well(whole: Whole, refund: dict[str, Any]) -> None:
    worker = [json.loads(line) for line in (whole.home / "log" / "worker.log").read_text().splitlines()]
    ours = [row for row in worker if row.get("run") == refund["id"]]
    (trace,) = {row["trace"] for row in ours if row["event"] == "run_started"}
    assert [row["event"] for row in lines(whole.home / "log", trace)["api"]] == ["run started", "request"]
    assert step(refund, "order")["status"] == "done"
    assert trace in {row.get("trace") for row in ours if row["event"] == "effect_done"}
