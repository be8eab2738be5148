"""A step that writes one row for each item, and forms that stand on the record and the policy of who acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from definitions.engine.rows import ITEMS_LIMIT
from definitions.engine.scope import scope_of
from definitions.task_forms import prefilled
from definitions.wire import ACTIVITY_UPDATE_DATA
from tests.engine.story import ANN, Story, task

COLUMNS = [{"id": "item", "type": "text", "required": True}, {"id": "count", "type": "number", "min": 1}]
MATERIALS: dict[str, Any] = {
    "id": "materials",
    "kind": "task",
    "skippable": True,
    "fields": [{"id": "used", "type": "table", "fields": COLUMNS}],
}
BOOK: dict[str, Any] = {
    "id": "book",
    "kind": "update_data",
    "collection": "demo.materials",
    "execute": "automatic",
    "create": True,
    "each": "= steps.materials.output.used",
    "set": {"work_order_id": "= record.id", "item": "= item.item", "count": "= item.count", "place": "= index"},
}
USED = [{"item": "Valve", "count": 2}, {"item": "Pipe", "count": 1.5}]
ON_AN_ORDER = {"record": "w1", "record_data": {"status": "planned", "email": "a@b.example"}}


def booking(book: dict[str, Any] | None = None, **request: Any) -> Story:
    story = Story([MATERIALS, book or BOOK, {"id": "end", "kind": "task"}], record="demo.work_orders")
    return story.start(**ON_AN_ORDER, **request)


def test_a_new_row_is_asked_for_with_each_item() -> None:
    story = booking()
    story.complete("materials", output={"used": USED})
    effect = story.effects["book#1"]
    assert effect.activity == ACTIVITY_UPDATE_DATA
    assert effect.input == {
        "collection": "demo.materials",
        "create": True,
        "items": [
            {"set": {"work_order_id": "w1", "item": "Valve", "count": 2, "place": 0}},
            {"set": {"work_order_id": "w1", "item": "Pipe", "count": 1.5, "place": 1}},
        ],
    }
    story.answer("book", rows=[{"id": "m1"}, {"id": "m2"}])
    assert story.view()["context"]["record"] == ON_AN_ORDER["record_data"], "new rows are not the run's record"
    assert story.status("end") == "ready"


def test_a_list_that_nobody_made_is_empty_and_what_is_no_list_asks_a_person() -> None:
    story = booking()
    story.give("skip", "materials")
    assert story.effects["book#1"].input["items"] == []
    wrong = booking({**BOOK, "each": "= record.status"})
    wrong.complete("materials", output={"used": USED})
    attention = wrong.view()["steps"][1]["attention"]
    assert (attention["code"], wrong.effects) == ("expression_failed", {})
    assert "no list" in attention["message"]


def test_a_list_has_a_last_item() -> None:
    story = Story([{**BOOK, "each": "= inputs.many", "set": {"n": "= index"}}], record="demo.work_orders",
                  inputs=[{"id": "many", "type": "table", "fields": [{"id": "n", "type": "integer"}]}])  # fmt: skip
    story.start(**ON_AN_ORDER, inputs={"many": [{"n": 1}] * (ITEMS_LIMIT + 1)})
    assert str(ITEMS_LIMIT) in story.view()["steps"][0]["attention"]["message"]


def test_one_new_row_and_one_change_for_each_row() -> None:
    one = booking({**BOOK, "each": None, "set": {"item": "Valve"}})
    one.complete("materials", output={})
    assert one.effects["book#1"].input == {"collection": "demo.materials", "create": True, "set": {"item": "Valve"}}
    change = {**BOOK, "create": False, "record": "= item.item", "set": {"count": "= item.count"}}
    each = booking(change)
    each.complete("materials", output={"used": USED[:1]})
    assert each.effects["book#1"].input == {
        "collection": "demo.materials",
        "items": [{"record": "Valve", "set": {"count": 2}}],
    }


def test_a_new_row_of_the_runs_own_collection_is_not_the_runs_record() -> None:
    story = booking({**BOOK, "collection": "demo.work_orders", "each": None, "set": {"status": "follow-up"}})
    story.complete("materials", output={})
    story.answer("book", id="w9", status="follow-up")
    assert story.view()["context"]["record"]["status"] == "planned"


CUSTOMER: dict[str, Any] = {
    "id": "customer",
    "kind": "task",
    "fields": [{"id": "mail", "type": "email", "bind": "email", "editable": "= policy.customer_data_editable == true"}],
}
PICTURES: dict[str, Any] = {
    "id": "pictures",
    "kind": "task",
    "fields": [{"id": "photos", "type": "pictures", "min": "= policy.minimum_pictures"}],
}
SEND: dict[str, Any] = {"id": "send", "kind": "task", "final": True}
MAY_EDIT = replace(ANN, policy={"customer_data_editable": True})
STRICT = replace(ANN, policy={"minimum_pictures": 1})


def test_the_policy_of_who_acts_opens_a_field_and_what_it_says_goes_back_to_the_record() -> None:
    story = Story([CUSTOMER, SEND], record="demo.work_orders").start(**ON_AN_ORDER)
    story.complete("customer", output={"mail": "c@d.example"})
    assert story.refusal()["errors"][0]["code"] == "not_editable"
    story.complete("customer", by=MAY_EDIT, output={"mail": "c@d.example"})
    written = [effect for effect in story.effects.values() if effect.activity == ACTIVITY_UPDATE_DATA]
    assert [effect.input["set"] for effect in written] == [{"email": "c@d.example"}]
    assert written[0].acting == "ann"


def test_handing_over_looks_at_every_finished_step_again_and_lists_what_is_missing() -> None:
    story = Story([PICTURES, SEND]).start()
    story.complete("pictures", output={})
    story.complete("send", by=STRICT)
    refusal = story.refusal()
    assert (refusal["code"], refusal["status"]) == ("requirements_unmet", 422)
    assert [(each["step"], each["path"], each["code"]) for each in refusal["errors"]] == [
        ("pictures", "/steps/pictures/output/photos", "too_short")
    ]
    assert story.status("send") == "ready"
    photo = {"file": "file-1", "name": "roof.jpg"}
    story.give("amend", "pictures", by=replace(STRICT, roles=("lead",)), output={"photos": [photo]}, reason="found it")
    story.complete("send", by=STRICT)
    assert "run_handed_over" in [event.type for event in story.events]


TIMERS = [
    {"id": "go", "kind": "task", "skippable": True, "fields": [{"id": "t", "type": "stopwatch", "timer": "travel"}]},
    {"id": "there", "kind": "task", "fields": [{"id": "t", "type": "stopwatch", "timer": "travel"}]},
]


def test_a_stop_before_its_start_is_refused_and_the_step_stays() -> None:
    story = Story([*TIMERS, {"id": "end", "kind": "task"}]).start()
    story.complete("go", output={"t": {"at": "2026-11-21T07:30:00Z"}})
    story.complete("there", output={"t": {"at": "2026-11-21T07:10:00Z"}})
    assert [(each["path"], each["code"]) for each in story.refusal()["errors"]] == [("/output/t/at", "before_start")]
    story.complete("there", output={"t": {"at": "2026-11-21T08:05:00Z"}})
    assert story.view()["steps"][1]["output"]["t"]["minutes"] == 35.0
    story.give("amend", "there", output={"t": {"at": "2026-11-21T08:00:00Z"}}, reason="wrong time")
    assert story.view()["steps"][1]["output"]["t"]["minutes"] == 30.0


def test_a_start_that_was_skipped_leaves_a_stop_without_minutes() -> None:
    story = Story(TIMERS).start()
    story.give("skip", "go")
    story.complete("there", output={"t": {"at": "2026-11-21T08:05:00Z"}})
    assert story.view()["steps"][1]["output"]["t"] == {"at": "2026-11-21T08:05:00Z", "timer": "travel"}


def test_rows_are_not_read_by_a_value_that_nobody_gave() -> None:
    """What is unknown is not met: without its value a condition would let every row in."""
    where = {"order_id": "= steps.ask.output.order", "status": "open", "paid_by": None}
    read = {"id": "read", "kind": "get_data", "collection": "demo.refunds", "where": where, "many": True}
    story = Story([{"id": "ask", "kind": "task", "fields": [{"id": "order", "type": "text"}]}, read]).start()
    story.complete("ask", output={})
    assert story.effects["read#1"].input["where"] == {"order_id": [], "status": "open", "paid_by": None}


def test_a_date_that_is_handed_on_stays_a_date() -> None:
    """A day has no zone: it is the same text in the next form, in a sentence, as a due date; and counts as a moment."""
    asks = task("asks", fields=[{"id": "day", "type": "date"}])
    day = "= steps.asks.output.day"
    shown = [{"id": "day", "type": "date", "default": day}]
    shown.append({"id": "note", "type": "text", "default": "On ${steps.asks.output.day}"})
    steps = [asks, task("next", fields=shown, due={"at": day}), task("late", after="asks", when=f"{day} > now")]
    steps.append({"id": "then", "kind": "wait", "after": "asks", "until": day})
    run = Story(steps, timezone="America/New_York").start()
    run.complete("asks", output={"day": "2027-03-01"})
    assert (run.step("next")["due"], run.status("late")) == ("2027-03-01", "ready")
    assert run.timers["then#1"].until == datetime(2027, 3, 1, 5, tzinfo=UTC), "it begins where the workflow is at home"
    run.complete("next")
    assert run.step("next")["output"] == {"day": "2027-03-01", "note": "On 2027-03-01"}


@pytest.mark.parametrize(
    ("zone", "today", "before"), [("Pacific/Auckland", "2026-11-22", "2026-11-21"), (None, "2026-11-21", "2026-11-20")]
)
def test_now_gives_today_in_a_field_of_type_date(zone: str | None, today: str, before: str) -> None:
    """Where the workflow is at home, whether the field begins with it, is prefilled with it, or is bounded by it."""
    fields = [{"id": "day", "type": "date", "default": "= now"}, {"id": "due", "type": "date", "min": "= now"}]
    fields += [{"id": "seen", "type": "date"}, {"id": "at", "type": "datetime", "default": "= now"}]
    step = task("a", fields=fields, prefill={"seen": "= now"})
    run = Story([step], timezone=zone).start()
    run.wait(hours=3)
    run.complete("a", output={"due": before})
    assert run.refusal()["code"] == "invalid_output"
    run.complete("a", output={"due": today})
    found, node = run.step("a")["output"], run.graph.nodes["a"]
    assert (found["day"], found["at"][:10]) == (today, "2026-11-21")
    assert prefilled(node.step, node.pointer, scope_of(run.graph, run.state, run.now), run.graph.trees)["seen"] == today
