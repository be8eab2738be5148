"""Patterns as automata: Thompson's construction, one state per character taken, built from the end to the front."""

from __future__ import annotations

from dataclasses import dataclass, field

from definitions.expressions.limits import PATTERN, PATTERN_PARTS, PATTERN_STATES
from definitions.expressions.pattern_syntax import (
    Choice,
    One,
    Part,
    PatternError,
    Place,
    Ranges,
    Reader,
    Repeat,
    Sequence,
)


@dataclass(frozen=True, slots=True)
class Take:
    """Takes one character of these code points."""

    ranges: Ranges
    folded: bool
    target: int

    def accepts(self, character: str) -> bool:
        if self.folded:
            return any(self._within(ord(each)) for each in {character, character.lower()[:1], character.upper()[:1]})
        return self._within(ord(character))

    def _within(self, code: int) -> bool:
        return any(low <= code <= high for low, high in self.ranges)


@dataclass(frozen=True, slots=True)
class Split:
    """Goes on in several places at once."""

    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assert:
    """Goes on only at such a place: `^`, `$`, `b` (word boundary), `B`."""

    what: str
    target: int


@dataclass(frozen=True, slots=True)
class Automaton:
    """States by number; None is the accepting one."""

    states: tuple[Take | Split | Assert | None, ...]
    start: int


def build(pattern: str) -> Automaton:
    """The automaton of a pattern. Raises PatternError."""
    if len(pattern) > PATTERN:
        raise PatternError(f"longer than {PATTERN} characters")
    folded = pattern.startswith("(?i)")
    part = Reader(pattern, 4 if folded else 0).whole()
    builder = _Builder(folded)
    start = builder.add(part, builder.state(None))
    return Automaton(tuple(builder.states), start)


@dataclass(slots=True)
class _Builder:
    folded: bool
    states: list[Take | Split | Assert | None] = field(default_factory=list)
    parts: int = 0

    def state(self, state: Take | Split | Assert | None) -> int:
        if len(self.states) >= PATTERN_STATES:
            raise PatternError(f"more than {PATTERN_STATES} states")
        self.states.append(state)
        return len(self.states) - 1

    def add(self, part: Part, target: int) -> int:
        """States for a part that goes on at `target`. Gives the first of them.

        Parts are counted besides states: `((){999}){999}` makes none of these, and a million of those.
        """
        self.parts += 1
        if self.parts > PATTERN_PARTS:
            raise PatternError("repeats that multiply")
        match part:
            case One(ranges):
                return self.state(Take(ranges, self.folded, target))
            case Place(what):
                return self.state(Assert(what, target))
            case Sequence(parts):
                for each in reversed(parts):
                    target = self.add(each, target)
                return target
            case Choice(parts):
                return self.state(Split(tuple(self.add(each, target) for each in parts)))
            case Repeat():
                return self._repeat(part, target)

    def _repeat(self, part: Repeat, target: int) -> int:
        if part.most is None:
            loop = self.state(Split((target,)))
            self.states[loop] = Split((self.add(part.part, loop), target))
            target = loop
        else:
            end = target
            for _ in range(part.most - part.least):
                target = self.state(Split((self.add(part.part, target), end)))
        for _ in range(part.least):
            target = self.add(part.part, target)
        return target
