"""Expressions as an author meets them: what is refused when they are written, and what they come to in a run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from definitions.expressions import ABSENT, EXPRESSION_CODES, ExpressionError, Unknown, evaluate, truth
from definitions.expressions.compiler import Compiled, compile_expression

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DECLARED = {
    "record": "map",
    "inputs.amount": "int",
    "inputs.when": "timestamp",
    "steps.order.output.total": "double",
    "steps.order.output.paid": "bool",
    "steps.order.output.email": "string",
    "steps.order.status": "string",
    "steps.send-mail.output.id": "string",
    "rows": "list",
    "now": "timestamp",
}
SCOPE: dict[str, Any] = {
    "record": {"id": 7, "status": "open", "owner": None, "size": "5", "tags": ["b", "a"]},
    "inputs": {"amount": 3.0, "when": "2026-02-27"},
    "steps": {
        "order": {"output": {"total": 120, "paid": True}, "status": "done"},
        "send-mail": {"output": {"id": "m-1"}},
    },
    "rows": [{"part": "pump", "count": 2}, {"part": "seal", "count": 5}],
    "now": NOW,
}


def compiled(source: str) -> Compiled:
    return compile_expression(source, DECLARED)


def value(source: str) -> Any:
    return evaluate(compiled(source).tree, SCOPE)


def refusal(source: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        compiled(source)
    assert caught.value.code in EXPRESSION_CODES
    return caught.value


class TestWhatItComesTo:
    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("steps.order.output.paid == true && steps.order.output.total <= 500.0", True),
            ("steps.order.output.total <= 500", True),
            ("steps.order.output.total == 120", True),
            ("steps.order.output.total * 2.0", 240.0),
            ("inputs.amount + 1", 4),
            ("now - inputs.when > duration('24h')", True),
            ("now + duration('30m')", NOW + timedelta(minutes=30)),
            ("inputs.when", datetime(2026, 2, 27, tzinfo=UTC)),
            ("now.getHours('Europe/Berlin')", 10),
            ("record.owner == null", True),
            ("steps.order.status == 'done' ? 'refunded' : null", "refunded"),
            ("rows.filter(r, r.count > 2).map(r, r.part)", ["seal"]),
            ("rows.exists_one(r, r.part == 'pump')", True),
            ("'b' in record.tags && !('c' in record.tags)", True),
            ("record.tags.join(', ').upperAscii()", "B, A"),
            ("' Ada Lovelace '.trim().split(' ')[1].substring(0, 4)", "Love"),
            ("'A-17'.matches('^[A-Z]-[0-9]{2}$')", True),
            ("int('17') + size(record.tags)", 19),
            ("math.greatest(1, 2.5, rows[1].count)", 5),
            ("steps['send-mail'].output.id", "m-1"),
            ("{'n': rows.map(r, r.count)}", {"n": [2, 5]}),
            ("string(1000000.0) + '/' + string(12.5)", "1000000/12.5"),
            ("rows.map(r, rows.exists(r, r.count == 2) && r.count == 5)", [False, True]),
        ],
    )
    def test_a_value(self, source: str, expected: Any) -> None:
        assert value(source) == expected
        assert type(value(source)) is type(expected)

    def test_a_declared_type_is_how_json_is_read(self) -> None:
        """JSON knows one kind of number and no dates: 120 in a money field is a double, 3.0 in an int field an int."""
        assert repr(value("steps.order.output.total")) == "120.0"
        assert repr(value("inputs.amount")) == "3"
        assert value("record.id") == 7

    def test_the_paths_it_reads_are_told(self) -> None:
        """What a step depends on is known without running it, also where it is only asked for or named by text."""
        found = compiled("has(record.owner) ? steps['order'].output.total : double(inputs.amount)")
        assert found.references == ("inputs.amount", "record.owner", "steps.order.output.total")
        assert compiled("rows.map(r, r.part)").references == ("rows",)

    @pytest.mark.parametrize(
        ("source", "kind"),
        [
            ("steps.order.output.total > 1.0", "bool"),
            ("steps.order.output.total * 2.0", "double"),
            ("steps.order.output.total == 1", "bool"),
            ("steps.order.output", "map"),
            ("now - now", "duration"),
            ("now", "timestamp"),
            ("rows.map(r, r)", "list"),
            ("record.id", "dyn"),
            ("null", "null"),
            ("size(rows)", "int"),
        ],
    )
    def test_the_type_it_gives(self, source: str, kind: str) -> None:
        assert compiled(source).type == kind


class TestAbsentAndUnknown:
    """LANGUAGE.md: reading what does not exist is absent; comparing with it, or a wrong type, is unknown."""

    @pytest.mark.parametrize(
        "source",
        [
            "record.nothing",
            "steps.order.output.email",
            "record.owner.name",
            "rows[9]",
            "rows[0].price",
            "record['x y']",
        ],
    )
    def test_reading_what_is_not_there_is_absent(self, source: str) -> None:
        assert value(source) is ABSENT

    @pytest.mark.parametrize(
        "source",
        [
            "record.nothing == 1",
            "record.nothing != 1",
            "record.nothing < 1",
            "record.nothing in [1]",
            "record.size > 3",
            "record.size == 5",
            "record.size != 5",
            "record.owner > 3",
            "1 / (record.id - 7) == 1",
            "record.status",
            "record.id",
            "record.nothing.startsWith('a')",
            "record.nothing ? true : true",
        ],
    )
    def test_unknown_is_not_met_and_neither_is_its_opposite(self, source: str) -> None:
        assert truth(compiled(source).tree, SCOPE) is False
        assert truth(compiled(f"!({source})").tree, SCOPE) is False

    def test_unknown_says_why(self) -> None:
        assert value("record.nothing == 1") == Unknown("record.nothing is absent")
        assert value("record.size > 3") == Unknown("> does not take string, int")
        assert value("1 / (record.id - 7)") == Unknown("division by zero")
        assert value("record.id * 9223372036854775807") == Unknown("integer overflow")

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("record.nothing == 1 || record.id == 7", True),
            ("record.id == 7 || record.nothing == 1", True),
            ("record.nothing == 1 && record.id == 8", False),
            ("record.id == 8 && record.nothing == 1", False),
            ("!(record.nothing == 1 && record.id == 8)", True),
            ("rows.exists(r, r.price > 3 || r.part == 'seal')", True),
            ("rows.all(r, r.price > 3 && r.part == 'x')", False),
            ("[3, 0].exists(n, 6 / n == 2)", True),
        ],
    )
    def test_what_decides_alone_outweighs_an_error(self, source: str, expected: bool) -> None:
        assert value(source) is expected

    @pytest.mark.parametrize(
        "source", ["record.nothing == 1 || false", "true && record.nothing == 1", "rows.all(r, r.price > 3)"]
    )
    def test_what_nothing_decides_stays_unknown(self, source: str) -> None:
        assert isinstance(value(source), Unknown)

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("has(steps.order.output.total)", True),
            ("has(steps.order.output.email)", False),
            ("has(record.owner)", True),
            ("has(record.owner.name)", False),
            ("has(record.nothing.at.all)", False),
            ("!has(steps.order.output.email) || steps.order.output.email == 'x'", True),
            ("has(steps.order.output.email) ? steps.order.output.email : 'none'", "none"),
            ("rows.filter(r, has(r.price)).size()", 0),
            ("has( steps . order . output . total ) && has(inputs.amount)", True),
        ],
    )
    def test_has_asks_whether_it_is_there(self, source: str, expected: Any) -> None:
        """Also of a dotted name with a declared type, which the native compiler alone takes for one variable."""
        assert value(source) == expected


class TestWhatIsRefused:
    """RELIABILITY.md, bad inputs 34-36, and the ordinary mistakes: each has its code, its words and its place."""

    @pytest.mark.parametrize(
        ("source", "code", "says", "position"),
        [
            ("().__class__.__mro__", "attribute_not_allowed", "attribute not allowed: __class__", 3),
            ('"{0.__class__}".format(record)', "attribute_not_allowed", "attribute not allowed: .format()", 22),
            ("__import__('os')", "attribute_not_allowed", "attribute not allowed: __import__", 0),
            ("record['__class__']", "attribute_not_allowed", "attribute not allowed: __class__", 6),
            ("record.`__class__`", "attribute_not_allowed", "attribute not allowed: __class__", None),
            ("9**9**9", "expression_syntax", "not a CEL expression", 2),
            ("'a'*10**9", "expression_syntax", "not a CEL expression", 7),
            ("1" + "+1" * 10**6, "expression_too_long", "1024 bytes", None),
            ("1" + "+1" * 400, "expression_too_deep", "32 levels", None),
            ("(" * 100 + "1" + ")" * 100, "expression_too_deep", "32 levels", 32),
            ("now ? 1 : " * 90 + "1", "expression_too_deep", "32 levels", None),
            ("rows.map(a, rows.map(b, rows.map(c, 1)))", "expression_too_costly", "more than 2", None),
            ("rows.map(a, a).map(a, a).filter(a, a)", "expression_too_costly", "more than 2", None),
            ("'a'.matches('(a+)+$')", "unsupported_pattern", "unbounded repeat inside", 11),
            ("'a'.matches('(.*)*x')", "unsupported_pattern", "unbounded repeat inside", 11),
            (r"'a'.matches('(a)\\1')", "unsupported_pattern", "back reference", 11),
            ("'a'.matches('(?=a)')", "unsupported_pattern", "(?:…)", 11),
            ("steps.order.output.totl > 1.0", "unknown_name", "did you mean steps.order.output.total?", 18),
            ("has(steps.nope.output.x)", "unknown_name", "steps.nope.output.x is not in scope", 3),
            ("rows.map(r, x)", "unknown_name", "x is not in scope", 12),
            ("steps.order.status.length", "expression_type", "steps.order.status is a string", 18),
            ("steps.order.output.total * 2", "expression_type", "int and double do not mix", 25),
            ("steps.order.output.email > 3", "expression_type", "> does not take (string, int)", 25),
            ("now + 1", "expression_type", "+ does not take (timestamp, int)", 4),
            ("inputs.amount && true", "expression_type", "", None),
            ("uuid()", "unknown_function", "there is no function uuid()", 4),
            ("rows.sort()", "attribute_not_allowed", ".sort() is not a method", 9),
            ("strings.quote('a')", "attribute_not_allowed", ".quote()", 13),
            ("Order{id: 1}", "expression_syntax", "only maps", 0),
            ("record.?owner", "expression_syntax", "unsupported syntax", 0),
            ("", "expression_empty", "no expression", 0),
            ("'\ud800'", "expression_syntax", "surrogate", 1),
            ("1 +", "expression_syntax", "not a CEL expression", 3),
            ("9223372036854775808", "expression_syntax", "", 0),
        ],
    )
    def test_with_code_and_place(self, source: str, code: str, says: str, position: int | None) -> None:
        error = refusal(source)
        assert (error.code, says in error.message) == (code, True), f"{error.code}: {error.message}"
        assert position is None or error.position == position

    def test_two_comprehensions_beside_each_other_are_no_tower(self) -> None:
        """What costs is nesting and chaining; three conditions joined by && are three times one."""
        source = " && ".join(f"rows.exists(r, r.count == {count})" for count in (2, 5, 2))
        assert value(source) is True

    def test_a_string_that_looks_like_an_attribute_is_text(self) -> None:
        assert value("'__class__ ((((((((((((((((((((((((((((((((((((((((('.size() > 9") is True
        assert value("record.status + ' // not a comment'") == "open // not a comment"

    def test_positions_count_characters_and_lines(self) -> None:
        assert refusal("'ü€😀' +\n nope").position == 9
        assert refusal("'ü€😀' ==\n   1").position == 6
