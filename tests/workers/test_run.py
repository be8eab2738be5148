"""The workflow on a real Temporal server: what the engine asks for happens, and what happens is recorded."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from temporalio.client import Client

from definitions.engine import State, fold
from definitions.wire import Event
from tests.engine.story import LEA, document
from tests.workers.house import House, step
from workers.worker import replayer

TASK = {"id": "look", "kind": "task", "title": "Look", "fields": [{"id": "n", "type": "number", "required": True}]}
CHOOSE = {
    "id": "choose",
    "kind": "decision",
    "title": "Choose",
    "options": [{"id": "x"}, {"id": "y"}],
    "roles": ["lead"],
}


def act(name: str, action: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "action", "title": name.title(), "action": action, "execute": "automatic", **more}


CONFIGURATIONS = {
    "plain": {},
    "rolling": {"roll_after": 8},
    "without a cache": {"cache": 0},
}


@pytest.fixture(params=CONFIGURATIONS)
def house(request: pytest.FixtureRequest, temporal_client: Client, task_queue: str) -> House:
    """The same stories thrice: as it is, continuing as new every few steps, and replaying at every turn."""
    return House(temporal_client, task_queue, **CONFIGURATIONS[request.param])


@pytest.fixture
def plain(temporal_client: Client, task_queue: str) -> House:
    """A house as it is, for what is counted or read in one history."""
    return House(temporal_client, task_queue)


async def replayed(handle: Any) -> None:
    """The history replays against today's code. One whose first task nobody has done yet holds nothing to replay."""
    history = await handle.fetch_history()
    if any(event.HasField("workflow_task_completed_event_attributes") for event in history.events):
        await replayer().replay_workflow(history)


async def recorded(house: House, handle: Any) -> State:
    """The state as the stored events tell it."""
    events = [Event.from_json(row) for row in house.ledger.events[handle.id]]
    return fold(events, State.new(handle.id))


async def test_people_and_machines_take_turns_to_the_end(house: House) -> None:
    async with house.worker():
        handle = await house.start(document([act("pay", "test.pay"), TASK, CHOOSE, act("tell", "test.pay")]))
        await house.until(handle, lambda v: v["current"] == ["look"])
        answer = await house.give(handle, "complete", step="look", output={"n": 7})
        assert answer["command"] == {"outcome": "applied", "refusal": None} and answer["run"]["current"] == ["choose"]
        answer = await house.give(handle, "complete", step="choose", choice="x")
        assert answer["command"]["refusal"]["code"] == "forbidden"
        await house.give(handle, "complete", LEA, step="choose", choice="x")
        assert (await handle.result())["status"] == "completed"
        view = (await house.ask(handle))["run"]
        assert view["progress"] == {"done": 4, "skipped": 0, "total": 4} and step(view, "tell")["output"] == {"id": "r"}
    state = await recorded(house, handle)
    assert state.seq == view["seq"] and state.status == "completed"
    await replayed(handle)


async def test_an_answer_means_that_it_is_stored(house: House) -> None:
    async with house.worker():
        handle = await house.start(document([TASK]))
        view = (await house.ask(handle))["run"]
        assert (await recorded(house, handle)).seq == view["seq"] == 2
        answer = await house.give(handle, "complete", step="look", output={})
        assert answer["command"]["outcome"] == "refused"
        assert (await recorded(house, handle)).seq == answer["seq"] == 3


async def test_a_chain_of_machines_costs_what_a_handwritten_one_does(plain: House) -> None:
    house = plain
    async with house.worker():
        handle = await house.start(document([act(f"s{n}", "test.pay") for n in range(10)]))
        await handle.result()
    history = await handle.fetch_history()
    kinds = [event.event_type for event in history.events]
    assert len(kinds) <= 6 * 10 + 8, len(kinds)
    assert [row["seq"] for row in house.ledger.events[handle.id]] == list(range(1, 23))
    await replayed(handle)


async def test_parallel_effects_each_carry_what_is_not_stored(house: House) -> None:
    async with house.worker():
        handle = await house.start(document([act(f"s{n}", "test.pay", after=[]) for n in range(8)]))
        await handle.result()
    assert (await recorded(house, handle)).status == "completed"
    await replayed(handle)


@pytest.mark.parametrize(
    ("name", "payload", "code"),
    [
        ("complete_step", {"step": "look"}, "invalid_output"),
        ("complete_step", ["garbage"], "malformed"),
        ("complete_step", None, "malformed"),
        ("complete_step", {"step": "look", "type": "abort"}, "malformed"),
        ("complete_step", {"command": {"step": "choose", "choice": "x"}, "actor": {"id": "lea"}}, "forbidden"),
        ("sing", {"la": 1}, "unknown_signal"),
        ("complete_step", {"step": "look", "execution": "look#9"}, "stale_execution"),
    ],
)
async def test_what_temporals_own_tools_send_is_judged_and_recorded(
    house: House, name: str, payload: Any, code: str
) -> None:
    async with house.worker():
        handle = await house.start(document([TASK, {**CHOOSE, "after": []}]))
        await handle.signal(name, payload)
        await house.until(handle, lambda v: v["seq"] == 4)
        last = house.ledger.events[handle.id][-1]
        assert (last["type"], last["actor"], last["data"]["code"]) == ("command_refused", "temporal-cli", code)
        answer = await house.give(handle, "complete", step="look", output={"n": 1})
        assert answer["command"]["outcome"] == "applied"
    await replayed(handle)


async def test_a_forged_envelope_is_not_believed_and_a_granted_role_is(
    temporal_client: Client, task_queue: str
) -> None:
    house = House(temporal_client, task_queue, cli_roles=("lead",))
    async with house.worker():
        handle = await house.start(document([CHOOSE, TASK]))
        forged = house.envelope(
            "run-of-somebody-else", {"id": "f", "type": "complete", "step": "choose", "choice": "x"}, LEA
        )
        await handle.signal("complete_step", forged)
        view = await house.until(handle, lambda v: v["current"] == ["look"])
        assert step(view, "choose")["ended_by"] == "temporal-cli"


async def test_a_failing_action_asks_a_person_and_the_run_lives(house: House) -> None:
    async with house.worker():
        handle = await house.start(document([act("pay", "test.fail"), TASK]))
        view = await house.until(handle, lambda v: v["attention"])
        assert step(view, "pay")["attention"]["code"] == "card_refused"
        answer = await house.give(handle, "handle_manually", step="pay", output={"id": "by hand"})
        assert answer["run"]["current"] == ["look"]
    await replayed(handle)


async def test_whatever_an_action_does_ends_in_a_named_reason_and_the_run_lives(house: House) -> None:
    house.world.big = 3_000_000
    expected = {
        "test.fail": ("error", "card_refused"),
        "test.crash": ("error", "action_failed"),
        "test.hang": ("timeout", "timeout"),
        "test.odd": ("error", "wrong_output"),
        "test.pay": ("error", "output_too_large"),
        "test.nobody": ("error", "action_not_registered"),
    }
    steps = [act(name.partition(".")[2], name, after=[], timeout="1 second") for name in expected]
    async with house.worker():
        handle = await house.start(document([*steps, {**TASK, "after": []}]))
        view = await house.until(handle, lambda v: [s["status"] for s in v["steps"][:-1]] == ["attention"] * 6)
        found = {name: step(view, name.partition(".")[2])["attention"] for name in expected}
        assert {name: (a["reason"], a["code"]) for name, a in found.items()} == expected
        assert not any("secret" in a["message"] or "Traceback" in a["message"] for a in found.values())
        answer = await house.give(handle, "complete", step="look", output={"n": 1})
        assert answer["command"]["outcome"] == "applied"
        assert (await recorded(house, handle)).seq == answer["seq"]
    await replayed(handle)


async def test_abort_ends_the_run_though_an_effect_does_not_stop(house: House) -> None:
    async with house.worker():
        handle = await house.start(document([act("slow", "test.slow"), TASK]))
        await house.until(handle, lambda v: v["status"] == "running" and bool(house.ledger.effects))
        answer = await house.give(handle, "abort", text="enough")
        assert answer["run"]["status"] == "aborted" and (await recorded(house, handle)).status == "aborted"
        assert (await handle.result())["status"] == "aborted"
    last = house.ledger.events[handle.id][-1]
    assert (last["type"], last["data"]["outcome"]) == ("effect_late", "unknown")
    await replayed(handle)


async def test_workers_away_nothing_is_lost_and_each_command_counts_once(house: House) -> None:
    handle = await house.start(document([TASK, CHOOSE]))
    envelope = house.envelope(handle.id, {"id": "once", "type": "complete", "step": "look", "output": {"n": 1}})
    for _ in range(10):
        await handle.signal("complete_step", envelope)
    async with house.worker():
        view = await house.until(handle, lambda v: v["current"] == ["choose"] and handle.id in house.ledger.events)
        assert view["seq"] == 4
        assert [row.get("command") for row in house.ledger.events[handle.id]].count("once") == 1


async def test_a_database_that_is_down_blocks_nobody_and_catches_up(house: House) -> None:
    async with house.worker():
        handle = await house.start(document([TASK, CHOOSE]))
        await house.ask(handle)
        house.ledger.down = True
        answer = await house.give(handle, "complete", step="look", output={"n": 1})
        assert answer["run"]["current"] == ["choose"]
        assert (await recorded(house, handle)).seq == 2
        house.ledger.down = False
        answer = await house.give(handle, "complete", LEA, step="choose", choice="x")
        await handle.result()
    assert (await recorded(house, handle)).status == "completed"
    await replayed(handle)


async def test_a_wait_survives_its_worker(house: House) -> None:
    wait = {"id": "w", "kind": "wait", "title": "Wait", "for": "2 seconds"}
    async with house.worker():
        handle = await house.start(document([wait, TASK]))
        await house.until(handle, lambda v: v["current"] == ["w"])
    await asyncio.sleep(0.1)
    async with house.worker():
        await house.until(handle, lambda v: v["current"] == ["look"])
    await replayed(handle)


async def test_the_run_can_be_read_in_temporals_own_terms(plain: House) -> None:
    house = plain
    async with house.worker():
        handle = await house.start(document([act("pay", "test.pay"), TASK], key="story"))
        await house.until(handle, lambda v: v["current"] == ["look"])
        found = await handle.describe()
        assert found.workflow_type == "story" and found.search_attributes["HoldfastStatus"] == ["waiting"]
        assert found.search_attributes["HoldfastWaitingFor"] == ["look"]
    history = await handle.fetch_history()
    scheduled = [e for e in history.events if e.HasField("activity_task_scheduled_event_attributes")]
    attributes = scheduled[0].activity_task_scheduled_event_attributes
    assert (attributes.activity_type.name, attributes.activity_id) == ("test.pay", "pay#1")
    assert b"Pay" in scheduled[0].user_metadata.summary.data


async def test_a_run_that_keeps_continuing_as_new_tells_the_same_story(
    temporal_client: Client, task_queue: str
) -> None:
    house = House(temporal_client, task_queue, roll_after=8)
    wait = {"id": "w", "kind": "wait", "title": "Wait", "for": "1 seconds"}
    chain = [act(f"s{n}", "test.pay") for n in range(8)]
    async with house.worker():
        handle = await house.start(document([TASK, *chain, wait, CHOOSE]))
        await house.give(handle, "complete", step="look", output={})
        await house.give(handle, "complete", step="look", output={"n": 7}, id="once")
        await house.give(handle, "complete", step="look", output={"n": 7}, id="once")
        view = await house.until(handle, lambda v: v["current"] == ["choose"])
        assert (await house.client.get_workflow_handle(handle.id).describe()).run_id != handle.first_execution_run_id
        await house.give(handle, "complete", LEA, step="choose", choice="y")
        assert (await handle.result())["status"] == "completed"
        view = (await house.ask(handle))["run"]
    state = await recorded(house, handle)
    assert state.seq == view["seq"] and state.status == "completed" and len(house.world.calls) == 8
    assert [row.get("command") for row in house.ledger.events[handle.id]].count("once") == 1


async def test_two_revises_at_once_wherever_the_run_is_rolling(temporal_client: Client, task_queue: str) -> None:
    """Before, after and exactly while it continues as new: of two that ask for one more round, one opens one."""
    house = House(temporal_client, task_queue, roll_after=5)
    async with house.worker():
        handle = await house.start(document([TASK, CHOOSE]))
        handle = house.client.get_workflow_handle(handle.id)
        executions: set[str | None] = set()
        for round_ in range(1, 31):
            await house.give(handle, "complete", step="look", output={"n": round_})
            twice = [house.give(handle, "revise", step="look", execution=f"look#{round_}") for _ in range(2)]
            told = [answer["command"] for answer in await asyncio.gather(*twice)]
            assert sorted(each["outcome"] for each in told) == ["applied", "refused"], told
            assert [each["refusal"]["code"] for each in told if each["refusal"]] == ["stale_execution"]
            executions.add((await handle.describe()).run_id)
        view = await house.until(handle, lambda v: v["seq"] == len(house.ledger.events[handle.id]))
    assert len(executions) >= 10, "it rolled amid them"
    assert (view["current"], step(view, "look")["round"]) == (["look"], 31)
    kinds = [row["type"] for row in house.ledger.events[handle.id] if "command" in row]
    assert Counter(kinds) == {"step_done": 30, "step_revised": 30, "command_refused": 30}


async def test_five_hundred_signals_while_a_run_keeps_rolling(temporal_client: Client, task_queue: str) -> None:
    house = House(temporal_client, task_queue, roll_after=10)
    async with house.worker():
        handle = await house.start(document([TASK, CHOOSE]))
        handle = house.client.get_workflow_handle(handle.id)
        for start in range(0, 500, 50):
            commands = [
                {"id": f"n{n}", "type": "complete", "step": "look", "output": {}} for n in range(start, start + 50)
            ]
            sent = [handle.signal("complete_step", house.envelope(handle.id, command)) for command in commands]
            await asyncio.gather(*sent)
        await house.until(handle, lambda v: v["seq"] == 502 == len(house.ledger.events[handle.id]), 60)
    judged = [row["command"] for row in house.ledger.events[handle.id] if "command" in row]
    assert sorted(judged) == sorted(f"n{n}" for n in range(500))
