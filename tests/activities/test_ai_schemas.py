"""The schema of an answer: what a server is told, and what only counts here."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.ai.envelope import envelope_of
from activities.ai.reading import Reader, mended
from activities.mail import Mail

TEXT = {"type": "string"}


def values_of(schema: dict[str, Any]) -> dict[str, Any]:
    """What the wire says of the values."""
    return dict(envelope_of(schema).wire["properties"]["values"])


def test_in_the_strict_form_every_member_is_required_and_null_stands_for_silence() -> None:
    schema = {"type": "object", "properties": {"a": TEXT, "b": {"type": "integer"}}, "required": ["a"]}
    envelope = envelope_of(schema)
    assert envelope.strict
    assert values_of(schema) == {
        "type": "object",
        "properties": {"a": TEXT, "b": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
        "required": ["a", "b"],
        "additionalProperties": False,
    }
    assert "required" not in envelope.own
    assert "clear" not in envelope.wire["properties"]


def test_only_what_takes_null_can_be_emptied() -> None:
    nullable = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    schema = {"type": "object", "properties": {"a": nullable, "b": TEXT, "c": {"type": ["number", "null"]}}}
    envelope = envelope_of(schema)
    assert envelope.clearable == ("a", "c")
    text = '{"values": {"a": null, "b": "x", "c": null}, "confidence": 1, "clear": ["a", "b", "zzz"]}'
    assert Reader(envelope).read(text).values == {"b": "x", "a": None}


@pytest.mark.parametrize(
    "property_",
    [
        {"type": "object"},
        {"type": "object", "additionalProperties": TEXT},
        {"type": "array", "items": {"allOf": [TEXT]}},
        {"type": "string", "contentEncoding": "base64"},
        {"if": {}, "then": TEXT},
    ],
)
def test_what_has_no_strict_form_is_sent_as_it_is_and_not_called_strict(property_: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": {"a": property_}}
    envelope = envelope_of(schema)
    assert not envelope.strict
    assert envelope.wire["properties"]["values"]["properties"]["a"] == property_


def test_constants_become_options_and_bounds_stay_here() -> None:
    choice = {"type": "string", "oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]}
    schema = {"type": "object", "properties": {"c": choice, "t": {**TEXT, "maxLength": 3}}, "required": ["c", "t"]}
    wire = values_of(schema)["properties"]
    assert wire == {"c": {"type": "string", "enum": ["a", "b"]}, "t": TEXT}
    problems = Reader(envelope_of(schema)).read('{"values": {"c": "a", "t": "long"}, "confidence": 1}').problems
    assert len(problems) == 1
    assert problems[0].startswith("/t")


def test_a_format_that_servers_refuse_is_held_only_here() -> None:
    shapes = {"u": {**TEXT, "format": "uri"}, "d": {**TEXT, "format": "date"}}
    schema = {"type": "object", "properties": shapes, "required": ["u", "d"]}
    assert values_of(schema)["properties"] == {"u": TEXT, "d": {**TEXT, "format": "date"}}
    said = '{"values": {"u": "no address", "d": "2026-02-31"}, "confidence": 1}'
    assert [each[:2] for each in Reader(envelope_of(schema)).read(said).problems] == ["/u", "/d"]


def test_the_models_of_actions_have_a_strict_form_with_their_definitions() -> None:
    envelope = envelope_of(Mail.model_json_schema())
    assert envelope.strict
    assert envelope.clearable == ("reply_to",)
    nested = {"type": "object", "properties": {"p": {"$ref": "#/$defs/P"}}, "required": ["p"],
              "$defs": {"P": {"type": "object", "properties": {"x": TEXT}, "required": ["x"]}}}  # fmt: skip
    found = envelope_of(nested)
    assert found.wire["$defs"]["P"]["additionalProperties"] is False
    assert Reader(found).read('{"values": {"p": {"x": 1}}, "confidence": 1}').problems[0].startswith("/p/x")


@pytest.mark.parametrize(
    ("schema", "value", "kept"),
    [
        (TEXT, "  a ", "a"),
        ({"enum": [" a "], "type": "string"}, " a ", " a "),
        ({"type": "integer"}, "007", 7),
        ({"type": "integer"}, 5.0, 5),
        ({"type": "integer"}, 5.5, 5.5),
        ({"type": "number"}, "-0.50", -0.5),
        ({"type": "number"}, "1e5", "1e5"),
        ({"type": "number"}, "12 EUR", "12 EUR"),
        ({"type": "boolean"}, "true", "true"),
        ({"type": "array", "items": {"type": "integer"}}, ["1", 2.0], [1, 2]),
        ({"type": "object", "properties": {"x": {"type": "integer"}}}, {"x": "1", "y": None}, {"x": 1}),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "3", 3),
        ({"anyOf": [{"type": "number"}, {"type": "string"}]}, "3", "3"),
        ({"$ref": "#/$defs/N"}, "3", 3),
    ],
)
def test_what_is_only_written_differently(schema: dict[str, Any], value: Any, kept: Any) -> None:
    found = mended(value, schema, {"$defs": {"N": {"type": "integer"}}})
    assert (found, type(found)) == (kept, type(kept))


SHAPES = st.recursive(
    st.sampled_from(
        [
            TEXT,
            {"type": "integer"},
            {"type": "number", "minimum": 0},
            {"enum": ["a", "b"]},
            {"type": ["string", "null"]},
            {"type": "boolean"},
        ]
    ),
    lambda inner: st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(lambda a, b: {"type": "object", "properties": {"a": a, "b": b}, "required": ["a"]}, inner, inner),
    ),
    max_leaves=4,
)
SAID = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["a", " b ", "5", "x"])),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(SHAPES, SAID)
def test_whatever_is_said_only_values_of_the_schema_come_out(shape: dict[str, Any], said: Any) -> None:

    schema = {"type": "object", "properties": {"f": shape}, "required": ["f"]}
    envelope = envelope_of(schema)
    assert envelope.strict
    jsonschema_rs.Draft202012Validator(envelope.wire)
    read = Reader(envelope).read(json.dumps({"values": {"f": said}, "confidence": 0.5, "clear": ["f"]}))
    if not read.problems and "f" in read.values:
        assert jsonschema_rs.Draft202012Validator(schema).is_valid(read.values)
