"""The worker is killed again and again while a run starts its children: each is begun once, and all are heard."""

from __future__ import annotations

import signal
import time
from typing import Any

import pytest

from tests.acceptance.house import Parts, step

CHILDREN = 60
SMALL = {
    "holdfast": 1,
    "key": "family-small",
    "name": "Small",
    "inputs": [{"id": "n", "type": "integer"}],
    "steps": [
        {"id": "pause", "kind": "wait", "title": "Pause", "for": "1 seconds"},
        {"id": "end", "kind": "end", "outcome": "= inputs.n"},
    ],
}
LARGE = {
    "holdfast": 1,
    "key": "family-large",
    "name": "Large",
    "inputs": [{"id": "people", "type": "table", "fields": [{"id": "n", "type": "integer"}]}],
    "steps": [
        {
            "id": "call",
            "kind": "workflow",
            "title": "Call",
            "definition": "family-small",
            "each": "= inputs.people",
            "inputs": {"n": "= item.n"},
            "at_once": 10,
        },
        {"id": "last", "kind": "task", "title": "Last"},
    ],
}


def done(parts: Parts, run: str) -> int:
    """How many children have told their parent that they ended."""
    children: dict[str, Any] = step(parts.run(run), "call")["children"] or {}
    return int(children.get("done", 0))


@pytest.mark.timeout(400)
def test_the_worker_is_killed_while_children_are_started(parts: Parts) -> None:
    parts.publish(SMALL)
    parts.publish(LARGE)
    people = [{"n": number} for number in range(1, CHILDREN + 1)]
    run = parts.start("lea", "family-large", inputs={"people": people})["id"]
    for reached in (5, 20, 40):
        deadline = time.monotonic() + 90
        while done(parts, run) < reached:
            assert time.monotonic() < deadline, reached
            time.sleep(0.1)
        parts.worker.end(signal.SIGKILL)
        parts.start_worker()
    view = parts.until(run, lambda v: v["current"] == ["last"], 120)
    output = step(view, "call")["output"]
    assert (output["total"], output["done"], output["aborted"]) == (CHILDREN, CHILDREN, 0)
    assert [row["outcome"] for row in output["runs"]] == list(range(1, CHILDREN + 1))
    status, found = parts.call("lea", "GET", "/v1/runs?definition=family-small&limit=200")
    assert status == 200 and len(found["items"]) == CHILDREN
    assert {row["status"] for row in found["items"]} == {"completed"}
