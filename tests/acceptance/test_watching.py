"""What somebody who looks after an installation sees: log lines by trace id, and the run in Temporal's own UI."""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecution
from temporalio.common import SearchAttributeKey

from tests.acceptance.house import Whole, step
from tests.acceptance.test_stories import REFUND
from tests.support.browser import CHROMIUM, chromium
from tests.support.processes import until

WATCHED = {**REFUND, "key": "watched-refund"}


@pytest.fixture(scope="module")
def refund(whole: Whole) -> dict[str, Any]:
    """A refund of o2 that waits for lea."""
    whole.publish(WATCHED)
    run = whole.start("ann", WATCHED["key"], record="o2", assign={"approve": {"users": ["lea"]}})
    return whole.until(run["id"], lambda view: view["current"] == ["approve"])


def written(log: Path) -> list[str]:
    """The lines of a log that are there as a whole: the last one may be on its way."""
    return log.read_text().rpartition("\n")[0].splitlines()


def lines(folder: Path, trace: str) -> dict[str, list[dict[str, Any]]]:
    """The lines of each process that carry a trace id, oldest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(folder.glob("*.log")):
        rows = [json.loads(line) for line in written(file) if trace in line]
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
    assert until(lambda: "request" in str(lines(folder, trace)["api"]), 20)
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
    folder = whole.home / "log"

    def traces(event: str) -> set[str]:
        worker = (json.loads(line) for line in written(folder / "worker.log"))
        return {row.get("trace", "") for row in worker if row.get("run") == refund["id"] and row["event"] == event}

    # Lines gather before they are written: those of the API after the answer, those of the worker after what they tell.
    assert until(lambda: traces("effect_done"), 20)
    (trace,) = traces("run_started")
    said = lambda: [row["event"] for row in lines(folder, trace)["api"]]  # noqa: E731
    assert until(lambda: said() == ["run started", "request"], 20), said()
    assert step(refund, "order")["status"] == "done"
    assert trace in traces("effect_done")


async def the_run(client: Client, run: str) -> list[WorkflowExecution]:
    """What a visibility query finds that asks as people do: by definition, record and whom it waits for."""
    query = "HoldfastDefinition = 'watched-refund' AND HoldfastRecord = 'o2' AND HoldfastWaitingFor = 'approve'"
    for _ in range(200):
        found = [row async for row in client.list_workflows(query) if row.id == run]
        if found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("never visible")


async def test_temporals_own_client_tells_what_the_run_is_and_what_it_waits_for(
    whole: Whole, refund: dict[str, Any]
) -> None:
    client = await Client.connect(f"127.0.0.1:{whole.ports['TEMPORAL_PORT']}")
    handle = client.get_workflow_handle(refund["id"])
    found = await handle.describe()
    assert (found.workflow_type, await found.static_summary()) == ("watched-refund", "Customer refund · o2")
    attributes = found.typed_search_attributes
    assert attributes[SearchAttributeKey.for_keyword("HoldfastDefinition")] == "watched-refund"
    assert attributes[SearchAttributeKey.for_int("HoldfastVersion")] == 1
    assert attributes[SearchAttributeKey.for_keyword("HoldfastRecord")] == "o2"
    assert attributes[SearchAttributeKey.for_keyword("HoldfastStatus")] == "waiting"
    assert attributes[SearchAttributeKey.for_keyword_list("HoldfastWaitingFor")] == ["approve"]
    metadata = await handle.query("__temporal_workflow_metadata")
    assert metadata.current_details == "**Approve the refund** (`approve#1`): ready, for lea"
    assert [row.id for row in await the_run(client, refund["id"])] == [refund["id"]]
    history = await handle.fetch_history()
    begun = history.events[0].workflow_execution_started_event_attributes.search_attributes.indexed_fields
    assert set(begun) == {"HoldfastDefinition", "HoldfastVersion", "HoldfastRecord", "HoldfastStatus"}
    summaries = [
        json.loads(event.user_metadata.summary.data) for event in history.events if event.HasField("user_metadata")
    ]
    assert summaries[:2] == ["Customer refund · o2", "Load the order · order#1"]


async def test_a_timer_says_which_step_waits(whole: Whole) -> None:
    rest = {"id": "rest", "kind": "wait", "title": "Let it rest", "for": "30 days"}
    whole.publish({"holdfast": 1, "key": "watched-wait", "name": "Wait", "steps": [rest]})
    run = whole.start("ann", "watched-wait")["id"]
    whole.until(run, lambda view: view["current"] == ["rest"])
    client = await Client.connect(f"127.0.0.1:{whole.ports['TEMPORAL_PORT']}")
    events = (await client.get_workflow_handle(run).fetch_history()).events
    (timer,) = [event for event in events if event.HasField("timer_started_event_attributes")]
    assert json.loads(timer.user_metadata.summary.data) == "Let it rest · rest#1"


@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here: apt-get install chromium")
def test_the_runs_page_in_temporals_ui_shows_title_step_and_person(whole: Whole, refund: dict[str, Any]) -> None:
    url = f"http://127.0.0.1:{whole.ports['TEMPORAL_UI_PORT']}/namespaces/default/workflows/{refund['id']}"
    with chromium() as page:
        page.open(url)
        page.until("watched-refund", "Load the order · order#1")
        page.open(str(page.script("location.href")).replace("/timeline", "/user-metadata"))
        page.until("Customer refund · o2", "Approve the refund (approve#1): ready, for lea")
        page.open(str(page.script("location.href")).replace("/user-metadata", "/search-attributes"))
        page.until("HoldfastWaitingFor", "approve", "HoldfastRecord", "o2")
