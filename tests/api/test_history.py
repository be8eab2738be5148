"""Temporal's history of a run: for those who may read its log, and there when Temporal has forgotten it."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from api.recordkeeping import Recordkeeping
from tests.api.documents import two_steps
from tests.api.world import World
from workers.run import Run
from workers.worker import sandbox


def record(world: World) -> Recordkeeping:
    """The parts that keep the record."""
    found = world.app.state.house.record
    assert isinstance(found, Recordkeeping)
    return found


async def ended(world: World) -> str:
    """A run of ann's that was done to its end."""
    document = two_steps()
    await world.publish(document)
    run = await world.start("ann", document["key"])
    assert (await world.command("ann", run["id"], "complete", step="a", output={"n": 1})).status_code == 200
    done = await world.command("ann", run["id"], "complete", step="b", choice="y")
    assert (done.status_code, done.json()["run"]["status"]) == (200, "completed"), done.text
    return str(run["id"])


async def archived(world: World, run: str) -> dict[str, Any]:
    """The run's row of the archive once everything of it is stored; at most 20 s."""
    for _ in range(100):
        row = next((row for row in await world.rows("archive") if row["run"] == run), None)
        if row is not None and row["due_at"] is None:
            return row
        await asyncio.sleep(0.2)
    raise AssertionError(f"not archived: {row}")


async def forget(world: World, run: str) -> None:
    """Delete a run in Temporal, as the end of its retention does; the server takes its time (half a minute)."""
    asked = DeleteWorkflowExecutionRequest(namespace="default", workflow_execution=WorkflowExecution(workflow_id=run))
    await world.temporal.workflow_service.delete_workflow_execution(asked)
    for _ in range(240):
        if (await record(world).archive.known(run)).lost:
            return
        await asyncio.sleep(0.5)
    raise AssertionError("Temporal still knows it")


async def test_it_is_temporals_own_and_replays(world: World) -> None:
    run = await ended(world)
    found = await world.get("oda", f"/v1/runs/{run}/history")
    assert [piece["status"] for piece in found["pieces"]] == ["completed"]
    assert [event["eventType"] for event in (found["events"][0], found["events"][-1])] == [
        "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
        "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED",
    ]
    one = await world.get("oda", f"/v1/runs/{run}/history", piece=0)
    await Replayer(workflows=[Run], workflow_runner=sandbox()).replay_workflow(WorkflowHistory.from_json(run, one))


async def test_payloads_can_be_read(world: World) -> None:
    run = await ended(world)
    found = await world.get("oda", f"/v1/runs/{run}/history", payloads=True)
    started = found["events"][0]["workflowExecutionStartedEventAttributes"]
    assert started["input"]["payloads"][0]["run"] == run
    signals = [event.get("workflowExecutionSignaledEventAttributes") for event in found["events"]]
    given = [each["input"]["payloads"][0]["command"] for each in signals if each]
    assert [(each["type"], each["step"]) for each in given] == [("complete", "a"), ("complete", "b")]


async def test_who_may_not_read_the_log_of_a_run_may_not_read_its_history(world: World) -> None:
    run = await ended(world)
    path = f"/v1/runs/{run}/history"
    codes = {who: (await world.call(who, "GET", path)).status_code for who in ("ann", "ben", "lea", "vic", "cy")}
    assert codes == {"ann": 200, "ben": 403, "lea": 200, "vic": 403, "cy": 200}
    assert (await world.call("oda", "GET", "/v1/runs/nobody/history")).status_code == 404
    assert (await world.call("oda", "GET", f"{path}?piece=1")).status_code == 404


async def test_it_is_there_and_proves_the_run_when_temporal_has_forgotten_it(world: World) -> None:
    run = await ended(world)
    before = await world.get("oda", f"/v1/runs/{run}/history")
    assert [piece["stored"] for piece in before["pieces"]] == [False]
    await archived(world, run)
    await forget(world, run)
    after = await world.get("oda", f"/v1/runs/{run}/history")
    assert after["events"] == before["events"]
    assert [piece["stored"] for piece in after["pieces"]] == [True]
    proof = (await world.call("oda", "POST", f"/v1/runs/{run}/verify")).json()
    assert (proof["replays"], proof["chain"]) == (True, True)
    assert [problem["code"] for problem in proof["problems"]] == ["engine_lost"]
