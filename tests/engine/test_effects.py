"""Machines: results, failures, ports for failures, late answers, people taking over."""

from __future__ import annotations

from definitions.engine.commands import CancelEffect, StartEffect
from definitions.engine.messages import EffectEnded, TimerFired
from tests.engine.story import LEA, Story

INPUTS = [{"id": "order", "type": "text"}, {"id": "memo", "type": "text"}]
PAY = {
    "id": "pay",
    "kind": "action",
    "title": "Pay",
    "action": "demo.refund",
    "execute": "automatic",
    "with": {"order": "= inputs.order", "amount": 1.5, "note": "for ${inputs.order}", "absent": "= inputs.memo"},
}
CHECK = {"id": "check", "kind": "task", "title": "Check"}


def paying(*more: dict[str, object]) -> Story:
    return Story([PAY, *(more or (CHECK,))], {"inputs": {"order": "o1"}}, inputs=INPUTS).start()


def test_an_effect_is_asked_for_with_what_the_step_names_and_nothing_else() -> None:
    story = paying()
    effect = story.effects["pay#1"]
    assert effect.input == {"order": "o1", "amount": 1.5, "note": "for o1"}
    assert (effect.activity, effect.acting, effect.turn) == ("demo.refund", "ann", 1)
    assert story.view()["status"] == "running"
    story.answer("pay", id="r1", status="paid")
    pay = story.view()["steps"][0]
    assert (pay["status"], pay["done_by"], pay["output"]) == ("done", "automation", {"id": "r1", "status": "paid"})
    assert story.status("check") == "ready"


def test_a_failure_asks_a_person_who_may_try_again_under_the_same_execution() -> None:
    story = paying()
    story.fail("pay")
    assert story.view()["attention"] and story.view()["steps"][0]["attention"]["reason"] == "error"
    step = story.give("retry", "pay", LEA)
    (again,) = [c for c in step.commands if isinstance(c, StartEffect)]
    assert (again.execution, again.turn, again.acting) == ("pay#1", 2, "lea")
    assert story.events[-1].command is not None and story.events[-1].actor == "lea"
    story.answer("pay", id="r1")
    assert story.status("check") == "ready" and not story.view()["attention"]


def test_or_handle_it_manually() -> None:
    story = paying()
    story.fail("pay")
    story.give("handle_manually", "pay", LEA, output={"id": "by hand"})
    pay = story.view()["steps"][0]
    assert (pay["done_by"], pay["ended_by"], pay["output"]) == ("manually", "lea", {"id": "by hand"})
    assert story.status("check") == "ready"


def test_taking_over_while_it_runs_makes_its_answer_late() -> None:
    story = paying()
    step = story.give("handle_manually", "pay")
    assert [c for c in step.commands if isinstance(c, CancelEffect)] == [CancelEffect("pay#1")]
    story.answer("pay", id="too late")
    assert story.events[-1].type == "effect_late"
    assert story.view()["steps"][0]["output"] is None


def test_an_answer_of_an_earlier_turn_is_late() -> None:
    story = paying()
    story.fail("pay")
    story.give("retry", "pay")
    story.tell(EffectEnded(story.now, "pay#1", 1, {"id": "old"}))
    assert story.events[-1].type == "effect_late" and story.status("pay") == "running"


def test_answers_nobody_can_have_asked_for_leave_no_trace() -> None:
    story = paying()
    count = len(story.events)
    story.tell(EffectEnded(story.now, "nobody#9", 1, {}))
    story.tell(TimerFired(story.now, "pay#1"))
    assert len(story.events) == count


def test_a_drawn_error_port_lets_the_flow_go_on_by_itself() -> None:
    story = paying({"id": "help", "kind": "task", "title": "Help", "after": "pay:error"}, {**CHECK, "after": "pay"})
    story.fail("pay")
    assert story.statuses() == {"pay": "done", "help": "ready", "check": "not_taken"}
    assert story.view()["steps"][0]["attention"]["code"] == "boom" and not story.view()["attention"]


def test_a_timeout_has_a_port_of_its_own_and_falls_back_to_error() -> None:
    late = {"id": "late", "kind": "task", "title": "Late", "after": "pay:timeout"}
    broken = {"id": "broken", "kind": "task", "title": "Broken", "after": "pay:error"}
    story = paying(late, broken)
    story.fail("pay", reason="timeout")
    assert (story.status("late"), story.status("broken")) == ("ready", "not_taken")
    only_error = paying(broken)
    only_error.fail("pay", reason="timeout")
    assert only_error.status("broken") == "ready"


def test_an_unknown_outcome_always_asks_a_person() -> None:
    story = paying({"id": "help", "kind": "task", "title": "Help", "after": "pay:error"})
    story.fail("pay", reason="interrupted", code="interrupted", unknown=True)
    assert story.view()["steps"][0]["attention"]["reason"] == "interrupted" and story.status("help") == "pending"


def test_reading_the_runs_own_record_renews_what_expressions_see() -> None:
    read = {"id": "order", "kind": "get_data", "title": "Order", "fields": ["total"]}
    write = {"id": "close", "kind": "update_data", "title": "Close", "execute": "automatic"}
    write |= {"set": {"status": "= record.total > 1.0 ? 'big' : 'small'", "note": None}}
    request = {"record": "o1", "record_data": {"total": 0.5, "status": "open"}}
    story = Story([read, write], request, record="demo.orders").start()
    assert story.effects["order#1"].input == {"collection": "demo.orders", "record": "o1", "fields": ["total"]}
    story.answer("order", total=2.0)
    assert story.effects["close#1"].input["set"] == {"status": "big", "note": None}
    story.answer("close", status="big", note=None)
    assert story.view()["context"]["record"] == {"total": 2.0, "status": "big", "note": None}
    assert story.view()["status"] == "completed"


def test_an_effect_meant_for_people_is_done_by_them() -> None:
    story = Story([{**PAY, "execute": "manual"}], inputs=INPUTS).start()
    assert story.status("pay") == "ready" and not story.effects
    story.complete("pay", output={"id": "r9"})
    assert story.view()["steps"][0]["done_by"] == "person" and story.view()["status"] == "completed"


def test_an_input_that_cannot_be_worked_out_asks_a_person_before_the_world_is_touched() -> None:
    divided = {**PAY, "with": {"order": "o1", "amount": "= 1 / inputs.parts"}}
    story = Story([divided, CHECK], {"inputs": {"parts": 0}}, inputs=[{"id": "parts", "type": "integer"}]).start()
    assert not story.effects and story.view()["attention"]
    attention = story.view()["steps"][0]["attention"]
    assert attention["code"] == "expression_failed" and "/amount" in attention["message"]
    story.give("handle_manually", "pay")
    assert story.status("check") == "ready"
