"""Documents and an installation for the tests of the checks: small, whole, and clean until a test spoils them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from definitions.checks import Known

TEXT = {"type": "string"}
NUMBER = {"type": "number"}


def object_schema(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    """A JSON Schema as pydantic writes it for a model."""
    return {"type": "object", "properties": properties, "required": list(properties) if required is None else required}


ACTIONS: dict[str, dict[str, Any]] = {
    "demo.refund": {
        "name": "demo.refund",
        "title": "Refund",
        "input": object_schema(order=TEXT, amount=NUMBER),
        "output": object_schema(id=TEXT, status=TEXT),
        "contract": {"touches": "world", "repeatable": True},
        "undo": "demo.cancel_refund",
    },
    "demo.cancel_refund": {
        "name": "demo.cancel_refund",
        "title": "Cancel",
        "input": object_schema(refund=TEXT),
        "output": object_schema(),
        "contract": {"touches": "world"},
        "undo": None,
    },
    "demo.open_account": {
        "name": "demo.open_account",
        "title": "Open",
        "input": object_schema(supplier=TEXT),
        "output": object_schema(id=TEXT, status=TEXT),
        "contract": {"touches": "world", "repeatable": True},
        "undo": "demo.close_account",
    },
    "demo.close_account": {
        "name": "demo.close_account",
        "title": "Close",
        "input": object_schema(account=TEXT),
        "output": object_schema(id=TEXT, status=TEXT),
        "contract": {"touches": "world"},
        "undo": None,
    },
    "email.send": {
        "name": "email.send",
        "title": "Mail",
        "input": object_schema(
            ["to", "subject", "text"],
            to={"anyOf": [TEXT, {"type": "array", "items": TEXT}]},
            subject=TEXT,
            text=TEXT,
            cc={"anyOf": [TEXT, {"type": "null"}]},
        ),
        "output": object_schema(message_id=TEXT),
        "contract": {"touches": "world"},
        "undo": None,
    },
    "demo.rate": {
        "name": "demo.rate",
        "title": "Rate",
        "input": object_schema(currency={"$ref": "#/$defs/Currency"})
        | {"$defs": {"Currency": {"enum": ["EUR", "USD"]}}},
        "output": object_schema(rate=NUMBER),
        "contract": {"touches": "nothing"},
        "undo": None,
    },
}

TICKET = {
    "name": "create_ticket",
    "description": "Makes a ticket",
    "input_schema": {
        "type": "object",
        "properties": {"title": {"type": "string"}, "priority": {"type": "string"}},
        "required": ["title"],
    },
    "hints": {"read_only": False, "idempotent": True},
    "accepted": True,
    "schema_hash": "f00d",
}
FIND = {**TICKET, "name": "find", "input_schema": {"type": "object", "properties": {}}, "schema_hash": "cafe"}

KNOWN = Known(
    actions=ACTIONS,
    mcp={"crm": {"tools": {"create_ticket": TICKET, "find": FIND, "drop": {**FIND, "name": "drop"}}}},
    collections={
        "demo.orders": {
            "fields": {
                "id": "string",
                "customer_id": "string",
                "total": "double",
                "paid": "bool",
                "status": "string",
                "email": "string",
            },
            "relations": {"customer": {}},
            "read_only": False,
        },
        "demo.customers": {
            "fields": dict.fromkeys(["id", "name", "status", "country", "iban", "risk", "owner"], "string"),
            "relations": {"orders": {}},
            "read_only": False,
        },
        "demo.documents": {
            "fields": dict.fromkeys(["id", "customer_id", "kind", "title", "body"], "string"),
            "relations": {},
            "read_only": True,
        },
        "demo.work_orders": {
            "fields": dict.fromkeys(["id", "status", "work_type", "current_step"], "string"),
            "relations": {},
            "read_only": False,
        },
    },
    roles=("operator", "lead", "compliance-officer"),
    teams=("ops", "compliance"),
    closing_reasons=("lost", "duplicate", "verified", "rejected", "other"),
    inboxes=("leads",),
    definitions=("refund",),
    calendars=("NL", "DE", "DE-BY"),
)

CASES = Path(__file__).parents[3] / "shared" / "accept" / "cases"
"""The acceptance cases, where they are at hand; `tests/acceptance` tells the same stories without them."""


def definition(*steps: dict[str, Any], **top: Any) -> dict[str, Any]:
    """A document around some steps, on an order."""
    return {"holdfast": 1, "key": "sample", "name": "Sample", "record": "demo.orders", **top, "steps": list(steps)}


def task(id: str = "look", **keys: Any) -> dict[str, Any]:
    """A step that a person does."""
    return {"id": id, "kind": "task", **keys}


def choice(id: str = "decide", **keys: Any) -> dict[str, Any]:
    """A decision between yes and no."""
    return {"id": id, "kind": "decision", "options": [{"id": "yes"}, {"id": "no"}], **keys}


def pay(**keys: Any) -> dict[str, Any]:
    """A refund whose inputs are all pinned."""
    values = {"order": "= record.id", "amount": 1.5}
    return {"id": "pay", "kind": "action", "action": "demo.refund", "execute": "automatic", "with": values, **keys}


def asking(*fields: dict[str, Any], id: str = "ask") -> dict[str, Any]:
    """A step with a form."""
    return task(id, fields=list(fields))


def case_definitions() -> list[tuple[str, dict[str, Any]]]:
    """Every definition of the acceptance cases, with the name of its file; none where they are not at hand."""
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        for story in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            found += [(path.stem, each) for each in story["definitions"]]
    return found


def case_rows() -> list[Any]:
    """The same as rows of a parametrized test; where there is none, one that is skipped and says why."""
    found = [pytest.param(name, raw, id=name) for name, raw in case_definitions()]
    reason = "the acceptance cases stand beside the repository, and here they do not"
    return found or [pytest.param("", {}, id="none", marks=pytest.mark.skip(reason=reason))]
