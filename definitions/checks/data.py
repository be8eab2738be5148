"""Collections and fields against what the data sources have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from definitions.checks.subject import Subject
from definitions.expressions.compiler import Compiled
from definitions.expressions.values import is_expression, member
from definitions.findings import Finding
from definitions.model import FormField, GetDataStep, Step, UpdateDataStep
from definitions.schemas import json_type

LITERALS = {"string": ("string",), "int": ("integer",), "double": ("integer", "number"), "bool": ("boolean",)}
"""Type of a field -> JSON types a literal written to it may have."""
WRITTEN = {
    "string": ("string", "timestamp", "duration"), "int": ("int", "uint", "double"),
    "double": ("double", "int", "uint"), "bool": ("bool",),
}  # fmt: skip
"""Type of a field -> types an expression written to it may give."""

HELD = {
    "number": ("double",), "money": ("double",), "integer": ("int", "double"), "boolean": ("bool",),
}  # fmt: skip
"""Type of a form's field -> types of a record's field that can hold its answer; text for all others."""


def check_data(subject: Subject, compiled: Mapping[str, Compiled]) -> Iterator[Finding]:
    """The run's own record, and every step that reads or writes."""
    document = subject.document
    if subject.known.collections is None:
        return
    yield from _collection(subject, document.record, "/record")
    for index, each in enumerate(document.sync):
        yield from _fields(subject, document.record, each.set, f"/sync/{index}/set")
    yield from _bound(subject, document.inputs, "/inputs")
    yield from _of_inputs(subject, compiled)
    for _, pointer, step in subject.steps():
        yield from _step(subject, pointer, step, compiled)


def _of_inputs(subject: Subject, compiled: Mapping[str, Compiled]) -> Iterator[Finding]:
    """`inputs.order.total`: whether the records that an input names have the field."""
    named = {each.id: each.collection or subject.document.record for each in subject.document.inputs}
    for pointer, each in compiled.items():
        for name in each.references:
            root, *rest = name.split(".")
            known = subject.known.fields(named.get(rest[0])) if root == "inputs" and len(rest) > 1 else None
            if known is not None and rest[1] not in known:
                yield _unknown(named[rest[0]], rest[1], pointer, known)


def _step(subject: Subject, pointer: str, step: Step, compiled: Mapping[str, Compiled]) -> Iterator[Finding]:
    match step.kind:
        case "get_data":
            yield from _get_data(subject, pointer, step)
        case "update_data":
            yield from _update_data(subject, pointer, step, compiled)
        case "load_related":
            relations = (subject.known.collections or {}).get(subject.document.record or "", {}).get("relations")
            if relations is not None and step.relation not in relations:
                message = f"{subject.document.record} has no relation {step.relation!r}"
                yield Finding("unknown_relation", f"{pointer}/relation", message, _near(step.relation, relations))
        case "task" | "journey":
            yield from _bound(subject, step.fields, f"{pointer}/fields")


def _get_data(subject: Subject, pointer: str, step: GetDataStep) -> Iterator[Finding]:
    yield from _collection(subject, step.collection, f"{pointer}/collection")
    fields = subject.known.fields(step.collection or subject.document.record)
    if fields is None:
        return
    for index, name in enumerate(step.fields):
        if name not in fields:
            yield _unknown(step.collection or subject.document.record, name, f"{pointer}/fields/{index}", fields)
    yield from _fields(subject, step.collection, step.where or {}, f"{pointer}/where")


def _update_data(
    subject: Subject, pointer: str, step: UpdateDataStep, compiled: Mapping[str, Compiled]
) -> Iterator[Finding]:
    yield from _collection(subject, step.collection, f"{pointer}/collection")
    collection = step.collection or subject.document.record
    if (subject.known.collections or {}).get(collection or "", {}).get("read_only"):
        hint = "Write to another collection, or allow writing where the source is set up."
        yield Finding("read_only", pointer, f"{collection} may only be read", hint)
    yield from _fields(subject, step.collection, step.set, f"{pointer}/set")
    for name, type_ in (subject.known.fields(collection) or {}).items():
        if name in step.set:
            yield from _written(name, type_, step.set[name], member(f"{pointer}/set", name), compiled)


def _written(name: str, type_: str, value: Any, path: str, compiled: Mapping[str, Compiled]) -> Iterator[Finding]:
    if value is None or type_ not in LITERALS:
        return
    if is_expression(value):
        given = compiled[path].type if path in compiled else "dyn"
        fits = given in ("dyn", "null") or given in WRITTEN[type_]
    else:
        given = json_type(value)
        fits = given in LITERALS[type_]
    if not fits:
        message = f"the field {name!r} holds a {type_}, and is given a {given}"
        yield Finding("input_type", path, message, "Give it a value of that type.")


def _collection(subject: Subject, name: str | None, path: str) -> Iterator[Finding]:
    known = subject.known.collections or {}
    if name is not None and name not in known:
        message = f"there is no collection {name!r}"
        yield Finding("unknown_collection", path, message, _near(name, known))


def _fields(subject: Subject, collection: str | None, named: Mapping[str, Any], pointer: str) -> Iterator[Finding]:
    name = collection or subject.document.record
    fields = subject.known.fields(name)
    for key in named if fields is not None else ():
        if key not in (fields or {}):
            yield _unknown(name, key, member(pointer, key), fields or {})


def _bound(subject: Subject, fields: tuple[FormField, ...], pointer: str) -> Iterator[Finding]:
    """`bind` names a field of the run's record, `collection` where a record is looked up."""
    known = subject.known.fields(subject.document.record)
    for index, each in enumerate(fields):
        if each.bind is not None and known is not None:
            yield from _stands_for(subject.document.record, each, each.bind, f"{pointer}/{index}/bind", known)
        yield from _collection(subject, each.collection, f"{pointer}/{index}/collection")


def _stands_for(
    collection: str | None, each: FormField, bind: str, path: str, known: Mapping[str, str]
) -> Iterator[Finding]:
    """Whether the record has the field, and can hold what is answered: it is written back when the step completes."""
    if bind not in known:
        yield _unknown(collection, bind, path, known)
        return
    held = HELD.get(each.type, ("string",))
    if each.type not in ("choice", "record", "info") and known[bind] in LITERALS and known[bind] not in held:
        message = f"{collection}.{bind} holds a {known[bind]}, and a field of type {each.type} is written into it"
        yield Finding("input_type", path, message, "Give the field a type that the record can hold.")


def _unknown(collection: str | None, name: str, path: str, fields: Mapping[str, str]) -> Finding:
    return Finding("unknown_field", path, f"{collection} has no field {name!r}", _near(name, fields))


def _near(name: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(sorted(known)[:30])}."
