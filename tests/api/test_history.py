"""Temporal's history of a run: for those who may read its log, and there when Temporal has forgotten it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHistory

from api.codec import Sealing
from api.history import readable
from api.recordkeeping import Recordkeeping
from tests.api.documents import two_steps
from tests.api.world import World, open_world
from workers.worker import replayer


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
    await world.temporal.workflow_service.delete_workflow_execution(asked, retry=True)
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
    await replayer().replay_workflow(WorkflowHistory.from_json(run, one))


async def test_payloads_can_be_read(world: World) -> None:
    run = await ended(world)
    found = await world.get("oda", f"/v1/runs/{run}/history", payloads=True)
    started = found["events"][0]["workflowExecutionStartedEventAttributes"]
    assert started["input"]["payloads"][0]["run"] == run
    signals = [event.get("workflowExecutionSignaledEventAttributes") for event in found["events"]]
    given = [each["input"]["payloads"][0]["command"] for each in signals if each]
    assert [(each["type"], each["step"]) for each in given] == [("complete", "a"), ("complete", "b")]


async def test_what_was_sealed_before_temporal_had_it_is_opened_and_other_bytes_stay() -> None:
    codec = Sealing([("one", bytes(32))])
    (sealed,) = await codec.encode([Payload(metadata={"encoding": b"json/plain"}, data=b'{"n": 1}')])
    event = {"eventId": "1", "input": {"payloads": [MessageToDict(sealed)]}}
    assert await readable(event, codec) == {"eventId": "1", "input": {"payloads": [{"n": 1}]}}
    assert await readable(event, Sealing([("two", bytes(32))])) == event
    assert await readable(event) == event


async def test_an_open_run_is_stored_when_it_has_rested_and_again_when_there_is_more(
    tmp_path: Path, temporal_client: Client
) -> None:
    async with open_world(tmp_path, temporal_client, archive_rest=0.1) as house:
        house.work()
        document = two_steps()
        await house.publish(document)
        run = (await house.start("ann", document["key"]))["id"]
        first = (await archived(house, run))["seq"]
        (before,) = await house.rows("histories")
        assert (before["status"], first > 0) == ("running", True)
        assert (await house.command("ann", run, "complete", step="a", output={"n": 1})).status_code == 200
        for _ in range(100):
            if (await archived(house, run))["seq"] > first:
                break
            await asyncio.sleep(0.1)
        (after,) = await house.rows("histories")
        assert after["events"] > before["events"]
        assert after["sha256"] != before["sha256"]


async def test_a_run_that_continued_as_new_and_was_opened_again_has_a_history_of_several_pieces(world: World) -> None:
    """Each is Temporal's; together they say every event of the run."""
    run = await ended(world)
    assert (await world.command("lea", run, "reopen", reason="not yet")).status_code in (200, 202)
    await world.until("lea", run, status="waiting")
    for _ in range(100):
        found = await world.get("oda", f"/v1/runs/{run}/history")
        if len(found["pieces"]) == 2:
            break
        await asyncio.sleep(0.1)
    assert [piece["status"] for piece in found["pieces"]] == ["completed", "running"]
    second = await world.get("oda", f"/v1/runs/{run}/history", piece=1)
    assert second["events"][0]["eventId"] == "1"
    proof = (await world.call("oda", "POST", f"/v1/runs/{run}/verify")).json()
    assert (proof["replays"], proof["chain"], proof["problems"]) == (True, True, [])


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
