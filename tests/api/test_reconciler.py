"""Runs that somebody terminated, reset, deleted or lost in Temporal: found, said, and never begun anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest, ResetWorkflowExecutionRequest
from temporalio.client import Client

from api.engine import Gone, Unreachable
from api.engine_look import Look, Pending, status_name
from api.history import Event, Piece
from api.reconciling import Reconciler, Round, what_is_wrong
from api.store.ledger import SqlLedger
from api.store.tables import Row
from definitions.wire import ACTIVITY_RECORD
from tests.api.documents import two_steps
from tests.api.test_children import CALL, LAST, SMALL, child_of, large, step
from tests.api.test_history import record
from tests.api.world import World, open_world

EVENTS, RUNS, VERSIONS = (Row.metadata.tables[name] for name in ("events", "runs", "versions"))


@pytest.fixture
async def house(tmp_path: Path, temporal_client: Client) -> AsyncIterator[World]:
    """An installation of one's own: a round looks at every open run."""
    async with open_world(tmp_path, temporal_client) as world:
        world.work()
        yield world


async def begun(world: World, **top: Any) -> str:
    """An open run of ann's, with one step done."""
    document = two_steps(**top)
    await world.publish(document)
    run = await world.start("ann", document["key"])
    assert (await world.command("ann", run["id"], "complete", step="a", output={"n": 1})).status_code == 200
    return str(run["id"])


async def look(world: World, run: str) -> tuple[Round, str | None]:
    """A round, and the flag that everybody sees on the run then."""
    done = await record(world).reconciler.round()
    view = await world.get("ann", f"/v1/runs/{run}")
    listed = await world.get("ann", "/v1/runs", engine=True)
    assert (run in [row["id"] for row in listed["items"]]) == (view["engine"] is not None)
    return done, view["engine"] and view["engine"]["flag"]


async def said(world: World, run: str) -> list[dict[str, Any]]:
    """The events of a run."""
    return list((await world.get("lea", f"/v1/runs/{run}/events"))["items"])


async def test_what_is_in_order_is_not_flagged(house: World) -> None:
    run = await begun(house)
    done, flag = await look(house, run)
    assert (done.looked, done.flagged, flag) == (1, {}, None)


async def test_terminated_by_ops(house: World) -> None:
    run = await begun(house)
    await house.temporal.get_workflow_handle(run).terminate("an operator did it")
    done, flag = await look(house, run)
    assert (done.flagged, flag) == ({run: "terminated"}, "terminated")
    view = await house.get("ann", f"/v1/runs/{run}")
    assert "terminated by ops" in view["engine"]["message"]
    assert view["status"] == "waiting", "the record says what happened, and it did not end"
    again, _ = await look(house, run)
    assert again.flagged == {}, "said once"


async def test_whoever_waits_for_a_terminated_child_hears_of_it(house: World) -> None:
    """Once; and a person of the parent takes the step over, with which the run goes on."""
    await house.publish(SMALL)
    await house.publish(large(CALL, LAST))
    run = (await house.start("lea", "large"))["id"]
    child = await child_of(house, run)
    await house.temporal.get_workflow_handle(child).terminate("an operator did it")
    for _ in range(2):
        await record(house).reconciler.round()
    async with asyncio.timeout(20):
        while not (told := [event for event in await said(house, run) if event["type"] == "child_told"]):
            await asyncio.sleep(0.05)
    assert [event["data"]["status"] for event in told] == ["attention"]
    children = step(await house.get("lea", f"/v1/runs/{run}"), "call")["children"]
    assert (children["attention"], children["runs"][0]["run"]) == (1, child)
    done = await house.command("lea", run, "handle_manually", step="call", output={"status": "lost"})
    assert done.status_code == 200, done.text
    await house.until("lea", run, current=["last"])


async def test_deleted_by_ops_while_it_was_running(house: World) -> None:
    run = await begun(house)
    asked = DeleteWorkflowExecutionRequest(namespace="default", workflow_execution=WorkflowExecution(workflow_id=run))
    await house.temporal.workflow_service.delete_workflow_execution(asked, retry=True)
    found = None
    for _ in range(240):
        await house.store.transact(
            lambda connection: connection.execute(
                update(RUNS).where(RUNS.c.id == run).values(started_at="2026-01-01T00:00:00.000000Z")
            )
        )
        _, found = await look(house, run)
        if found == "engine_lost":
            break
        await asyncio.sleep(0.5)
    assert found == "engine_lost"
    refused = await house.command("ann", run, "complete", step="b", choice="x")
    assert refused.status_code in (202, 409)
    events = (await house.get("ann", f"/v1/runs/{run}/events"))["items"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1)), "the record is there"


async def test_reset_by_ops(house: World) -> None:
    """It goes on from an earlier point; signals are given to it again, effects are not repeated, the record stands."""
    run = await begun(house)
    before = (await house.get("ann", f"/v1/runs/{run}/events"))["items"]
    asked = ResetWorkflowExecutionRequest(
        namespace="default",
        workflow_execution=WorkflowExecution(workflow_id=run),
        reason="an operator did it",
        workflow_task_finish_event_id=4,
        request_id="one",
    )
    await house.temporal.workflow_service.reset_workflow_execution(asked, retry=True)
    for _ in range(40):
        _, flag = await look(house, run)
        if flag in ("reset", "ledger_fork"):
            break
        await asyncio.sleep(0.25)
    assert flag in ("reset", "ledger_fork")
    after = (await house.get("ann", f"/v1/runs/{run}/events"))["items"]
    assert after[: len(before)] == before


@dataclass
class Scripted:
    """Temporal as a test says."""

    looks: dict[str, Look] = field(default_factory=dict)
    lost: bool = False
    away: bool = False

    async def pieces(self, run: str) -> list[Piece]:
        raise Gone("workflow not found", closed=False)

    async def pages(self, run: str, piece: str) -> AsyncIterator[list[Event]]:
        raise Gone("workflow not found", closed=False)
        yield []

    async def glance(self, run: str) -> Look:
        if self.away:
            raise Unreachable("away")
        if self.lost:
            raise Gone("workflow not found", closed=False)
        return self.looks.get(run) or Look("running", 0, None, ())


def reconciler(world: World, temporal: Scripted) -> Reconciler:
    return Reconciler(world.store, temporal, record(world).reconciler.refill)


async def test_temporals_database_is_gone(house: World) -> None:
    """Every open run is flagged, none is started, all of the record can be read and is proven as far as it goes."""
    runs = [await begun(house), await begun(house)]
    ended = await begun(house)
    assert (await house.command("ann", ended, "complete", step="b", choice="x")).status_code == 200
    async with house.store.engine.begin() as connection:
        await connection.execute(update(RUNS).values(started_at="2026-01-01T00:00:00.000000Z"))
    started = len(await house.rows("outbox"))
    temporal = Scripted(lost=True)
    done = await reconciler(house, temporal).round()
    assert done.flagged == dict.fromkeys(runs, "engine_lost")
    assert len(await house.rows("outbox")) == started, "nothing is started by itself"
    assert (await house.get("ann", f"/v1/runs/{ended}"))["engine"] is None
    temporal.lost = False
    assert (await reconciler(house, temporal).round()).cleared == 2


async def test_temporal_is_only_away(house: World) -> None:
    run = await begun(house)
    done = await reconciler(house, Scripted(away=True)).round()
    assert (done.reachable, done.flagged) == (False, {})
    assert (await house.get("ann", f"/v1/runs/{run}"))["engine"] is None


LOOKS = {
    "paused": Look("paused", 0, None, ()),
    "stuck": Look("running", 3, "2026-11-21T09:00:00Z", ()),
    "unrecorded": Look("running", 0, None, (Pending("7", 3, True, None, "the database", ACTIVITY_RECORD),)),
    "terminated": Look("terminated", 0, None, ()),
    "ended_outside": Look("canceled", 0, None, ()),
    "reset": Look("running", 0, None, (), reset_at="2026-11-21T09:00:00Z"),
}


@pytest.mark.parametrize("flag", LOOKS)
def test_each_disorder_has_its_flag(flag: str) -> None:
    found = what_is_wrong(LOOKS[flag])
    assert found is not None
    assert found[0] == flag


@pytest.mark.parametrize(
    "fine",
    [Look("running", 2, None, ()), Look("running", 0, None, (Pending("pay#1", 9, True, None, "x", "demo.refund"),))],
)
def test_what_is_tried_again_in_its_time_is_no_disorder(fine: Look) -> None:
    assert what_is_wrong(fine) is None


def test_a_status_that_the_sdk_does_not_know_is_only_a_name() -> None:
    assert [status_name(number) for number in (1, 5, 6, 8, 99)] == [
        "running",
        "terminated",
        "continued_as_new",
        "paused",
        "status_99",
    ]


async def test_a_read_model_that_lags_is_folded_anew(house: World) -> None:
    run = await begun(house)
    before = await house.get("ann", f"/v1/runs/{run}")
    async with house.store.engine.begin() as connection:
        behind = update(RUNS).where(RUNS.c.id == run)
        await connection.execute(behind.values(seq=1, name="?", state=None, status="running"))
    done = await reconciler(house, Scripted()).round()
    assert done.folded == [run]
    assert await house.get("ann", f"/v1/runs/{run}") == before


async def test_one_run_that_cannot_be_looked_after_keeps_no_other_from_it(house: World) -> None:
    """A poisoned row: that run is flagged, the others are served."""
    bad, lost, good = await begun(house), await begun(house), await begun(house)
    async with house.store.engine.begin() as connection:
        await connection.execute(update(RUNS).where(RUNS.c.id.in_([bad, lost])).values(seq=1))
        of_lost = select(RUNS.c.definition).where(RUNS.c.id == lost).scalar_subquery()
        await connection.execute(update(VERSIONS).where(VERSIONS.c.key == of_lost).values(version=99))
        await connection.exec_driver_sql(f"UPDATE events SET data = '{{broken' WHERE run = '{bad}' AND seq = 1")
    done = await reconciler(house, Scripted()).round()
    assert done.flagged == {bad: "record_differs", lost: "read_model_broken"}
    applied = await house.command("ann", good, "complete", step="b", choice="x")
    assert applied.status_code == 200


async def test_a_backup_that_is_older_than_temporal_is_filled_again_from_the_history(house: World) -> None:
    """The newest events are not in the restored database. The next event does not fit: the run is flagged, and the
    reconciler has the missing ones from Temporal."""
    run = await begun(house)
    whole = [row for row in await house.rows("events") if row["run"] == run]
    cut = len(whole) - 1
    async with house.store.engine.begin() as connection:
        await connection.execute(delete(EVENTS).where(EVENTS.c.run == run, EVENTS.c.seq >= cut))
        link = next(row["chain"] for row in whole if row["seq"] == cut - 1)
        await connection.execute(update(RUNS).where(RUNS.c.id == run).values(seq=cut - 1, chain=link))
    ledger = SqlLedger(house.store)
    late = {"seq": len(whole) + 1, "type": "run_noted", "at": "2026-11-21T10:00:00.000000Z"}
    with pytest.raises(Exception, match="do not follow"):
        await ledger.append(run, [late])
    assert (await house.get("ann", f"/v1/runs/{run}"))["engine"]["flag"] == "ledger_gap"
    done = await record(house).reconciler.round()
    assert done.filled == {run: 2}
    assert [row for row in await house.rows("events") if row["run"] == run] == whole
    assert (await house.get("ann", f"/v1/runs/{run}"))["engine"] is None
