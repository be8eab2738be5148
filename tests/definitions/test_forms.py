"""A form says everything that is missing or wrong at once, by path, as it is for that person at that moment."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import definitions
from definitions.checks import check
from definitions.forms import PROBLEMS, ROWS_LIMIT, check_answer
from definitions.model import TaskStep
from definitions.task_forms import Finished, recheck
from tests.definitions.answers import NOTHING, answer
from tests.definitions.samples import asking, definition


def one(field: dict[str, Any], value: Any, scope: dict[str, Any] | None = None) -> tuple[Any, list[tuple[str, str]]]:
    """The same for one field `x` and one value."""
    kept, problems = answer([{"id": "x", **field}], {"x": value}, scope)
    return kept.get("x"), problems


PICTURE = {"file": "file-1", "name": "roof.jpg", "type": "image/jpeg", "size": 3, "sha256": "ab"}
GOOD: list[tuple[dict[str, Any], Any]] = [
    ({"type": "text"}, "Ann"),
    ({"type": "long_text"}, "two\nlines"),
    ({"type": "number"}, 1.5),
    ({"type": "number"}, 0),
    ({"type": "integer"}, 3),
    ({"type": "money"}, 129.9),
    ({"type": "boolean"}, False),
    ({"type": "choice", "options": ["a", "b"]}, "b"),
    ({"type": "choice", "options": [{"id": 1, "label": "One"}]}, 1),
    ({"type": "choices", "options": ["a", "b"]}, ["b", "a"]),
    ({"type": "checklist", "options": ["gas", "water"]}, ["gas"]),
    ({"type": "date"}, "2026-11-30"),
    ({"type": "datetime"}, "2026-11-30T09:00:00+01:00"),
    ({"type": "email"}, "info@hollander.example"),
    ({"type": "phone"}, "+31 20 555 0101"),
    ({"type": "url"}, "https://example.org/a?b=c"),
    ({"type": "record"}, "o1"),
    ({"type": "table", "fields": [{"id": "item", "type": "text"}]}, [{"item": "Valve"}]),
    ({"type": "pictures"}, [PICTURE]),
    ({"type": "file"}, {"file": "file-2"}),
    ({"type": "file"}, [{"file": "file-2", "caption": "Roof"}]),
    ({"type": "signature"}, {"name": "J. Hollander", "typed": True}),
    ({"type": "signature"}, {"name": "J. Hollander", "file": "file-3"}),
    ({"type": "location"}, {"lat": 0, "lon": 4.9}),
    ({"type": "location"}, {"lat": 52.37, "lon": 4.9, "accuracy": 12.5}),
    ({"type": "barcode"}, "4006381333931"),
    ({"type": "stopwatch"}, {"at": "2026-11-21T07:30:00Z"}),
]


@pytest.mark.parametrize(("field", "value"), GOOD, ids=[f"{field['type']} {value!r}" for field, value in GOOD])
def test_each_type_keeps_what_was_answered(field: dict[str, Any], value: Any) -> None:
    assert one(field, value) == (value, [])


def test_a_length_of_time_is_kept_as_an_expression_reads_it() -> None:
    for text in ("90 minutes", "1h30m", "5400s"):
        assert one({"type": "duration"}, text) == ("5400s", [])


WRONG: list[tuple[dict[str, Any], Any, str, str]] = [
    ({"type": "text"}, 3, "/output/x", "wrong_type"),
    ({"type": "text"}, "two\nlines", "/output/x", "wrong_format"),
    ({"type": "number"}, "3", "/output/x", "wrong_type"),
    ({"type": "number"}, True, "/output/x", "wrong_type"),
    ({"type": "number"}, float("nan"), "/output/x", "wrong_type"),
    ({"type": "number"}, float("inf"), "/output/x", "wrong_type"),
    ({"type": "number"}, 10**30, "/output/x", "wrong_type"),
    ({"type": "integer"}, 3.5, "/output/x", "wrong_type"),
    ({"type": "boolean"}, "yes", "/output/x", "wrong_type"),
    ({"type": "choice", "options": ["a"]}, "z", "/output/x", "not_an_option"),
    ({"type": "choice", "options": ["a"]}, {"id": "a"}, "/output/x", "wrong_type"),
    ({"type": "choice", "options": [1]}, True, "/output/x", "wrong_type"),
    ({"type": "choices", "options": ["a"]}, "a", "/output/x", "wrong_type"),
    ({"type": "choices", "options": ["a"]}, ["a", "z"], "/output/x/1", "not_an_option"),
    ({"type": "choices", "options": ["a"]}, ["a", "a"], "/output/x/1", "duplicate"),
    ({"type": "date"}, "2026-02-30", "/output/x", "wrong_format"),
    ({"type": "date"}, "2026-11-30T00:00:00Z", "/output/x", "wrong_format"),
    ({"type": "datetime"}, "2026-11-30T09:00:00", "/output/x", "wrong_format"),
    ({"type": "duration"}, "a while", "/output/x", "wrong_format"),
    ({"type": "email"}, "nobody", "/output/x", "wrong_format"),
    ({"type": "phone"}, "call me", "/output/x", "wrong_format"),
    ({"type": "url"}, "javascript:alert(1)", "/output/x", "wrong_format"),
    ({"type": "url"}, "https://user@example.org", "/output/x", "wrong_format"),
    ({"type": "record"}, 7, "/output/x", "wrong_type"),
    ({"type": "record"}, "x" * 201, "/output/x", "too_long"),
    ({"type": "table", "fields": [{"id": "item", "type": "text"}]}, {"item": "x"}, "/output/x", "wrong_type"),
    ({"type": "table", "fields": [{"id": "item", "type": "text"}]}, ["Valve"], "/output/x/0", "wrong_type"),
    ({"type": "pictures"}, PICTURE, "/output/x", "wrong_type"),
    ({"type": "pictures"}, [PICTURE, {"name": "x"}], "/output/x/1/file", "missing"),
    ({"type": "file"}, {"file": "f", "filepath": "/etc/passwd"}, "/output/x/filepath", "unknown_field"),
    ({"type": "signature"}, {"typed": True}, "/output/x/name", "missing"),
    ({"type": "signature"}, {"name": "J"}, "/output/x/file", "missing"),
    ({"type": "signature"}, {"name": "J", "typed": False}, "/output/x/file", "missing"),
    ({"type": "location"}, {"lat": 91, "lon": 0}, "/output/x/lat", "wrong_format"),
    ({"type": "location"}, {"lat": 0, "lon": 0, "accuracy": -1}, "/output/x/accuracy", "wrong_format"),
    ({"type": "stopwatch"}, {"at": "now"}, "/output/x/at", "wrong_format"),
    ({"type": "info"}, "changed", "/output/x", "not_editable"),
    ({"type": "text", "pattern": "[A-Z]-[0-9]+"}, "V-77x", "/output/x", "no_match"),
    ({"type": "text", "max": 3}, "four", "/output/x", "too_long"),
    ({"type": "text", "min": 3}, "no", "/output/x", "too_short"),
    ({"type": "number", "min": 1}, 0, "/output/x", "too_small"),
    ({"type": "number", "max": 1}, 1.01, "/output/x", "too_large"),
    ({"type": "date", "min": "2026-11-01"}, "2026-10-31", "/output/x", "too_small"),
    ({"type": "duration", "max": "1 hour"}, "61 minutes", "/output/x", "too_large"),
    ({"type": "choices", "options": ["a", "b"], "max": 1}, ["a", "b"], "/output/x", "too_long"),
]


@pytest.mark.parametrize(
    ("field", "value", "path", "code"), WRONG, ids=[f"{f['type']} {v!r}"[:60] for f, v, _, _ in WRONG]
)
def test_each_type_refuses_what_is_none_of_its(field: dict[str, Any], value: Any, path: str, code: str) -> None:
    _, problems = one(field, value)
    assert problems == [(path, code)]


def test_all_that_is_missing_or_wrong_is_listed_in_the_order_of_the_form() -> None:
    """The materials of a work order: two bad rows, three problems, and the step stays where it is."""
    columns = [
        {"id": "item", "type": "text", "required": True},
        {"id": "count", "type": "number", "min": 1, "required": True},
    ]
    fields = [
        {"id": "used", "type": "table", "min": 1, "fields": columns},
        {"id": "memo", "type": "text", "required": True},
    ]
    _, problems = answer(fields, {"used": [{"count": 0}, {"item": "Valve"}], "extra": 1})
    assert problems == [
        ("/output/used/0/item", "missing"),
        ("/output/used/0/count", "too_small"),
        ("/output/used/1/count", "missing"),
        ("/output/memo", "missing"),
        ("/output/extra", "unknown_field"),
    ]
    kept, problems = answer(fields, {"used": [{"item": "Valve", "count": 2}], "memo": "ok"})
    assert (kept, problems) == ({"used": [{"item": "Valve", "count": 2}], "memo": "ok"}, [])


@pytest.mark.parametrize("value", [None, "", "   ", [], {}])
def test_nothing_is_no_answer(value: Any) -> None:
    """Null, blanks and empty lists leave a required field missing, and another without a value."""
    assert one({"type": "text", "required": True}, value)[1] == [("/output/x", "missing")]
    assert answer([{"id": "x", "type": "text"}], {"x": value}) == ({}, [])


def test_a_minimum_of_pictures_counts_also_when_none_are_sent() -> None:
    assert answer([{"id": "x", "type": "pictures", "min": 1}], {})[1] == [("/output/x", "too_short")]
    assert answer([{"id": "x", "type": "text", "min": 5}], {})[1] == []


def test_conditions_are_those_of_the_moment() -> None:
    """Required, visible and editable follow the record, the inputs and earlier answers; unknown is not met."""
    field = {"type": "text", "required": "= inputs.amount > 500.0"}
    assert one(field, None, {"inputs": {"amount": 501}})[1] == [("/output/x", "missing")]
    assert one(field, None, {"inputs": {"amount": 500}})[1] == []
    assert one(field, None, {"inputs": {}})[1] == []
    hidden = {"type": "text", "required": True, "visible": "= inputs.amount > 500.0"}
    assert one(hidden, None, {"inputs": {"amount": 1}}) == (None, [])
    assert one(hidden, "sly", {"inputs": {"amount": 1}})[1] == [("/output/x", "unknown_field")]
    assert one(hidden, "fine", {"inputs": {"amount": 501}}) == ("fine", [])


def test_what_may_not_be_edited_keeps_its_default() -> None:
    field = {"type": "text", "editable": False, "default": "= record.status"}
    scope = {"record": {"status": "open"}}
    assert answer([{"id": "x", **field}], {}, scope) == ({"x": "open"}, [])
    assert one(field, "open", scope) == ("open", [])
    assert one(field, "closed", scope)[1] == [("/output/x", "not_editable")]


def test_a_default_stands_in_for_what_is_left_out_and_not_for_what_is_cleared() -> None:
    field = {"id": "x", "type": "number", "default": 3}
    assert answer([field], {}) == ({"x": 3}, [])
    assert answer([field], {"x": None}) == ({}, [])


def test_bounds_and_options_may_be_computed() -> None:
    limited = {"type": "money", "max": "= record.total"}
    assert one(limited, 9.99, {"record": {"total": 10}}) == (9.99, [])
    assert one(limited, 10.01, {"record": {"total": 10}})[1] == [("/output/x", "too_large")]
    assert one(limited, 10.01, {"record": {}})[1] == []
    offered = {"type": "choice", "options": "= steps.earlier.output.found"}
    report = check(definition(asking({"id": "found", "type": "choices", "options": ["a", "b"]}, id="earlier"),
                              asking({"id": "x", **offered})))  # fmt: skip
    assert report.document is not None and report.valid
    fields = report.document.steps[1].fields  # type: ignore[union-attr]
    scope = {"steps": {"earlier": {"output": {"found": ["b"]}}}}
    for value, codes in (("b", []), ("a", ["not_an_option"])):
        _, problems = check_answer(fields, {"x": value}, scope, report.expressions, "/steps/1/fields")  # type: ignore[arg-type]
        assert [each.code for each in problems] == codes


def test_a_row_sees_itself() -> None:
    columns = [
        {"id": "from", "type": "number"},
        {"id": "to", "type": "number", "min": "= item['from']", "required": "= index > 0"},
    ]
    rows = [{"from": 3}, {"from": 3, "to": 2}, {"from": 3}]
    _, problems = answer([{"id": "x", "type": "table", "fields": columns}], {"x": rows})
    assert problems == [("/output/x/1/to", "too_small"), ("/output/x/2/to", "missing")]


def test_tables_stand_in_tables() -> None:
    inner = {"id": "parts", "type": "table", "fields": [{"id": "n", "type": "integer", "required": True}]}
    _, problems = answer([{"id": "x", "type": "table", "fields": [inner]}], {"x": [{"parts": [{"n": 1}, {"n": "2"}]}]})
    assert problems == [("/output/x/0/parts/1/n", "wrong_type")]


def test_a_table_has_a_last_row() -> None:
    field = {"id": "x", "type": "table", "fields": [{"id": "n", "type": "integer"}]}
    kept, problems = answer([field], {"x": [{"n": 1}] * (ROWS_LIMIT + 1)})
    assert problems == [("/output/x", "too_long")]
    assert len(kept["x"]) == ROWS_LIMIT


PHOTOS = {"id": "photos", "type": "pictures", "min": "= policy.minimum_pictures"}
SIGNED = {"id": "sign", "type": "signature", "required": "= policy.signature_required"}


def test_what_is_required_follows_the_policy_of_the_person() -> None:
    strict = {"minimum_pictures": 2, "signature_required": True}
    _, problems = answer([PHOTOS, SIGNED], {"photos": [PICTURE]}, {"policy": strict})
    assert problems == [("/output/photos", "too_short"), ("/output/sign", "missing")]
    for lax in ({"minimum_pictures": 1, "signature_required": False}, {}):
        assert answer([PHOTOS, SIGNED], {"photos": [PICTURE]}, {"policy": lax})[1] == []


def test_before_the_work_is_handed_over_every_finished_step_is_looked_at_again() -> None:
    """What was enough last week is not under today's policy: all of it at once, by step and path."""
    steps = [asking(PHOTOS, id="pictures"), asking(SIGNED, {"id": "memo", "type": "text"}, id="sign")]
    report = check(definition(*steps))
    assert report.document is not None
    trees, tasks = report.expressions, [step for step in report.document.steps if isinstance(step, TaskStep)]
    outputs: list[dict[str, Any]] = [{"photos": [PICTURE]}, {"memo": "kept"}]
    done = [Finished(task, f"/steps/{n}", outputs[n]) for n, task in enumerate(tasks)]
    today = {"steps": {}, "policy": {"minimum_pictures": 2, "signature_required": True}}
    found = recheck(report.document, done, today, trees)
    assert [(each["step"], each["path"], each["code"]) for each in found] == [
        ("pictures", "/steps/pictures/output/photos", "too_short"),
        ("sign", "/steps/sign/output/sign", "missing"),
    ]
    assert recheck(report.document, done, {"steps": {}, "policy": {}}, trees) == []


def test_what_can_no_longer_be_changed_is_not_held_against_the_person_who_hands_over() -> None:
    field = {"id": "a", "type": "text", "required": True, "editable": "= policy.open == true", "default": "new"}
    report = check(definition(asking(field)))
    assert report.document is not None
    (task,) = report.document.steps
    assert isinstance(task, TaskStep)
    for output in ({"a": "as it was then"}, {}):
        done = [Finished(task, "/steps/0", output)]
        assert recheck(report.document, done, {"policy": {"open": False}}, report.expressions) == []
    codes = [each["code"] for each in recheck(report.document, done, {"policy": {"open": True}}, report.expressions)]
    assert codes == ["missing"]


def test_inputs_of_a_run_are_answered_the_same_way() -> None:
    report = check(
        definition({"id": "end", "kind": "end"}, inputs=[{"id": "amount", "type": "money", "required": True}])
    )
    assert report.document is not None
    _, problems = check_answer(report.document.inputs, {"x": 1}, NOTHING, report.expressions, "/inputs", base="/inputs")
    assert [each.to_json() for each in problems] == [
        {"path": "/inputs/amount", "code": "missing", "message": "amount is missing"},
        {"path": "/inputs/x", "code": "unknown_field", "message": "there is no field 'x'"},
    ]


def test_what_is_no_answer_at_all_is_refused() -> None:
    for given in (None, 3, "x", [1]):
        assert answer([{"id": "x", "type": "text"}], given)[1] == [("/output", "wrong_type")]


def test_a_pattern_cannot_hold_up_a_run() -> None:
    """RE2's idea: cost is text times pattern, and beyond its bound a text simply does not match."""
    field = {"type": "text", "pattern": "(a|b|ab)*c"}
    assert one(field, "ab" * 40 + "c") == ("ab" * 40 + "c", [])
    assert one(field, "ab" * 30_000)[1] == [("/output/x", "no_match")]


def test_every_problem_has_a_line_and_is_given() -> None:
    """The codes of a refusal are a contract as those of a finding are."""
    root = Path(definitions.__file__).parent
    text = (root / "forms.py").read_text(encoding="utf-8") + (root / "answers.py").read_text(encoding="utf-8")
    given = set(re.findall(r'"([a-z]+(?:_[a-z]+)+|missing|duplicate)"', text))
    assert set(PROBLEMS) <= given
    at_the_door = {"no_such_file", "no_such_record", "not_a_picture"}
    assert {code for _, _, _, code in WRONG} | {"before_start"} | at_the_door == set(PROBLEMS)
