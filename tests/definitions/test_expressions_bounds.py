"""What an expression may cost, and that nothing makes the evaluator raise, wander or wait.

Bounds count work, so the outcome of a bomb is the same Unknown on every machine; no test here looks at a clock.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from definitions.expressions import ABSENT, Unknown, evaluate, truth
from definitions.expressions.compiler import compile_expression
from definitions.expressions.evaluate import HANDLERS, render
from definitions.expressions.functions import NAMES_OFFERED
from definitions.expressions.limits import OPERATIONS
from definitions.expressions.machine import Machine
from definitions.expressions.tree import expression, template
from definitions.expressions.writing import to_json

DECLARED = {"xs": "list", "s": "string", "m": "map"}
SCOPE: dict[str, Any] = {
    "xs": list(range(3000)),
    "s": "ab" * 30_000,
    "m": {str(key): {"v": key} for key in range(20_000)},
}


def outcome(source: str, scope: dict[str, Any] | None = None) -> Any:
    return evaluate(compile_expression(source, DECLARED).tree, SCOPE if scope is None else scope)


class TestBombs:
    @pytest.mark.parametrize(
        "source",
        [
            "xs.map(a, xs.map(b, a * b))",
            "xs.exists(a, xs.exists(b, a + b == -1))",
            "xs.map(a, s + s)",
            "xs.map(a, xs + xs)",
            "s.replace('a', s)",
            "s.split('').map(c, c)",
            "s.replace('', 'abc')",
            "xs.map(a, s).join(s)",
            "xs.map(a, s == s + '').size() > 0",
            "s.matches('(a|b|ab|ba)*c')",
            "s.matches('(a?){100}b{100}x')",
            "s.matches('.*.*.*.*=.*')",
            "m.all(k, m[k].v >= 0)",
            "xs.all(a, a in xs || a < 0)",
            "[xs, xs, xs] == [xs, xs, xs] && [xs, xs] == [xs, xs]",
            "xs.map(a, s.contains('c')).size() == 0",
        ],
    )
    def test_ends_as_unknown(self, source: str) -> None:
        found = outcome(source)
        assert isinstance(found, Unknown)
        assert found is not ABSENT
        assert found.reason.startswith("limit reached"), found

    def test_nothing_absorbs_a_bound(self) -> None:
        """`|| true` behind a bomb would make the outcome depend on the order of evaluation."""
        assert isinstance(outcome("xs.map(a, xs.map(b, 1)) == [] || true"), Unknown)
        assert isinstance(outcome("true && (xs.map(a, xs.map(b, 1)) == [] && false)"), Unknown)

    def test_a_short_expression_cannot_write_a_long_value(self) -> None:
        """Ten thousand references to one list cost little to make, and a gigabyte to write down."""
        many = outcome("xs.map(a, m)")
        assert isinstance(many, list)
        assert to_json(many) == Unknown("limit reached: size of the result")

    def test_a_template_has_one_budget_for_all_its_holes(self) -> None:
        node = compile_expression("xs.all(a, a >= 0)", DECLARED).tree["node"]
        scope = {"xs": list(range(1500))}
        assert render(template([node]), scope) == "true"
        assert isinstance(render(template([node] * 2), scope), Unknown)

    def test_ordinary_work_is_far_from_the_bound(self) -> None:
        assert outcome("xs.filter(x, x % 1000 == 1)", {"xs": list(range(900))}) == [1]
        assert outcome("s.matches('^(ab)+$')", {"s": "ab" * 5000}) is True
        rows = {f"{key:03}": {"v": key} for key in range(200)}
        assert outcome("m.filter(k, m[k].v > 197)", {"m": rows}) == ["198", "199"]


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "yes", "no"),
        [
            ("^a+$", ["a", "aaa"], ["", "ab"]),
            ("gr[ae]y", ["grey", "a gray cat"], ["gruy"]),
            ("^[^0-9]*$", ["", "abc"], ["a1"]),
            (r"^\d{3}-\d{2,4}$", ["123-45", "123-4567"], ["123-4", "12-345", "123-45678"]),
            (r"^[\w.+-]+@[\w-]+\.[a-z]{2,}$", ["ada@example.org"], ["ada@example", "@x.org"]),
            ("^(?:[A-Z]{2}|x)*$", ["", "ABx", "xxCD"], ["A", "ABC"]),
            ("(?i)^straße$", ["STRAßE", "straße"], ["strasse"]),
            (r"\bcat\b", ["a cat sat", "cat"], ["concat", "cats"]),
            (r"^.$", ["a", "😀"], ["\n", "ab", ""]),
            ("a{,2}", ["a{,2}"], ["aa"]),
            (r"^[]a]+$", ["]a]"], ["b"]),
            (r"^[a-c-]+$", ["a-c"], ["d"]),
            (r"^[[:alpha:]_]+$", ["ab_"], ["a1"]),
            (r"\x41\x{20AC}", ["A€"], ["A"]),
            ("", ["", "a"], []),
            ("a??b*?", ["", "ab"], []),
            ("^(a|)(b|)$", ["", "a", "b", "ab"], ["ba"]),
        ],
    )
    def test_what_they_find(self, pattern: str, yes: list[str], no: list[str]) -> None:
        def found(text: str) -> Any:
            return evaluate(expression(["call", "matches", ["string", text], ["string", pattern]]), {})

        assert {text: found(text) for text in yes + no} == {**dict.fromkeys(yes, True), **dict.fromkeys(no, False)}

    @pytest.mark.parametrize(
        "pattern",
        ["(", ")", "[", "[a", "*", "a**", "a{2}{3}", "(a+)+", "(a*|b)*", "((a{2,})b)*", r"(a)\1", "(?=a)", "(?P<n>a)",
         r"\p{L}", "a{1001}", "(a{500}){500}", "(((){999}){999}){999}", "[z-a]", "\\", "[[:nope:]]", "a" * 201,
         "(" * 30 + ")" * 30, r"\xZZ", "a{3,2}"],
    )  # fmt: skip
    def test_what_is_not_supported_is_unknown_at_run_time(self, pattern: str) -> None:
        """A pattern that is no literal can only be looked at in the run; it never reaches Python's `re`."""
        found = evaluate(expression(["call", "matches", ["string", "aaaa"], ["string", pattern]]), {})
        assert isinstance(found, Unknown)
        assert found.reason.startswith("unsupported pattern")


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=12,
)
TAGS = st.sampled_from([*sorted(HANDLERS), "nonsense"])
NODES = st.recursive(
    st.one_of(
        st.sampled_from(
            [["read", "", "xs"], ["read", "double", "m", "1"], ["var", "e"], ["int", 3], ["string", "a"], ["null"]]
        ),
        st.tuples(TAGS, JSON).map(list),
        st.tuples(TAGS).map(list),
    ),
    lambda inner: st.one_of(
        st.tuples(TAGS, inner, inner).map(list),
        st.tuples(TAGS, inner, inner, inner).map(list),
        st.tuples(st.just("call"), st.sampled_from(sorted(NAMES_OFFERED)), inner, inner).map(list),
        st.tuples(st.sampled_from(["all", "exists", "exists_one"]), st.just("e"), inner, inner).map(list),
        st.tuples(st.just("transform"), st.just("e"), inner, st.one_of(st.none(), inner), inner).map(list),
    ),
    max_leaves=12,
)


class TestNeverRaises:
    @settings(max_examples=600, deadline=None)
    @given(NODES, st.dictionaries(st.sampled_from(["xs", "m", "s"]), JSON))
    def test_whatever_the_tree_and_the_scope(self, node: list[Any], scope: dict[str, Any]) -> None:
        """Trees no compiler makes: a value or an Unknown, the same one twice, and the scope is left as it was."""
        before = copy.deepcopy(scope)
        first, second = evaluate(expression(node), scope), evaluate(expression(node), scope)
        assert repr(first) == repr(second)
        assert repr(scope) == repr(before)
        assert truth(expression(node), scope) in (True, False)
        json.dumps(None if isinstance(to_json(first), Unknown) else to_json(first), allow_nan=False)

    @pytest.mark.parametrize(
        "tree", [{}, {"cel": 1}, {"cel": 1, "node": []}, {"cel": 1, "node": ["?"]}, {"cel": "x"}, [], None]
    )
    def test_what_is_no_tree(self, tree: Any) -> None:
        assert isinstance(evaluate(tree, {}), Unknown)
        assert isinstance(render(tree, {}), Unknown)

    def test_a_tree_of_a_newer_release_is_not_guessed_at(self) -> None:
        assert evaluate({"cel": 2, "node": ["bool", True]}, {}) == Unknown(
            "the expression was frozen by a newer release"
        )

    def test_a_tree_deeper_than_any_compiler_makes(self) -> None:
        node: list[Any] = ["bool", True]
        for _ in range(100_000):
            node = ["!", node]
        assert isinstance(evaluate(expression(node), {}), Unknown)

    def test_a_scope_nested_deeper_than_the_gate_lets_in(self) -> None:
        deep: list[Any] = []
        for _ in range(100_000):
            deep = [deep]
        assert isinstance(outcome("xs == xs", {"xs": deep}), Unknown)
        assert isinstance(to_json(deep), Unknown)

    def test_the_budget_is_per_evaluation(self) -> None:
        machine = Machine(HANDLERS, {})
        machine.run(["+", ["int", 1], ["int", 2]])
        assert machine.left == OPERATIONS - 3


SEEDED = """
import json, sys
from definitions.expressions import evaluate
from definitions.expressions.writing import to_json
trees, scope = json.load(sys.stdin)
print(json.dumps([to_json(evaluate(tree, scope)) for tree in trees]))
"""


def test_two_hash_seeds_give_one_answer() -> None:
    """Maps are walked in key order: the same list, in the same order, in processes that hash differently."""
    words = [f"{word}{number}" for word in ("pump", "seal", "valve", "ü") for number in range(12)]
    scope = {"m": {word: {"n": len(word), "tags": words[:at]} for at, word in enumerate(reversed(words))}, "xs": words}
    sources = [
        "m.map(k, k)",
        "m.map(k, m[k].n > 4, k + '!')",
        "m.filter(k, size(m[k].tags) % 2 == 0)",
        "m.map(k, m[k].tags.filter(t, t > k))",
        "xs.map(x, {x: 1, 'a': x, 'Z': 2})",
        "m.exists_one(k, m[k].n == 5)",
        "{true: 1, 2: 3, 'x': 4, 'a': 5}.map(k, string(k))",
    ]
    trees = [compile_expression(source, {"m": "map", "xs": "list"}).tree for source in sources]
    given = json.dumps([trees, scope])

    def answers(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        root = Path(__file__).parents[2]
        return subprocess.run(
            [sys.executable, "-c", SEEDED],
            input=given,
            env=environment,
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert answers("1") == answers("2") == answers("4321")
    assert json.loads(answers("1"))[0] == sorted(words)
    assert json.loads(answers("1"))[6] == ["true", "2", "a", "x"]
