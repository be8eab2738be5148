"""Names that must be told apart: ids of steps, options, phases, fields, automations, journeys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from definitions.checks.edges import PORTS
from definitions.checks.subject import Subject
from definitions.findings import Finding
from definitions.model import DecisionStep, FormField, Step, TaskStep

UNREADABLE = ("in", "true", "false", "null")
"""No expression could name them: they are words of CEL."""


class HasId(Protocol):
    """Anything of the model with an id."""

    @property
    def id(self) -> str: ...


def check_ids(subject: Subject) -> Iterator[Finding]:
    """Duplicate and reserved ids, each at the later of two places."""
    document = subject.document
    yield from _duplicates(document.steps, "/steps", "step")
    yield from _reserved(document.steps, "/steps", ("phase", *UNREADABLE))
    yield from _duplicates(document.phases, "/phases", "phase")
    yield from _reserved(document.phases, "/phases", UNREADABLE)
    yield from _fields(document.inputs, "/inputs")
    for _, pointer, step in subject.steps():
        yield from _of_step(step, pointer)


def _of_step(step: Step, pointer: str) -> Iterator[Finding]:
    yield from _duplicates(step.automations, f"{pointer}/automations", "automation")
    if isinstance(step, DecisionStep):
        yield from _duplicates(step.options, f"{pointer}/options", "option")
        yield from _reserved(step.options, f"{pointer}/options", PORTS)
    yield from _fields(getattr(step, "fields", ()) if step.kind != "get_data" else (), f"{pointer}/fields")
    if step.kind == "ai":
        yield from _fields(step.output, f"{pointer}/output")
    if isinstance(step, TaskStep):
        yield from _duplicates(step.journeys, f"{pointer}/journeys", "journey")
        for index, journey in enumerate(step.journeys):
            yield from _fields(journey.fields, f"{pointer}/journeys/{index}/fields")


def _fields(fields: Sequence[FormField], pointer: str) -> Iterator[Finding]:
    yield from _duplicates(fields, pointer, "field")
    yield from _reserved(fields, pointer, UNREADABLE)
    for index, each in enumerate(fields):
        yield from _fields(each.fields, f"{pointer}/{index}/fields")


def _duplicates(items: Iterable[HasId], pointer: str, what: str) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, item in enumerate(items):
        if item.id in seen:
            message = f"the {what} {item.id!r} is already at {pointer}/{seen[item.id]}"
            yield Finding("duplicate_id", f"{pointer}/{index}/id", message, f"Give the {what} an id of its own.")
        seen.setdefault(item.id, index)


def _reserved(items: Iterable[HasId], pointer: str, names: Sequence[str]) -> Iterator[Finding]:
    for index, item in enumerate(items):
        if item.id in names:
            message = f"{item.id!r} is a word of the language"
            yield Finding(
                "reserved_id", f"{pointer}/{index}/id", message, f"Choose another id than {', '.join(names)}."
            )
