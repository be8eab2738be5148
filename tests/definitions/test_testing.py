"""The kit plays a definition as it would run: what is missing is named, and what is wrong is not played."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.testing import NotPublishable, play

REFUND: dict[str, Any] = {
    "holdfast": 1, "key": "refund", "name": "Refund", "record": "demo.orders",
    "steps": [
        {"id": "eligible", "kind": "decision", "by": "rules", "otherwise": "ask", "options": [
            {"id": "auto", "when": "= record.total <= 500.0"}, {"id": "ask"}]},
        {"id": "approve", "kind": "decision", "after": "eligible:ask", "roles": ["lead"],
         "options": [{"id": "grant"}, {"id": "deny"}]},
        {"id": "pay", "kind": "action", "action": "demo.refund", "execute": "automatic",
         "after": ["eligible:auto", "approve:grant"], "join": "any", "with": {"order": "= record.id"}},
        {"id": "pause", "kind": "wait", "for": "20 days"},
    ],
}  # fmt: skip


def test_two_lines_are_enough() -> None:
    run = play(REFUND, {"approve": {"choice": "grant"}, "pay": {"result": {"id": "r1"}}}, record={"total": 900.0})
    assert (run.stopped, run.state.executions["pay#1"].output) == ("ended", {"id": "r1"})
    assert run.state.executions["approve#1"].choices == ("grant",)
    assert (run.now.day, run.now.month) == (27, 1), "twenty days passed"


def test_what_nobody_answers_is_named() -> None:
    run = play(REFUND, {}, record={"total": 900.0})
    assert (run.stopped, [each["step"] for each in run.needs]) == ("needs_answers", ["approve"])
    run = play(REFUND, record={"total": 9.0, "id": "o7"})
    (effect,) = run.needs
    assert (effect["action"], effect["input"]) == ("demo.refund", {"order": "o7"})


def test_an_action_may_have_an_example() -> None:
    run = play(REFUND, record={"total": 9.0}, examples={"demo.refund": {"id": "r9"}})
    assert run.stopped == "ended" and "approve#1" not in run.state.open


def test_what_cannot_be_published_is_not_played() -> None:
    wrong = {**REFUND, "steps": [{"id": "a", "kind": "task", "after": ["nowhere"]}]}
    with pytest.raises(NotPublishable, match=r"/steps/0/after.*unknown_step"):
        play(wrong)


def test_somebody_outside_is_scripted_too_and_else_the_time_passes() -> None:
    order = {"id": "order", "kind": "action", "action": "shop.order", "execute": "automatic"}
    for confirm, needs in (({}, [("order", "confirmation")]), ({"expires": "3 days"}, [("order", "answer")])):
        document = {"holdfast": 1, "key": "o", "name": "O", "steps": [{**order, "confirm": confirm}]}
        answered = {"result": {"id": "7"}}
        assert play(document, {"order": {**answered, "confirm": True}}).stopped == "ended"
        run = play(document, {"order": answered})
        assert [(each["step"], each["what"]) for each in run.needs] == needs


def test_a_schedule_passes_in_a_play() -> None:
    step = {"id": "pay", "kind": "action", "action": "shop.pay", "execute": "automatic", "schedule": {"in": "2 days"}}
    run = play({"holdfast": 1, "key": "p", "name": "P", "steps": [step]}, {"pay": {"result": {}}})
    assert (run.stopped, run.now.day) == ("ended", 9)
