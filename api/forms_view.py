"""A step's form as the caller meets it: JSON Schema for what may be answered, hints for showing it, first values.

Conditions are worked out for this moment by the same evaluator that will judge the answer; where one is unknown it
counts as not met, as it will then. What is not visible is not in the schema at all. The schema helps a person to fill
in the form; the judge of an answer is `definitions.forms.check_answer`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from definitions.engine import Graph, State
from definitions.engine.scope import met, resolved, scope_of
from definitions.model import DecisionStep, FormField, TaskStep
from definitions.views import round_view

TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "long_text": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "money": {"type": "number"},
    "boolean": {"type": "boolean"},
    "choice": {},
    "choices": {"type": "array", "uniqueItems": True, "items": {}},
    "checklist": {"type": "array", "uniqueItems": True, "items": {}},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "duration": {"type": "string"},
    "email": {"type": "string", "format": "email"},
    "phone": {"type": "string"},
    "url": {"type": "string", "format": "uri"},
    "record": {"type": "string"},
    "pictures": {"type": "array", "items": {"type": "object", "required": ["id"]}},
    "file": {"type": ["object", "array"]},
    "signature": {"type": "object"},
    "location": {"type": "object"},
    "barcode": {"type": "string"},
    "stopwatch": {"type": "object"},
}
"""Field type -> the JSON Schema it begins with; a `table` is made of its columns, `info` asks nothing."""

LENGTHS = ("text", "long_text", "email", "phone", "url", "barcode")
COUNTED = ("choices", "checklist", "table", "pictures")


def step_detail(graph: Graph, state: State, step: str, view: dict[str, Any]) -> dict[str, Any]:
    """`GET /v1/runs/{id}/steps/{step}`: the step as in the RunView with form, rounds and notes."""
    rounds = [round_view(execution) for execution in state.executions.values() if execution.step == step]
    return {**view, "form": form_of(graph, state, step), "rounds": rounds, "notes": []}


def form_of(graph: Graph, state: State, step: str) -> dict[str, Any] | None:
    """`{schema, ui, values}` of a task or of a decision by a person; None for what no person fills in."""
    node = graph.nodes[step]
    match node.step:
        case DecisionStep() if node.for_a_person:
            options = [{"const": option.id, "title": option.label or option.id} for option in node.step.options]
            choice = {"type": "string", "oneOf": options}
            return {
                "schema": _object({"choice": choice}, ["choice"]),
                "ui": {"choice": {"widget": "choice"}},
                "values": {},
            }
        case TaskStep():
            scope = scope_of(graph, state, datetime.now(UTC))
            return fields_form(graph, node.step.fields, f"{node.pointer}/fields", scope)
        case _:
            return None


def fields_form(graph: Graph, fields: Sequence[FormField], pointer: str, scope: dict[str, Any]) -> dict[str, Any]:
    """The form of some fields; `pointer` is where they stand in the document."""
    properties: dict[str, Any] = {}
    ui: dict[str, Any] = {"order": []}
    values: dict[str, Any] = {}
    required: list[str] = []
    for index, field in enumerate(fields):
        at = f"{pointer}/{index}"
        if not met(graph, field.visible, f"{at}/visible", scope):
            continue
        ui["order"].append(field.id)
        ui[field.id] = _hints(graph, field, at, scope)
        if (value := resolved(graph, field.default, f"{at}/default", scope)) is not None:
            values[field.id] = value
        if field.type != "info":
            properties[field.id] = _schema(graph, field, at, scope)
            if met(graph, field.required, f"{at}/required", scope):
                required.append(field.id)
    return {"schema": _object(properties, required), "ui": ui, "values": values}


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _hints(graph: Graph, field: FormField, at: str, scope: dict[str, Any]) -> dict[str, Any]:
    editable = met(graph, field.editable, f"{at}/editable", scope)
    hints = {"widget": field.type, "help": field.help, "readonly": not editable or None, "timer": field.timer}
    return {key: value for key, value in {**hints, "collection": field.collection}.items() if value is not None}


def _schema(graph: Graph, field: FormField, at: str, scope: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": field.label or field.id, **TYPES.get(field.type, {})}
    if field.type == "table":
        schema |= {"type": "array", "items": fields_form(graph, field.fields, f"{at}/fields", scope)["schema"]}
    if field.pattern:
        schema["pattern"] = field.pattern
    _bounds(schema, field, lambda name, value: resolved(graph, value, f"{at}/{name}", scope))
    options = resolved(graph, field.options, f"{at}/options", scope)
    if isinstance(options, list | tuple):
        choices = [_option(option) for option in options]
        if field.type in ("choices", "checklist"):
            schema["items"] = {"oneOf": choices}
        else:
            schema["oneOf"] = choices
    return schema


def _bounds(schema: dict[str, Any], field: FormField, worth: Callable[[str, Any], Any]) -> None:
    names = ("minimum", "maximum")
    if field.type in LENGTHS:
        names = ("minLength", "maxLength")
    elif field.type in COUNTED:
        names = ("minItems", "maxItems")
    for name, bound in zip(names, (("min", field.min), ("max", field.max)), strict=True):
        value = worth(*bound)
        if isinstance(value, int | float) and not isinstance(value, bool):
            schema[name] = value


def _option(option: Any) -> dict[str, Any]:
    if isinstance(option, dict):
        name = option.get("id", option.get("value"))
        return {"const": name, "title": str(option.get("label", name))}
    return {"const": option, "title": str(option)}
