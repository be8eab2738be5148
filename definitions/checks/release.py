"""What the language has and this release does not run: one table, from which later releases delete lines.

Such a definition is right, and reads and checks in full; it is refused when it is published, by name, until it runs.
A path is a JSON pointer in which `*` stands for any member and `**` for any depth; a value that is left out, empty or
false asks for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from definitions.checks.subject import Subject
from definitions.expressions.compiler import Compiled
from definitions.expressions.values import member
from definitions.findings import Finding

KINDS: tuple[str, ...] = ()

PATHS: tuple[tuple[str, tuple[Any, ...], str], ...] = ()
HINT = "Leave it out for now; a later release runs it."


def check_release(subject: Subject, compiled: Mapping[str, Compiled]) -> Iterator[Finding]:
    """A `not_yet` for each thing that is asked for and does not run."""
    whole = {pointer for _, pointer, step in subject.steps() if step.kind in KINDS}
    for path, values, what in PATHS:
        for pointer, value in _found(subject.raw, path.split("/")[1:], ""):
            asked = value in values if values else value not in (None, False, "", [], {})
            if asked and "/".join(pointer.split("/")[:3]) not in whole:
                yield Finding("not_yet", pointer, f"this release does not run {what}", HINT)
    for _, pointer, step in subject.steps():
        if step.kind in KINDS:
            yield Finding("not_yet", f"{pointer}/kind", f"this release does not run steps of kind {step.kind}", HINT)
    yield from _reads(subject, compiled)


def _reads(subject: Subject, compiled: Mapping[str, Compiled]) -> Iterator[Finding]:
    """What an expression may read by the language, and what no run of this release would find there."""
    records = {each.id for each in subject.document.inputs if each.type == "record"}
    for pointer, each in compiled.items():
        for name in each.references:
            root, *rest = name.split(".")
            if root == "inputs" and len(rest) > 1 and rest[0] in records:
                message = f"this release does not load the record of the input {rest[0]!r}"
                yield Finding(
                    "not_yet", pointer, message, f"Read it with a get_data step: 'record: = inputs.{rest[0]}'."
                )


def _found(value: Any, parts: list[str], pointer: str) -> Iterator[tuple[str, Any]]:
    """Every place that the path names, in the order of the document."""
    if not parts:
        yield pointer, value
        return
    head, rest = parts[0], parts[1:]
    if head == "**":
        yield from _found(value, rest, pointer)
    for key, each in _members(value):
        if head in (key, "*"):
            yield from _found(each, rest, member(pointer, key))
        elif head == "**":
            yield from _found(each, parts, member(pointer, key))


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((str(index), each) for index, each in enumerate(value))
