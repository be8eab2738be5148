"""Our evaluator beside the compiler's own runtime, on expressions nobody thought of.

Only what the two are meant to agree on is generated: typed scalars, lists and macros. (Maps the native runtime walks in
a random order, which is why it computes nothing in a run; and it writes a million as `1e+06`.)
"""

from __future__ import annotations

import math
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_strings
from hypothesis import given, settings
from hypothesis import strategies as st

from definitions.expressions import ExpressionError, Unknown, evaluate
from definitions.expressions.compiler import compile_expression

DECLARED = {"i": "int", "d": "double", "s": "string", "b": "bool", "ns": "list"}
NATIVE = cel.NewEnv(
    variables={
        "i": cel.Type.INT,
        "d": cel.Type.DOUBLE,
        "s": cel.Type.STRING,
        "b": cel.Type.BOOL,
        "ns": cel.Type.LIST,
    },
    extensions=[ext_strings.ExtStrings()],
)
TEXTS = st.text(alphabet="abAB ,.ü€😀-0", max_size=6)
DOUBLES = st.one_of(
    st.sampled_from([0.0, 1.0, -1.5, 0.1, 1e18, -3e300, 5e-324]),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
)
INTS = st.one_of(st.integers(-3, 12), st.sampled_from([2**63 - 1, -(2**63), 2**53 + 1, 2**31]))
PATTERNS = st.sampled_from(["a", "^a+", "[ab]{2}", "b$", "a|€", ".ü", "(?:a|b)*c?$", r"\d", "^$", "A.B", r"\bb"])

Draw = Any


@st.composite
def sources(draw: Draw, kind: str, depth: int = 3) -> str:
    """A CEL source of a type. At depth 0 a literal or a variable."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(_leaf(kind))
    shape = draw(st.sampled_from(SHAPES[kind]))
    parts = [draw(sources(part, depth - 1)) if part in SHAPES else part for part in shape.split("§")]
    return "".join(part if part != "PATTERN" else _quoted(draw(PATTERNS)) for part in parts)


def _leaf(kind: str) -> st.SearchStrategy[str]:
    match kind:
        case "int":
            return st.one_of(st.just("i"), INTS.map(str))
        case "double":
            return st.one_of(st.just("d"), DOUBLES.map(_written))
        case "string":
            return st.one_of(st.just("s"), TEXTS.map(_quoted))
        case "ints":
            return st.one_of(st.just("ns"), st.lists(INTS, max_size=3).map(str))
        case _:
            return st.sampled_from(["b", "true", "false"])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _written(value: float) -> str:
    text = repr(value)
    return text if "." in text or "e" in text else f"{text}.0"


SHAPES: dict[str, list[str]] = {
    "int": [
        *(f"(§int§ {sign} §int§)" for sign in ("+", "-", "*", "/", "%")),
        "-(§int§)",
        "size(§string§)",
        "size(§ints§)",
        "(§bool§ ? §int§ : §int§)",
        "int(§double§)",
        "(§string§).indexOf(§string§)",
        "(§ints§)[§int§]",
    ],
    "double": [
        *(f"(§double§ {sign} §double§)" for sign in ("+", "-", "*", "/")),
        "-(§double§)",
        "double(§int§)",
        "(§bool§ ? §double§ : §double§)",
    ],
    "string": [
        "(§string§ + §string§)",
        "(§string§).lowerAscii()",
        "(§string§).upperAscii()",
        "(§string§).trim()",
        "(§string§).substring(§int§)",
        "(§string§).replace(§string§, §string§)",
        "(§string§).split(§string§).join('|')",
        "string(§int§)",
        "string(§bool§)",
        "(§string§).charAt(§int§)",
        "(§bool§ ? §string§ : §string§)",
    ],
    "bool": [
        *(f"(§int§ {sign} §int§)" for sign in ("==", "!=", "<", "<=", ">", ">=")),
        *(f"(§double§ {sign} §double§)" for sign in ("==", "!=", "<", "<=", ">", ">=")),
        *(f"(§string§ {sign} §string§)" for sign in ("==", "!=", "<", "<=", ">", ">=")),
        *("(§bool§ && §bool§)", "(§bool§ || §bool§)", "!(§bool§)") * 3,
        "(§string§).contains(§string§)",
        "(§string§).startsWith(§string§)",
        "(§string§).endsWith(§string§)",
        "(§string§).matches(§PATTERN§)",
        "(§int§ in §ints§)",
        "(§ints§).exists(e, e / i > §int§)",
        "(§ints§).all(e, e > §int§ || §bool§)",
        "(§ints§).exists_one(e, e == §int§)",
        "(§ints§ == §ints§)",
    ],
    "ints": ["(§ints§ + §ints§)", "(§ints§).map(e, e * §int§)", "(§ints§).filter(e, e > §int§)", "[§int§, §int§]"],
}

SCOPES = st.fixed_dictionaries(
    {"i": INTS, "d": DOUBLES, "s": TEXTS, "b": st.booleans(), "ns": st.lists(INTS, max_size=4)}
)


def native(source: str, scope: dict[str, Any]) -> Any:
    """What the compiler's own runtime says; its errors are values of the type ERROR."""
    value = NATIVE.compile(source).eval(data=scope)
    return Unknown(str(value.value())) if value.type() == cel.Type.ERROR else value.plain_value()


def agree(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, Unknown) or isinstance(ours, Unknown):
        return isinstance(ours, Unknown) and isinstance(theirs, Unknown)
    if isinstance(theirs, float) and math.isnan(theirs):
        return math.isnan(ours)
    return type(ours) is type(theirs) and bool(ours == theirs)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(sorted(SHAPES)).flatmap(sources), SCOPES)
def test_both_runtimes_agree(source: str, scope: dict[str, Any]) -> None:
    """Value for value, and error for error, whatever is nested in what."""
    try:
        compiled = compile_expression(source, DECLARED)
    except ExpressionError as error:
        assert error.code in ("expression_too_long", "expression_too_costly"), (source, error.message)
        return
    assert agree(evaluate(compiled.tree, scope), native(source, scope)), source
