"""One expression tried out while its author still writes it: compiled with what is known at its place, and computed
against example values. The document around it may be wrong elsewhere; what can be read of it says what is in scope.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from definitions.checks.declared import Declared
from definitions.checks.known import Known
from definitions.checks.places import Place, places
from definitions.checks.subject import Subject, read
from definitions.expressions.compiler import compile_text
from definitions.expressions.errors import ExpressionError
from definitions.expressions.values import is_expression, resolve_with_problems

ANYTHING = dict.fromkeys(("record", "inputs", "run", "steps", "phases", "policy", "event", "output"), "map")
"""What may be read where the document cannot be: whatever the example holds."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it: a value of a type, or nothing and why. `code` where it is not even an expression."""

    value: Any = None
    type: str | None = None
    absent: bool = False
    reason: str | None = None
    code: str | None = None
    position: int | None = None


def names_at(raw: Any, known: Known, path: str, text: str) -> Mapping[str, str]:
    """What an expression at a place (a JSON pointer) may read, with its type: dotted name -> type."""
    _, subject, _ = read(raw, known)
    if subject is None:
        return {**ANYTHING, "now": "timestamp", "item": "dyn", "index": "int"}
    place = _place(subject, path)
    adds = place.adds if place else ("policy",)
    return Declared(subject).names(text, adds, place.step if place else None)


def _place(subject: Subject, path: str) -> Place | None:
    """The place that a pointer lies in."""
    for each in places(subject.document):
        if path == each.pointer or path.startswith(f"{each.pointer}/"):
            return each
    return None


def tried(names: Mapping[str, str], text: str, scope: Mapping[str, Any]) -> Tried:
    """What a text of a document comes to. A literal comes to itself; never raises for what an author writes."""
    if not is_expression(text):
        return Tried(value=resolve_with_problems(text, "", {}, {}).value, type="string")
    try:
        compiled = compile_text(text, names)
    except ExpressionError as error:
        return Tried(reason=error.message, code=error.code, position=error.position)
    found = resolve_with_problems(text, "", {"": compiled.tree}, scope)
    if found.problems:
        problem = found.problems[0]
        return Tried(type=compiled.type, absent=problem.absent, reason=problem.reason)
    return Tried(value=found.value, type=compiled.type)
