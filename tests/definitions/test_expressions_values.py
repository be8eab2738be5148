"""Values of a document with expressions in them: compiled by pointer, resolved to JSON, holes named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from definitions.canonical import canonical
from definitions.expressions import ABSENT, Problem, Unknown, is_expression, resolve, resolve_with_problems
from definitions.expressions.compiler import compile_text, compile_value
from definitions.expressions.evaluate import render

DECLARED = {"record": "map", "output": "dyn", "now": "timestamp"}
SCOPE: dict[str, Any] = {
    "record": {"id": 7, "name": "Ada ${record.id} {{7*7}} = 1", "total": 1250000.0, "tags": ["b", "a"], "note": None},
    "output": {"id": "r-1"},
    "now": datetime(2026, 3, 1, 9, 30, 0, 250000, tzinfo=UTC),
}


def resolved(value: Any) -> Any:
    trees, errors = compile_value(value, "/with", DECLARED)
    assert errors == []
    return resolve(value, "/with", trees, SCOPE)


class TestWhatAStringIs:
    @pytest.mark.parametrize(
        ("text", "computed"),
        [
            ("= record.id", True),
            ("=record.id", True),
            ("${record.id}", True),
            ("a ${record.id} b", True),
            (r"a \${x} ${record.id}", True),
            ("plain", False),
            (r"\= record.id", False),
            (r"\${record.id}", False),
            ("$5 and {braces}", False),
            (" = not at the start", False),
            ("", False),
            (5, False),
        ],
    )
    def test_expression_or_literal(self, text: Any, computed: bool) -> None:
        assert is_expression(text) is computed

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (r"\= record.id", "= record.id"),
            (r"\${record.id}", "${record.id}"),
            (r"\= ${record.id}", "= 7"),
            (r"\${a} ${record.id} \${b}", "${a} 7 ${b}"),
            ("${'}'}${\"{\"}${{'a': 1}['a']}", "}{1"),
            ("${'it\\'s } here'}", "it's } here"),
            ("€${record.total}", "€1250000"),
            ("[${record.nothing}]", "[]"),
            ("[${record.nothing * 2}]", "[]"),
            ("[${record.note}]", "[]"),
            ("${record.id == 7} at ${now}", "true at 2026-03-01T09:30:00.25Z"),
            ("${record.tags} ${{'b': 1, 'a': null}}", '["b", "a"] {"a": null, "b": 1}'),
            ("${duration('90m')}", "5400s"),
        ],
    )
    def test_templates_and_escapes(self, text: str, expected: str) -> None:
        assert resolved(text) == expected

    def test_one_pass_only(self) -> None:
        """RELIABILITY.md, bad input 38: what a record brings in is printed as it is, whatever it looks like."""
        assert resolved("Dear ${record.name}!") == "Dear Ada ${record.id} {{7*7}} = 1!"
        assert resolved("= record.name") == "Ada ${record.id} {{7*7}} = 1"

    def test_an_error_is_not_printed_as_nothing(self) -> None:
        """Absent prints as nothing, because it says so; a division by zero in a letter is no letter."""
        assert render(compile_text("a ${1 / (record.id - 7)} b", DECLARED).tree, SCOPE) == Unknown("division by zero")


class TestResolving:
    def test_literals_stay_and_expressions_come_to_json(self) -> None:
        value = {
            "to": "= record.name",
            "at": "= now",
            "in": "= duration('90m')",
            "nested": [{"id": "= output.id"}, "x", 5, None, True],
            "map": "= {'b': [1, 2u], 'a': {2: now, true: b'\\x00'}}",
            "a/b": {"~c": "= 1 + 1"},
        }
        assert resolved(value) == {
            "to": SCOPE["record"]["name"],
            "at": "2026-03-01T09:30:00.25Z",
            "in": "5400s",
            "nested": [{"id": "r-1"}, "x", 5, None, True],
            "map": {"a": {"true": "AA==", "2": "2026-03-01T09:30:00.25Z"}, "b": [1, 2]},
            "a/b": {"~c": 2},
        }
        assert canonical(resolved(value))

    def test_what_is_absent_is_left_out_and_named(self) -> None:
        value = {
            "a": "= record.nothing",
            "b": ["= record.nothing", "= record.id"],
            "c": "= 1 / 0",
            "d": "= record.note",
        }
        trees, _ = compile_value(value, "/steps/3/with", DECLARED)
        result = resolve_with_problems(value, "/steps/3/with", trees, SCOPE)
        assert result.value == {"b": [7], "d": None}
        assert result.problems == (
            Problem("/steps/3/with/a", "absent", absent=True),
            Problem("/steps/3/with/b/0", "absent", absent=True),
            Problem("/steps/3/with/c", "division by zero", absent=False),
        )

    def test_at_the_top_absent_is_absent(self) -> None:
        assert resolved("= record.nothing") is ABSENT
        assert resolved("= record.note") is None

    @pytest.mark.parametrize(
        ("source", "reason"),
        [
            ("= 9007199254740993", "an integer beyond 2^53 cannot be handed on"),
            ("= 1.0 / 0.0", "not a finite number"),
            ("= [1.0 / 0.0 - 1.0 / 0.0]", "not a finite number"),
        ],
    )
    def test_what_json_cannot_hold_is_no_value(self, source: str, reason: str) -> None:
        trees, _ = compile_value(source, "", DECLARED)
        assert resolve_with_problems(source, "", trees, SCOPE).problems == (Problem("", reason, absent=False),)

    def test_a_string_without_its_tree_is_a_hole_and_no_crash(self) -> None:
        result = resolve_with_problems({"a": "= record.id"}, "/with", {}, SCOPE)
        assert result.value == {}
        assert [problem.pointer for problem in result.problems] == ["/with/a"]

    def test_every_mistake_is_found_at_once_and_in_its_place(self) -> None:
        value = {"a": "= nope", "b": ["x ${1 +} y", "${record.id"], "c/d": "= record.id", "e": "="}
        trees, errors = compile_value(value, "/with", DECLARED)
        assert [(pointer, error.code, error.position) for pointer, error in errors] == [
            ("/with/a", "unknown_name", 2),
            ("/with/b/0", "expression_syntax", 7),
            ("/with/b/1", "template_unclosed", 0),
            ("/with/e", "expression_empty", 1),
        ]
        assert list(trees) == ["/with/c~1d"]
