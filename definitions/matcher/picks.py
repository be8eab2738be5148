"""Which row, which tool: picked by what is known, and only where nothing else could be meant.

A wrong field is seen and corrected; a wrong row or tool acts on something else. So there is no best of several here:
either exactly one is named, or nobody picks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from definitions.matcher.candidates import Candidate
from definitions.matcher.words import Words, words_of
from definitions.proposing import Question

PINNED, ONLY_ONE, NAMED, MENTIONED = 1.0, 0.9, 0.85, 0.6


@dataclass(frozen=True, slots=True)
class Picked:
    """What was picked, for which field, how sure, and why as a sentence."""

    field: str
    value: Any
    confidence: float
    why: str
    basis: tuple[str, ...] = ()


def pick_row(question: Question, candidates: Sequence[Candidate]) -> Picked | None:
    """The option of the one property that has options, where exactly one is known to be meant.

    What the rows hold stands in `pinned.rows`, each named by its `id` or else by its place.
    """
    for field, shape in (question.schema.get("properties") or {}).items():
        options = options_of(shape)
        if len(options) == 1:
            return Picked(field, options[0][0], ONLY_ONE, "There is only one row.")
        if options:
            rows = _rows(question.pinned.get("rows"))
            ways = (_named(field, options, candidates), _shared(field, rows, candidates))
            return next((way for way in ways if way), None) or _mentioned(field, options, rows, question)
    return None


def _rows(rows: Any) -> dict[str, Mapping[str, Any]]:
    found = rows if isinstance(rows, list) else []
    return {str(row.get("id", place)): row for place, row in enumerate(found) if isinstance(row, Mapping)}


def options_of(shape: Any) -> list[tuple[Any, str]]:
    """What may be chosen, with what people call it: an `enum`, or a `oneOf` or `anyOf` of constants with titles."""
    if not isinstance(shape, Mapping):
        return []
    if isinstance(shape.get("enum"), list):
        return [(each, str(each)) for each in shape["enum"] if each is not None]
    branches = shape.get("oneOf") or shape.get("anyOf") or []
    told = [each for each in branches if isinstance(each, Mapping) and each.get("const") is not None]
    return [(each["const"], str(each.get("title") or each["const"])) for each in told]


def _named(field: str, options: Sequence[tuple[Any, str]], candidates: Sequence[Candidate]) -> Picked | None:
    """The option whose id stands under a name that speaks of ids: `order_id`, `reference`, the field's own."""
    about = {words_of(field), words_of(field)[-1:], ("reference",), ("number",)}
    found: dict[Any, str] = {}
    for each in candidates:
        if each.words in about or (each.words[-1:] == ("id",) and each.words != ("id",)):
            for value, _ in options:
                if type(value) is type(each.value) and value == each.value:
                    found.setdefault(value, each.name)
    if len(found) != 1:
        return None
    ((value, name),) = found.items()
    return Picked(field, value, NAMED, f"{name} names this row and no other.", (name,))


def _shared(field: str, rows: Mapping[str, Mapping[str, Any]], candidates: Sequence[Candidate]) -> Picked | None:
    """The row that alone holds something the run knows under the same name, such as a number or an address."""
    found: dict[str, str] = {}
    for each in candidates:
        holding = [key for key, row in rows.items() if _holds(row, each)]
        if len(holding) == 1:
            found.setdefault(holding[0], each.name)
    if len(found) != 1:
        return None
    ((key, name),) = found.items()
    return Picked(field, key, NAMED, f"This row alone agrees with {name}.", (name,))


def _holds(row: Mapping[str, Any], candidate: Candidate) -> bool:
    value = candidate.value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    return any(
        type(held) is type(value) and held == value and words_of(key) == candidate.words for key, held in row.items()
    )


def _mentioned(
    field: str, options: Sequence[tuple[Any, str]], rows: Mapping[str, Mapping[str, Any]], question: Question
) -> Picked | None:
    """The option that the author's own words name in full: by its label, or by a text that stands in its row."""
    said = words_of(f"{question.title} {question.instruction}")
    found = [value for value, label in options if any(_within(each, said) for each in _labels(label, rows.get(label)))]
    if len(found) != 1:
        return None
    return Picked(field, found[0], MENTIONED, "The words of the step name this row and no other.")


def _labels(label: str, row: Mapping[str, Any] | None) -> list[Words]:
    held = [value for value in (row or {}).values() if isinstance(value, str) and value.strip()]
    return [words_of(each) for each in (label, *held)]


def pick_tool(question: Question, tools: Sequence[Mapping[str, Any]]) -> Picked | None:
    """The pinned tool, the only one, or the one whose name the words of the step hold in full."""
    names = [str(each["name"]) for each in tools]
    if question.tool is not None:
        if question.tool not in names:
            return None
        return Picked("tool", question.tool, PINNED, "The tool is given.")
    if len(names) == 1:
        return Picked("tool", names[0], ONLY_ONE, f"{names[0]} is the only tool that may be used.")
    said = words_of(f"{question.title} {question.instruction}")
    held = [name for name in names if all(word in said for word in words_of(name))]
    widest = [name for name in held if not any(_more(other, name) for other in held)]
    if len(widest) != 1:
        return None
    return Picked("tool", widest[0], MENTIONED, f"The words of the step name {widest[0]} and no other tool.")


def _more(other: str, name: str) -> bool:
    """Whether another tool's name says all that this one says, and more: `create_ticket` beside `ticket`."""
    mine, theirs = words_of(name), words_of(other)
    return len(theirs) > len(mine) and all(word in theirs for word in mine)


def _within(words: Words, said: Words) -> bool:
    """Whether the words stand there one after the other."""
    size = len(words)
    return size > 0 and any(said[at : at + size] == words for at in range(len(said) - size + 1))
