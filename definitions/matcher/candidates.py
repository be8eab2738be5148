"""What the run knows, one value at a time, the newest first: outputs of steps, then the record, then the inputs.

Each value keeps the name by which an expression would read it, so that a person can look where a proposal came from.
A list speaks for itself only where it has one row; of several, nobody could say which is meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from definitions.answers import is_empty
from definitions.matcher.words import Words, words_of

DEPTH = 4
LIMIT = 2_000
"""Values looked at; a context that holds more is cut off at its oldest end."""

UNDONE = ("skipped", "declined", "cancelled", "revised")
"""A step that ended so says nothing about the world."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value: as an expression names it, the words of its own name, the words of what it belongs to."""

    name: str
    value: Any
    words: Words
    around: Words


def candidates_of(context: Mapping[str, Any]) -> list[Candidate]:
    """Every value that is not empty, in the order in which it is to be believed."""
    found: list[Candidate] = []
    for each in _all(context):
        if len(found) == LIMIT:
            break
        found.append(each)
    return found


def _all(context: Mapping[str, Any]) -> Iterator[Candidate]:
    for step in reversed(context.get("steps") or []):
        if step.get("status") in UNDONE or step.get("done_by") in UNDONE:
            continue
        around = words_of(f"{step.get('id', '')} {_last(step.get('collection'))}")
        yield from _inside(step.get("output"), f"steps.{step.get('id')}.output", around, DEPTH)
    of_record = words_of(_last(context.get("collection")))
    yield from _inside(context.get("record"), "record", of_record, DEPTH)
    yield from _inside(context.get("inputs"), "inputs", (), DEPTH)


def _inside(value: Any, name: str, around: Words, depth: int) -> Iterator[Candidate]:
    """The members of a map, each also opened; the one row of a list."""
    if depth == 0:
        return
    if isinstance(value, list) and len(value) == 1:
        yield from _inside(value[0], f"{name}[0]", around, depth)
    if not isinstance(value, Mapping):
        return
    for key, member in value.items():
        if is_empty(member) or not isinstance(key, str):
            continue
        words, place = words_of(key), f"{name}.{key}"
        yield Candidate(place, member, words, around)
        below = words if isinstance(member, Mapping) else around
        yield from _inside(member, place, tuple(dict.fromkeys((*around, *below))), depth - 1)


def _last(collection: Any) -> str:
    """`demo.orders` -> `orders`."""
    return str(collection or "").rsplit(".", 1)[-1]
