"""Going back: a person revises, a decision sends back. What is given up, what stays, what is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.engine.back import preview
from definitions.engine.commands import CancelEffect
from tests.engine.story import BEN, LEA, Story, choose, pays, task

FORM = [{"id": "n", "type": "integer"}]


def side_by_side(**top: Any) -> Story:
    """Two branches from the start: a then a2, b then b2; both done but for their ends."""
    steps = [task("a", after=[], fields=FORM), task("a2", after="a"), task("b", after=[]), task("b2", after="b")]
    story = Story(steps, **top).start()
    story.complete("a", output={"n": 7})
    story.complete("b")
    return story


def test_a_finished_step_opens_again_with_its_old_values_and_rounds_stand_side_by_side() -> None:
    story = side_by_side()
    story.give("revise", "a", LEA, reason="wrong number")
    step = story.step("a")
    assert (step["status"], step["execution"], step["output"]) == ("ready", "a#2", None)
    assert step["before"] == {"output": {"n": 7}}
    assert [(e.id, str(e.status)) for e in story.state.rounds_of("a")] == [("a#1", "revised"), ("a#2", "ready")]
    revised = next(e for e in story.events if e.type == "step_revised")
    assert (revised.actor, revised.data) == ("lea", {"reason": "wrong number"})
    story.give("complete", "a", execution="a#1")
    assert story.code() == "stale_execution"


def test_after_gives_up_everything_that_ended_later_and_what_is_open_because_of_it() -> None:
    story = side_by_side()
    story.give("revise", "a")
    assert story.statuses() == {"a": "ready", "a2": "pending", "b": "ready", "b2": "pending"}
    assert {e.id: str(e.status) for e in story.state.executions.values() if e.round == 1} == {
        "a#1": "revised", "a2#1": "cancelled", "b#1": "cancelled", "b2#1": "cancelled",
    }  # fmt: skip


def test_dependents_gives_up_what_comes_after_it_or_read_it_and_nothing_else() -> None:
    story = side_by_side(revise="dependents")
    story.give("revise", "a")
    assert story.statuses() == {"a": "ready", "a2": "pending", "b": "done", "b2": "ready"}
    reads = [task("a", fields=FORM, after=[]), task("b", after=[]), task("c", after="b", when="= steps.a.output.n > 1")]
    reader = Story(reads, revise="dependents").start()
    reader.complete("a", output={"n": 7})
    reader.complete("b")
    reader.give("revise", "a")
    assert reader.statuses() == {"a": "ready", "b": "done", "c": "not_taken"}


def test_a_branch_that_was_open_before_stays_as_it_is() -> None:
    steps = [task("a", after=[]), task("a2", after="a"), task("b", after=[])]
    story = Story(steps).start()
    story.give("start", "b", BEN)
    story.complete("a")
    story.give("revise", "a")
    assert story.statuses() == {"a": "ready", "a2": "pending", "b": "in_progress"}


def test_in_a_sequential_run_the_open_step_makes_room() -> None:
    steps = [task("a", after=[]), task("b", after=[]), task("c", after=[])]
    story = Story(steps, sequential=True, revise="dependents").start()
    story.complete("a")
    story.complete("b")
    story.give("revise", "a")
    assert story.statuses() == {"a": "ready", "b": "done", "c": "pending"}
    story.complete("c")
    assert story.code() == "requirements_open" and story.refusal()["blocked_by"] == ["a"]


def test_a_step_gone_back_to_opens_even_where_its_guard_has_changed() -> None:
    guarded = task("a", when="= record.state == 'new'")
    write = {"id": "w", "kind": "update_data", "title": "W", "execute": "automatic", "set": {"state": "old"}}
    story = Story([guarded, write, task("b")], record="demo.orders")
    story.start(record="o1", record_data={"state": "new"})
    story.complete("a")
    story.answer("w", state="old")
    story.give("revise", "a")
    assert story.status("a") == "ready"


@pytest.mark.parametrize("name", ["open", "never", "left"])
def test_only_a_finished_step_can_be_revised(name: str) -> None:
    steps = [choose("which", "x", "y"), task("open", after="which:x"), task("left", after="which:y"), task("never")]
    story = Story(steps).start()
    story.complete("which", choice="x")
    story.give("revise", name)
    assert story.code() in ("step_not_ready", "requirements_open")


def test_a_skipped_step_can_be_revised() -> None:
    story = Story([task("a", skippable=True), task("b")]).start()
    story.give("skip", "a")
    story.give("revise", "a")
    assert story.statuses() == {"a": "ready", "b": "pending"}


def test_what_is_under_way_is_stopped_and_answers_late() -> None:
    wait = {"id": "w", "kind": "wait", "title": "W", "for": "2 days", "after": "a"}
    story = Story([task("a"), pays(after="a"), wait]).start()
    story.complete("a")
    step = story.give("revise", "a")
    assert CancelEffect("pay#1") in step.commands and not story.timers
    story.reply("pay#1", id="r1")
    assert story.types()[-1] == "effect_late" and story.state.executions["pay#1"].output is None
    story.complete("a")
    assert story.effects["pay#2"].turn == 1 and "w#2" in story.timers


def paid_twice() -> Story:
    story = Story([task("a"), pays("one"), pays("two"), task("b")]).start()
    story.complete("a")
    story.answer("one", id="r1")
    story.answer("two", id="r2")
    return story


def test_the_preview_says_what_would_be_given_up_and_is_what_happens() -> None:
    story = paid_twice()
    seen = preview(story.graph, story.state, "a")
    assert (seen["cancels"], seen["keeps"], seen["reruns"]) == (["one", "two", "b"], [], ["one", "two"])
    assert [(e["step"], e["undoable"]) for e in seen["side_effects"]] == [("two", True), ("one", True)]
    story.give("note", text="a note moves nothing")
    assert preview(story.graph, story.state, "a")["fingerprint"] == seen["fingerprint"]
    story.give("start", "b")
    story.give("revise", "a", fingerprint=seen["fingerprint"])
    assert story.code() == "fingerprint_changed"
    seen = preview(story.graph, story.state, "a")
    story.give("revise", "a", fingerprint=seen["fingerprint"])
    cancelled = [e.step for e in story.events if e.type == "step_cancelled"]
    assert cancelled == seen["cancels"]


def test_the_preview_names_decisions_that_people_took_and_that_become_stale() -> None:
    story = Story([task("a"), choose("ok", "yes", "no", roles=["lead"]), task("b", after="ok:yes")]).start()
    story.complete("a")
    story.complete("ok", by=LEA, choice="yes")
    assert preview(story.graph, story.state, "a")["stale_approvals"] == [{"step": "ok", "by": "lea", "choice": "yes"}]


def test_side_effects_are_taken_back_in_reverse_one_at_a_time() -> None:
    story = paid_twice()
    story.give("revise", "a", LEA, undo=["one", "two"])
    assert (story.errand("two~undo#1"), story.errand("one~undo#1")) == ("running", "queued")
    assert (story.effects["two~undo#1"].input, story.effects["two~undo#1"].acting) == ({"refund": "r2"}, "lea")
    story.reply("two~undo#1", ok=True)
    assert story.errand("one~undo#1") == "running"
    story.reply("one~undo#1", ok=True)
    assert story.status("a") == "ready" and not story.state.errands()


def test_an_undo_that_fails_asks_a_person_and_holds_the_next_until_tried_again_or_left() -> None:
    story = paid_twice()
    story.give("revise", "a", undo=["one", "two"])
    story.breaks("two~undo#1")
    assert story.view()["attention"] and story.errand("one~undo#1") == "queued"
    story.give("retry", by=BEN, execution="two~undo#1")
    assert (story.effects["two~undo#1"].turn, story.effects["two~undo#1"].acting) == (2, "ben")
    story.breaks("two~undo#1")
    story.give("skip", execution="two~undo#1", reason="the bank did it")
    assert story.errand("two~undo#1") == "given_up" and story.errand("one~undo#1") == "running"


def test_a_step_begins_again_only_when_its_own_side_effect_is_taken_back() -> None:
    story = paid_twice()
    story.give("revise", "a", undo=["one"])
    story.complete("a")
    assert story.status("one") == "pending" and story.step("one")["blocked_by"] == ["one"]
    story.give("handle_manually", "one")
    assert story.code() == "requirements_open" and story.refusal()["blocked_by"] == ["one"]
    story.reply("one~undo#1", ok=True)
    assert story.status("one") == "running"


def test_in_a_sequential_run_it_waits_too_and_the_run_comes_to_rest() -> None:
    story = Story([pays(), task("b")], sequential=True).start()
    story.answer("pay", id="r1")
    story.give("revise", "pay", undo=["pay"])
    assert story.status("pay") == "pending" and story.view()["status"] == "running"
    story.breaks("pay~undo#1")
    assert story.view()["status"] == "waiting"
    story.give("skip", execution="pay~undo#1")
    assert story.status("pay") == "running"


def test_nothing_is_taken_back_while_the_run_is_saved() -> None:
    story = paid_twice()
    story.give("revise", "a", undo=["one", "two"])
    story.give("save")
    story.reply("two~undo#1", ok=True)
    assert story.errand("one~undo#1") == "queued"
    story.give("resume")
    assert story.errand("one~undo#1") == "running"


@pytest.mark.parametrize("undo", [["b"], ["nowhere"], [7], ["one", "one2"]])
def test_only_a_side_effect_that_stands_can_be_taken_back(undo: list[Any]) -> None:
    story = paid_twice()
    story.give("revise", "a", undo=undo)
    assert story.refusal()["status"] == 422 and story.status("a") == "done"


def again(limit: int = 2, **more: Any) -> list[dict[str, Any]]:
    back = {"id": "redo", "back_to": "draft", "max": limit, **more}
    return [
        task("draft", fields=FORM),
        choose("check", "good", back, {"id": "enough"}, otherwise="enough"),
        task("send", after="check:good"),
        task("escalated", after="check:enough"),
    ]


def test_a_decision_sends_back_so_many_times_and_then_elsewhere() -> None:
    story = Story(again()).start()
    for number in (1, 2):
        story.complete("draft", output={"n": number})
        story.complete("check", choice="redo", reason="too short")
        assert story.step("draft")["before"] == {"output": {"n": number}} and story.status("draft") == "ready"
    sent = [e.data for e in story.events if e.type == "sent_back"]
    assert [(each["to"], each["round"]) for each in sent] == [("draft", 1), ("draft", 2)]
    story.complete("draft", output={"n": 3})
    story.complete("check", choice="redo")
    assert story.step("check")["choice"] == "enough" and story.status("escalated") == "ready"
    assert [str(e.status) for e in story.state.rounds_of("draft")] == ["done"] * 3
    done = [e for e in story.events if e.type == "step_done" and e.step == "check"]
    assert done[0].data["reason"] == "too short"


def test_revising_what_the_loop_leads_back_to_lets_it_count_anew() -> None:
    story = Story(again(1)).start()
    story.complete("draft", output={"n": 1})
    story.complete("check", choice="redo")
    story.complete("draft", output={"n": 2})
    story.give("revise", "draft")
    story.complete("draft", output={"n": 3})
    story.complete("check", choice="redo")
    assert story.status("draft") == "ready" and story.view()["progress"]["done"] == 0


def test_rules_send_back_by_themselves_and_come_to_an_end() -> None:
    back = {"id": "redo", "when": "= true", "back_to": "pay", "max": 2}
    rules = {"id": "rules", "kind": "decision", "by": "rules", "title": "R", "options": [back, {"id": "on"}]}
    story = Story([pays(), {**rules, "otherwise": "on"}, task("b", after="rules:on")]).start()
    for number in (1, 2, 3):
        story.reply(f"pay#{number}", id=f"r{number}")
    assert story.status("b") == "ready"
    assert [str(e.status) for e in story.state.rounds_of("pay")] == ["done"] * 3, "nothing is undone"
    story.give("abort", undo=["pay"])
    ends = [name for name in story.state.sides if "~undo" in name]
    assert ends == ["pay~undo#3", "pay~undo#2", "pay~undo#1"]


def test_sending_back_touches_only_what_depends_on_the_target() -> None:
    steps = [*again(), task("beside", after=[]), task("reader", after="draft")]
    story = Story(steps).start()
    story.complete("draft", output={"n": 1})
    story.give("start", "beside")
    story.give("start", "reader")
    story.complete("check", choice="redo")
    assert story.status("beside") == "in_progress" and story.status("reader") == "pending"
    assert str(story.state.executions["reader#1"].status) == "cancelled"
    story.complete("draft", output={"n": 2})
    story.complete("reader", execution="reader#1")
    assert story.code() == "stale_execution"


def test_loops_within_loops_count_each_for_itself() -> None:
    steps = [
        task("outer"),
        task("inner"),
        choose("small", "on", {"id": "redo", "back_to": "inner", "max": 1}, otherwise="on"),
        choose("big", "on", {"id": "redo", "back_to": "outer", "max": 1}, otherwise="on", after="small:on"),
        task("end", after="big:on"),
    ]
    story = Story(steps).start()
    for name, choice in (("small", "redo"), ("small", "on"), ("big", "redo"), ("small", "redo"), ("big", "redo")):
        for step in ("outer", "inner"):
            if story.status(step) == "ready":
                story.complete(step)
        if story.status("inner") == "ready":
            story.complete("inner")
        story.complete(name, choice=choice)
    assert story.status("end") == "ready"
    assert story.state.loops == {"small:redo": 1, "big:redo": 1}
