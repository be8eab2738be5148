"""The outside is asked again: what it says corrects the step, and moves the run only where the step is current."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.contracts import EffectContract
from definitions.engine.commands import CancelEffect
from definitions.wire import OUTSIDE_ACTOR, Actor
from tests.engine.story import BEN, Story, pays, task

OPEN: dict[str, Any] = {"input": {"type": "object"}, "contract": EffectContract().to_json()}
LOOKS: dict[str, Any] = {"input": {"type": "object"}, "contract": EffectContract(repeatable=True).to_json()}
ACTIONS = {"demo.refund": {**OPEN, "reconcile": "demo.status"}, "demo.status": LOOKS}


def begun(**more: Any) -> Story:
    return Story([pays(undo=False, **more), task("after")], actions=ACTIONS).start()


def test_a_stuck_step_ends_as_the_other_side_says() -> None:
    run = begun()
    run.fail("pay", "interrupted", "interrupted", unknown=True)
    run.give("reconcile", "pay", BEN, reason="The bank answered")
    asked = run.effects["pay~reconcile#1"]
    assert (asked.activity, asked.acting, asked.input) == ("demo.status", "ben", {"key": "run-1:pay#1", "output": None})
    assert asked.contract.repeatable
    assert run.status("pay") == "attention", "asking changes nothing"
    run.give("reconcile", "pay")
    assert run.code() == "step_not_ready", "one at a time"
    run.reply("pay~reconcile#1", state="done", output={"id": "r1"})
    assert (run.status("pay"), run.step("pay")["output"], run.status("after")) == ("done", {"id": "r1"}, "ready")
    assert run.step("pay")["attention"] is None


def test_what_was_not_done_is_for_a_person() -> None:
    run = begun()
    run.fail("pay", "interrupted", "interrupted", unknown=True)
    run.give("reconcile", "pay")
    run.reply("pay~reconcile#1", state="not_done", message="No such payment")
    attention = run.step("pay")["attention"]
    assert (attention["code"], attention["message"]) == ("not_done_outside", "No such payment")
    run.give("retry", "pay")
    assert run.status("pay") == "running"


@pytest.mark.parametrize("said", [{"state": "open"}, {}, {"state": "lost"}, {"state": 7, "output": "x"}])
def test_what_says_nothing_changes_nothing(said: dict[str, Any]) -> None:
    run = begun()
    run.fail("pay")
    run.give("reconcile", "pay")
    run.reply("pay~reconcile#1", **said)
    assert (run.status("pay"), run.step("pay")["attention"]["code"]) == ("attention", "boom")
    assert run.errand("pay~reconcile#1") == "done"


def test_a_step_that_is_not_current_is_corrected_and_the_run_stays() -> None:
    run = begun()
    run.answer("pay", id="r1")
    run.give("reconcile", "pay")
    before = len(run.events)
    run.reply("pay~reconcile#1", state="done", output={"id": "r2"})
    assert run.step("pay")["output"] == {"id": "r2"}
    assert (run.status("pay"), run.status("after")) == ("done", "ready")
    assert run.types(before) == ["side_done", "step_amended"]
    run.give("reconcile", "pay")
    before = len(run.events)
    run.reply("pay~reconcile#2", state="done", output={"id": "r2"})
    assert run.types(before) == ["side_done"], "nothing to correct"


def test_a_step_at_work_ends_and_its_own_answer_is_late() -> None:
    run = begun()
    own = run.effects["pay#1"]
    run.give("reconcile", "pay")
    step = run.reply("pay~reconcile#1", state="done", output={"id": "r1"})
    assert CancelEffect("pay#1") in step.commands and run.status("pay") == "done"
    run.effects["pay#1"] = own
    run.reply("pay#1", id="r7")
    assert run.types(-1) == ["effect_late"] and run.step("pay")["output"] == {"id": "r1"}


def test_what_waits_for_somebody_outside_may_be_asked_for_too() -> None:
    run = begun(confirm={"expires": "3 days"})
    run.answer("pay", id="job-7")
    run.give("reconcile", "pay")
    assert run.effects["pay~reconcile#1"].input["output"] == {"id": "job-7"}
    run.reply("pay~reconcile#1", state="done")
    assert (run.status("pay"), run.step("pay")["output"]) == ("done", {"id": "job-7"})
    run.give("confirm", "pay", Actor(OUTSIDE_ACTOR), execution="pay#1")
    assert run.code() == "step_not_ready"


def test_a_round_that_no_longer_counts_is_left_alone() -> None:
    run = begun()
    run.answer("pay", id="r1")
    run.give("reconcile", "pay")
    effect = run.effects["pay~reconcile#1"]
    run.give("revise", "pay")
    assert run.status("pay") == "running"
    run.effects["pay~reconcile#1"] = effect
    run.reply("pay~reconcile#1", state="done", output={"id": "r9"})
    assert (run.status("pay"), run.state.executions["pay#1"].output) == ("running", {"id": "r1"})


def test_asking_that_fails_is_given_up_and_blocks_nothing() -> None:
    run = begun()
    run.fail("pay")
    run.give("reconcile", "pay")
    run.breaks("pay~reconcile#1")
    assert (run.errand("pay~reconcile#1"), run.status("pay")) == ("given_up", "attention")
    run.give("reconcile", "pay")
    assert run.errand("pay~reconcile#2") == "running"


def test_where_nothing_can_be_asked() -> None:
    run = Story([pays(undo=False), task("after")]).start()
    run.give("reconcile", "pay")
    assert run.code() == "not_reconcilable"
    run = begun(execute="manual")
    run.give("reconcile", "pay")
    assert run.code() == "step_not_ready", "nothing was begun yet"
