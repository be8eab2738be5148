"""The model is the language: every key of LANGUAGE.md is read, nothing else is, and values stay as written."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from definitions.answers import TYPES
from definitions.model import FIELD_TYPES, KINDS, DecisionStep, Document, EndStep, TaskStep, WaitStep, parse
from tests.definitions.samples import case_rows, choice, definition, task

EVERYTHING: dict[str, Any] = {
    "holdfast": 1,
    "key": "everything",
    "name": "Everything",
    "description": "All that the language has.\n\nIn *one* document.",
    "record": "demo.orders",
    "labels": ["a"],
    "timezone": "Europe/Amsterdam",
    "teams": ["ops"],
    "start": {
        "roles": ["lead"],
        "when": "= record.paid",
        "one_per_record": False,
        "fallback_inbox": "leads",
        "triggers": [
            {"type": "manual"},
            {"type": "opened", "field": "work_type", "work_types": ["survey"]},
            {"type": "webhook"},
            {"type": "mcp"},
            {"type": "journey", "fields": [{"id": "name", "type": "text"}]},
            {"type": "event", "event": "order.late", "record": "= event.id", "when": "= event.late", "as": "ann"},
            {
                "type": "schedule",
                "cron": "0 9 * * 1",
                "timezone": "UTC",
                "over": {"collection": "demo.orders", "where": {"status": "open"}},
                "as": "ann",
            },
        ],
    },
    "inputs": [{"id": "amount", "type": "money", "required": True, "min": 0, "max": "= record.total"}],
    "sequential": True,
    "purposes": ["first", "again"],
    "phases": [
        {
            "id": "one",
            "title": "One",
            "description": "First",
            "due": {"in": "3 business days", "from": "start", "calendar": "nl"},
            "assign": {"teams": ["ops"]},
            "after": [],
            "purposes": ["first"],
        }
    ],
    "assign": {"users": ["ann"], "teams": ["ops"], "partners": ["p"], "from": "= record.owner"},
    "due": {"at": "= record.planned_on"},
    "closing_reasons": {"reasons": ["lost"], "choose": "many", "required_on": ["complete", "abort"]},
    "sync": [{"event": "phase.done", "phase": "one", "set": {"status": "= phase.title"}}],
    "exclusive": True,
    "revise": "dependents",
    "on_abort": "undo",
    "steps": [
        {
            "id": "look",
            "kind": "task",
            "title": "Look",
            "description": "Markdown",
            "phase": "one",
            "purposes": ["first"],
            "after": [],
            "join": "any",
            "when": True,
            "skippable": True,
            "assign": {"from": "= record.owner"},
            "roles": ["lead"],
            "due": {"in": "2 days", "from": "entered"},
            "on_overdue": {"notify": ["ann"], "assign": {"users": ["ben"]}, "goto_inbox": "leads"},
            "audience": {"customer": {"label": "L", "description": "D", "can_complete": True}, "partner": {}},
            "automations": [{"id": "mail", "title": "Mail", "action": "email.send", "with": {"to": "x"}}],
            "schedule": {"before": "= record.planned_on", "by": "3 days"},
            "execute": "manual",
            "advance": "manual",
            "button": "Go",
            "color": "green",
            "confidence": 0.9,
            "timeout": "30 seconds",
            "retry": {"attempts": 3, "within": "1 hour"},
            "undo": {"action": "demo.unlook", "with": {"id": "= output.id"}},
            "approval": {"roles": ["lead"], "teams": [], "count": 2, "self": True, "wait": False, "when": "= true"},
            "fields": [{"id": f"f_{name}", "type": name} for name in FIELD_TYPES],
            "draft": {"instruction": "Write"},
            "prefill": {"f_text": "= record.name"},
            "journeys": [{"id": "form", "title": "Form", "fields": [], "to": "= record.email", "complete": False}],
            "final": True,
        },
        {
            "id": "decide",
            "kind": "decision",
            "by": "ai",
            "options": [{"id": "x", "label": "X", "color": "red", "when": "= true", "back_to": "look", "max": 2}],
            "otherwise": "x",
            "take": "all",
            "instruction": "Choose",
        },
        {
            "id": "read",
            "kind": "get_data",
            "collection": "demo.orders",
            "record": "o1",
            "where": {"status": None},
            "fields": ["total"],
            "many": True,
            "limit": 200,
            "instruction": "Which",
        },
        {"id": "related", "kind": "load_related", "relation": "customer", "choose": "only", "instruction": "Which"},
        {
            "id": "write",
            "kind": "update_data",
            "collection": "demo.orders",
            "record": "o1",
            "set": {"status": None},
            "instruction": "What",
            "create": True,
            "each": "= steps.look.output.f_table",
        },
        {
            "id": "act",
            "kind": "action",
            "action": "http.request",
            "with": {"url": "https://example.org"},
            "instruction": "How",
            "confirm": {"expires": "2 days", "remind": "1 day"},
        },
        {
            "id": "tool",
            "kind": "mcp",
            "server": "crm",
            "tools": ["find"],
            "tool": "find",
            "with": {"q": "x"},
            "instruction": "How",
        },
        {
            "id": "think",
            "kind": "ai",
            "instruction": "Think",
            "output": [{"id": "answer", "type": "text"}],
            "model": "small",
            "sees": ["look"],
            "hold_when": "= output.answer == ''",
        },
        {
            "id": "outside",
            "kind": "journey",
            "fields": [],
            "to": "x@example.org",
            "expires": "7 days",
            "remind": "1 day",
        },
        {"id": "pause", "kind": "wait", "for": "1 day"},
        {"id": "until", "kind": "wait", "until": "2099-01-01"},
        {"id": "ahead", "kind": "wait", "before": "= record.planned_on", "by": "1 day"},
        {"id": "behind", "kind": "wait", "after_date": "= record.planned_on", "by": "1 day"},
        {
            "id": "event",
            "kind": "wait",
            "event": {"name": "paid", "match": "= event.id == record.id"},
            "expires": "1 day",
        },
        {
            "id": "child",
            "kind": "workflow",
            "definition": "refund",
            "version": 2,
            "record": "= item.id",
            "inputs": {"a": 1},
            "each": ["o1", "o2"],
            "at_once": 3,
            "detach": True,
        },
        {"id": "up", "kind": "escalate", "inbox": "leads", "reason": "Too hard"},
        {"id": "stop", "kind": "end", "outcome": "done", "reason": "It is"},
    ],
}


def test_the_whole_language_is_read() -> None:
    document, findings = parse(EVERYTHING)
    assert findings == []
    assert document is not None
    assert {step.kind for step in document.steps} == set(KINDS)


def test_what_is_written_out_again_is_what_was_written() -> None:
    """Names of keys and values survive: what the model reads it can give back, and read again."""
    document = Document.model_validate(EVERYTHING)
    written = document.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert written == EVERYTHING
    assert Document.model_validate(written) == document


def test_attributes_have_the_names_of_the_keys() -> None:
    """Where a key is a word of Python, an underscore follows."""
    document = Document.model_validate(EVERYTHING)
    look = document.steps[0]
    assert isinstance(look, TaskStep)
    assert look.assign is not None and look.assign.from_ == "= record.owner"
    assert look.undo is not None and look.undo.with_ == {"id": "= output.id"}
    assert look.due is not None and (look.due.in_, look.due.from_) == ("2 days", "entered")
    assert look.approval is not None and look.approval.self_ is True
    pause = document.steps[9]
    assert isinstance(pause, WaitStep) and pause.for_ == "1 day"


def test_after_is_none_when_left_out_and_a_tuple_otherwise() -> None:
    """`[]` means: at the start; left out means: after the previous step. The two must never mix."""
    document = Document.model_validate(definition(task("a"), task("b", after=[]), task("c", after="a")))
    assert [step.after for step in document.steps] == [None, (), ("a",)]


def test_defaults_are_those_of_the_language() -> None:
    document = Document.model_validate(definition(choice()))
    (step,) = document.steps
    assert isinstance(step, DecisionStep)
    assert (step.by, step.take, step.join, step.skippable, step.advance) == (
        "person",
        "first",
        "all",
        False,
        "automatic",
    )
    assert step.options[0].max == 3
    assert (document.start.one_per_record, document.revise, document.on_abort) == (True, "after", "keep")
    assert [trigger.type for trigger in document.start.triggers] == ["manual"]


def test_a_document_cannot_be_changed() -> None:
    document = Document.model_validate(definition(task()))
    with pytest.raises(ValidationError):
        document.name = "Other"  # type: ignore[misc]


def test_findings_name_the_place_in_the_document_and_nothing_of_the_model() -> None:
    """The chosen kind is no place: `/steps/0/fields/0/id`, not `/steps/0/task/fields/0/id`."""
    raw = definition(
        task(fields=[{"id": "Bad", "type": "text"}], task=1),
        start={"triggers": [{"type": "opened", "work_types": []}, {"type": "schedule"}]},
    )
    document, findings = parse(raw)
    assert document is None
    assert {each.path for each in findings} == {
        "/start/triggers/0/work_types",
        "/start/triggers/1/cron",
        "/steps/0/fields/0/id",
        "/steps/0/task",
    }
    assert not any("tuple" in each.message or "dictionary" in each.message for each in findings)


def test_a_newer_language_is_named_as_such() -> None:
    _, findings = parse({**definition(task()), "holdfast": 2})
    assert [(each.code, each.path) for each in findings] == [("language_version", "/holdfast")]
    assert "version 2" in findings[0].hint


def test_every_type_of_field_can_be_answered() -> None:
    """A closed set has a partner for each member: a type without a way to read its answer could never be completed."""
    assert set(TYPES) == set(FIELD_TYPES)


@pytest.mark.parametrize(("case", "raw"), case_rows())
def test_definitions_of_the_acceptance_cases_are_read(case: str, raw: dict[str, Any]) -> None:
    document, findings = parse(raw)
    assert (findings, document is not None) == ([], True), case


def test_the_schema_of_the_language_can_be_written() -> None:
    """`GET /v1/schema/definition.json`: kinds are told apart by `kind`, types of fields are listed."""
    schema = Document.model_json_schema(by_alias=True)
    assert set(schema["properties"]["steps"]["items"]["discriminator"]["mapping"]) == set(KINDS)
    assert schema["$defs"]["FormField"]["properties"]["type"]["enum"] == list(FIELD_TYPES)
    assert "with" in schema["$defs"]["ActionStep"]["properties"]
    assert EndStep(id="stop").kind == "end"
