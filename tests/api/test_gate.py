"""The gate alone: bytes in, a value or a named refusal out, and never slow about it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.gate import MAX_DEPTH, is_too_deep, parse_json
from api.problems import ApiError
from api.yaml_text import parse_yaml

REFUSED = {
    "row 1, depth": (b"[" * 200_000, 400, "too_deep"),
    "row 1, depth of objects": (b'{"a":' * 33 + b"1" + b"}" * 33, 400, "too_deep"),
    "row 2, NaN": (b'{"a":NaN}', 422, "not_finite"),
    "row 2, Infinity": (b"[-Infinity]", 422, "not_finite"),
    "row 2, 1e999": (b'{"a":1e999}', 422, "not_finite"),
    "row 3, 5,000 digits": (b"9" * 5000, 422, "number_too_large"),
    "row 3, just too large": (b"9007199254740993", 422, "number_too_large"),
    "row 4, a key twice": (b'{"a":1,"a":2}', 400, "duplicate_key"),
    "row 4, deep inside": (b'[{"b":{"a":1,"\\u0061":2}}]', 400, "duplicate_key"),
    "row 5, NUL": (b'{"x":["a\\u0000b"]}', 422, "control_char"),
    "row 5, NUL in a key": (b'{"a\\u0000":1}', 422, "control_char"),
    "row 6, half a pair": (b'"\\ud800"', 422, "lone_surrogate"),
    "not UTF-8": (b'"\xff"', 400, "not_utf8"),
    "nothing": (b"", 400, "malformed"),
    "cut off": (b'{"a":', 400, "malformed"),
    "two values": (b"1 2", 400, "malformed"),
    "a raw line break in a text": (b'"a\nb"', 400, "malformed"),
    "a text of five megabytes that never ends": (b'"' + b'\\"' * 2_500_000, 400, "malformed"),
}


@pytest.mark.parametrize(("raw", "status", "code"), REFUSED.values(), ids=REFUSED)
def test_what_the_gate_refuses(raw: bytes, status: int, code: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_json(raw)
    assert (caught.value.http_status, caught.value.code) == (status, code)


TAKEN = {
    "depth 32": (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
    "brackets in a text": (b'"' + b"[" * 500 + b'"', "[" * 500),
    "a whole pair": (b'"\\ud83d\\ude00"', "😀"),
    "right to left, zero width": ('"\u202ea\u200bb"'.encode(), "\u202ea\u200bb"),
    "a byte order mark": (b"\xef\xbb\xbf[1]", [1]),
    "the largest number": (b"9007199254740992", 2**53),
}


@pytest.mark.parametrize(("raw", "value"), TAKEN.values(), ids=TAKEN)
def test_what_the_gate_takes(raw: bytes, value: Any) -> None:
    """Row 10: odd but honest text is kept as it is, and shown escaped by whoever shows it."""
    assert value is None or parse_json(raw) == value


@given(st.recursive(st.none() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=40))
def test_depth_is_measured_without_parsing_as_parsing_would(value: Any) -> None:
    """Whatever the texts hold, brackets and quotes too."""
    import json

    def depth(item: Any) -> int:
        return 1 + max(map(depth, item), default=0) if isinstance(item, list) else 0

    assert is_too_deep(json.dumps(value).encode()) == (depth(value) > MAX_DEPTH)


YAML_REFUSED = {
    "an alias": (b"a: &x [1]\nb: *x", "yaml_alias"),
    "an alias bomb": (b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]", "yaml_alias"),
    "a tag that names code": (b"a: !!python/object/apply:os.system [id]", "yaml_tag"),
    "a key twice": (b"a: 1\na: 2", "duplicate_key"),
    "a key that is a list": (b"? [a]\n: 1", "yaml_key"),
    "depth": (b"[" * 100, "too_deep"),
    "not a number": (b"- .nan", "not_finite"),
    "NUL": (b'a: "\\0"', "control_char"),
    "two documents": (b"a: 1\n---\nb: 2", "many_documents"),
    "not YAML": (b"a: b: c", "malformed"),
    "a megabyte and more": (b"# " + b"x" * 1_100_000, "too_large"),
}


@pytest.mark.parametrize(("raw", "code"), YAML_REFUSED.values(), ids=YAML_REFUSED)
def test_yaml_says_only_what_json_can(raw: bytes, code: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_yaml(raw)
    assert caught.value.code == code


def test_yaml_is_read_by_the_core_schema() -> None:
    """Only true and false are booleans, a date is text, and `no` is not Norway's problem."""
    text = b"a: [yes, no, true, 2026-01-01, 0x1F, 1e3, ~, 'on', -5]\nb: |\n  two\n  lines\n"
    assert parse_yaml(text) == {
        "a": ["yes", "no", True, "2026-01-01", "0x1F", 1000.0, None, "on", -5],
        "b": "two\nlines\n",
    }
