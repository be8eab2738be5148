"""An action that somebody outside confirms: once, in time, by its link, and nothing else ends it by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from definitions.engine.commands import CancelTimer
from definitions.wire import OUTSIDE_ACTOR, Actor
from tests.engine.story import BEGAN, Story, pays, task

OUTSIDE = Actor(OUTSIDE_ACTOR)


def waiting(*more: dict[str, Any], **confirm: Any) -> Story:
    """The action has run."""
    run = Story([pays(confirm=confirm), task("after"), *more]).start()
    assert run.effects["pay#1"].contract.confirms, "the action is given a link"
    run.answer("pay", id="job-7")
    return run


def test_it_waits_until_somebody_outside_confirms_it() -> None:
    run = waiting()
    assert (run.status("pay"), run.step("pay")["waits"], run.view()["status"]) == ("waiting", "outside", "waiting")
    assert run.step("pay")["output"] == {"id": "job-7"} and run.status("after") == "pending"
    run.give("confirm", "pay", OUTSIDE, execution="pay#1")
    assert (run.status("pay"), run.status("after")) == ("done", "ready")
    done = run.step("pay")
    assert (done["output"], done["done_by"], done["ended_by"], done["waits"]) == (
        {"id": "job-7"},
        "automation",
        "outside",
        None,
    )
    run.give("confirm", "pay", OUTSIDE, execution="pay#1")
    assert run.code() == "step_not_ready", "once"


def test_nobody_confirms_it_who_is_signed_in() -> None:
    run = waiting()
    run.give("confirm", "pay")
    assert (run.code(), run.status("pay")) == ("forbidden", "waiting")
    run.give("handle_manually", "pay", reason="They rang")
    assert (run.status("pay"), run.step("pay")["done_by"]) == ("done", "manually")


def test_before_the_action_ran_there_is_nothing_to_confirm() -> None:
    run = Story([pays(confirm={})]).start()
    run.give("confirm", "pay", OUTSIDE, execution="pay#1")
    assert (run.code(), run.status("pay")) == ("step_not_ready", "running")


def test_what_is_not_confirmed_in_time_is_for_a_person() -> None:
    run = waiting(expires="3 days")
    assert run.timers["pay#1"].until == BEGAN + timedelta(days=3)
    run.ring("pay")
    assert (run.step("pay")["attention"]["reason"], run.step("pay")["attention"]["code"]) == (
        "timeout",
        "not_confirmed",
    )
    run.give("confirm", "pay", OUTSIDE, execution="pay#1")
    assert run.code() == "step_not_ready", "too late"
    run.give("retry", "pay")
    assert run.status("pay") == "running"
    run.answer("pay", id="job-8")
    assert run.step("pay")["until"].startswith("2026-11-27"), "three days from when it ran again"


def test_or_goes_on_by_the_port_that_was_drawn() -> None:
    run = waiting(task("late", after="pay:timeout"), expires="3 days")
    run.ring("pay")
    assert (run.status("pay"), run.status("late"), run.status("after")) == ("done", "ready", "not_taken")


def test_confirmed_in_time_its_timer_stops() -> None:
    run = waiting(expires="3 days")
    step = run.give("confirm", "pay", OUTSIDE, execution="pay#1")
    assert CancelTimer("pay#1") in step.commands and run.step("pay")["until"] is None


@pytest.mark.parametrize("late", [False, True])
def test_while_the_run_is_saved_it_is_taken_and_nothing_begins(late: bool) -> None:
    """Somebody outside knows nothing of that. What expired meanwhile is seen when somebody goes on."""
    run = waiting(expires="3 days")
    run.give("save")
    if late:
        run.ring("pay")
        assert run.status("pay") == "waiting"
    else:
        run.give("confirm", "pay", OUTSIDE, execution="pay#1")
        assert (run.status("pay"), run.status("after")) == ("done", "pending")
    run.give("resume")
    assert (run.status("pay"), run.status("after")) == (("attention", "pending") if late else ("done", "ready"))


def test_a_person_may_still_press_done() -> None:
    run = Story([pays(confirm={}, advance="manual")]).start()
    run.answer("pay", id="r")
    run.give("confirm", "pay", OUTSIDE, execution="pay#1")
    assert (run.status("pay"), run.step("pay")["waits"]) == ("waiting", "done")
    run.complete("pay")
    assert run.status("pay") == "done"


def test_gone_back_to_it_runs_and_waits_again() -> None:
    run = waiting()
    run.give("confirm", "pay", OUTSIDE, execution="pay#1")
    run.give("revise", "pay")
    assert run.status("pay") == "running"
    run.answer("pay", id="job-9")
    run.give("confirm", "pay", OUTSIDE, execution="pay#1")
    assert run.code() == "stale_execution", "the first link is of a round that no longer counts"
    run.give("confirm", "pay", OUTSIDE, execution="pay#2")
    assert run.status("pay") == "done"
