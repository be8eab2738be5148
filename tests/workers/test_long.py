"""Long and wide runs on a real server: no limit of Temporal's is reached, also where it is lowered on purpose.

The server of these tests is their own. It ends a run at 400 events, and lets a run continue as new as often as it likes
(by default once a second).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowHistory,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.service import RPCError

from tests.engine.story import LEA, document
from tests.replay.stories import CHOOSE, TASK, act
from tests.support.servers import TemporalServer
from tests.workers.house import House
from workers import pace
from workers.worker import replayer

LIMIT = 400
LOWERED = (
    f"limit.historyCount.error={LIMIT}",
    f"limit.historyCount.warn={LIMIT // 2}",
    'history.workflowIdReuseMinimalInterval="1ms"',
)
NEVER = 1_000_000


@pytest.fixture(scope="module")
async def lowered() -> AsyncIterator[Client]:
    """A client of a server with a low limit."""
    server = TemporalServer(extra=LOWERED).start()
    yield await Client.connect(server.address)
    server.stop()


async def legs_of(client: Client, run: str) -> list[WorkflowHistory]:
    """The histories of all legs of a run, the first one first."""
    legs: list[WorkflowHistory] = []
    leg: str | None = (await client.get_workflow_handle(run).describe()).run_id
    while leg:
        legs.insert(0, await client.get_workflow_handle(run, run_id=leg).fetch_history())
        leg = legs[0].events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return legs


async def replay(*histories: WorkflowHistory) -> None:
    for history in histories:
        await replayer().replay_workflow(history)


async def until_closed(handle: WorkflowHandle[Any, Any]) -> WorkflowExecutionStatus | None:
    """How the run ended for Temporal."""
    for _ in range(200):
        status = (await handle.describe()).status
        if status is not WorkflowExecutionStatus.RUNNING:
            return status
        await asyncio.sleep(0.05)
    raise AssertionError("it is still running")


async def happened(house: House, handle: WorkflowHandle[Any, Any], kind: str, times: int = 1) -> None:
    """Wait until the run has recorded so many events of that kind; a view of a large run is too much to ask for."""
    async with asyncio.timeout(120):
        while sum(row["type"] == kind for row in house.ledger.events.get(handle.id, ())) < times:
            await asyncio.sleep(0.2)


def people_and_machines(rounds: int) -> list[dict[str, Any]]:
    """A person, a chain of ten effects, and ten effects side by side; again and again."""
    steps: list[dict[str, Any]] = []
    for n in range(rounds):
        steps.append({**TASK, "id": f"look{n}", **({"after": ["join" + str(n - 1)]} if n else {})})
        steps += [act(f"chain{n}x{k}", "test.pay") for k in range(10)]
        steps += [act(f"wide{n}x{k}", "test.pay", after=[f"chain{n}x9"]) for k in range(10)]
        steps.append(act(f"join{n}", "test.pay", after=[f"wide{n}x{k}" for k in range(10)]))
    return steps


async def test_a_lowered_limit_is_never_reached(lowered: Client) -> None:
    """Commands that are refused, commands that are applied, effects in a row and side by side: several limits long."""
    house = House(lowered, "never", roll_after=20)
    async with house.worker():
        handle = await house.start(document(people_and_machines(6)))
        handle = lowered.get_workflow_handle(handle.id)
        for n in range(6):
            name = f"look{n}"
            await house.until(handle, lambda view, name=name: view["current"] == [name])
            for _ in range(12):
                refused = await house.give(handle, "complete", step=name, output={})
                assert refused["command"]["outcome"] == "refused"
            answer = await house.give(handle, "complete", step=name, output={"n": n})
            assert answer["command"]["outcome"] == "applied"
        assert (await handle.result())["status"] == "completed"
    legs = await legs_of(lowered, handle.id)
    lengths = [len(leg.events) for leg in legs]
    assert sum(lengths) > 2 * LIMIT and max(lengths) < LIMIT * 0.8, lengths
    stored = house.ledger.events[handle.id]
    assert [row["seq"] for row in stored] == list(range(1, len(stored) + 1))
    assert sum(row["type"] == "command_refused" for row in stored) == 6 * 12
    assert len(house.world.calls) == 6 * 21
    await replay(*legs)


async def test_the_limit_ends_a_run_that_never_rolls(lowered: Client) -> None:
    """What the test above is about: without continuing as new, people's commands alone end the run for good."""
    house = House(lowered, "bitten", roll_after=NEVER)
    async with house.worker():
        handle = await house.start(document([TASK]))
        await house.until(handle, lambda view: view["current"] == ["look"])
        for n in range(LIMIT):
            command = {"id": f"n{n}", "type": "complete", "step": "look", "output": {}}
            try:
                await handle.signal("complete_step", house.envelope(handle.id, command))
            except RPCError:
                break
        assert await until_closed(handle) is WorkflowExecutionStatus.TERMINATED


async def ask_again_and_again(house: House, handle: WorkflowHandle[Any, Any]) -> None:
    """A query in the middle of a recording makes its end arrive together with what comes next."""
    while True:
        with contextlib.suppress(RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError):
            await house.ask(handle)
        await asyncio.sleep(0.005)


async def refuse(house: House, handle: WorkflowHandle[Any, Any], person: int) -> None:
    """One person's commands, each of which is refused and recorded."""
    for n in range(20):
        command = {"id": f"{person}-{n}", "type": "complete", "step": "look", "output": {}}
        await handle.signal("complete_step", house.envelope(handle.id, command))
        await asyncio.sleep(0.01)


async def test_a_replay_finds_every_decision_again_whatever_raced(lowered: Client) -> None:
    """People, effects side by side, recordings, rolls and queries all at once; then each leg is replayed.

    The first version of the interpreter was stuck here within seconds: it decided by what had arrived meanwhile.
    """
    house = House(lowered, "raced", roll_after=25)
    wide = [
        act(f"w{n}x{lane}", "test.pay", after=[f"w{n - 1}x{lane}"] if n else []) for n in range(8) for lane in range(6)
    ]
    async with house.worker():
        handle = await house.start(document([{**TASK, "after": []}, *wide]))
        handle = lowered.get_workflow_handle(handle.id)
        asking = [asyncio.create_task(ask_again_and_again(house, handle)) for _ in range(3)]
        await asyncio.gather(*(refuse(house, handle, person) for person in range(4)))
        for task in asking:
            task.cancel()
        await happened(house, handle, "command_refused", times=80)
        await house.give(handle, "complete", step="look", output={"n": 1})
        assert (await handle.result())["status"] == "completed"
    judged = [row["command"] for row in house.ledger.events[handle.id] if row["type"] == "command_refused"]
    assert sorted(judged) == sorted(f"{person}-{n}" for person in range(4) for n in range(20))
    legs = await legs_of(lowered, handle.id)
    assert len(legs) > 1 and max(len(leg.events) for leg in legs) < LIMIT
    failed = [e for leg in legs for e in leg.events if e.HasField("workflow_task_failed_event_attributes")]
    causes = {e.workflow_task_failed_event_attributes.cause for e in failed}
    assert WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR not in causes
    await replay(*legs)


def rules(name: str, after: str) -> dict[str, Any]:
    """A decision by rules, whose second option is taken."""
    options = [{"id": "x", "when": "= run.version > 1"}, {"id": "y"}]
    return {"id": name, "kind": "decision", "title": name, "by": "rules", "otherwise": "y", "options": options} | {
        "after": [after]
    }


async def test_a_run_of_five_thousand_steps_ends(temporal_client: Client, task_queue: str) -> None:
    """25 lanes of 200 steps between a first and a last person: every other step an effect, the rest rules."""
    lanes = [
        act(f"s{lane}x{n}", "test.pay", after=[f"r{lane}x{n - 1}:y" if n else "look"])
        if part == 0
        else rules(f"r{lane}x{n}", f"s{lane}x{n}")
        for n in range(100)
        for lane in range(25)
        for part in (0, 1)
    ]
    last = {**CHOOSE, "after": [f"r{lane}x99:y" for lane in range(25)]}
    house = House(temporal_client, task_queue)
    async with house.worker():
        handle = await house.start(document([TASK, *lanes, last]))
        handle = temporal_client.get_workflow_handle(handle.id)
        await handle.signal("complete_step", house.envelope(handle.id, GO))
        await happened(house, handle, "step_ready", times=2)
        answer = await house.verdict(handle, "go")
        assert answer["command"]["outcome"] == "applied"
        assert answer["run"] is None, "2 MB are no answer of Temporal's: the API reads its tables"
        await house.give(handle, "complete", LEA, step="choose", choice="x")
        assert (await handle.result())["status"] == "completed"
    legs = await legs_of(temporal_client, handle.id)
    assert len(legs) > 2 and max(len(leg.events) for leg in legs) < 6_000
    carried = [leg.events[0].ByteSize() for leg in legs[1:]]
    assert max(carried) < 256 * 1024, "a leg begins with a tenth of what Temporal takes"
    stored = house.ledger.events[handle.id]
    assert [row["seq"] for row in stored] == list(range(1, len(stored) + 1))
    assert len(house.world.calls) == 2500 and sum(row["type"] == "step_done" for row in stored) == 5002
    await replay(legs[-1])


GO = {"id": "go", "type": "complete", "step": "look", "output": {"n": 1}}


async def test_a_fan_out_over_heavy_values(lowered: Client) -> None:
    """300 effects at once, each of which would carry an event of 60 KB: they go out in groups, and are all done."""
    house = House(lowered, "fan")
    house.world.big = 60_000
    wide = [act(f"s{n}", "test.pay", after=["first"]) for n in range(60)]
    async with house.worker():
        handle = await house.start(document([act("first", "test.pay"), *wide]))
        assert (await handle.result())["status"] == "completed"
    (leg,) = await legs_of(lowered, handle.id)
    begun = [e.activity_task_scheduled_event_attributes for e in leg.events]
    inputs = [each.input.ByteSize() for each in begun if each.activity_id]
    assert len(inputs) == 62 and sorted(inputs)[-2] < 4096, "the heavy event went before them, by an activity"
    await replay(leg)


async def test_no_more_effects_than_may_be_under_way(
    temporal_client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporal lets 2,000 be pending, and fails the task that asks for more. The others follow as those answer."""
    monkeypatch.setattr(pace, "UNDER_WAY", 20)
    house = House(temporal_client, task_queue)
    async with house.worker():
        handle = await house.start(document([act(f"s{n}", "test.slow", after=[]) for n in range(50)]))
        async with asyncio.timeout(30):
            while (under_way := await pending(handle)) == 0:
                await asyncio.sleep(0.05)
        assert under_way == 20
        house.world.gate.set()
        assert (await handle.result())["status"] == "completed"
    await replay(*await legs_of(temporal_client, handle.id))


async def pending(handle: WorkflowHandle[Any, Any]) -> int:
    """The effects that Temporal has been asked for and that have not answered."""
    return len((await handle.describe()).raw_description.pending_activities)


async def test_a_step_that_is_given_too_much_asks_a_person(temporal_client: Client, task_queue: str) -> None:
    house = House(temporal_client, task_queue)
    field = {"id": "text", "type": "text", "required": True}
    looks = [{**TASK, "id": f"look{n}", "fields": [field], "after": []} for n in range(6)]
    given = {"with": {"order": [f"= steps.look{n}.output.text" for n in range(6)]}}
    async with house.worker():
        handle = await house.start(document([*looks, act("pay", "test.pay", after=[s["id"] for s in looks], **given)]))
        for n in range(6):
            await house.give(handle, "complete", step=f"look{n}", output={"text": "x" * 200_000})
        await happened(house, handle, "step_attention")
        answer = await house.give(handle, "handle_manually", step="pay", output={"id": "by hand"})
        assert answer["command"]["outcome"] == "applied"
        assert (await handle.result())["status"] == "completed"
    asked = next(row for row in house.ledger.events[handle.id] if row["type"] == "step_attention")
    assert asked["data"]["code"] == "input_too_large" and house.world.calls == []


async def test_what_cannot_be_carried_stays_in_its_history(lowered: Client) -> None:
    """Answers of 1.5 MB are more than a start can hold: the run goes on, and rolls no more."""
    house = House(lowered, "heavy", roll_after=8)
    field = {"id": "text", "type": "text", "required": True}
    looks = [{**TASK, "id": f"look{n}", "fields": [field]} for n in range(9)]
    async with house.worker():
        handle = await house.start(document(looks))
        handle = lowered.get_workflow_handle(handle.id)
        for n in range(9):
            answer = await house.give(handle, "complete", step=f"look{n}", output={"text": f"{n:04}" * 50_000})
            assert answer["command"]["outcome"] == "applied"
        assert (await handle.result())["status"] == "completed"
    legs = await legs_of(lowered, handle.id)
    told = sum(event.HasField("workflow_execution_signaled_event_attributes") for event in legs[-1].events)
    assert told >= 3, "beyond six answers it never rolled, though each was as long as a leg may be"
    await replay(*legs)
