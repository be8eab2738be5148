"""The frozen tree is a persisted format: these literals stand in somebody's published version.

A line of this file changes only together with a new tag or TREE_VERSION, never "to make it pass" (tree.py says why).
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from definitions.expressions import evaluate, tree
from definitions.expressions.compiler import compile_expression, compile_text
from definitions.expressions.evaluate import HANDLERS
from definitions.expressions.functions import NAMES_OFFERED
from definitions.expressions.operators import OVERLOADS
from definitions.expressions.tree import TREE_VERSION, expression
from tests.definitions import test_cel_conformance as conformance

DECLARED = {"steps.a.output.n": "double", "steps.a.output.at": "timestamp", "record": "map", "xs": "list"}
GOLDEN: dict[str, tuple[list[Any], Any]] = {
    "null": (["null"], None),
    "true": (["bool", True], True),
    "'a\\u20ac'": (["string", "a€"], "a€"),
    "5": (["int", 5], 5),
    "9223372036854775807": (["int", "9223372036854775807"], 2**63 - 1),
    "5u": (["uint", 5], 5),
    "1.5": (["double", 1.5], 1.5),
    "1e300": (["double", "1e+300"], 1e300),
    "b'\\xff'": (["bytes", "/w=="], b"\xff"),
    "type(1) == int": (["==", ["call", "type", ["int", 1]], ["type", "int"]], True),
    "steps.a.output.n": (["read", "double", "steps", "a", "output", "n"], 4.0),
    "steps.a.output.at.getDate()": (["call", "getDate", ["read", "timestamp", "steps", "a", "output", "at"]], 27),
    "record['a b'].c": (["read", "", "record", "a b", "c"], 1),
    "has(record.x)": (["has", ["read", "", "record"], "x"], False),
    "[{'k': 1}][0].k": (["select", ["index", ["list", ["map", ["string", "k"], ["int", 1]]], ["int", 0]], "k"], 1),
    "!true || 1 < 2 && 2 >= 1": (
        ["||", ["!", ["bool", True]], ["&&", ["<", ["int", 1], ["int", 2]], [">=", ["int", 2], ["int", 1]]]],
        True,
    ),
    "1 != 2 ? 'a' : 'b'": (["?:", ["!=", ["int", 1], ["int", 2]], ["string", "a"], ["string", "b"]], "a"),
    "-(7 - 1) * 3 / 2 % 4 + 1": (
        [
            "+",
            ["%", ["/", ["*", ["neg", ["-", ["int", 7], ["int", 1]]], ["int", 3]], ["int", 2]], ["int", 4]],
            ["int", 1],
        ],
        0,
    ),
    "1 in xs": (["in", ["int", 1], ["read", "", "xs"]], True),
    "math.least(2, 1)": (["call", "least", ["int", 2], ["int", 1]], 1),
    "xs.all(x, x > 0)": (["all", "x", ["read", "", "xs"], [">", ["var", "x"], ["int", 0]]], True),
    "xs.exists(x, x <= 0)": (["exists", "x", ["read", "", "xs"], ["<=", ["var", "x"], ["int", 0]]], False),
    "xs.exists_one(x, x == 1)": (["exists_one", "x", ["read", "", "xs"], ["==", ["var", "x"], ["int", 1]]], True),
    "xs.map(x, -x)": (["transform", "x", ["read", "", "xs"], None, ["neg", ["var", "x"]]], [-1, -2]),
    "xs.map(x, x > 1, x)": (
        ["transform", "x", ["read", "", "xs"], [">", ["var", "x"], ["int", 1]], ["var", "x"]],
        [2],
    ),
}
SCOPE = {
    "steps": {"a": {"output": {"n": 4, "at": "2026-02-27T10:00:00Z"}}},
    "record": {"a b": {"c": 1}},
    "xs": [1, 2],
}


@pytest.mark.parametrize("source", GOLDEN)
def test_what_is_frozen_and_what_it_comes_to(source: str) -> None:
    node, value = GOLDEN[source]
    frozen = compile_expression(source, DECLARED).tree
    assert frozen == {"cel": TREE_VERSION, "node": node} == {"cel": 1, "node": node}
    assert evaluate(json.loads(json.dumps(frozen)), SCOPE) == value


def test_a_template_is_frozen_as_its_parts() -> None:
    assert compile_text("a ${xs} b", DECLARED).tree == {"cel": 1, "parts": ["a ", ["read", "", "xs"], " b"]}


OFFERED = """
abs bool bytes ceil charAt contains double duration dyn endsWith floor getDate getDayOfMonth getDayOfWeek
getDayOfYear getFullYear getHours getMilliseconds getMinutes getMonth getSeconds greatest indexOf int join
lastIndexOf least lowerAscii matches replace reverse round size split startsWith string substring timestamp
trim trunc type uint upperAscii
"""


def tags_of(node: list[Any]) -> set[str]:
    return {each[0] for each in tree.walk(node)}


def test_every_tag_is_documented_computed_and_pinned() -> None:
    """tree.py, the evaluator and this file know the same tags."""
    assert tree.__doc__ is not None
    documented = set(re.findall(r'\["([^"]+)"', tree.__doc__))
    documented |= set(re.search(r"and so on for (.+?);", tree.__doc__)[1].split())  # type: ignore[index]
    pinned = set().union(*(tags_of(node) for node, _ in GOLDEN.values()))
    assert documented == set(HANDLERS) == pinned


def test_the_functions_on_offer() -> None:
    """A name is never taken away: a published version may call it."""
    assert sorted(NAMES_OFFERED) == OFFERED.split()


@pytest.mark.parametrize(
    ("damaged", "wrong"),
    [
        (("/", int, int), lambda _, a, b: a // b),
        (("%", int, int), lambda _, a, b: a % b),
        (("+", int, int), lambda _, a, b: a + b),
        (("size", str), lambda _, text: len(text.encode())),
    ],
)
def test_the_conformance_cases_notice_damage(monkeypatch: pytest.MonkeyPatch, damaged: Any, wrong: Any) -> None:
    """A gate that was never seen to bite is none: Python's own arithmetic in place of CEL's fails a case."""
    cases = [case for case in conformance.ALL if case.id not in conformance.OUT_OF_SCOPE]
    relevant = [case for case in cases if case.id.split("/")[0] in ("integer_math", "string")]
    assert all(map(conformance.passes, relevant))
    assert damaged in OVERLOADS or damaged[0] == "size"
    monkeypatch.setitem(evaluate.__globals__["OVERLOADS"], damaged, wrong)
    assert not all(map(conformance.passes, relevant))


def test_a_double_survives_a_reader_that_makes_integers_of_whole_numbers() -> None:
    """JavaScript writes 500.0 as 500; the tag says what it is."""
    assert repr(evaluate(expression(["double", 500]), {})) == "500.0"
    assert repr(evaluate(expression(["double", "-0.0"]), {})) == "-0.0"
