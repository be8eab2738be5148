"""Our compiler and evaluator held to the CEL project's own cases (cel-conformance/, unchanged, Apache-2.0).

Every case of the files is run, except those listed in OUT_OF_SCOPE, by name and with the reason. The counts are
asserted: a case cannot be lost, and one that starts to pass must be taken off the list.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from definitions.expressions import ABSENT, ExpressionError, Unknown, evaluate
from definitions.expressions.compiler import compile_expression, parse_expression
from definitions.expressions.kinds import CelType, Uint
from tests.definitions.out_of_scope import OUT_OF_SCOPE
from tests.definitions.textproto import read

FOLDER = Path(__file__).parent / "cel-conformance"
FILES = sorted(FOLDER.glob("*.textproto"))
TYPES = {"INT64": "int", "DOUBLE": "double", "STRING": "string", "BOOL": "bool", "BYTES": "bytes"}


@dataclass(frozen=True)
class Case:
    id: str
    body: dict[str, list[Any]]

    @property
    def expr(self) -> str:
        return self.body["expr"][0].decode()

    @property
    def checked(self) -> bool:
        return not self.body.get("disable_check", [False])[0]

    @property
    def fails(self) -> bool:
        return "eval_error" in self.body

    @property
    def expected(self) -> Any:
        return value_of(self.body["value"][0]) if "value" in self.body else True

    @property
    def scope(self) -> dict[str, Any]:
        bound = self.body.get("bindings", [])
        return {each["key"][0].decode(): value_of(each["value"][0]["value"][0]) for each in bound}

    @property
    def declarations(self) -> dict[str, str]:
        declared = dict.fromkeys(self.scope, "dyn")
        for each in self.body.get("type_env", []):
            primitive = each["ident"][0]["type"][0].get("primitive", ["dyn"])[0]
            declared[each["name"][0].decode()] = TYPES.get(primitive, "dyn")
        return declared


def cases() -> Iterator[Case]:
    for file in FILES:
        for section in read(file.read_text())["section"]:
            for test in section.get("test", []):
                yield Case(f"{file.stem}/{section['name'][0].decode()}/{test['name'][0].decode()}", test)


def value_of(message: dict[str, list[Any]]) -> Any:
    """A `cel.expr.Value` as our Python value."""
    kind, (value, *_) = next(iter(message.items()))
    match kind:
        case "int64_value":
            return value
        case "uint64_value":
            return Uint(value)
        case "double_value":
            return float(value)
        case "string_value":
            return value.decode()
        case "bool_value" | "bytes_value":
            return value
        case "null_value":
            return None
        case "list_value":
            return [value_of(each) for each in value.get("values", [])]
        case "map_value":
            entries = value.get("entries", [])
            return {value_of(each["key"][0]): value_of(each["value"][0]) for each in entries}
        case "type_value":
            return CelType(value.decode())
    inner = value.get("[type.googleapis.com/google.protobuf.Duration]")
    assert inner is not None, f"no value of ours: {kind}"
    return timedelta(seconds=inner[0].get("seconds", [0])[0], microseconds=inner[0].get("nanos", [0])[0] // 1000)


def outcome(case: Case) -> Any:
    """What it comes to with us; a source that is refused comes to an error, as the cases expect of a checker."""
    try:
        if case.checked:
            tree = compile_expression(case.expr, case.declarations).tree
        else:
            tree = parse_expression(case.expr, tuple(case.declarations))
    except ExpressionError as error:
        return Unknown(f"{error.code}: {error.message}")
    return evaluate(tree, case.scope)


def same(ours: Any, theirs: Any) -> bool:
    """Equal to the bit: the type counts, NaN is itself, and so is the sign of zero."""
    if type(ours) is not type(theirs):
        return False
    if isinstance(theirs, float):
        return math.isnan(ours) if math.isnan(theirs) else repr(ours) == repr(theirs)
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, dict):
        return len(ours) == len(theirs) and all(key in ours and same(ours[key], theirs[key]) for key in theirs)
    return bool(ours == theirs)


def passes(case: Case) -> bool:
    ours = outcome(case)
    return isinstance(ours, Unknown) if case.fails else same(ours, case.expected)


ALL = list(cases())


@pytest.mark.parametrize("case", [case for case in ALL if case.id not in OUT_OF_SCOPE], ids=lambda case: case.id)
def test_case_of_the_cel_project(case: Case) -> None:
    ours = outcome(case)
    if case.fails:
        assert isinstance(ours, Unknown), f"{case.expr} came to {ours!r}"
    else:
        assert ours is not ABSENT
        assert same(ours, case.expected), f"{case.expr} came to {ours!r}"


def test_nothing_is_left_out_unseen() -> None:
    """As many cases as the files hold; those out of scope exist, and are as many as were counted."""
    assert len({case.id for case in ALL}) == len(ALL) == 1004
    assert set(OUT_OF_SCOPE) <= {case.id for case in ALL}
    assert len(OUT_OF_SCOPE) == 124


def test_what_is_out_of_scope_really_is() -> None:
    """A case that is on the list though it passes hides what the language can do."""

    def is_out(case: Case) -> bool:
        try:
            return not passes(case)
        except AssertionError:
            return True

    assert [case.id for case in ALL if case.id in OUT_OF_SCOPE and not is_out(case)] == []
