"""A rule that looks into a value which is not there must not find the reference instead."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.expressions.compiler import compile_expression
from definitions.expressions.evaluate import evaluate
from definitions.expressions.outcome import Unknown
from definitions.references import Reference, references, reserved

HERE = Reference("a" * 64, 900_000, "array").to_json()
SCOPE = {"steps": {"load": {"output": {"rows": HERE, "count": 7}}}}


def told(expression: str, type_: str) -> Any:
    """What an expression comes to where `rows`, declared as that type, was stored apart."""
    return evaluate(compile_expression(expression, {"steps.load.output.rows": type_}).tree, SCOPE)


@pytest.mark.parametrize(
    ("expression", "type_"),
    [
        ("size(steps.load.output.rows) > 2", "list"),
        ("size(steps.load.output.rows) < 5", "string"),
        ("!('vip' in steps.load.output.rows)", "list"),
        ("steps.load.output.rows.all(row, row != 'vip')", "list"),
        ("steps.load.output.rows.exists(row, row == 'size')", "list"),
        ("steps.load.output.rows.filter(row, true)", "list"),
        ("steps.load.output.rows.map(row, row)", "list"),
        ("steps.load.output.rows == 'x'", "string"),
        ("steps.load.output.rows.contains('x')", "string"),
        ("steps.load.output.rows[0].total > 1.0", "list"),
    ],
)
def test_counting_and_searching_it_is_no_value(expression: str, type_: str) -> None:
    assert isinstance(told(expression, type_), Unknown)


def test_the_reference_itself_can_be_passed_on_and_its_own_members_read() -> None:
    assert told("steps.load.output.rows", "list") == HERE
    assert told("steps.load.output.rows.size > 100000", "dyn") is True


def test_a_map_of_the_same_size_is_counted_as_ever() -> None:
    scope = {"steps": {"load": {"output": {"rows": {"size": 1, "type": "string", "name": "x"}}}}}
    tree = compile_expression("size(steps.load.output.rows) == 3", {"steps.load.output.rows": "map"}).tree
    assert evaluate(tree, scope) is True


def test_references_are_found_as_often_as_they_stand_and_reserved_keys_by_their_place() -> None:
    value = {"a": [HERE, {"b": HERE}], "c": 1}
    assert [each.size for each in references(value)] == [900_000, 900_000]
    assert reserved({"a": [1, {"b": {"$blob": 1}}]}) == "/a/1/b"
    assert reserved({"$blob": 1}) == "" and reserved({"a": "$blob"}) is None


def test_depth_is_no_danger() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    assert reserved(deep) is None and list(references(deep)) == []
