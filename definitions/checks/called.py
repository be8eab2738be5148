"""`workflow` steps against the definitions they run as children: the version, its record, and what it asks for.

Definitions may run each other, and themselves: a depth of ten ends what would go on for ever. So one that is not
published yet is a warning, or two of them could never be published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from definitions.checks.actions import Call, check_inputs
from definitions.checks.subject import Subject
from definitions.expressions.compiler import Compiled
from definitions.field_schema import TYPES, object_of
from definitions.findings import Finding
from definitions.model import Document, FormField, WorkflowStep


def check_called(subject: Subject, compiled: Mapping[str, Compiled]) -> Iterator[Finding]:
    """Each step that runs another definition which is known."""
    for index, pointer, step in subject.steps():
        called = (subject.known.called or {}).get(step.definition) if step.kind == "workflow" else None
        if index not in subject.gaps and called is not None and isinstance(step, WorkflowStep):
            yield from _step(pointer, step, called, compiled)


def _step(
    pointer: str, step: WorkflowStep, called: Mapping[int, Mapping[str, Any]], compiled: Mapping[str, Compiled]
) -> Iterator[Finding]:
    if not called:
        message = f"{step.definition!r} is not published: a run that comes here asks for a person"
        yield Finding("not_published", f"{pointer}/definition", message, "Publish it before this one runs.", "warning")
        return
    if (found := called.get(step.version or max(called))) is None:
        message = f"{step.definition!r} has no version {step.version}"
        yield Finding("unknown_version", f"{pointer}/version", message, f"The newest is {max(called)}.")
        return
    document = Document.model_validate(found)
    if step.record is not None and document.record is None:
        message = f"{step.definition!r} works on no record"
        yield Finding("record_missing", f"{pointer}/record", message, "Remove it.")
    call = Call(step.definition, step.inputs, pointer, key="inputs")
    yield from check_inputs(call, _schema(document), compiled)


def _schema(document: Document) -> dict[str, Any]:
    """What a start of it takes, as far as that is sure before there is one."""
    asked = [field for field in document.inputs if field.type != "info"]
    return object_of({field.id: dict(TYPES.get(field.type, {})) for field in asked}, [f.id for f in asked if _must(f)])


def _must(field: FormField) -> bool:
    return field.required is True and field.visible is True and field.default is None
