"""Due dates in a run: when they are known, who may set them, and what happens when one has passed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.story import Story, choose, task

OVERDUE = {"notify": {"users": ["lea"]}, "assign": {"users": ["ben"]}, "goto_inbox": "leads"}


def due(step: dict[str, Any], offset: str = "2 days", anchor: str = "start", **more: Any) -> dict[str, Any]:
    return {**step, "due": {"in": offset, "from": anchor}, **more}


def test_a_date_is_unset_until_its_anchor_happened() -> None:
    phases = [{"id": "p", "title": "P", "due": {"in": "1 days", "from": "step:a"}}, {"id": "q", "title": "Q"}]
    steps = [
        task("a", phase="p", after=[]),
        due(task("b", phase="p", after=[]), "3 hours"),
        due(task("c", phase="q", after="a"), anchor="entered"),
        due(task("d", phase="q", after=[]), anchor="phase:p"),
        due(task("e", phase="q", after=["a", "b"]), anchor="preceding:any"),
        due(task("f", phase="q", after=["a", "b"]), anchor="preceding:all"),
    ]
    story = Story(steps, phases=phases, due={"in": "30 days", "from": "start"}).start()
    known = {step["id"]: step["due"] for step in story.view()["steps"]}
    assert known == {**dict.fromkeys("acdef"), "b": "2026-11-21T12:00:00.000000Z"}
    assert story.view()["due"] == "2026-12-21" and story.view()["phases"][0]["due"] is None
    story.wait(days=1)
    story.complete("a")
    known = {step["id"]: step["due"] for step in story.view()["steps"]}
    assert (known["c"], known["d"], known["e"], known["f"]) == ("2026-11-24", None, "2026-11-24", None)
    assert story.view()["phases"][0]["due"] == "2026-11-23"
    story.wait(days=1)
    story.complete("b")
    known = {step["id"]: step["due"] for step in story.view()["steps"]}
    assert (known["d"], known["e"], known["f"]) == ("2026-11-25", "2026-11-24", "2026-11-25")


def test_going_back_past_the_anchor_unsets_the_date_and_it_is_worked_out_anew() -> None:
    story = Story([task("a"), due(task("b"), anchor="step:a")]).start()
    story.complete("a")
    assert story.step("b")["due"] == "2026-11-23"
    story.give("revise", "a")
    assert story.step("b")["due"] is None
    story.wait(days=5)
    story.complete("a")
    assert story.step("b")["due"] == "2026-11-28"


def test_a_date_of_a_step_that_was_left_out_counts_for_nobody() -> None:
    steps = [choose("which", "x", "y"), due(task("b", after="which:x"), anchor="entered"), task("c", after="which:y")]
    story = Story(steps).start()
    story.complete("which", choice="y")
    assert story.step("b")["due"] is None


def test_a_persons_date_wins_until_they_take_it_back() -> None:
    phases = [{"id": "p", "title": "P"}]
    story = Story([due(task("a", phase="p")), task("b", phase="p")], phases=phases).start()
    story.give("set_due", "a", due="2026-12-24")
    story.give("set_due", "b", due="2026-12-25T10:00:00Z")
    story.give("set_due", phase="p", due="2026-12-26")
    story.give("set_due", due="2026-12-27")
    assert [step["due"] for step in story.view()["steps"]] == ["2026-12-24", "2026-12-25T10:00:00Z"]
    assert (story.view()["phases"][0]["due"], story.view()["due"]) == ("2026-12-26", "2026-12-27")
    for target in ({"step": "a"}, {"step": "b"}, {"phase": "p"}, {}):
        story.give("set_due", due=None, **target)
    assert [step["due"] for step in story.view()["steps"]] == ["2026-11-23", None]
    assert (story.view()["phases"][0]["due"], story.view()["due"]) == (None, None)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"step": "a"}, "malformed"),
        ({"step": "a", "due": "soon"}, "malformed"),
        ({"step": "a", "due": "9999-12-31"}, "malformed"),
        ({"step": "a", "due": 7}, "malformed"),
        ({"step": "nowhere", "due": None}, "step_unknown"),
        ({"phase": "nowhere", "due": None}, "phase_unknown"),
        ({"step": "a", "phase": "p", "due": None}, "malformed"),
        ({"step": "gone", "due": "2026-12-24"}, "step_not_ready"),
    ],
)
def test_what_is_no_due_date(command: dict[str, Any], code: str) -> None:
    phases = [{"id": "p", "title": "P"}]
    story = Story([task("gone", phase="p"), task("a", phase="p")], phases=phases).start()
    story.complete("gone")
    story.give("set_due", **command)
    assert story.code() == code


def test_a_passed_date_tells_people_and_reassigns_and_opens_what_the_port_leads_to() -> None:
    steps = [due(task("a"), on_overdue=OVERDUE), task("help", after="a:overdue"), task("b", after="a")]
    story = Story(steps).start()
    assert story.timers["due:a#1"].until.isoformat() == "2026-11-24T00:00:00+00:00"
    story.overdue("a#1")
    step = story.step("a")
    assert step["overdue"] and step["assignees"]["users"] == ["ben"] and step["inbox"] == "leads"
    assert story.status("help") == "ready" and story.status("a") == "ready"
    assert story.effects["~notify#1"].input["users"] == ["lea"] and story.errand("~notify#1") == "running"
    story.breaks("~notify#1")
    assert story.errand("~notify#1") == "given_up" and not story.view()["attention"]
    story.complete("a")
    assert story.statuses() == {"a": "done", "help": "ready", "b": "ready"}


def test_a_step_done_in_time_needs_no_clock_and_its_port_is_dead() -> None:
    story = Story([due(task("a")), task("help", after="a:overdue"), task("b", after="a")]).start()
    assert list(story.timers) == ["due:a#1"]
    story.complete("a")
    assert not story.timers and story.status("help") == "not_taken"
    without = Story([due(task("a"))]).start()
    assert not without.timers and without.view()["steps"][0]["due"]


def test_another_date_is_another_clock_and_the_step_is_no_longer_overdue() -> None:
    story = Story([due(task("a"), on_overdue={"notify": "lea"})]).start()
    story.overdue("a#1")
    assert story.step("a")["overdue"] and not story.timers
    story.give("set_due", "a", due="2026-12-24")
    assert not story.step("a")["overdue"] and story.timers["due:a#1"].until.isoformat() == "2026-12-25T00:00:00+00:00"
    story.overdue("a#1")
    assert [e.type for e in story.events].count("step_overdue") == 3, "overdue, no longer, and again"


def test_a_clock_follows_an_expression_and_counts_from_now_only_once() -> None:
    steps = [
        {**task("a"), "due": {"at": "= record.deadline"}, "on_overdue": {"notify": "lea"}},
        {**task("b", after=[]), "due": {"at": "= now + duration('72h')"}},
        {**task("c", after=[]), "due": {"at": "= record.note"}},
    ]
    story = Story(steps, record="demo.orders").start(
        record="o1", record_data={"deadline": "2026-12-01", "note": "next week"}
    )
    assert story.timers["due:a#1"].until.isoformat() == "2026-12-02T00:00:00+00:00"
    assert story.step("b")["due"] == "2026-11-24T09:00:00.000000Z" and story.step("c")["due"] is None
    story.wait(days=1)
    story.give("note", text="a day later")
    assert story.step("b")["due"] == "2026-11-24T09:00:00.000000Z"


def test_a_reopened_step_whose_date_has_passed_is_overdue_at_once() -> None:
    story = Story([due(task("a"), on_overdue={"notify": "lea"}), task("b")]).start()
    story.give("abort")
    assert not story.timers
    story.wait(days=30)
    story.give("reopen")
    assert story.timers["due:a#2"].until < story.now
    story.overdue("a#2")
    assert story.step("a")["overdue"]


def test_a_date_that_moves_with_the_record_ends_being_overdue() -> None:
    read = {"id": "read", "kind": "get_data", "title": "Read", "after": "go", "fields": ["deadline"]}
    late = {**task("a", after=[]), "due": {"at": "= record.deadline"}, "on_overdue": {"notify": "lea"}}
    story = Story([late, task("go", after=[]), read], record="demo.orders")
    story.start(record="o1", record_data={"deadline": "2026-12-01"})
    story.overdue("a#1")
    story.complete("go")
    story.answer("read", deadline="2026-12-24")
    assert not story.step("a")["overdue"] and story.timers["due:a#1"].until.isoformat() == "2026-12-25T00:00:00+00:00"
