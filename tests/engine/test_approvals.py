"""Others agree before a machine touches the world: to what they saw, each once, and never who wants it done."""

from __future__ import annotations

from typing import Any

from definitions.engine import State
from definitions.engine.back import preview
from definitions.views import waiting_for, waiting_text
from definitions.wire import Actor
from tests.engine.story import ANN, BEN, LEA, Story, pays, task
from tests.engine.test_proposals import ACTIONS, ai, proposed, refund, story

LOU = Actor("lou", ("lead",), ("ops",))
RULE = {"roles": ["lead"]}


def paid(**more: Any) -> dict[str, Any]:
    """A payment that is wholly pinned, done by itself once it is approved."""
    given = {"order": "o1", "amount": "= inputs.amount"}
    return pays(**{"with": given, "approval": RULE, **more})


def begun(*steps: dict[str, Any], by: Actor = ANN, amount: int = 3) -> Story:
    tale = Story(list(steps), actions=ACTIONS, inputs=[{"id": "amount", "type": "number"}])
    return tale.start(by=by.to_json(), inputs={"amount": amount})


def test_nothing_happens_before_it_is_approved_and_then_just_what_was_seen() -> None:
    tale = begun(paid(), task("after"))
    step = tale.step("pay")
    assert (step["status"], step["waits"], tale.effects) == ("waiting", "approval", {})
    assert step["approval"]["values"] == {"order": "o1", "amount": 3}
    tale.give("approve", "pay", BEN)
    assert (tale.code(), tale.refusal()["status"]) == ("forbidden", 403)
    tale.give("approve", "pay", LEA, hash="of something else")
    assert tale.code() == "values_changed"
    tale.give("approve", "pay", LEA, hash=step["approval"]["hash"])
    effect = tale.effects["pay#1"]
    assert (effect.input, effect.acting) == ({"order": "o1", "amount": 3}, "ann")
    tale.answer("pay", id="r1")
    assert tale.status("after") == "ready"
    assert [row["by"] for row in tale.step("pay")["approval"]["given"]] == ["lea"]


def test_two_different_people_must_agree_and_each_counts_once() -> None:
    tale = begun(paid(approval={**RULE, "count": 2}))
    tale.give("approve", "pay", LEA)
    assert not tale.effects
    tale.give("approve", "pay", LEA)
    assert tale.code() == "already_approved"
    tale.give("approve", "pay", LOU)
    assert tale.effects["pay#1"].activity == "demo.refund"
    tale.give("approve", "pay", LOU)
    assert tale.code() == "step_not_ready"


def test_who_wants_it_done_cannot_also_approve_it() -> None:
    tale = begun(paid(), by=LEA)
    tale.give("approve", "pay", LEA)
    assert (tale.code(), tale.refusal()["status"]) == ("self_approval", 403)
    tale.give("approve", "pay", LOU)
    assert "pay#1" in tale.effects
    tale = begun(paid(approval={**RULE, "self": True}), by=LEA)
    tale.give("approve", "pay", LEA)
    assert "pay#1" in tale.effects


def test_who_confirmed_the_values_cannot_approve_them() -> None:
    tale = story(refund(approval=RULE))
    proposed(tale, "pay", {"amount": 5})
    tale.complete("pay", LEA)
    tale.give("approve", "pay", LEA)
    assert tale.code() == "self_approval"
    tale.give("approve", "pay", LOU)
    assert tale.effects["pay#1"].acting == "lea"


def test_four_eyes_hold_when_the_one_who_approved_asks_again() -> None:
    """What lea approved fails, and lea asks again: now she is the one who wants it, and another must agree."""
    tale = begun(paid())
    tale.give("approve", "pay", LEA)
    tale.fail("pay")
    tale.give("retry", "pay", LEA)
    assert tale.step("pay")["waits"] == "approval" and tale.step("pay")["approval"]["given"] == []
    tale.give("approve", "pay", LEA)
    assert tale.code() == "self_approval"
    tale.give("approve", "pay", LOU)
    assert tale.status("pay") == "running"


def test_agreement_stands_while_the_values_do() -> None:
    tale = begun(paid())
    tale.give("approve", "pay", LEA)
    tale.fail("pay")
    tale.give("retry", "pay", BEN)
    assert tale.status("pay") == "running" and tale.effects["pay#1"].turn == 2


def test_changed_values_ask_again() -> None:
    tale = story(refund(approval=RULE))
    proposed(tale, "pay", {"amount": 5})
    tale.complete("pay")
    first = tale.step("pay")["approval"]["hash"]
    tale.complete("pay", output={"amount": 6})
    assert tale.step("pay")["approval"]["hash"] != first
    tale.give("approve", "pay", LEA, hash=first)
    assert tale.code() == "values_changed"
    tale.give("approve", "pay", LEA)
    assert tale.effects["pay#1"].input["amount"] == 6
    tale.fail("pay")
    tale.complete("pay", output={"amount": 7})
    assert tale.step("pay")["waits"] == "approval" and tale.step("pay")["approval"]["given"] == []


def test_rejected_with_a_reason_it_is_repaired_and_asked_again() -> None:
    tale = story(refund(approval=RULE))
    proposed(tale, "pay", {"amount": 5})
    tale.complete("pay")
    tale.give("reject", "pay", LEA)
    assert tale.refusal()["errors"][0]["path"] == "/reason"
    tale.give("reject", "pay", LEA, reason="too much")
    step = tale.step("pay")
    assert (step["attention"]["code"], step["approval"]["refused"]["reason"]) == ("rejected", "too much")
    tale.give("approve", "pay", LOU)
    assert tale.code() == "step_not_ready"
    tale.complete("pay", output={"amount": 4})
    tale.give("approve", "pay", LEA)
    assert tale.effects["pay#1"].input["amount"] == 4


def test_who_wants_it_done_may_reject_and_decline_it() -> None:
    tale = begun(paid(), by=LEA)
    tale.give("decline", "pay", LEA)
    assert tale.step("pay")["done_by"] == "declined"


def test_on_a_condition() -> None:
    rule = {**RULE, "when": "= inputs.amount > 100.0"}
    assert "pay#1" in begun(paid(approval=rule), amount=3).effects
    assert begun(paid(approval=rule), amount=300).step("pay")["waits"] == "approval"


def test_the_run_goes_on_and_what_is_pending_is_said_to_have_not_run() -> None:
    tale = begun(paid(approval={**RULE, "wait": False}), ai())
    step = tale.step("pay")
    assert (step["status"], step["pending"], step["done_by"]) == ("done", True, "automation")
    told = tale.effects["flags#1"].input["context"]["steps"]
    assert "pending approval" in told[0]["note"]
    proposed(tale, "flags", {"summary": "ok", "level": "low"})
    assert (tale.view()["status"], tale.types()[-1]) == ("waiting", "run_waiting")
    assert waiting_for(tale.graph, tale.state) == ["pay"]
    assert "**Pay** (`pay#1`): waiting to be approved, for lead" in waiting_text(tale.graph, tale.state)
    assert State.from_json(tale.state.to_json()) == tale.state
    tale.give("approve", "pay", LEA)
    assert tale.effects["pay~act#1"].input == {"order": "o1", "amount": 3}
    assert not tale.state.closed
    tale.reply("pay~act#1", id="r1")
    step = tale.step("pay")
    assert (step["pending"], step["output"], str(tale.state.status)) == (False, {"id": "r1"}, "completed")


def test_what_is_pending_and_rejected_is_never_done() -> None:
    tale = begun(paid(approval={**RULE, "wait": False}), task("after"), ai())
    tale.give("reject", "pay", LEA, reason="no")
    tale.complete("after")
    assert "has not been done" in tale.effects["flags#1"].input["context"]["steps"][0]["note"]
    proposed(tale, "flags", {"summary": "ok", "level": "low"})
    assert tale.state.closed and "pay~act#1" not in tale.effects


def test_what_is_pending_is_given_up_with_its_step() -> None:
    """Somebody goes back to the step: what was pending of its old round is not done any more, and not taken back."""
    tale = begun(paid(approval={**RULE, "wait": False}), task("after"))
    tale.give("revise", "pay")
    assert tale.state.executions["pay#1"].status == "revised"
    tale.give("approve", "pay", LEA)
    assert tale.effects["pay~act#2"].input["amount"] == 3
    assert "pay~undo#1" not in tale.state.sides


def test_what_failed_after_it_was_agreed_to_asks_a_person() -> None:
    tale = begun(paid(approval={**RULE, "wait": False}), task("after"))
    tale.give("approve", "pay", LEA)
    tale.breaks("pay~act#1")
    assert tale.errand("pay~act#1") == "attention" and tale.step("pay")["pending"]
    tale.complete("after")
    assert not tale.state.closed
    tale.give("retry", execution="pay~act#1")
    tale.reply("pay~act#1", id="r1")
    assert tale.state.closed and tale.step("pay")["output"] == {"id": "r1"}


def test_abort_gives_up_what_was_not_agreed_to() -> None:
    tale = begun(paid(), task("other", after=[]))
    tale.give("abort")
    assert tale.state.over and tale.status("pay") == "not_taken"
    tale = begun(paid(approval={**RULE, "wait": False}), task("other", after=[]))
    tale.give("abort")
    assert tale.state.over
    tale.give("approve", "pay", LEA)
    assert tale.code() == "run_closed"


def test_handled_by_hand_while_others_are_asked_the_machine_does_nothing() -> None:
    tale = begun(paid(), task("after"))
    tale.give("handle_manually", "pay", reason="paid in cash")
    assert tale.step("pay")["done_by"] == "manually" and not tale.effects
    tale.give("approve", "pay", LEA)
    assert tale.code() == "step_not_ready"


def test_going_back_tells_whose_agreement_counts_no_more() -> None:
    tale = begun(task("first"), paid(), task("last"))
    tale.complete("first")
    tale.give("approve", "pay", LEA)
    tale.answer("pay", id="r1")
    found = preview(tale.graph, tale.state, "first")["stale_approvals"]
    assert found == [{"step": "pay", "by": "lea", "choice": "approve"}]
    tale.give("revise", "first")
    tale.complete("first")
    assert tale.step("pay")["waits"] == "approval" and tale.step("pay")["approval"]["given"] == []


def test_in_an_exclusive_run_others_than_its_holder_agree() -> None:
    tale = Story([paid()], actions=ACTIONS, inputs=[{"id": "amount", "type": "number"}], exclusive=True)
    tale.start(inputs={"amount": 3})
    tale.give("approve", "pay", LEA)
    assert tale.status("pay") == "running"
