"""A form and its record: what it shows of it, begins with, and writes back, and where it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.bound import shown, writes
from definitions.checks import check
from definitions.model import TaskStep
from definitions.task_forms import task_answer, task_beginning
from tests.definitions.answers import NOTHING
from tests.definitions.samples import KNOWN, asking, definition

BOUND = {"id": "mail", "type": "email", "bind": "email"}


def of_a_task(
    field: dict[str, Any],
    given: dict[str, Any],
    record: dict[str, Any],
    policy: dict[str, Any] | None = None,
    **keys: Any,
) -> tuple[dict[str, Any], list[tuple[str, str]], dict[str, Any], dict[str, Any]]:
    """For a task with this field: what is kept, its problems, what the record gets, what the form began with."""
    report = check(definition({**asking(field), **keys}))
    assert report.document is not None
    assert not report.findings, [each.to_json() for each in report.findings]
    (step,) = report.document.steps
    assert isinstance(step, TaskStep)
    scope = {"record": record, "policy": policy or {}, "steps": {}}
    trees = report.expressions
    kept, problems = task_answer(report.document, step, "/steps/0", given, scope=scope, trees=trees)
    written = writes(step.fields, kept, scope, trees, "/steps/0/fields")
    begun = task_beginning(step, "/steps/0", scope, trees, {})
    return kept, [(each.path, each.code) for each in problems], written, begun


def test_a_bound_field_shows_the_record_and_writes_back_what_was_changed() -> None:
    record = {"email": "a@b.example"}
    changed = of_a_task(BOUND, {"mail": "c@d.example"}, record)
    assert changed == ({"mail": "c@d.example"}, [], {"email": "c@d.example"}, {"mail": "a@b.example"})
    assert of_a_task(BOUND, {"mail": "a@b.example"}, record)[2] == {}, "what is as it was is not written again"
    assert of_a_task(BOUND, {}, record)[:3] == ({"mail": "a@b.example"}, [], {}), "left out is not cleared"
    assert of_a_task(BOUND, {"mail": None}, record)[:3] == ({}, [], {"email": None})
    assert of_a_task({**BOUND, "required": True}, {"mail": None}, record)[1] == [("/output/mail", "missing")]
    assert of_a_task({**BOUND, "required": True}, {}, record)[1] == []
    assert of_a_task(BOUND, {}, {"email": None}) == ({}, [], {}, {})


def test_what_the_record_holds_for_the_bound_fields_of_a_form() -> None:
    report = check(
        definition(asking(BOUND, {"id": "memo", "type": "text"}, {"id": "s", "type": "text", "bind": "status"}))
    )
    assert report.document is not None
    (step,) = report.document.steps
    assert isinstance(step, TaskStep)
    assert shown(step.fields, {"email": "a@b.example", "status": "", "memo": "x"}) == {"mail": "a@b.example"}


def test_whoever_may_only_look_writes_nothing_back_and_what_is_hidden_is_not_told() -> None:
    record = {"email": "a@b.example"}
    looking = {**BOUND, "editable": "= policy.customer_data_editable == true"}
    assert of_a_task(looking, {}, record) == ({"mail": "a@b.example"}, [], {}, {"mail": "a@b.example"})
    assert of_a_task(looking, {"mail": "c@d.example"}, record)[1] == [("/output/mail", "not_editable")]
    may = {"customer_data_editable": True}
    assert of_a_task(looking, {"mail": "c@d.example"}, record, may)[2] == {"email": "c@d.example"}
    hidden = {**BOUND, "visible": "= policy.customer_data_shown == true"}
    assert of_a_task(hidden, {}, record) == ({}, [], {}, {})
    assert of_a_task(hidden, {"mail": "a@b.example"}, record)[1] == [("/output/mail", "unknown_field")]


def test_a_prefill_is_proposed_and_counts_when_it_is_sent_or_can_only_be_looked_at() -> None:
    record, field = {"email": "a@b.example"}, {"id": "memo", "type": "text", "default": "none"}
    keys = {"prefill": {"memo": "for ${record.email}"}}
    kept, problems, _, begun = of_a_task(field, {}, record, **keys)
    assert (kept, problems, begun) == ({"memo": "none"}, [], {"memo": "for a@b.example"})
    shown = of_a_task({**field, "editable": False}, {}, record, **keys)
    assert shown[0] == shown[3] == {"memo": "for a@b.example"}
    assert of_a_task({**BOUND}, {}, record, prefill={"mail": "x@y.example"})[3] == {"mail": "x@y.example"}


def test_what_a_person_entered_before_goes_before_the_prefill_where_it_may_be_changed() -> None:
    fields = [{"id": "a", "type": "text"}, {"id": "b", "type": "text", "editable": False, "default": "fixed"}]
    report = check(definition({**asking(*fields), "prefill": {"a": "new"}}))
    assert report.document is not None
    (step,) = report.document.steps
    assert isinstance(step, TaskStep)
    begun = task_beginning(step, "/steps/0", NOTHING, report.expressions, {"a": "mine", "b": "mine", "gone": 1})
    assert begun == {"a": "mine", "b": "fixed"}


WRONG_FORMS: list[tuple[str, str, dict[str, Any]]] = [
    ("wrong_value", "/steps/0/fields/0/bind", asking({"id": "p", "type": "pictures", "bind": "email"})),
    ("wrong_value", "/steps/0/fields/0/fields/0/bind",
     asking({"id": "t", "type": "table", "fields": [{"id": "n", "type": "text", "bind": "email"}]})),
    ("unknown_field", "/steps/0/prefill/memmo", {**asking({"id": "memo", "type": "text"}), "prefill": {"memmo": "x"}}),
    ("bad_default", "/steps/0/prefill/n", {**asking({"id": "n", "type": "number"}), "prefill": {"n": "three"}}),
    ("ignored_key", "/steps/0/prefill/n", {**asking({"id": "n", "type": "info"}), "prefill": {"n": "three"}}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "path", "step"), WRONG_FORMS, ids=[path for _, path, _ in WRONG_FORMS])
def test_what_a_form_cannot_mean_is_found_when_it_is_checked(code: str, path: str, step: dict[str, Any]) -> None:
    report = check(definition(step))
    found = [(each.code, each.path) for each in (*report.findings, *report.warnings)]
    assert found == [(code, path)]


@pytest.mark.parametrize(
    ("type_", "column", "fits"),
    [
        ("money", "total", True),
        ("integer", "total", True),
        ("text", "total", False),
        ("number", "status", False),
        ("boolean", "paid", True),
        ("boolean", "status", False),
        ("date", "status", True),
        ("email", "paid", False),
    ],
)
def test_a_bound_field_is_of_a_type_that_the_record_can_hold(type_: str, column: str, fits: bool) -> None:
    report = check(definition(asking({"id": "x", "type": type_, "bind": column})), KNOWN)
    found = [(each.code, each.path) for each in report.findings]
    assert found == ([] if fits else [("input_type", "/steps/0/fields/0/bind")])


def test_an_input_has_no_record_to_write_back_to() -> None:
    report = check(definition({"id": "end", "kind": "end"}, inputs=[BOUND]))
    assert ("wrong_value", "/inputs/0/bind") in [(each.code, each.path) for each in report.findings]
    bare = definition(asking(BOUND))
    del bare["record"]
    assert ("record_missing", "/steps/0/fields/0/bind") in [(each.code, each.path) for each in check(bare).findings]


def test_an_info_shows_a_field_of_the_record_and_writes_nothing_back() -> None:
    info = {"id": "state", "type": "info", "bind": "status"}
    assert of_a_task(info, {}, {"status": "open"}) == ({}, [], {}, {"state": "open"})
    assert of_a_task({**info, "bind": "total"}, {}, {"total": 5.5})[3] == {"state": 5.5}
    assert of_a_task(info, {"state": "closed"}, {"status": "open"})[1] == [("/output/state", "not_editable")]
