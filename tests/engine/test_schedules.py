"""Steps that begin by themselves later: armed when their turn comes, begun on time, at once, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from definitions.checks import check
from definitions.engine.commands import CancelTimer, StartEffect
from definitions.wire import Actor
from tests.engine.story import BEGAN, BEN, Story, choose, document, pays, task


def story(
    schedule: dict[str, Any], *more: dict[str, Any], before: tuple[dict[str, Any], ...] = (), **top: Any
) -> Story:
    """A payment with a schedule, and what comes around it."""
    return Story([*before, pays(schedule=schedule), *more], actions=None, **top).start()


def asked(run: Story) -> list[str]:
    return list(run.effects)


def test_it_begins_when_its_moment_comes() -> None:
    run = story({"in": "2 days"}, task("after"))
    assert (run.status("pay"), asked(run)) == ("scheduled", [])
    assert run.timers["pay#1"].until == BEGAN + timedelta(days=2)
    assert run.step("pay")["until"].startswith("2026-11-23T09:00")
    assert run.view()["status"] == "waiting", "nobody but time can move it"
    run.ring("pay")
    assert (run.status("pay"), asked(run)) == ("running", ["pay#1"])
    assert run.step("pay")["until"] is None, "it waits for no moment any more"
    run.answer("pay", id="r1")
    assert run.status("after") == "ready"


def test_somebody_lets_it_begin_now_and_acts_with_their_own_rights() -> None:
    run = story({"in": "2 days"})
    step = run.give("run_now", "pay", by=BEN, reason="The customer called")
    assert [type(each) for each in step.commands] == [CancelTimer, StartEffect]
    assert run.effects["pay#1"].acting == "ben"
    assert step.events[0].actor == "ben" and step.events[0].command == "c1"
    run.give("run_now", "pay")
    assert run.code() == "step_not_ready", "it runs already"


def test_called_off_it_ends_skipped_and_the_run_goes_on() -> None:
    """Also where the author did not allow skipping: a cancelled schedule is no failure."""
    run = story({"in": "2 days"}, task("after"))
    step = run.give("cancel_schedule", "pay", reason="Paid in cash")
    assert [type(each) for each in step.commands] == [CancelTimer]
    assert (run.status("pay"), run.status("after"), run.step("pay")["attention"]) == ("skipped", "ready", None)
    assert asked(run) == []


@pytest.mark.parametrize(
    ("schedule", "until"),
    [
        ({"after": "2026-12-01T10:00:00Z"}, datetime(2026, 12, 1, 10, tzinfo=UTC)),
        ({"after": "2026-12-01", "by": "1 month"}, datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ({"before": "= inputs.move", "by": "3 days"}, datetime(2026, 12, 28, 23, tzinfo=UTC)),
        ({"before": "= inputs.move", "by": "1 month"}, datetime(2026, 11, 30, 23, tzinfo=UTC)),
        ({"before": "= inputs.move", "by": "2 business days"}, datetime(2026, 12, 29, 23, tzinfo=UTC)),
        ({"before": "2026-12-31T10:00:00Z", "by": "90 minutes"}, datetime(2026, 12, 31, 8, 30, tzinfo=UTC)),
        ({"after": "step:first", "by": "3 hours"}, BEGAN + timedelta(hours=3)),
    ],
)  # fmt: skip
def test_it_counts_from_a_date_or_from_a_step(schedule: dict[str, Any], until: datetime) -> None:
    """A date, written out or answered, begins where the workflow is at home: in winter an hour before London's."""
    fields = [{"id": "move", "type": "date"}]
    run = Story([task("first"), pays(schedule=schedule)], timezone="Europe/Amsterdam", inputs=fields)
    run.start(inputs={"move": "2027-01-01"})
    run.complete("first")
    assert run.timers["pay#1"].until == until


def test_before_a_step_is_before_it_is_due() -> None:
    steps = [pays(schedule={"before": "step:visit", "by": "1 day"}, after=[]), task("visit", after=[])]
    run = Story([{**steps[0], "after": "plan"}, steps[1], task("plan", after=[])]).start()
    run.give("set_due", "visit", due="2026-12-10")
    run.complete("plan")
    assert run.timers["pay#1"].until == datetime(2026, 12, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "schedule",
    [
        {"after": "2026-11-20"},
        {"before": "2026-11-22", "by": "3 days"},
        {"after": "= inputs.nothing"},
        {"before": "step:later"},
        {"after": "step:later"},
        {"after": "= 7"},
    ],
)
def test_an_empty_or_past_moment_is_for_a_person_to_see_and_never_now(schedule: dict[str, Any]) -> None:
    run = Story([pays(schedule=schedule, after=[]), task("later")], inputs=[{"id": "nothing", "type": "date"}]).start()
    attention = run.step("pay")["attention"]
    assert (attention["reason"], attention["code"]) == ("arming", "arming")
    assert (asked(run), run.timers) == ([], {})


def test_what_could_not_be_armed_is_armed_anew_begun_or_called_off() -> None:
    def unarmed() -> Story:
        run = Story(
            [pays(schedule={"after": "= inputs.day"}, after=[]), task("later")], inputs=[{"id": "day", "type": "date"}]
        )
        return run.start(inputs={"day": "2026-11-01"})

    run = unarmed()
    run.give("retry", "pay")
    assert run.step("pay")["attention"]["reason"] == "arming", "the date is as it was"
    run.give("run_now", "pay")
    assert (run.status("pay"), asked(run)) == ("running", ["pay#1"])
    run = unarmed()
    run.give("cancel_schedule", "pay")
    assert (run.status("pay"), run.status("later")) == ("skipped", "ready")


def test_a_retry_after_it_has_begun_does_not_wait_once_more() -> None:
    run = story({"in": "2 days"})
    run.ring("pay")
    run.fail("pay")
    assert run.status("pay") == "attention"
    run.give("cancel_schedule", "pay")
    assert run.code() == "step_not_ready"
    step = run.give("retry", "pay")
    assert (run.status("pay"), [type(each) for each in step.commands]) == ("running", [StartEffect])


def test_a_decision_is_put_before_a_person_only_then() -> None:
    run = Story([choose("check", "yes", "no", schedule={"in": "1 hour"}, assign={"users": ["lea"]})]).start()
    assert (run.status("check"), run.step("check")["assignees"]["users"]) == ("scheduled", ["lea"])
    run.give("complete", "check", choice="yes")
    assert run.code() == "step_not_ready"
    run.ring("check")
    assert run.status("check") == "ready"
    run.complete("check", choice="yes")
    assert run.view()["status"] == "completed"


def test_saved_it_begins_when_somebody_goes_on() -> None:
    run = story({"in": "2 days"})
    run.give("save")
    run.ring("pay")
    assert (run.status("pay"), asked(run)) == ("scheduled", [])
    run.give("resume")
    assert (run.status("pay"), asked(run)) == ("running", ["pay#1"])


@pytest.mark.parametrize("kind", ["abort", "handle_manually", "revise"])
def test_whatever_ends_it_stops_its_timer(kind: str) -> None:
    run = story({"in": "2 days"}, before=(task("first"),))
    run.complete("first")
    step = run.give(kind, **{"abort": {"reasons": []}, "revise": {"step": "first"}}.get(kind, {"step": "pay"}))
    assert CancelTimer("pay#1") in step.commands and run.timers == {}
    assert run.status("pay") in ("not_taken", "done", "pending")


def test_opened_again_it_is_scheduled_again_with_its_old_answer() -> None:
    run = Story([choose("check", "yes", "no", schedule={"in": "1 hour"}), task("after")]).start()
    run.ring("check")
    run.complete("check", choice="no")
    run.give("revise", "check")
    assert run.status("check") == "scheduled"
    run.ring("check")
    assert run.step("check")["before"] == {"choices": ["no"]}


def test_a_wait_counts_to_and_from_dates() -> None:
    for said, until in (
        ({"before": "2026-12-24", "by": "2 weeks"}, datetime(2026, 12, 10, tzinfo=UTC)),
        ({"after_date": "2026-12-24", "by": "2 weeks"}, datetime(2027, 1, 7, tzinfo=UTC)),
        ({"after_date": "2026-12-24"}, datetime(2026, 12, 24, tzinfo=UTC)),
    ):
        run = Story([{"id": "pause", "kind": "wait", **said}]).start()
        assert run.timers["pause#1"].until == until
    run = Story([{"id": "pause", "kind": "wait", "before": "2026-11-22", "by": "2 weeks"}]).start()
    assert run.step("pause")["attention"]["reason"] == "arming"


def test_a_schedule_is_for_machines_and_decisions() -> None:
    """Elsewhere it is ignored, and the author hears of it."""
    steps = [task("first", schedule={"in": "1 day"})]
    assert [(each.code, each.path) for each in check(document(steps)).warnings] == [
        ("ignored_key", "/steps/0/schedule")
    ]
    assert Story(steps).start().status("first") == "ready"


def test_the_commands_need_no_schedule_to_be_refused() -> None:
    run = Story([task("first"), pays()]).start()
    for kind in ("run_now", "cancel_schedule"):
        run.give(kind, "first", by=Actor("ann", ("operator",)))
        assert run.code() == "step_not_ready"
