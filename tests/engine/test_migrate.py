"""An open run goes on by another version of its definition."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.engine import Graph
from definitions.engine.messages import CommandGiven
from definitions.engine.migrate import look_ahead
from definitions.wire import CLI_ACTOR, Actor
from tests.engine.story import LEA, Story, document, frozen, pays, task


def move(story: Story, steps: list[dict[str, Any]], by: Actor = LEA, top: Any = None, **more: Any) -> str:
    """Move the run to a version with these steps; the code of the refusal, or 'moved'."""
    story.count += 1
    version = {"hash": f"h{story.count}", "version": frozen(document(steps, **(top or {})))}
    command = {"id": f"m{story.count}", "type": "migrate", "version": 2, "frozen": version, **more}
    story.tell(CommandGiven(story.now, command, by))
    return story.code() if story.events[-1].type == "command_refused" else "moved"


def preview(story: Story, steps: list[dict[str, Any]], **mapping: str) -> dict[str, Any]:
    new = Graph.load(frozen(document(steps))).grown(story.state.added)
    return look_ahead(story.graph.grown(story.state.added), new, story.state, 2, mapping).to_json()


def begun() -> Story:
    story = Story([task("a"), task("b"), task("c")]).start()
    story.complete("a")
    return story


def test_a_safe_move_keeps_what_has_ended_and_what_is_open() -> None:
    story = begun()
    story.give("start", "b")
    new = [task("a"), task("x"), task("b", title="B, better"), task("y"), task("c")]
    seen = preview(story, new)
    assert (seen["verdict"], seen["new"], seen["gone"], seen["not_taken"]) == ("safe", ["x", "y"], [], ["x"])
    assert move(story, new, fingerprint=seen["fingerprint"]) == "moved"
    assert story.statuses() == {"a": "done", "x": "not_taken", "b": "in_progress", "y": "pending", "c": "pending"}
    assert (story.view()["version"], story.step("b")["title"]) == (2, "B, better")
    story.complete("b")
    assert story.view()["current"] == ["y"]


def test_a_chain_of_new_steps_before_a_decided_one_is_passed_as_a_whole() -> None:
    story = begun()
    assert move(story, [task("x"), task("y"), task("a"), task("b"), task("c")]) == "moved"
    assert story.statuses() == {"x": "not_taken", "y": "not_taken", "a": "done", "b": "ready", "c": "pending"}


def test_a_new_branch_that_the_run_has_not_passed_opens() -> None:
    story = begun()
    assert move(story, [task("a"), task("b"), task("c"), task("x", after="a")]) == "moved"
    assert story.view()["current"] == ["b", "x"]


def test_an_open_step_that_is_gone_needs_a_mapping_and_opens_in_its_place() -> None:
    story = begun()
    new = [task("a"), task("b2"), task("c")]
    assert preview(story, new)["verdict"] == "needs_mapping"
    assert move(story, new) == "migration_blocked" and story.refusal()["reasons"][0]["code"] == "needs_mapping"
    assert move(story, new, map={"b": "b2"}) == "moved"
    assert story.statuses() == {"a": "done", "b2": "ready", "c": "pending"}
    assert str(story.state.executions["b#1"].status) == "cancelled"
    story.complete("b2")
    assert story.status("c") == "ready"


def test_a_saved_run_is_moved_and_opens_the_mapped_step_when_it_is_resumed() -> None:
    story = begun()
    story.give("save")
    assert move(story, [task("a"), pays("b2"), task("c")], map={"b": "b2"}) == "moved"
    assert story.status("b2") == "pending" and story.view()["status"] == "saved" and not story.effects
    story.give("resume")
    assert story.status("b2") == "running"


@pytest.mark.parametrize(
    ("mapping", "code"), [({"b": "nowhere"}, "needs_mapping"), ({"b": "a"}, "step_decided"), ({"b": 7}, "malformed")]
)
def test_a_mapping_must_lead_to_a_step_still_to_come(mapping: dict[str, Any], code: str) -> None:
    story = begun()
    refused = move(story, [task("a"), task("b2"), task("c")], map=mapping)
    codes = [refused, *(reason["code"] for reason in story.refusal().get("reasons", ()))]
    assert code in codes and story.view()["version"] == 1


def test_what_is_under_way_blocks_where_it_would_be_gone_and_goes_on_where_it_is_not() -> None:
    story = Story([pays(), task("b")]).start()
    assert move(story, [pays("pay2"), task("b")], map={"pay": "pay2"}) == "migration_blocked"
    assert story.refusal()["reasons"][0]["code"] == "effect_under_way"
    assert move(story, [{**task("pay")}, task("b")]) == "migration_blocked"
    assert story.refusal()["reasons"][0]["code"] == "kind_changed"
    assert move(story, [pays(), task("x"), task("b")]) == "moved"
    story.reply("pay#1", id="r1")
    assert story.view()["current"] == ["x"]


def test_what_is_being_taken_back_is_taken_back_first() -> None:
    story = Story([pays(), task("b")]).start()
    story.reply("pay#1", id="r1")
    story.give("revise", "pay", undo=["pay"])
    assert move(story, [task("b")]) == "migration_blocked"
    assert story.refusal()["reasons"][0]["code"] == "undo_under_way"


def test_added_tasks_survive_also_where_their_neighbours_do_not() -> None:
    phases = {"phases": [{"id": "p", "title": "P"}]}
    story = Story([task("a", phase="p"), task("b", phase="p"), task("c", phase="p")], **phases).start()
    story.complete("a")
    story.give("add_task", title="More", after="b")
    assert move(story, [task("a"), task("b2"), task("c")], map={"b": "b2"}) == "moved"
    assert story.status("added_1") == "ready" and story.step("added_1")["title"] == "More"
    assert story.step("added_1")["phase"] is None
    story.complete("b2")
    assert story.step("c")["blocked_by"] == ["added_1"]


def test_who_may_not_move_a_run_and_where_to() -> None:
    story = begun()
    new = [task("a"), task("b"), task("c"), task("d")]
    assert move(story, new, by=Actor(CLI_ACTOR)) == "malformed", "a signal by hand knows no versions"
    assert move(story, new, version=1) == "same_version"
    assert move(story, new, fingerprint="stale") == "fingerprint_changed"
    assert move(story, new, version="2") == "malformed"
    story.give("abort")
    assert move(story, new) == "run_closed"
