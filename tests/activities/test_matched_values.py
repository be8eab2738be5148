"""Whatever the matcher is asked, what it proposes is valid, by a validator that is not its own."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
from hypothesis import given, settings
from hypothesis import strategies as st

from definitions.matcher import propose
from definitions.proposing import Asked, Question

IBAN = "NL91ABNA0417164300"


def step(name: str, output: Any) -> dict[str, Any]:
    """A step that has ended, as a question tells of it."""
    return {"id": name, "title": name, "kind": "get_data", "status": "done", "output": output}


FIELDS = st.sampled_from(["email", "to", "amount", "total", "name", "customer_name", "iban", "date", "id", "lines"])
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.sampled_from(["a@b.example", "A@b.example.", "x" * 70 + "@b.example", "2026-02-28", IBAN, "", "ü"]),
    st.text(max_size=5),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(FIELDS, inner, max_size=3))
)
SHAPES = st.one_of(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["string", "number", "integer", "boolean", "object", "array", ["string", "null"]])},
        optional={
            "format": st.sampled_from(["email", "date", "date-time", "uri", "ipv4"]),
            "minLength": st.integers(0, 3),
            "maximum": st.integers(-3, 9),
            "exclusiveMinimum": st.integers(-3, 3),
            "pattern": st.sampled_from(["^a", "b$", "[0-9]+", "("]),
            "minItems": st.integers(0, 2),
            "uniqueItems": st.booleans(),
            "items": st.sampled_from([{"type": "string"}, {"type": "integer"}, {}]),
            "required": st.lists(FIELDS, max_size=1),
            "additionalProperties": st.sampled_from([False, True, {"type": "string"}]),
            "multipleOf": st.just(2),
        },
    ),
    st.fixed_dictionaries({"enum": st.lists(LEAVES, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"const": LEAVES}),
    st.just({"anyOf": [{"type": "number"}, {"type": "null"}]}),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(FIELDS, SHAPES, min_size=1, max_size=4),
    st.lists(FIELDS, max_size=2),
    st.dictionaries(FIELDS, VALUES, max_size=5),
    st.lists(st.dictionaries(FIELDS, VALUES, max_size=3), max_size=3),
)
def test_every_value_is_valid_and_the_same_question_gives_the_same_answer(
    properties: dict[str, Any], required: list[str], record: dict[str, Any], outputs: list[dict[str, Any]]
) -> None:
    schema = {"type": "object", "properties": properties, "required": required}
    context = {"record": record, "steps": [step(f"s{at}", output) for at, output in enumerate(outputs)]}
    question = Question(Asked.FORM, "Fill in", schema=schema, context=context)
    answer = propose(question)
    for field, value in answer.values.items():
        if properties[field].get("pattern") != "(":
            assert jsonschema_rs.Draft202012Validator(properties[field], validate_formats=True).is_valid(value)
        else:
            assert not isinstance(value, str)
    assert 0.0 <= answer.confidence <= 1.0
    if any(each in properties and each not in answer.values for each in required):
        assert answer.confidence == 0.0
    assert propose(Question.from_json(json.loads(json.dumps(question.to_json())))) == answer
