"""Values of a definition as they stand in the document, and what they come to in a run.

A value is any JSON; strings in it may be expressions (`= …`) or templates (`… ${…} …`), and each of those has its
frozen tree under its JSON pointer. Resolving walks the value, leaves literals as they are, and gives JSON again:
timestamps become RFC 3339, durations seconds (`5400s`), maps have their keys as text and in order.

What is absent or unknown is left out of the map or list it stands in, and named as a Problem: the caller decides
whether a hole is an answer (an optional input) or a reason to ask a person. (Checking and compiling is
compiler.compile_value.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from definitions.expressions.evaluate import evaluate, render
from definitions.expressions.outcome import ABSENT, Unknown
from definitions.expressions.templates import is_template, unescape
from definitions.expressions.tree import Tree
from definitions.expressions.writing import to_json


@dataclass(frozen=True, slots=True)
class Problem:
    """One place of a value that came to nothing: its JSON pointer, why, and whether it only was absent."""

    pointer: str
    reason: str
    absent: bool


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a value came to (or ABSENT), and what in it came to nothing."""

    value: Any
    problems: tuple[Problem, ...]


def is_expression(value: Any) -> bool:
    """Whether a value is computed in the run (`= …` or with `${…}`) rather than taken as it stands."""
    return isinstance(value, str) and (value.startswith("=") or is_template(value))


def resolve(value: Any, pointer: str, trees: Mapping[str, Tree], scope: Mapping[str, Any]) -> Any:
    """The JSON a value comes to, or ABSENT. `pointer` is where it stands in the document; trees go by pointer."""
    return resolve_with_problems(value, pointer, trees, scope).value


def resolve_with_problems(value: Any, pointer: str, trees: Mapping[str, Tree], scope: Mapping[str, Any]) -> Resolved:
    """As `resolve`, and every hole by name. Never raises for what stands in a document or a scope."""
    walk = _Walk(trees, scope, [])
    result = walk.value(value, pointer)
    return Resolved(result, tuple(walk.problems))


def member(pointer: str, key: str | int) -> str:
    """The JSON pointer (RFC 6901) of a member."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


@dataclass(frozen=True, slots=True)
class _Walk:
    trees: Mapping[str, Tree]
    scope: Mapping[str, Any]
    problems: list[Problem]

    def value(self, value: Any, pointer: str) -> Any:
        match value:
            case str():
                return self._text(value, pointer)
            case Mapping():
                members = ((key, self.value(each, member(pointer, key))) for key, each in value.items())
                return {key: each for key, each in members if each is not ABSENT}
            case list() | tuple():
                items = (self.value(each, member(pointer, at)) for at, each in enumerate(value))
                return [each for each in items if each is not ABSENT]
            case _:
                return value

    def _text(self, text: str, pointer: str) -> Any:
        if not is_expression(text):
            return unescape(text)
        tree = self.trees.get(pointer)
        if tree is None:
            return self._hole(pointer, Unknown("no frozen expression stands here"))
        outcome = render(tree, self.scope) if "parts" in tree else to_json(evaluate(tree, self.scope))
        return self._hole(pointer, outcome) if isinstance(outcome, Unknown) else outcome

    def _hole(self, pointer: str, outcome: Unknown) -> Unknown:
        self.problems.append(Problem(pointer, outcome.reason, outcome is ABSENT))
        return ABSENT
