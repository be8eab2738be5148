"""A run that is laid aside: what goes on, what waits, and who holds it afterwards."""

from __future__ import annotations

from definitions.engine.commands import StartEffect
from tests.engine.story import ANN, BEN, LEA, Story, pays, task


def test_effects_in_flight_finish_and_are_recorded_and_nothing_new_starts() -> None:
    story = Story([pays("one"), pays("two"), task("b")]).start()
    story.give("save", reason="lunch")
    view = story.view()
    assert (view["status"], view["saved"]["by"], view["saved"]["reason"]) == ("saved", "ann", "lunch")
    step = story.reply("one#1", id="r1")
    assert story.step("one")["output"] == {"id": "r1"} and not step.commands
    assert story.status("two") == "pending" and story.view()["status"] == "saved"
    step = story.give("resume")
    assert [c.execution for c in step.commands if isinstance(c, StartEffect)] == ["two#1"]


def test_a_failure_while_saved_asks_a_person_who_must_resume_first() -> None:
    story = Story([pays(), task("b")]).start()
    story.give("save")
    story.fail("pay")
    assert story.view()["attention"] and story.view()["status"] == "saved"
    story.give("retry", "pay")
    assert story.code() == "run_saved" and story.refusal()["saved_by"] == "ann"
    story.give("resume")
    story.give("retry", "pay")
    assert story.status("pay") == "running"


def test_a_wait_that_comes_due_counts_on_resume() -> None:
    story = Story([{"id": "w", "kind": "wait", "title": "W", "for": "2 days"}, task("b")]).start()
    story.give("save")
    story.ring("w")
    assert story.status("w") == "waiting" and story.types()[-1] == "step_came_due"
    assert story.status("b") == "pending"
    story.wait(days=28)
    story.give("resume")
    assert story.statuses() == {"w": "done", "b": "ready"}


def test_due_dates_and_reminders_go_on_and_the_port_is_taken_on_resume() -> None:
    overdue = {"due": {"in": "1 days", "from": "start"}, "on_overdue": {"notify": "lea"}}
    story = Story([task("a", **overdue), task("help", after="a:overdue")]).start()
    story.give("save")
    story.overdue("a#1")
    assert story.effects["~notify#1"].input["users"] == ["lea"] and story.step("a")["overdue"]
    assert story.status("help") == "pending"
    story.give("resume")
    assert story.status("help") == "ready"


def test_people_plan_around_a_saved_run_and_do_nothing_in_it() -> None:
    story = Story([task("a", skippable=True), task("b")]).start()
    story.give("save")
    for kind in ("complete", "start", "hold", "skip", "claim", "revise", "amend", "automation"):
        story.give(kind, "a")
        assert story.code() == "run_saved", kind
    story.give("add_task", title="More")
    assert story.code() == "run_saved"
    story.give("save")
    assert story.code() == "run_saved"
    story.give("note", text="still here")
    story.give("assign", "b", users=["ben"])
    story.give("set_due", "b", due="2026-12-24")
    assert story.types()[-3:] == ["note_added", "step_assigned", "due_changed"]


def test_another_person_resumes_and_holds_it_and_the_one_before_is_told() -> None:
    story = Story([task("a")]).start()
    story.give("resume")
    assert story.code() == "run_not_saved"
    story.give("save")
    story.give("resume", by=BEN, reason="ann is ill")
    assert story.view()["holder"] == "ben" and story.view()["status"] == "waiting"
    told = story.effects["~notify#1"].input
    assert told["users"] == ["ann"] and "ann is ill" in told["text"] and told["kind"] == "taken_over"
    story.reply("~notify#1", sent=1)
    story.give("take_over", by=LEA)
    assert story.view()["holder"] == "lea" and story.effects["~notify#2"].input["users"] == ["ben"]
    story.give("take_over", by=LEA)
    assert story.code() == "already_holder"


def test_one_who_takes_up_their_own_run_tells_nobody() -> None:
    story = Story([task("a")]).start()
    story.give("save")
    story.give("resume")
    assert not story.effects


def test_only_the_holder_acts_where_the_definition_says_exclusive() -> None:
    automation = {"automations": [{"id": "mail", "title": "Mail", "action": "demo.refund", "with": {}}]}
    story = Story([task("a", **automation), task("b")], exclusive=True).start()
    for kind in ("complete", "start", "claim", "automation"):
        story.give(kind, "a", BEN)
        assert story.code() == "held_by_other" and story.refusal()["holder"] == "ann"
    for kind in ("save", "abort", "close"):
        story.give(kind, by=BEN)
        assert story.code() == "held_by_other"
    story.give("note", by=BEN, text="may I?")
    story.give("automation", "a", automation="mail")
    story.breaks("a.mail#1")
    story.give("retry", by=BEN, execution="a.mail#1")
    assert story.code() == "held_by_other"
    story.give("take_over", by=BEN)
    story.complete("a", by=BEN)
    assert story.status("b") == "ready"
    story.complete("b", by=ANN)
    assert story.code() == "held_by_other"


def test_a_saved_run_can_be_aborted_with_its_side_effects_taken_back() -> None:
    story = Story([pays(), task("b")]).start()
    story.answer("pay", id="r1")
    story.give("save")
    story.give("abort", undo=["pay"])
    assert story.effects["pay~undo#1"].input == {"refund": "r1"}, "a run that is ending is no longer saved"
    story.reply("pay~undo#1", ok=True)
    assert story.view()["status"] == "aborted"
