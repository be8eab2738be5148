"""What is looked at before anything else: whether the document is plain data of a size that a run can carry.

A frozen version travels to Temporal in one piece, which takes 2 MB and no more: that bounds what is frozen, and so the
document. A document beyond a limit is not looked at any further.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from definitions.canonical import canonical
from definitions.findings import Finding, pointer

DOCUMENT_BYTES = 1_500_000
"""Of the canonical JSON text of the document."""

FROZEN_BYTES = 1_800_000
"""Of the frozen version: Temporal takes 2 MB for the whole argument, with the start's inputs and record."""

DEPTH = 32
"""Of maps and lists within each other: the same bound the API has for any JSON."""

STEPS = 10_000
INTEGER = 2**53
"""Beyond it JSON readers disagree about a number."""


def too_much(raw: Any) -> list[Finding]:
    """What makes the document unfit to be looked at; empty for any that people write."""
    if (deep := _too_deep(raw)) is not None:
        return [Finding("document_too_deep", deep, f"nested more than {DEPTH} levels deep", "Take the nesting apart.")]
    if found := list(_not_json(raw, ())):
        return found[:100]
    if (size := len(canonical(raw).encode(errors="surrogatepass"))) > DOCUMENT_BYTES:
        message = f"the document has {size} bytes, at most {DOCUMENT_BYTES}"
        return [Finding("document_too_large", "", message, "Split the workflow, or shorten its texts.")]
    return _too_many(raw)


def _too_many(raw: Any) -> list[Finding]:
    steps = raw.get("steps") if isinstance(raw, dict) else None
    if not isinstance(steps, list) or len(steps) <= STEPS:
        return []
    message = f"the definition has {len(steps)} steps, at most {STEPS}"
    return [Finding("too_many_steps", "/steps", message, "Move a part into a workflow of its own.")]


def _too_deep(raw: Any) -> str | None:
    """The place of the first container below the limit; found without recursion, so that no depth can hurt."""
    level: list[tuple[str, Any]] = [("", raw)]
    for _ in range(DEPTH):
        level = [(f"{path}{pointer(key)}", each) for path, value in level for key, each in _members(value)]
        if not level:
            return None
    return level[0][0]


def _members(value: Any) -> Iterator[tuple[str | int, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    for key, each in pairs:
        if isinstance(each, dict | list | tuple):
            yield str(key) if not isinstance(key, int) else key, each


def _not_json(value: Any, place: tuple[str | int, ...]) -> Iterator[Finding]:
    match value:
        case dict():
            for key, each in value.items():
                if not isinstance(key, str):
                    yield _strange(f"the key {key!r} is not a text", (*place, str(key)), "Put the key in quotes.")
                else:
                    yield from _not_json(each, (*place, key))
        case list() | tuple():
            for index, each in enumerate(value):
                yield from _not_json(each, (*place, index))
        case str():
            if any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in value):
                yield Finding("control_character", pointer(*place), "a character that cannot be stored", "Remove it.")
        case bool() | None:
            return
        case int() if abs(value) > INTEGER:
            yield _strange("the number is too large", place, "Write it as a text.")
        case float() if not math.isfinite(value):
            yield _strange(f"{value} is no number of JSON", place, "Write a finite number.")
        case int() | float():
            return
        case _:
            yield _strange(f"a {type(value).__name__} has no form in JSON", place, "Put the value in quotes.")


def _strange(message: str, place: tuple[str | int, ...], hint: str) -> Finding:
    return Finding("not_json", pointer(*place), message, hint)
