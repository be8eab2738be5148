"""What people may do, what they may not, and that each answer is recorded once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from definitions.engine.messages import CommandGiven, Unreadable
from tests.engine.story import ANN, LEA, Story

PAY = {
    "id": "pay",
    "kind": "action",
    "title": "Pay",
    "action": "demo.refund",
    "execute": "automatic",
    "with": {"order": "= inputs.order", "amount": 1.0},
}
TASK = {"id": "look", "kind": "task", "title": "Look", "fields": [{"id": "n", "type": "number", "required": True}]}
CHOOSE = {
    "id": "choose",
    "kind": "decision",
    "title": "Choose",
    "options": [{"id": "x"}, {"id": "y"}],
    "roles": ["lead"],
}


def two() -> Story:
    return Story([TASK, CHOOSE]).start()


@pytest.mark.parametrize(
    ("command", "by", "code", "status"),
    [
        ({"type": "complete", "step": "choose", "choice": "x"}, LEA, "requirements_open", 409),
        ({"type": "complete", "step": "look", "output": {}}, ANN, "invalid_output", 422),
        ({"type": "complete", "step": "look", "output": {"n": "seven"}}, ANN, "invalid_output", 422),
        ({"type": "complete", "step": "look", "output": {"n": 1, "m": 2}}, ANN, "invalid_output", 422),
        ({"type": "complete", "step": "look", "execution": "look#2", "output": {"n": 1}}, ANN, "stale_execution", 409),
        ({"type": "complete", "step": "nowhere"}, ANN, "step_unknown", 404),
        ({"type": "complete", "step": "look", "actor": "lea"}, ANN, "malformed", 422),
        ({"type": "complete", "step": 7}, ANN, "malformed", 422),
        ({"type": "complete", "step": "look", "output": {"n": float("nan")}}, ANN, "malformed", 422),
        ({"type": "complete", "step": "look", "output": {"n": "\x00"}}, ANN, "malformed", 422),
        ({"type": "complete", "step": "look", "output": {"n": "x" * 300_000}}, ANN, "too_large", 413),
        ({"type": "complete", "step": "look", "output": {"n": [{"$blob": "a" * 64}]}}, ANN, "malformed", 422),
        ({"type": "dance", "step": "look"}, ANN, "malformed", 422),
        ({"type": "escalate", "step": "look"}, ANN, "malformed", 422),
        ({"type": "approve", "step": "look"}, ANN, "step_not_ready", 409),
        ({"type": "decline", "step": "look"}, ANN, "step_not_ready", 409),
        ({"type": "revise", "step": "look"}, ANN, "step_not_ready", 409),
        ({"type": "skip", "step": "look"}, ANN, "not_skippable", 409),
        ({"type": "retry", "step": "look"}, ANN, "step_not_ready", 409),
        ({"type": "handle_manually", "step": "look"}, ANN, "step_not_ready", 409),
    ],
)
def test_a_mistake_is_an_event_with_a_code_and_changes_nothing(
    command: dict[str, Any], by: Any, code: str, status: int
) -> None:
    story = two()
    before = story.statuses()
    story.tell(CommandGiven(story.now, {"id": "c", **command}, by))
    assert (story.refusal()["code"], story.refusal()["status"]) == (code, status)
    assert story.events[-1].actor == by.id and story.events[-1].command == "c"
    assert story.statuses() == before and len(story.events) == 3


def test_a_step_with_roles_is_for_those_who_hold_one() -> None:
    story = two()
    story.complete("look", output={"n": 7})
    story.complete("choose", by=ANN, choice="x")
    assert story.refusal() | {"message": ""} == {"code": "forbidden", "message": "", "status": 403, "type": "complete"}
    story.complete("choose", by=LEA, choice="z")
    assert story.refusal()["code"] == "unknown_option"
    story.complete("choose", by=LEA, choice="y")
    choose = story.view()["steps"][1]
    assert (choose["choice"], choose["done_by"], choose["ended_by"]) == ("y", "person", "lea")


def test_the_same_command_id_is_applied_once() -> None:
    story = two()
    for _ in range(3):
        story.give("complete", "look", id="same", output={"n": 7})
    assert [e.type for e in story.events] == ["run_started", "step_ready", "step_done", "step_ready"]


def test_a_refused_id_stays_refused() -> None:
    story = two()
    story.give("complete", "look", id="same", output={})
    story.give("complete", "look", id="same", output={"n": 1})
    assert story.status("look") == "ready" and len(story.events) == 3


def test_the_second_of_two_completions_is_told_who_and_when() -> None:
    story = two()
    story.complete("look", output={"n": 7})
    story.complete("look", by=LEA, output={"n": 8})
    refusal = story.refusal()
    assert refusal["code"] == "step_not_ready" and refusal["ended_by"] == "ann"
    assert refusal["ended_at"] == "2026-11-21T09:00:00.000000Z" and "ann" in refusal["message"]


def test_what_cannot_be_read_is_refused_and_the_run_lives() -> None:
    story = two()
    story.tell(Unreadable(story.now, "sing", "unknown_signal", "no command has this signal", "'la'"))
    assert story.refusal()["code"] == "unknown_signal" and story.refusal()["excerpt"] == "'la'"
    assert story.events[-1].actor == "temporal-cli"
    story.complete("look", output={"n": 7})
    assert story.status("look") == "done"


def test_commands_sent_by_hand_without_an_id_each_count() -> None:
    story = two()
    command = {"type": "complete", "step": "look"}
    story.tell(CommandGiven(story.now, command, ANN))
    story.tell(CommandGiven(story.now, command, ANN))
    assert [e.command for e in story.events if e.type == "command_refused"] == ["temporal-cli-3", "temporal-cli-4"]


def test_abort_stops_what_is_under_way_and_asks_for_the_workflows_reasons() -> None:
    closing = {"reasons": ["lost", "duplicate"], "choose": "many", "required_on": ["abort"]}
    story = Story([PAY, TASK], inputs=[{"id": "order", "type": "text"}], closing_reasons=closing).start()
    story.give("abort")
    assert story.refusal()["code"] == "reasons_required"
    story.give("abort", reasons=["mood"])
    assert story.refusal()["code"] == "unknown_reason"
    story.give("abort", reasons=["lost", "duplicate"], text="Went elsewhere")
    view = story.view()
    assert view["status"] == "aborted" and view["closing"]["reasons"] == ["lost", "duplicate"]
    assert story.statuses() == {"pay": "not_taken", "look": "pending"}
    story.answer("pay", id="r1", status="paid")
    assert story.events[-1].type == "effect_late" and story.events[-1].data["outcome"] == "done"
    story.complete("look", output={"n": 1})
    assert story.refusal()["code"] == "run_closed"


def test_close_ends_an_open_run_early_as_completed() -> None:
    story = two()
    story.give("close", text="enough")
    assert story.view()["status"] == "completed" and story.statuses() == {"look": "not_taken", "choose": "not_taken"}


def test_times_are_the_messages_times() -> None:
    story = two()
    story.wait(days=30)
    story.complete("look", output={"n": 7})
    look = story.view()["steps"][0]
    assert look["entered_at"] == "2026-11-21T09:00:00.000000Z" and look["ended_at"] == "2026-12-21T09:00:00.000000Z"
    assert datetime.fromisoformat(look["ended_at"]) == datetime(2026, 12, 21, 9, tzinfo=UTC)
