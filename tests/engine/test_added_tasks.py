"""A task put into one live run: where it stands, who waits for it, and where it cannot go."""

from __future__ import annotations

import pytest

from tests.engine.story import Story, choose, task


def two(**top: object) -> Story:
    return Story([task("a"), task("b"), task("c")], **top).start()


def test_after_a_step_it_comes_between_that_and_what_follows() -> None:
    story = two()
    story.give("add_task", title="More", after="a")
    assert story.step("added_1")["blocked_by"] == ["a"] and story.step("b")["blocked_by"] == ["added_1"]
    assert [step["id"] for step in story.view()["steps"]] == ["a", "added_1", "b", "c"]
    story.complete("a")
    assert story.view()["current"] == ["added_1"]
    story.complete("added_1")
    assert story.view()["current"] == ["b"] and story.view()["progress"] == {"done": 2, "skipped": 0, "total": 4}


def test_behind_the_last_step_that_ended_it_keeps_the_next_open_one_as_it_is() -> None:
    story = two()
    story.complete("a")
    story.give("add_task", title="More", after="a", assign={"users": ["ben"]}, fields=[{"id": "n", "type": "integer"}])
    assert story.view()["current"] == ["added_1", "b"] and story.step("added_1")["assignees"]["users"] == ["ben"]
    story.complete("added_1", output={"n": 3})
    assert story.step("added_1")["output"] == {"n": 3}


def test_before_a_step_it_waits_for_what_that_waited_for() -> None:
    story = two()
    story.give("add_task", title="More", before="c")
    assert (story.step("added_1")["blocked_by"], story.step("c")["blocked_by"]) == (["b"], ["added_1"])
    story.give("add_task", title="Even more", before="added_1")
    assert story.step("added_1")["blocked_by"] == ["added_2"]


def test_before_a_join_of_any_it_is_a_join_of_any() -> None:
    steps = [task("a", after=[]), task("b", after=[]), task("c", after=["a", "b"], join="any")]
    story = Story(steps).start()
    story.give("add_task", title="More", before="c")
    story.complete("b")
    assert story.status("added_1") == "ready" and story.status("c") == "pending"


def test_between_a_choice_and_what_it_leads_to_it_waits_for_that_choice() -> None:
    steps = [choose("which", "x", "y"), task("b", after="which:x"), task("c", after="which:y")]
    story = Story(steps).start()
    story.give("add_task", title="More", after="which", before="b")
    story.complete("which", choice="y")
    assert (story.status("added_1"), story.status("b"), story.status("c")) == ("not_taken", "not_taken", "ready")


def test_neither_after_nor_before_it_is_open_at_once() -> None:
    story = two()
    story.give("add_task", title="More")
    assert story.view()["current"] == ["a", "added_1"]


def test_it_belongs_to_the_phase_of_its_neighbour_which_waits_for_it() -> None:
    phases = [{"id": "p", "title": "P"}, {"id": "q", "title": "Q", "after": "phase:p"}]
    steps = [task("a", phase="p", after=[]), task("b", phase="q", after=[])]
    story = Story(steps, phases=phases).start()
    story.give("add_task", title="More", after="a")
    story.complete("a")
    assert story.status("b") == "pending" and story.step("added_1")["phase"] == "p"
    story.complete("added_1")
    assert story.status("b") == "ready"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"after": "nowhere"}, "step_unknown"),
        ({"before": "a"}, "step_not_ready"),
        ({"after": "c", "before": "b"}, "would_loop"),
        ({"after": "b", "before": "b"}, "would_loop"),
        ({"title": " "}, "malformed"),
        ({"description": "= record.id"}, "malformed"),
        ({"fields": [{"id": "n", "type": "integer", "default": "= 1 + 1"}]}, "malformed"),
        ({"fields": [{"id": "n", "type": "no such"}]}, "malformed"),
        ({"colour": "red"}, "malformed"),
    ],
)
def test_what_cannot_be_added(more: dict[str, object], code: str) -> None:
    story = two()
    story.give("add_task", **{"title": "More", **more})
    assert story.code() == code and not story.state.added


def test_nothing_follows_a_step_that_was_not_taken() -> None:
    steps = [choose("which", "x", "y"), task("b", after="which:x"), task("c", after="which:y")]
    story = Story(steps).start()
    story.complete("which", choice="y")
    story.give("add_task", title="More", after="b")
    assert story.code() == "step_not_ready" and "nothing follows" in story.refusal()["message"]


def test_it_is_due_when_somebody_said() -> None:
    story = two()
    story.give("add_task", title="More", due="2026-12-01")
    story.give("add_task", title="More", due={"in": "2 days", "from": "step:a"})
    story.complete("a")
    assert [story.step(f"added_{n}")["due"] for n in (1, 2)] == ["2026-12-01", "2026-11-23"]


@pytest.mark.parametrize("due", ["soon", {"in": "soon"}, {"in": "1 days", "from": "phase:nowhere"}, {"at": "x"}, "="])
def test_a_due_date_that_is_none_is_refused(due: object) -> None:
    story = two()
    story.give("add_task", title="More", due=due)
    assert story.code() == "malformed" and not story.state.added
