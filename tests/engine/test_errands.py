"""What machines do beside the steps: automations, keeping the record up to date, writing back, telling people."""

from __future__ import annotations

from typing import Any

from tests.engine.story import ANN, BEN, LEA, Story, choose, pays, task

MAIL = {"id": "mail", "title": "Mail", "action": "demo.refund", "with": {"to": "= inputs.to", "text": "Please"}}
INPUTS = [{"id": "to", "type": "text"}]
ORDER = {"record": "o1", "record_data": {"state": "new"}}


def mailing(*more: dict[str, Any], **top: Any) -> Story:
    steps = [task("a", automations=[MAIL]), *(more or (task("b"),))]
    return Story(steps, {"inputs": {"to": "x@y.example"}}, inputs=INPUTS, **top).start()


def test_an_automation_runs_any_number_of_times_each_an_execution_of_its_own() -> None:
    story = mailing()
    story.give("automation", "a", BEN, automation="mail")
    story.give("automation", "a", automation="mail", **{"with": {"text": "Again", "cc": "z"}})
    first, second = story.effects["a.mail#1"], story.effects["a.mail#2"]
    assert (first.acting, first.input) == ("ben", {"to": "x@y.example", "text": "Please"})
    assert second.input == {"to": "x@y.example", "text": "Again", "cc": "z"}
    story.reply("a.mail#2", id="m2")
    story.reply("a.mail#1", id="m1")
    (shown,) = story.step("a")["automations"]
    assert [(run["execution"], run["output"]) for run in shown["runs"]] == [
        ("a.mail#1", {"id": "m1"}),
        ("a.mail#2", {"id": "m2"}),
    ]
    assert story.status("a") == "ready"
    story.give("automation", "a", automation="fax")
    assert story.code() == "automation_unknown"
    story.complete("a")
    story.give("automation", "a", automation="mail")
    assert story.code() == "step_not_ready"


def test_its_result_is_part_of_the_context_also_after_the_step() -> None:
    told = task("b", when="= steps.a.automations.mail.output.id == 'm1'")
    story = mailing(told)
    story.give("automation", "a", automation="mail")
    story.reply("a.mail#1", id="m1")
    story.complete("a")
    assert story.status("b") == "ready"
    assert Story.status(mailing_without_result(told), "b") == "not_taken"


def mailing_without_result(told: dict[str, Any]) -> Story:
    story = mailing(told)
    story.complete("a")
    return story


def test_a_failed_automation_asks_and_blocks_nothing() -> None:
    story = mailing()
    story.give("automation", "a", BEN, automation="mail")
    story.breaks("a.mail#1")
    assert story.view()["attention"] and story.errand("a.mail#1") == "attention" and story.status("a") == "ready"
    story.give("retry", by=LEA, execution="a.mail#1")
    assert (story.effects["a.mail#1"].turn, story.effects["a.mail#1"].acting) == (2, "lea")
    story.breaks("a.mail#1")
    story.complete("a")
    assert story.status("b") == "ready"
    story.give("complete", execution="a.mail#1")
    assert story.code() == "step_not_ready"
    story.give("skip", execution="a.mail#1")
    assert story.errand("a.mail#1") == "given_up" and not story.view()["attention"]
    story.give("skip", execution="a.mail#1")
    assert story.code() == "step_not_ready"


def test_a_run_that_has_ended_asks_nobody_about_its_automations() -> None:
    story = mailing(task("b"))
    story.give("automation", "a", automation="mail")
    story.breaks("a.mail#1")
    story.give("automation", "a", automation="mail")
    story.complete("a")
    story.complete("b")
    assert story.view()["status"] == "completed" and story.errand("a.mail#1") == "given_up"
    assert not story.state.over, "one is under way still, and its answer is kept"
    story.breaks("a.mail#2")
    assert story.state.over and story.errand("a.mail#2") == "given_up"


def test_going_back_stops_what_was_run_from_the_step_and_forgets_what_it_gave() -> None:
    story = mailing(task("b", when="= !has(steps.a.automations.mail.output)"))
    story.give("automation", "a", automation="mail")
    story.reply("a.mail#1", id="m1")
    story.give("automation", "a", automation="mail")
    story.complete("a")
    assert story.status("b") == "not_taken"
    story.give("reopen")
    story.give("revise", "a")
    assert story.errand("a.mail#2") == "given_up"
    story.reply("a.mail#2", id="m2")
    assert story.types()[-1] == "effect_late"
    story.complete("a")
    assert story.status("b") == "ready"


def test_an_automation_whose_input_comes_to_nothing_is_refused() -> None:
    broken = {**MAIL, "with": {"to": "= 1 / inputs.n"}}
    inputs = [{"id": "n", "type": "integer"}]
    story = Story([task("a", automations=[broken])], {"inputs": {"n": 0}}, inputs=inputs).start()
    story.give("automation", "a", automation="mail")
    assert story.code() == "expression_failed" and not story.effects


EVERY = (
    "run.started", "run.completed", "run.aborted", "run.reopened", "run.assigned", "run.due_changed", "run.handed_over",
    "step.changed", "step.current", "step.done", "step.skipped", "step.in_progress", "step.on_hold", "phase.changed",
    "phase.done", "phase.in_progress",
)  # fmt: skip


def written(story: Story, since: dict[str, Any]) -> list[str]:
    """Which events asked for a write since then; all of them are answered."""
    names = []
    while waiting := [side for side in story.state.errands() if side.kind == "sync" and side.status == "running"]:
        names.append(waiting[0].name)
        story.reply(waiting[0].id, **since)
    return names


def test_the_record_is_written_on_every_event_that_has_an_entry() -> None:
    sync = [{"event": event, "set": {event.replace(".", "_"): "= run.status"}} for event in EVERY]
    phases = [{"id": "p", "title": "P"}]
    steps = [task("a", phase="p"), task("b", skippable=True), task("c", final=True)]
    story = Story(steps, record="demo.orders", sync=sync, phases=phases)

    def after(kind: str, step: str | None = None, **more: Any) -> set[str]:
        story.give(kind, step, **more)
        return set(written(story, {}))

    story.start(**ORDER)
    entered = {"step.changed", "step.current"}
    assert set(written(story, {})) == {"run.started", *entered, "phase.changed", "phase.in_progress"}
    assert after("assign", users=["ben"]) == {"run.assigned"}
    assert after("set_due", due="2026-12-24") == {"run.due_changed"}
    assert after("hold", "a") == {"step.changed", "step.on_hold"}
    assert after("release", "a") == {"step.changed"}
    assert after("start", "a") == {"step.changed", "step.in_progress"}
    assert after("complete", "a") == {*entered, "step.done", "phase.changed", "phase.done"}
    assert after("skip", "b") == {*entered, "step.skipped"}
    assert after("note", text="x") == set()
    assert after("abort") == {"run.aborted", "step.changed"}
    assert after("reopen") == {"run.reopened", *entered}
    assert after("complete", "c") == {"run.handed_over", "run.completed", "step.changed", "step.done"}


def test_what_is_written_sees_the_run_the_step_and_the_phase() -> None:
    values = {
        "state": "= run.status", "who": "= run.name", "step": "= current_step", "phase": "= current_phase",
        "title": "= step.title", "part": "= phase.title", "gone": None, "missing": "= step.due",
    }  # fmt: skip
    phases = [{"id": "p", "title": "The phase"}]
    rule = {"event": "step.current", "step": "b", "set": values}
    story = Story([task("a", phase="p"), task("b", phase="p")], record="demo.orders", sync=[rule], phases=phases)
    story.start(**ORDER)
    assert not story.effects, "the rule is about b"
    story.complete("a")
    effect = story.effects["~sync0#1"]
    assert effect.input["set"] == {
        "state": "waiting", "who": "Story · o1", "step": "B", "phase": "The phase", "title": "B", "part": "The phase",
        "gone": None,
    }  # fmt: skip
    assert (effect.input["collection"], effect.input["record"], effect.acting) == ("demo.orders", "o1", "ann")
    story.reply("~sync0#1", state="waiting")
    assert story.view()["context"]["record"]["state"] == "waiting"


DONE = [{"event": "step.done", "set": {"last": "= step.title", "n": 1}}, {"event": "run.completed", "set": {"n": 2}}]


def test_a_write_that_fails_asks_a_person_and_stops_no_step() -> None:
    story = Story([task("a"), task("b"), task("c")], record="demo.orders", sync=DONE[:1]).start(**ORDER)
    story.complete("a")
    story.breaks("~sync0#1")
    assert story.view()["attention"] and story.status("b") == "ready"
    story.give("retry", by=BEN, execution="~sync0#1")
    story.reply("~sync0#1", last="A")
    assert not story.view()["attention"]


def test_writes_go_one_at_a_time_and_one_that_is_tried_again_does_not_undo_a_later_one() -> None:
    story = Story([task("a"), task("b"), task("c")], record="demo.orders", sync=DONE).start(**ORDER)
    story.complete("a")
    story.complete("b")
    assert (story.errand("~sync0#1"), story.errand("~sync0#2")) == ("running", "queued")
    story.breaks("~sync0#1")
    assert story.errand("~sync0#2") == "running", "one that failed lets the next go on"
    story.reply("~sync0#2", last="B", n=1)
    story.give("retry", execution="~sync0#1")
    assert story.errand("~sync0#1") == "given_up", "a later write has taken its fields"
    assert story.view()["context"]["record"]["last"] == "B"


def test_of_a_write_that_is_tried_again_only_what_is_still_its_own_is_written() -> None:
    story = Story([task("a")], record="demo.orders", sync=DONE).start(**ORDER)
    story.complete("a")
    story.breaks("~sync0#1")
    story.reply("~sync1#1", n=2)
    story.give("retry", execution="~sync0#1")
    assert story.effects["~sync0#1"].input["set"] == {"last": "A"}


def test_the_last_write_keeps_the_workflow_until_it_is_done() -> None:
    story = Story([task("a")], record="demo.orders", sync=DONE[1:]).start(**ORDER)
    story.complete("a")
    assert story.view()["status"] == "completed" and not story.state.over
    story.breaks("~sync0#1")
    assert story.view()["attention"] and not story.state.over
    story.give("retry", execution="~sync0#1")
    story.reply("~sync0#1", n=2)
    assert story.state.over


def test_a_run_without_a_record_has_nothing_to_keep_up_to_date() -> None:
    story = Story([task("a")], record="demo.orders", sync=DONE).start()
    story.complete("a")
    assert story.state.over and not story.effects


def test_while_the_run_is_saved_nothing_is_written() -> None:
    story = Story([pays("pay", undo=False), task("b")], record="demo.orders", sync=DONE[:1]).start(**ORDER)
    story.give("save")
    story.reply("pay#1", id="r1")
    assert story.errand("~sync0#1") == "queued"
    story.give("resume")
    assert story.errand("~sync0#1") == "running"


def test_many_errands_are_forgotten_but_not_what_was_taken_back_nor_the_last_results() -> None:
    story = Story([pays("pay"), task("a", automations=[{**MAIL, "with": {}}]), choose("again", "x")]).start()
    story.answer("pay", id="r1")
    story.give("automation", "a", automation="mail")
    story.reply("a.mail#1", id="m1")
    story.give("revise", "pay", undo=["pay"])
    story.reply("pay~undo#1", ok=True)
    for number in range(220):
        story.give("take_over", by=(BEN, ANN)[number % 2])
        story.reply(f"~notify#{number + 1}", sent=1)
    assert len(story.state.sides) <= 202 and "pay~undo#1" in story.state.sides
    story.give("abort", undo=["pay"])
    assert story.code() == "not_undoable", "what was taken back once is not taken back again"
