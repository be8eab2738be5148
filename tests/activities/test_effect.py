"""One effect from intent to outcome: whatever an action does, the run gets a result or one error with a stable code."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.interceptor import unregistered
from activities.record import record_activity
from activities.testing import InMemoryLedger
from definitions.contracts import EffectContract
from definitions.effects import Begun, Scopes
from definitions.wire import RESULT_LIMIT, EffectCall, RecordCall
from tests.activities.house import AGAIN, ONCE, Stage, a_call
from tests.activities.shop import ACTIVITIES


async def test_events_and_intent_come_before_and_the_outcome_after(stage: Stage) -> None:
    seen: dict[str, Any] = {}

    async def look(call: dict[str, Any]) -> dict[str, Any]:
        seen["state"] = stage.state()
        seen["events"] = len(stage.ledger.events["run-1"])
        return {"ok": True}

    assert await stage.perform(look, a_call()) == {"ok": True}
    assert seen == {"state": "begun", "events": 1}
    assert stage.state() == "done"
    assert stage.ledger.effects["run-1:pay#1"].intent.result == {"ok": True}


async def test_the_action_is_told_who_acts_and_under_which_key(stage: Stage) -> None:
    result = await stage.perform(ACTIVITIES["shop.ship"], a_call(input={"order": "o1"}))
    assert result == {"id": "p-o1", "note": ["run-1:pay#1", "ann", "pay", "pay#1"]}


async def test_an_action_may_answer_nothing(stage: Stage) -> None:
    assert await stage.perform(ACTIVITIES["shop.nothing"], a_call("shop.nothing")) == {}


@pytest.mark.parametrize(
    ("name", "code", "outcome", "again_if_once", "again_if_repeatable"),
    [
        ("shop.raises", "action_failed", "unknown", False, True),
        ("shop.says_no", "sold_out", "failed", False, False),
        ("shop.not_done", "action_failed", "failed", True, True),
        ("shop.retryable", "line_dead", "failed", True, True),
        ("shop.uncertain", "half_sent", "unknown", False, False),
        ("shop.hangs", "timeout", "unknown", False, True),
        ("shop.will_not_stop", "timeout", "unknown", False, True),
        ("shop.times_out_itself", "timeout", "unknown", False, True),
        ("shop.wrong_type", "wrong_output", "unknown", False, False),
        ("shop.wrong_attribute", "wrong_output", "unknown", False, False),
        ("shop.not_json", "wrong_output", "unknown", False, False),
        ("shop.large", "output_too_large", "unknown", False, False),
        ("shop.temporal_error", "shop_rule", "failed", False, False),
        ("shop.unheard_of", "action_not_registered", "failed", False, False),
    ],
)
async def test_every_misbehaviour_ends_in_its_code(
    stage: Stage, name: str, code: str, outcome: str, again_if_once: bool, again_if_repeatable: bool
) -> None:
    """And says what is known of the world, and whether Temporal may try again by itself."""
    for contract, again in ((ONCE, again_if_once), (AGAIN, again_if_repeatable)):
        short = EffectContract(repeatable=contract.repeatable, timeout=0.05)
        limits = short if code == "timeout" else contract
        call = a_call(name, key=f"{name}-{again}-{limits.repeatable}", contract=limits.to_json())
        error = await stage.refused(_activity(name), call)
        assert (error.type, error.non_retryable) == (code, not again)
        assert stage.state(call.key) == outcome
        assert error.details[0]["code"] == code
        assert error.details[0]["outcome"] == outcome
        assert error.__cause__ is None, "a cause would carry its text and its stack into the history"


def _activity(name: str) -> Callable[..., Any]:
    """The action's activity, or what stands in for it: the catch-all, which is given a list of its arguments."""

    async def catch_all(call: dict[str, Any]) -> dict[str, Any]:
        return await unregistered([])

    return ACTIVITIES.get(name, catch_all)


async def test_the_text_of_a_strange_exception_is_withheld(stage: Stage) -> None:
    error = await stage.refused(ACTIVITIES["shop.raises"], a_call("shop.raises"))
    assert error.message == "shop.raises failed (RuntimeError)."
    assert "hunter2" not in repr(error.details)
    assert "hunter2" not in repr(stage.ledger.effects)


async def test_the_wait_that_the_other_side_asked_for_is_passed_on(stage: Stage) -> None:
    error = await stage.refused(ACTIVITIES["shop.not_done"], a_call("shop.not_done"))
    assert error.next_retry_delay is not None
    assert error.next_retry_delay.total_seconds() == 30
    assert error.message == "The shop is closed."


async def test_a_result_that_is_too_large_says_both_sizes(stage: Stage) -> None:
    error = await stage.refused(ACTIVITIES["shop.large"], a_call("shop.large"))
    assert error.message == "The result is too large: 3.0 MB, and 2.0 MB is the limit."
    assert RESULT_LIMIT == 2 * 1024 * 1024


@pytest.mark.parametrize(
    "result",
    [
        {"n": math.inf},
        {"n": math.nan},
        {"n": 2**53 + 1},
        {"s": "a\x00b"},
        {"s": "\ud800"},
        {"k\x00": 1},
        {1: "a key that is not text"},
        {"s": {1, 2}},
        "not an object",
        None,
        {"deep": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]},
    ],
)
async def test_a_result_that_a_database_or_browser_would_not_take_is_refused(stage: Stage, result: Any) -> None:
    async def answer(call: dict[str, Any]) -> Any:
        return result

    assert (await stage.refused(answer, a_call())).type == "wrong_output"


async def test_every_wrong_input_is_named_and_nothing_is_done(stage: Stage) -> None:
    error = await stage.refused(ACTIVITIES["shop.ship"], a_call(input={"order": None, "copies": 0, "colour": "red"}))
    assert error.type == "invalid_input"
    assert error.non_retryable
    assert sorted(each["path"] for each in error.details[0]["errors"]) == ["/colour", "/copies", "/order"]
    assert all(path in error.message for path in ("/colour", "/copies", "/order"))
    assert stage.state() == "failed"


async def test_what_was_done_is_not_done_again(stage: Stage) -> None:
    """The worker died after the outcome was stored and before Temporal heard of it."""
    times = []

    async def count(call: dict[str, Any]) -> dict[str, Any]:
        times.append(1)
        return {"n": len(times)}

    assert await stage.perform(count, a_call()) == {"n": 1}
    assert await stage.perform(count, a_call()) == {"n": 1}
    assert await stage.perform(count, a_call(turn=2)) == {"n": 1}, "nor when a person asks again"
    assert len(times) == 1


async def test_an_interrupted_effect_asks_a_person_and_that_person_may_repeat_it(stage: Stage) -> None:
    """The worker died between the effect and its outcome: the row says begun, and nobody knows more."""
    await stage.ledger.begin(a_call())
    error = await stage.refused(ACTIVITIES["shop.ship"], a_call())
    assert (error.type, error.non_retryable) == ("interrupted", True)
    assert "Look whether it happened" in error.message
    assert stage.state() == "begun", "being told does not change what is known"
    assert (await stage.perform(ACTIVITIES["shop.ship"], a_call(turn=2)))["id"] == "p-"
    assert stage.state() == "done"


async def test_a_repeatable_effect_that_was_interrupted_is_repeated(stage: Stage) -> None:
    call = a_call(contract=AGAIN.to_json())
    await stage.ledger.begin(call)
    assert (await stage.perform(ACTIVITIES["shop.ship"], call))["id"] == "p-"
    assert stage.ledger.effects[call.key].tries == 2


async def test_no_row_no_side_effect(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the database away nothing begins, and Temporal may try again: nothing has happened."""
    monkeypatch.setattr("activities.effect.BEGIN_DELAYS", (0.0, 0.01))
    monkeypatch.setattr("activities.effect.BEGIN_WITHIN", 0.05)
    stage.ledger.down = True
    acted = []

    async def act(call: dict[str, Any]) -> dict[str, Any]:
        acted.append(1)
        return {}

    error = await stage.refused(act, a_call())
    assert (error.type, error.non_retryable) == ("ledger_unavailable", False)
    assert not acted


async def test_a_database_that_comes_back_costs_no_try(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The step waits for it however often it has to be asked; also where only the answers are lost."""
    monkeypatch.setattr("activities.effect.BEGIN_DELAYS", (0.0, 0.01))
    begin, failures = InMemoryLedger.begin, [ConnectionError()] * 5

    async def flaky(self: InMemoryLedger, call: EffectCall, at: datetime) -> Begun:
        begun = None if len(failures) > 2 else await begin(self, call, at)
        if failures:
            raise failures.pop()
        assert begun is not None
        return begun

    monkeypatch.setattr(InMemoryLedger, "begin", flaky)
    assert (await stage.perform(ACTIVITIES["shop.ship"], a_call()))["id"] == "p-"
    assert not failures and (stage.state(), stage.ledger.effects["run-1:pay#1"].tries) == ("done", 1)


async def test_a_result_is_handed_back_although_its_row_could_not_be_written(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database went away in the middle. What is known to have happened must not be lost."""
    monkeypatch.setattr("activities.effect.SETTLE_DELAYS", (0.0,))

    async def act(call: dict[str, Any]) -> dict[str, Any]:
        stage.ledger.down = True
        return {"id": "p-1"}

    assert await stage.perform(act, a_call()) == {"id": "p-1"}
    stage.ledger.down = False
    assert stage.state() == "begun"


async def test_a_database_that_comes_back_at_once_gets_the_outcome(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.effect.SETTLE_DELAYS", (0.0, 0.0))
    finish, failures = InMemoryLedger.finish, [ConnectionError(), ConnectionError()]

    async def flaky(self: InMemoryLedger, *args: Any, **named: Any) -> None:
        if failures:
            raise failures.pop()
        await finish(self, *args, **named)

    monkeypatch.setattr(InMemoryLedger, "finish", flaky)
    await stage.perform(ACTIVITIES["shop.ship"], a_call())
    assert stage.state() == "done"


async def test_rights_are_read_at_the_moment_of_acting(stage: Stage) -> None:
    stage.people.limits["ann"] = Scopes(actions=["email.*"])
    error = await stage.refused(ACTIVITIES["shop.ship"], a_call())
    assert (error.type, error.non_retryable) == ("not_allowed", True)
    assert stage.state() == "failed"
    stage.people.limits["ann"] = Scopes(actions=["shop.*"])
    assert (await stage.perform(ACTIVITIES["shop.ship"], a_call()))["id"] == "p-"


async def test_who_is_gone_may_do_nothing(stage: Stage) -> None:
    assert (await stage.refused(ACTIVITIES["shop.ship"], a_call(acting="mallory"))).type == "not_allowed"


async def test_rights_that_cannot_be_read_are_no_rights(stage: Stage) -> None:
    stage.people.down = True
    error = await stage.refused(ACTIVITIES["shop.ship"], a_call())
    assert (error.type, error.non_retryable) == ("ledger_unavailable", False)


async def test_a_short_effect_does_not_beat_and_a_long_one_does(stage: Stage) -> None:
    await stage.perform(ACTIVITIES["shop.ship"], a_call())
    assert stage.beats == 0

    async def until_the_third_beat(call: dict[str, Any]) -> dict[str, Any]:
        while stage.beats < 3:
            await asyncio.sleep(0.01)
        return {}

    often = EffectContract(heartbeat=0.125, timeout=30)
    await stage.perform(until_the_third_beat, a_call(key="long", contract=often.to_json()))
    assert stage.beats >= 3


async def test_a_cancelled_effect_is_written_down_as_unknown(stage: Stage) -> None:
    """Abort or revise stops it in the middle: whether it happened is not known, and the row says so."""
    begun = asyncio.Event()

    async def hang(call: dict[str, Any]) -> dict[str, Any]:
        begun.set()
        await asyncio.Event().wait()
        return {}

    task = asyncio.create_task(stage.perform(hang, a_call()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stage.state() == "unknown"
    assert (stage.ledger.effects["run-1:pay#1"].error or {})["code"] == "cancelled"


@pytest.mark.parametrize(
    "garbage",
    [
        {},
        {**a_call().to_json(), "contract": 7},
        {**a_call().to_json(), "contract": {"touches": "x"}},
        {"run": "run-1"},
        {**a_call().to_json(), "colour": "red"},
        ["no"],
        "no",
        None,
    ],
)
async def test_what_is_no_effect_call_is_refused_for_good(stage: Stage, garbage: Any) -> None:
    error = await stage.refused(ACTIVITIES["shop.ship"], garbage)
    assert (error.type, error.non_retryable) == ("malformed_call", True)
    assert not stage.ledger.effects


async def test_recording_is_no_effect_of_its_own(stage: Stage) -> None:
    record = record_activity(stage.ledger)
    events = ({"seq": 1, "type": "run_started", "at": "2026-11-21T09:00:00Z"},)
    call = RecordCall("run-1", events).to_json()
    await stage.perform(record, call, name="holdfast.record")
    await stage.perform(record, call, name="holdfast.record")
    assert stage.ledger.events == {"run-1": list(events)}
    assert not stage.ledger.effects
    stage.ledger.down = True
    with pytest.raises(ApplicationError) as caught:
        await stage.perform(record, call, name="holdfast.record")
    assert (caught.value.type, caught.value.non_retryable) == ("ledger_unavailable", False)


def test_the_call_goes_through_json_unchanged() -> None:
    assert EffectCall.from_json(a_call().to_json()) == a_call()
