"""Steps that a machine proposes for: what an answer comes to, and what a person may make of it."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.engine import State
from definitions.wire import ACTIVITY_PROPOSE
from tests.engine.story import BEN, LEA, Story, choose, pays, task

ACTIONS = {
    "demo.refund": {
        "contract": {"touches": "world", "repeatable": False},
        "input": {
            "type": "object",
            "properties": {
                "order": {"type": "string"},
                "amount": {"type": "number", "minimum": 1},
                "memo": {"type": "string"},
            },
            "required": ["order", "amount"],
            "additionalProperties": False,
        },
    },
    "demo.cancel_refund": {"contract": {}, "input": {"type": "object", "properties": {"refund": {}}}},
}
FLAGS = [
    {"id": "summary", "type": "long_text", "required": True},
    {"id": "level", "type": "choice", "options": ["low", "high"], "required": True},
]


def ai(name: str = "flags", **more: Any) -> dict[str, Any]:
    """A model's typed answer, used by itself."""
    base = {"id": name, "kind": "ai", "title": name.title(), "instruction": "Think", "output": FLAGS}
    return {**base, "execute": "automatic", **more}


def refund(**more: Any) -> dict[str, Any]:
    """An action of which the order is pinned and the amount is asked for."""
    return pays(**{"instruction": "How much?", "with": {"order": "o1"}, "execute": "assisted", **more})


def story(*steps: dict[str, Any], **top: Any) -> Story:
    return Story(list(steps), actions=ACTIONS, **top).start()


def proposed(tale: Story, step: str, values: dict[str, Any], sure: float = 0.95, by: str = "ai", **more: Any) -> None:
    tale.answer(step, values=values, confidence=sure, by=by, **more)


def test_an_ai_step_without_a_provider_asks_a_person_who_answers_in_its_place() -> None:
    tale = story(ai(), task("after"))
    effect = tale.effects["flags#1"]
    assert effect.activity == ACTIVITY_PROPOSE and effect.input["what"] == "answer"
    assert set(effect.input["schema"]["properties"]) == {"summary", "level"}
    tale.fail("flags", "no_provider", "no_provider")
    assert tale.step("flags")["attention"]["reason"] == "no_provider"
    tale.give("handle_manually", "flags", output={"level": "high"})
    assert tale.refusal()["status"] == 422
    assert [row["path"] for row in tale.refusal()["errors"]] == ["/output/summary"]
    tale.give("handle_manually", "flags", output={"level": "high", "summary": "Cash"})
    assert tale.step("flags")["done_by"] == "manually"
    assert tale.step("flags")["output"] == {"summary": "Cash", "level": "high"}
    assert tale.status("after") == "ready"


def test_a_sure_and_whole_answer_is_used_by_itself() -> None:
    tale = story(ai(), task("after"))
    proposed(tale, "flags", {"summary": "Fine", "level": "low"}, 0.8, explanation="because", basis=["record.name"])
    step = tale.step("flags")
    assert (step["status"], step["done_by"], step["output"]) == ("done", "ai", {"summary": "Fine", "level": "low"})
    assert step["proposal"]["basis"] == ["record.name"]


@pytest.mark.parametrize(
    "values, sure, code",
    [
        ({"summary": "Fine", "level": "low"}, 0.79, "low_confidence"),
        ({"summary": "Fine"}, 1.0, "incomplete"),
        ({"summary": "Fine", "level": "purple"}, 1.0, "invalid_values"),
        ({"summary": 7, "level": "low"}, 1.0, "invalid_values"),
        ({}, 1.0, "incomplete"),
    ],
)
def test_what_is_not_sure_or_not_whole_asks_a_person_who_sees_it(values: Any, sure: float, code: str) -> None:
    tale = story(ai())
    proposed(tale, "flags", values, sure)
    step = tale.step("flags")
    assert (step["attention"]["reason"], step["attention"]["code"]) == ("low_confidence", code)
    tale.complete("flags", output={"summary": "By me", "level": "high"})
    step = tale.step("flags")
    assert (step["status"], step["done_by"], step["ended_by"]) == ("done", "person", "ann")
    assert step["output"] == {"summary": "By me", "level": "high"}


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"values": 7},
        {"values": {}, "confidence": True, "by": "ai"},
        {"values": {}, "confidence": 1, "by": "person"},
    ],
)
def test_what_is_no_answer_asks_a_person(result: dict[str, Any]) -> None:
    tale = story(ai())
    tale.answer("flags", **result)
    assert tale.step("flags")["attention"]["code"] == "bad_answer"


def test_retry_asks_anew_and_an_old_answer_is_late() -> None:
    tale = story(ai())
    first = tale.effects["flags#1"]
    proposed(tale, "flags", {"summary": "?", "level": "low"}, 0.1)
    tale.give("retry", "flags")
    assert tale.effects["flags#1"].turn == 2 and tale.step("flags")["proposal"] is None
    tale.effects["flags#1"], second = first, tale.effects["flags#1"]
    proposed(tale, "flags", {"summary": "late", "level": "low"})
    assert tale.types()[-1] == "effect_late" and tale.status("flags") == "running"
    tale.effects["flags#1"] = second
    proposed(tale, "flags", {"summary": "new", "level": "low"})
    assert tale.step("flags")["output"]["summary"] == "new"


def test_a_person_takes_over_while_the_model_thinks_and_its_answer_is_late() -> None:
    tale = story(ai())
    tale.give("handle_manually", "flags")
    assert tale.step("flags")["done_by"] == "manually" and tale.step("flags")["output"] is None
    proposed(tale, "flags", {"summary": "late", "level": "low"})
    assert tale.types()[-1] == "effect_late"


def test_an_answer_that_says_it_is_not_done_holds_the_step() -> None:
    tale = story(ai(hold_when="= output.level == 'high'"))
    proposed(tale, "flags", {"summary": "Bad", "level": "high"})
    assert tale.step("flags")["attention"]["code"] == "held"
    tale.complete("flags")
    assert tale.step("flags")["output"]["level"] == "high"


def test_assisted_nothing_is_done_before_a_person_confirms_and_then_exactly_that() -> None:
    tale = story(refund())
    asked = tale.effects["pay#1"].input
    assert asked["pinned"] == {"order": "o1"} and set(asked["schema"]["properties"]) == {"amount", "memo"}
    proposed(tale, "pay", {"amount": 12, "memo": "sorry", "order": "stolen", "more": 1})
    step = tale.step("pay")
    assert (step["status"], step["waits"]) == ("waiting", "confirm")
    assert step["proposal"]["values"] == {"amount": 12, "memo": "sorry", "order": "o1"}
    tale.complete("pay", output={"amount": "much"})
    assert tale.code() == "invalid_output"
    tale.complete("pay", LEA, output={"amount": 10, "memo": None})
    effect = tale.effects["pay#1"]
    assert (effect.activity, effect.input, effect.acting) == ("demo.refund", {"amount": 10, "order": "o1"}, "lea")
    assert (effect.turn, tale.status("pay")) == (2, "running")
    tale.answer("pay", id="r1")
    assert (tale.step("pay")["done_by"], tale.step("pay")["output"]) == ("automation", {"id": "r1"})


def test_once_confirmed_a_retry_does_the_same_and_asks_no_model() -> None:
    tale = story(refund())
    proposed(tale, "pay", {"amount": 12})
    tale.complete("pay")
    tale.fail("pay")
    tale.give("retry", "pay")
    assert (tale.effects["pay#1"].activity, tale.effects["pay#1"].input) == (
        "demo.refund",
        {"amount": 12, "order": "o1"},
    )
    tale.fail("pay")
    tale.complete("pay", output={"amount": 11})
    assert tale.effects["pay#1"].input == {"amount": 11, "order": "o1"}


def test_a_model_that_fails_leaves_a_form_to_fill_in() -> None:
    tale = story(refund())
    tale.fail("pay", "timeout", "timeout")
    assert tale.step("pay")["attention"]["reason"] == "timeout"
    tale.complete("pay", output={})
    assert [row["path"] for row in tale.refusal()["errors"]] == ["/output/amount"]
    tale.complete("pay", output={"amount": 5})
    assert tale.effects["pay#1"].input == {"amount": 5, "order": "o1"}


def test_declined_is_a_success_in_which_nothing_was_done() -> None:
    tale = story(refund(), ai())
    proposed(tale, "pay", {"amount": 12})
    tale.give("decline", "pay", reason="no")
    assert (tale.step("pay")["done_by"], tale.step("pay")["output"]) == ("declined", None)
    told = tale.effects["flags#1"].input["context"]["steps"]
    assert told[0]["done_by"] == "declined" and "nothing was done" in told[0]["note"]


def test_what_is_wholly_pinned_asks_no_model_and_is_the_proposal_where_a_person_looks() -> None:
    tale = story(pays(execute="assisted", **{"with": {"order": "o1", "amount": 3}}))
    assert not tale.effects
    assert tale.step("pay")["proposal"] == {
        "values": {"order": "o1", "amount": 3}, "confidence": 1.0, "by": "pinned", "explanation": "",
    }  # fmt: skip
    tale.complete("pay")
    assert tale.effects["pay#1"].activity == "demo.refund"
    tale = story(pays(execute="automatic", **{"with": {"order": "o1", "amount": 3}}))
    assert tale.effects["pay#1"].activity == "demo.refund" and "proposed" not in tale.types()


def test_an_action_that_says_nothing_is_assisted_and_asks_for_what_is_required() -> None:
    step = pays(**{"with": {"order": "o1"}, "instruction": "How much?"})
    del step["execute"]
    tale = story(step)
    assert tale.effects["pay#1"].activity == ACTIVITY_PROPOSE


def test_automatic_with_what_is_asked_acts_when_it_is_sure() -> None:
    tale = story(refund(execute="automatic"))
    proposed(tale, "pay", {"amount": 12}, by="matcher")
    assert tale.effects["pay#1"].input == {"amount": 12, "order": "o1"}
    tale.fail("pay")
    tale.give("retry", "pay")
    assert tale.effects["pay#1"].activity == "demo.refund"


def test_an_answer_that_comes_while_the_run_is_saved_is_acted_on_when_somebody_resumes() -> None:
    tale = story(refund(execute="automatic"))
    tale.give("save")
    proposed(tale, "pay", {"amount": 12})
    assert tale.step("pay")["waits"] == "resume" and tale.effects["pay#1"].activity == ACTIVITY_PROPOSE
    tale.give("resume", by=BEN)
    assert tale.effects["pay#1"].activity == "demo.refund"


def decides(**more: Any) -> dict[str, Any]:
    return choose("route", "x", "y", by="ai", instruction="Which?", **more)


def test_a_decision_by_a_model_takes_an_option_or_asks_a_person() -> None:
    tale = story(decides(execute="automatic"), task("a", after="route:x"), task("b", after="route:y"))
    assert tale.effects["route#1"].input["what"] == "choice"
    proposed(tale, "route", {"choice": "y"})
    assert (tale.step("route")["choice"], tale.step("route")["done_by"], tale.status("b")) == ("y", "ai", "ready")
    tale = story(decides(execute="automatic"), task("a", after="route:x"))
    proposed(tale, "route", {"choice": None}, 1.0)
    assert tale.step("route")["attention"]["code"] == "no_choice"
    tale.complete("route", choice="z")
    assert tale.code() == "unknown_option"
    tale.complete("route", choice="x")
    assert (tale.step("route")["done_by"], tale.status("a")) == ("person", "ready")


def test_a_decision_that_is_proposed_is_confirmed_by_a_person() -> None:
    tale = story(decides(), task("a", after="route:x"))
    proposed(tale, "route", {"choice": "x"})
    assert tale.step("route")["waits"] == "confirm" and tale.status("a") == "pending"
    tale.complete("route")
    assert tale.step("route")["choice"] == "x" and tale.status("a") == "ready"


def test_a_person_still_presses_done() -> None:
    tale = story(pays(advance="manual", **{"with": {"order": "o1", "amount": 3}}), task("after"))
    tale.answer("pay", id="r1")
    step = tale.step("pay")
    assert (step["status"], step["waits"], step["output"]) == ("waiting", "done", {"id": "r1"})
    assert tale.status("after") == "pending"
    tale.give("handle_manually", "pay")
    assert tale.code() == "step_not_ready", "it was done, and can be taken back"
    tale.complete("pay", BEN)
    step = tale.step("pay")
    assert (step["status"], step["done_by"], step["ended_by"]) == ("done", "automation", "ben")
    assert tale.status("after") == "ready"


def test_a_draft_stands_beside_the_form_and_holds_nobody_up() -> None:
    fields = [{"id": "text", "type": "text"}, {"id": "n", "type": "number"}]
    tale = story(task("letter", draft={"instruction": "Write"}, fields=fields))
    assert tale.status("letter") == "ready" and tale.effects["letter~draft#1"].activity == ACTIVITY_PROPOSE
    tale.reply("letter~draft#1", values={"text": "Dear", "n": "?"}, confidence=0.4, by="ai")
    assert tale.step("letter")["proposal"]["values"] == {"text": "Dear"}
    tale.complete("letter", output={"text": "Dear you"})
    assert tale.state.closed


def test_a_draft_that_fails_leaves_an_empty_form_and_asks_nobody() -> None:
    tale = story(task("letter", draft={"instruction": "Write"}, fields=[{"id": "text", "type": "text"}]))
    tale.breaks("letter~draft#1")
    assert tale.step("letter")["proposal"] is None and not tale.view()["attention"]
    tale = story(task("letter", draft={"instruction": "Write"}, fields=[{"id": "text", "type": "text"}]))
    tale.complete("letter", output={"text": "mine"})
    assert tale.errand("letter~draft#1") == "given_up" and tale.state.over


def test_related_rows_are_loaded_and_one_is_chosen() -> None:
    rows = [{"id": "a", "total": 1}, {"id": "b", "total": 2}]
    related = {"id": "rel", "kind": "load_related", "relation": "orders", "title": "Orders"}
    top = {"record": "demo.customers", "request": {"record": "c1"}}
    tale = story(related, **top)
    assert tale.effects["rel#1"].input == {
        "collection": "demo.customers",
        "record": "c1",
        "relation": "orders",
        "limit": 50,
    }
    tale.answer("rel", rows=rows)
    assert tale.step("rel")["proposal"]["options"] == rows
    tale.complete("rel", output={"row": "z"})
    assert tale.refusal()["errors"][0]["code"] == "not_an_option"
    tale.complete("rel", output={"row": "b"})
    assert tale.step("rel")["output"] == rows[1]
    tale = story({**related, "choose": "only"}, **top)
    tale.answer("rel", rows=rows[:1])
    assert (tale.step("rel")["output"], tale.step("rel")["done_by"]) == (rows[0], "automation")
    tale = story({**related, "choose": "ai", "execute": "automatic"}, **top)
    tale.answer("rel", rows=rows)
    assert tale.effects["rel#1"].input["what"] == "row" and tale.effects["rel#1"].input["pinned"] == {"rows": rows}
    proposed(tale, "rel", {"row": "a"})
    assert (tale.step("rel")["output"], tale.step("rel")["done_by"]) == (rows[0], "ai")
    tale = story(related, **top)
    tale.answer("rel", rows=[])
    assert tale.step("rel")["attention"]["code"] == "no_rows"


def test_a_tool_is_chosen_among_those_allowed_and_called_with_what_was_confirmed() -> None:
    step = {"id": "look", "kind": "mcp", "server": "files", "tools": ["read", "list"], "instruction": "Find it"}
    tale = story(step)
    asked = tale.effects["look#1"].input
    assert (asked["what"], asked["server"], asked["tools"]) == ("tool", "files", ["read", "list"])
    proposed(tale, "look", {"tool": "read", "arguments": {"path": "a"}, "schema_hash": "h"})
    tale.complete("look", output={"tool": "delete"})
    assert tale.code() == "invalid_output"
    tale.complete("look", output={"arguments": {"path": "b"}})
    given = {"server": "files", "tool": "read", "arguments": {"path": "b"}, "schema_hash": "h"}
    given["tools"] = ["read", "list"]
    assert (tale.effects["look#1"].activity, tale.effects["look#1"].input) == ("holdfast.mcp", given)


def test_a_tool_that_changed_meanwhile_is_asked_for_anew() -> None:
    step = {"id": "look", "kind": "mcp", "server": "files", "tools": ["read", "list"], "instruction": "Find it"}
    tale = story({**step, "execute": "automatic"})
    proposed(tale, "look", {"tool": "read", "arguments": {}, "schema_hash": "old"})
    tale.fail("look", "needs_login", "needs_login")
    tale.give("retry", "look")
    assert (tale.effects["look#1"].activity, tale.effects["look#1"].input["schema_hash"]) == ("holdfast.mcp", "old")
    tale.fail("look", "error", "schema_changed")
    tale.give("retry", "look")
    assert tale.effects["look#1"].activity == ACTIVITY_PROPOSE


COLUMNS = {"demo.orders": {"fields": {"id": "string", "status": "string", "total": "double"}, "key": "id"}}


def test_only_what_differs_from_the_record_is_written() -> None:
    update = {"id": "fix", "kind": "update_data", "instruction": "Correct it", "execute": "automatic"}
    request = {"record": "o1", "record_data": {"status": "open", "total": 5.0}}
    tale = Story([update], collections=COLUMNS, record="demo.orders", request=request).start()
    assert set(tale.effects["fix#1"].input["schema"]["properties"]) == {"status", "total"}
    proposed(tale, "fix", {"status": "closed", "total": 5.0, "id": "o2"})
    given = {"collection": "demo.orders", "record": "o1", "set": {"status": "closed"}}
    assert tale.effects["fix#1"].input == given
    tale = Story([update], collections=COLUMNS, record="demo.orders", request=request).start()
    proposed(tale, "fix", {"status": "open", "total": 5.0})
    assert tale.step("fix")["attention"]["code"] == "incomplete"
    tale.complete("fix", output={"total": None})
    assert tale.effects["fix#1"].input == {**given, "set": {"total": None}}


def test_what_no_machine_proposes_for_ignores_how_it_would_be_done() -> None:
    tale = story({"id": "w", "kind": "wait", "for": "1 day", "execute": "assisted"}, task("after"))
    assert tale.graph.nodes["w"].mode == "automatic" and tale.status("w") == "waiting"
    tale.complete("w")
    assert tale.code() == "step_not_ready"
    tale.ring("w")
    assert tale.status("after") == "ready"


def test_the_state_survives_being_carried_with_a_proposal_in_it() -> None:
    tale = story(refund())
    proposed(tale, "pay", {"amount": 12})
    assert State.from_json(tale.state.to_json()) == tale.state
