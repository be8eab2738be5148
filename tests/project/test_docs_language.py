"""Every example of docs/language.md is checked as a definition, and the page leaves nothing of the language out.

An example that is a list of steps is put into a definition first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from api.yaml_text import parse_yaml
from definitions.checks import check
from definitions.checks.edges import PORTS
from definitions.findings import Finding
from definitions.model import FIELD_TYPES, KINDS, AnyStep, BaseStep, Document, FormField, Start
from definitions.model.base import Part
from definitions.model.document import SyncEvent
from definitions.model.start import Trigger

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
AROUND: dict[str, Any] = {
    "holdfast": 1,
    "key": "example",
    "name": "Example",
    "record": "demo.orders",
    "inputs": [
        {"id": "order", "type": "text"},
        {"id": "orders", "type": "choices", "options": ["o1", "o2"]},
        {"id": "hours", "type": "table", "fields": [{"id": "text", "type": "text"}, {"id": "price", "type": "number"}]},
    ],
}
TEXT = PAGE.read_text(encoding="utf-8")


def headings(text: str) -> Iterator[tuple[str, str]]:
    """Every section of any level with its own text, without those below it."""
    parts = re.split(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return zip(parts[1::2], parts[2::2], strict=True)


EXAMPLES = [(title, parse_yaml(block.encode())) for title, text in headings(TEXT) for block in BLOCK.findall(text)]
SECTIONS = dict(headings(TEXT))


def whole(example: Any) -> dict[str, Any]:
    """The example as a document."""
    return {**AROUND, "steps": example} if isinstance(example, list) else example


def found(example: Any) -> list[Finding]:
    report = check(whole(example))
    return [*report.findings, *report.warnings]


@pytest.mark.parametrize(("title", "example"), EXAMPLES, ids=[title for title, _ in EXAMPLES])
def test_an_example_is_right(title: str, example: Any) -> None:
    assert [str(each.to_json()) for each in found(example)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_its_section_with_an_example(kind: str) -> None:
    shown = [step for title, example in EXAMPLES if title == f"`{kind}`" for step in whole(example)["steps"]]
    assert kind in {step["kind"] for step in shown}


def keys(part: type[Part]) -> set[str]:
    """The keys of a part as they are written."""
    return {field.alias or name for name, field in part.model_fields.items()}


def used(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from used(item)
    elif isinstance(value, list):
        for item in value:
            yield from used(item)


def test_every_key_of_the_document_is_used_in_an_example() -> None:
    shown = {
        key for _, example in EXAMPLES if isinstance(example, dict) for key in (*example, *example.get("start", ()))
    }
    assert (keys(Document) | keys(Start)) - shown == set()


def test_every_key_of_every_kind_is_used_in_an_example() -> None:
    steps = [step for _, example in EXAMPLES for step in whole(example)["steps"]]
    common = {key for step in steps for key in step}
    assert keys(BaseStep) - common == set(), "what every kind understands"
    for kind in get_args(AnyStep):
        name = kind.model_fields["kind"].default
        shown = {key for step in steps if step["kind"] == name for key in step}
        assert keys(kind) - keys(BaseStep) - shown == set(), name


def test_every_type_of_field_every_key_and_every_trigger_is_shown() -> None:
    shown = [each for _, example in EXAMPLES for each in parts_with_type(example)]
    assert set(FIELD_TYPES) - {each["type"] for each in shown} == set()
    assert keys(FormField) - {key for each in shown for key in each} == set()
    union = get_args(get_args(Trigger)[0])
    triggers = {each.model_fields["type"].default: keys(each) for each in union}
    for name, wanted in triggers.items():
        assert wanted - {key for each in shown if each["type"] == name for key in each} - {"type"} == set(), name


def parts_with_type(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "type" in value:
            yield value
        for item in value.values():
            yield from parts_with_type(item)
    elif isinstance(value, list):
        for item in value:
            yield from parts_with_type(item)


def test_every_event_and_port_is_named() -> None:
    assert [event for event in get_args(SyncEvent) if f"`{event}`" not in TEXT] == []
    assert [port for port in PORTS if f"`{port}`" not in SECTIONS["Ports"]] == []


def test_a_wrong_example_is_noticed() -> None:
    """The alarm is seen."""
    assert [each.code for each in found([{"id": "a", "kind": "task", "tilte": "A"}])] == ["unknown_key"]
    assert [each.code for each in found([{"id": "a", "kind": "task", "after": "b"}])] == ["unknown_step"]
