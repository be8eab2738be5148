"""A wait for an event: taken once, whether the event came before the wait, while it was being registered, or after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from definitions.engine.commands import CancelEffect, CancelTimer
from definitions.wire import ACTIVITY_LISTEN, SYSTEM_ACTOR, Actor
from tests.engine.story import ANN, BEGAN, Story, task

SYSTEM = Actor(SYSTEM_ACTOR)


def paid(name: str = "e1", order: str = "o1", event: str = "order.paid") -> dict[str, Any]:
    """An event as the activity, or the command, brings it."""
    return {"id": name, "name": event, "data": {"order": order}, "at": "2026-11-21T08:00:00Z"}


def wait(**more: Any) -> dict[str, Any]:
    """A step that waits until the order is paid."""
    match = "= event.data.order == inputs.order"
    return {"id": "paid", "kind": "wait", "title": "Paid", "event": {"name": "order.paid", "match": match}, **more}


def asked(*more: dict[str, Any], **of_wait: Any) -> Story:
    """The wait has asked to be told, and has no answer yet."""
    fields = [{"id": "order", "type": "text"}]
    return Story([wait(**of_wait), task("after"), *more], inputs=fields).start(inputs={"order": "o1"})


def waiting(*more: dict[str, Any], **of_wait: Any) -> Story:
    """It is registered, and nothing came before."""
    run = asked(*more, **of_wait)
    run.answer("paid", events=[])
    return run


def happens(run: Story, event: dict[str, Any], by: Actor = SYSTEM, **more: Any) -> Any:
    return run.give("event", "paid", by, event=event, **more)


def test_it_asks_to_be_told_and_waits() -> None:
    run = asked()
    effect = run.effects["paid#1"]
    assert (effect.activity, effect.input) == (ACTIVITY_LISTEN, {"name": "order.paid"})
    assert effect.contract.repeatable, "registering a wait a second time does no more than once"
    run.answer("paid", events=[])
    assert (run.status("paid"), run.step("paid")["waits"], run.view()["status"]) == ("waiting", "event", "waiting")
    assert "paid" not in run.timers


@pytest.mark.parametrize("moment", ["before", "during", "after"])
def test_an_event_is_taken_once_whenever_it_comes(moment: str) -> None:
    run = asked()
    if moment == "during":
        step = happens(run, paid())
        assert CancelEffect("paid#1") in step.commands, "the registration need not answer any more"
        run.answer("paid", events=[paid()])
        assert run.types()[-1] == "effect_late", "and what it says is used for nothing"
    else:
        run.answer("paid", events=[paid()] if moment == "before" else [])
        happens(run, paid())
        if moment == "before":
            assert run.code() == "step_not_ready", "it has been taken already"
    assert (run.status("paid"), run.status("after")) == ("done", "ready")
    done = run.step("paid")
    assert (done["output"], done["done_by"]) == (paid(), "automation")
    assert [event.type for event in run.events].count("event_heard") == 1
    assert run.state.scope["paid"]["output"]["data"] == {"order": "o1"}


def test_of_those_before_it_the_first_that_fits_is_taken() -> None:
    run = asked()
    run.answer("paid", events=[paid("e0", "o2"), paid("e1"), paid("e2")])
    assert run.step("paid")["output"]["id"] == "e1"


@pytest.mark.parametrize("events", [None, "many", [None, 7, {"id": 1}, {"id": "e", "name": "order.paid", "data": 3}]])
def test_an_answer_without_events_is_one_without_events(events: Any) -> None:
    run = asked()
    run.answer("paid", events=events)
    assert run.status("paid") == "waiting"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (paid(order="o2"), "event_not_met"),
        (paid(event="order.lost"), "event_not_met"),
        ({"id": "e", "name": "order.paid"}, "event_not_met"),
        ({"name": "order.paid"}, "malformed"),
        ({"id": "e", "name": "order.paid", "data": []}, "malformed"),
    ],
)
def test_what_is_not_the_event_leaves_it_waiting(event: dict[str, Any], code: str) -> None:
    run = waiting()
    happens(run, event)
    assert (run.code(), run.status("paid")) == (code, "waiting")


def test_without_a_condition_every_event_of_that_name_fits() -> None:
    run = asked(event={"name": "order.paid"})
    run.answer("paid", events=[])
    happens(run, {"id": "e", "name": "order.paid"})
    assert (run.status("paid"), run.step("paid")["output"]["data"]) == ("done", {})


def test_a_field_of_its_data_is_read_in_short_too() -> None:
    run = asked(event={"name": "order.paid", "match": "= event.order == inputs.order && event.id == 'e1'"})
    run.answer("paid", events=[paid("e0")])
    happens(run, {**paid(), "data": {"order": "o1", "id": "its own"}})
    assert run.status("paid") == "done"


def test_nobody_gives_it_but_the_system() -> None:
    run = waiting()
    happens(run, paid(), ANN)
    assert (run.code(), run.status("paid")) == ("forbidden", "waiting")
    run.give("handle_manually", "paid", reason="They rang")
    assert (run.status("paid"), run.step("paid")["done_by"]) == ("done", "manually")


def test_a_step_that_waits_for_something_else_hears_nothing() -> None:
    run = Story([{"id": "paid", "kind": "wait", "for": "2 days"}]).start()
    happens(run, paid())
    assert (run.code(), run.status("paid")) == ("step_not_ready", "waiting")


@pytest.mark.parametrize(("expires", "hours"), [("3 days", 72), ("2026-11-24", 63), ("= now + duration('5h')", 5)])
def test_it_expires(expires: str, hours: int) -> None:
    run = waiting(expires=expires)
    assert run.timers["paid#1"].until == BEGAN + timedelta(hours=hours)
    assert run.effects["paid#1"].input["until"].startswith(str((BEGAN + timedelta(hours=hours)).date()))
    run.ring("paid")
    said = run.step("paid")["attention"]
    assert (run.status("paid"), said["reason"], said["code"]) == ("attention", "timeout", "event_expired")
    happens(run, paid())
    assert run.code() == "step_not_ready", "too late"


def test_asked_again_it_hears_what_came_meanwhile() -> None:
    run = waiting(expires="3 days")
    run.ring("paid")
    run.give("retry", "paid")
    assert (run.status("paid"), run.effects["paid#1"].turn) == ("running", 2)
    run.answer("paid", events=[paid()])
    assert run.status("paid") == "done", "what came while nobody listened stands in the answer"


def test_or_goes_on_by_the_port_that_was_drawn() -> None:
    run = waiting(task("late", after="paid:timeout"), expires="3 days")
    run.ring("paid")
    assert (run.status("paid"), run.status("late"), run.status("after")) == ("done", "ready", "not_taken")


@pytest.mark.parametrize("expires", ["2026-11-20", "= inputs.order", "= now - duration('1h')"])
def test_a_moment_that_cannot_be_waited_for_is_for_a_person(expires: str) -> None:
    run = asked(expires=expires)
    assert run.step("paid")["attention"]["reason"] == "arming" and "paid#1" not in run.effects


def test_taken_in_time_its_clock_stops() -> None:
    run = waiting(expires="3 days")
    step = happens(run, paid())
    assert CancelTimer("paid#1") in step.commands and run.step("paid")["until"] is None


def test_one_that_took_so_long_to_register_that_it_has_expired_says_so() -> None:
    run = asked(expires="1 hour")
    run.wait(hours=2)
    run.answer("paid", events=[])
    assert run.status("paid") == "waiting"
    run.ring("paid")
    assert run.step("paid")["attention"]["code"] == "event_expired"


@pytest.mark.parametrize("moment", ["before", "during", "after"])
def test_while_the_run_is_saved_it_is_noted_and_taken_on_resume(moment: str) -> None:
    run = asked(expires="3 days")
    if moment == "after":
        run.answer("paid", events=[])
    run.give("save")
    if moment == "before":
        run.answer("paid", events=[paid()])
    else:
        happens(run, paid())
    assert run.status("paid") == ("running" if moment == "during" else "waiting")
    happens(run, paid("e2"))
    assert run.code() == "step_not_ready", "it has what it waits for"
    if moment == "during":
        run.answer("paid", events=[paid("e2")])
    run.give("resume")
    assert (run.status("paid"), run.status("after"), run.step("paid")["output"]["id"]) == ("done", "ready", "e1")


def test_heard_before_it_expired_counts_also_when_that_passes_before_somebody_resumes() -> None:
    run = waiting(task("late", after="paid:timeout"), expires="3 days")
    run.give("save")
    happens(run, paid())
    run.ring("paid")
    run.give("resume")
    assert (run.status("paid"), run.status("late")) == ("done", "not_taken")


def test_expired_before_it_was_heard_counts_too() -> None:
    run = waiting(task("late", after="paid:timeout"), expires="3 days")
    run.give("save")
    run.ring("paid")
    happens(run, paid())
    assert run.code() == "step_not_ready"
    run.give("resume")
    assert run.status("late") == "ready"


def test_a_registration_that_fails_is_for_a_person_unless_the_event_came_meanwhile() -> None:
    run = asked()
    run.fail("paid")
    assert run.status("paid") == "attention"
    run = asked()
    run.give("save")
    happens(run, paid())
    run.fail("paid")
    assert run.status("paid") == "waiting"
    run.give("resume")
    assert run.status("paid") == "done"


def test_who_goes_back_past_it_waits_for_another_event() -> None:
    run = waiting()
    happens(run, paid())
    run.give("revise", "paid")
    assert (run.status("paid"), run.effects["paid#2"].turn) == ("running", 1)
    run.answer("paid", events=[paid()])
    assert run.status("paid") == "waiting", "the first one was taken by the round before"
    happens(run, paid(), execution="paid#2")
    assert run.code() == "event_taken"
    happens(run, paid("e2"))
    assert run.step("paid")["output"]["id"] == "e2"


def test_what_ends_the_wait_ends_the_listening() -> None:
    run = waiting(expires="3 days")
    step = run.give("abort")
    assert CancelTimer("paid#1") in step.commands
    happens(run, paid())
    assert run.code() == "run_closed"
    run.give("reopen")
    run.answer("paid", events=[paid()])
    assert run.status("paid") == "done", "a round that was given up has taken nothing"


def test_a_person_may_still_press_done() -> None:
    run = waiting(advance="manual", expires="3 days")
    happens(run, paid())
    assert (run.status("paid"), run.step("paid")["waits"], run.step("paid")["until"]) == ("waiting", "done", None)
    run.complete("paid")
    assert (run.status("paid"), run.step("paid")["output"]["id"]) == ("done", "e1")
