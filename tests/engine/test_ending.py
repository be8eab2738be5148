"""How people end a run: hand it over, close it, abort it, take back what it did; and open it again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from definitions.engine.commands import CancelEffect, Close
from tests.engine.story import ANN, LEA, Story, choose, pays, task


def paid_twice(**top: object) -> Story:
    story = Story([pays("one"), pays("two"), task("b"), task("c")], **top).start()
    story.answer("one", id="r1")
    story.answer("two", id="r2")
    return story


def test_an_abort_takes_back_what_it_names_in_reverse_and_ends_after_that() -> None:
    story = paid_twice()
    story.give("abort", by=LEA, undo=["one", "two"], text="wrong customer")
    assert story.view()["ending"] == "abort" and story.statuses()["b"] == "not_taken"
    story.complete("b")
    assert story.code() == "run_closed"
    story.reply("two~undo#1", ok=True)
    assert story.view()["status"] == "running"
    step = story.reply("one~undo#1", ok=True)
    assert [c for c in step.commands if isinstance(c, Close)] and story.view()["status"] == "aborted"
    assert story.view()["closing"]["text"] == "wrong customer"


def test_an_undo_that_fails_keeps_the_run_ending_until_a_person_decides() -> None:
    story = paid_twice()
    story.give("abort", undo=["one", "two"])
    story.breaks("two~undo#1")
    assert story.view()["status"] == "waiting" and story.view()["attention"]
    story.give("take_over", by=LEA)
    assert story.code() == "run_closed"
    story.give("retry", execution="two~undo#1")
    story.reply("two~undo#1", ok=True)
    story.breaks("one~undo#1")
    story.give("handle_manually", execution="one~undo#1", reason="by phone")
    assert story.view()["status"] == "aborted" and story.state.over


def test_where_the_definition_says_so_an_abort_takes_back_all_of_it() -> None:
    story = paid_twice(on_abort="undo")
    story.give("abort")
    assert list(story.state.sides) == ["two~undo#1", "one~undo#1"]
    kept = paid_twice(on_abort="undo")
    kept.give("abort", undo=[])
    assert kept.view()["status"] == "aborted" and not kept.state.sides


def test_what_was_kept_when_the_run_went_back_can_be_taken_back_at_the_end() -> None:
    story = paid_twice(on_abort="undo")
    story.give("revise", "two")
    story.reply("two#2", id="r3")
    story.give("abort")
    assert list(story.state.sides) == ["two~undo#2", "two~undo#1", "one~undo#1"]


def test_a_close_takes_back_too_where_it_is_asked_to() -> None:
    story = paid_twice()
    story.give("close", undo=["one"], text="enough")
    story.reply("one~undo#1", ok=True)
    assert story.view()["status"] == "completed"
    assert story.statuses() == {"one": "done", "two": "done", "b": "not_taken", "c": "not_taken"}


def test_an_abort_stops_what_is_under_way_and_its_answer_is_late() -> None:
    story = Story([pays(), task("b")]).start()
    step = story.give("abort")
    assert CancelEffect("pay#1") in step.commands
    story.reply("pay#1", id="r1")
    assert story.types()[-1] == "effect_late" and story.state.over


def test_a_reopened_run_goes_on_where_its_abort_left_it() -> None:
    story = Story([task("a"), task("b"), task("c")]).start()
    story.complete("a")
    story.give("abort")
    story.give("reopen", by=LEA)
    assert story.statuses() == {"a": "done", "b": "ready", "c": "pending"}
    assert (story.view()["status"], story.view()["holder"], story.view()["ended_at"]) == ("waiting", "lea", None)
    assert story.step("b")["execution"] == "b#2"
    story.give("reopen")
    assert story.code() == "run_open"
    story.complete("b")
    story.complete("c")
    assert story.view()["status"] == "completed"


def test_a_closed_run_opens_what_its_end_gave_up() -> None:
    story = Story([task("a", after=[]), task("b", after=[]), task("c", after=["a", "b"])]).start()
    story.complete("a")
    story.give("close")
    story.give("reopen")
    assert story.statuses() == {"a": "done", "b": "ready", "c": "pending"}


def test_a_run_that_an_end_step_ended_goes_on_with_its_other_branch() -> None:
    steps = [task("slow", after=[]), task("ask", after=[]), {"id": "stop", "kind": "end", "title": "S", "after": "ask"}]
    story = Story([*steps, task("last", after="slow")]).start()
    story.complete("ask")
    assert story.view()["status"] == "completed"
    story.give("reopen")
    assert story.statuses() == {"slow": "ready", "ask": "done", "stop": "done", "last": "pending"}
    story.complete("slow")
    story.complete("last")
    assert story.view()["status"] == "completed"


def test_a_run_that_had_come_to_its_end_stays_open_until_somebody_does_something() -> None:
    story = Story([task("a"), choose("which", "x", "y"), task("b", after="which:x")]).start()
    story.complete("a")
    story.complete("which", choice="y")
    story.give("reopen")
    assert story.view()["status"] == "waiting" and story.types()[-1] == "run_waiting"
    story.give("note", text="let me think")
    assert story.view()["status"] == "waiting"
    story.give("revise", "which")
    assert story.status("which") == "ready"
    story.complete("which", choice="x")
    story.complete("b")
    assert story.view()["status"] == "completed"
    story.give("reopen")
    story.give("add_task", title="More")
    story.complete("added_1")
    assert story.view()["status"] == "completed"
    story.give("reopen")
    story.give("close")
    assert story.view()["status"] == "completed"


@pytest.mark.parametrize("kind", ["complete", "save", "note", "amend", "add_task", "abort", "migrate", "revise"])
def test_a_run_that_has_ended_takes_nothing_but_to_be_reopened(kind: str) -> None:
    story = Story([task("a")]).start()
    story.complete("a")
    story.give(kind, "a" if kind in ("complete", "amend", "revise") else None)
    assert story.code() == "run_closed"


PICTURES = {"fields": [{"id": "photos", "type": "pictures", "min": "= policy.minimum_pictures"}]}


def test_handing_over_lists_all_that_finished_steps_lack_and_says_so_when_it_holds() -> None:
    steps = [task("p", **PICTURES), task("q", skippable=True, **PICTURES), task("r", **PICTURES)]
    story = Story([*steps, task("send", final=True)]).start()
    story.complete("p", output={})
    story.give("skip", "q")
    story.complete("r", output={})
    strict = replace(ANN, policy={"minimum_pictures": 1})
    story.complete("send", by=strict)
    assert story.code() == "requirements_unmet"
    assert [each["step"] for each in story.refusal()["errors"]] == ["p", "r"]
    story.complete("send")
    assert story.types()[-3:] == ["step_done", "run_handed_over", "run_completed"]


def test_a_reopened_run_whose_steps_are_all_left_out_still_waits_for_somebody() -> None:
    """Else it would end again in the very moment it was reopened."""
    write = {"id": "w", "kind": "update_data", "title": "W", "execute": "automatic", "set": {"state": "old"}}
    stop = {"id": "stop", "kind": "end", "title": "Stop"}
    steps = [task("slow", after=[], when="= record.state == 'new'"), {**write, "after": []}, stop]
    story = Story(steps, record="demo.orders").start(record="o1", record_data={"state": "new"})
    story.answer("w", state="old")
    assert story.view()["status"] == "completed"
    story.give("reopen")
    assert story.status("slow") == "not_taken" and story.view()["status"] == "waiting"


def test_an_end_says_how_and_why_the_run_ended() -> None:
    stop = {"id": "stop", "kind": "end", "outcome": "rejected", "reason": "no answer to ${run.key}"}
    story = Story([task("ask"), stop]).start()
    story.complete("ask")
    text = f"no answer to {story.state.definition}"
    assert story.view()["closing"] == {"reasons": [], "text": text, "outcome": "rejected"}
