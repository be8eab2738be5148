"""`matches`: RE2's idea, patterns without a way back, run as an automaton whose cost is (text) x (pattern) at the
worst.

Python's `re` backtracks and can be stopped by nobody, so no author's pattern ever reaches it. Offered: literals, `.`,
classes, the escapes \\d \\w \\s \\D \\W \\S \\b \\B \\A \\z and of punctuation, groups (which capture nothing), `|`,
`*` `+` `?` and `{n,m}` with their lazy forms, `^`, `$`, and `(?i)` in front. Refused, with a reason: back references
and look-arounds (no automaton has them), and an unbounded repeat inside an unbounded repeat (`(a+)+`), which always
is a slip and always has a plain form.

A pattern is searched for anywhere in the text, as in RE2; anchors make it whole.
"""

from __future__ import annotations

from functools import lru_cache

from definitions.expressions.limits import (
    PATTERN_STATES,
    PATTERN_STATES_PER_OPERATION,
    PATTERN_STEPS_PER_OPERATION,
)
from definitions.expressions.machine import Machine, Overloads
from definitions.expressions.outcome import Fault
from definitions.expressions.pattern_automaton import Assert, Automaton, Split, Take, build
from definitions.expressions.pattern_syntax import PatternError


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Automaton:
    """The automaton of a pattern. Raises PatternError."""
    return build(pattern)


def search(machine: Machine, text: str, pattern: str) -> bool:
    """Whether the pattern occurs in the text; charged per step of the automaton."""
    machine.characters(len(text))
    try:
        automaton = compiled(pattern)
    except PatternError as wrong:
        machine.charge(PATTERN_STATES // PATTERN_STATES_PER_OPERATION)
        raise Fault(f"unsupported pattern: {wrong}") from None
    machine.charge(len(automaton.states) // PATTERN_STATES_PER_OPERATION)
    return _Run(machine, automaton, text).search()


class _Run:
    """One search: the set of states the automaton may be in, moved along the text one character at a time."""

    __slots__ = ("automaton", "machine", "steps", "text")

    def __init__(self, machine: Machine, automaton: Automaton, text: str) -> None:
        self.machine, self.automaton, self.text = machine, automaton, text
        self.steps = 0

    def search(self) -> bool:
        waiting: list[int] = []
        for at in range(len(self.text) + 1):
            reached = self._closure([*waiting, self.automaton.start], at)
            if reached is None:
                return True
            if at < len(self.text):
                waiting = self._step(reached, self.text[at])
        return False

    def _closure(self, states: list[int], at: int) -> list[int] | None:
        """Every state that takes a character and is reached without taking one; None when the end is reached."""
        seen: set[int] = set()
        taking: list[int] = []
        stack = states[::-1]
        while stack:
            state = stack.pop()
            if state in seen:
                continue
            seen.add(state)
            match self.automaton.states[state]:
                case None:
                    return None
                case Take():
                    taking.append(state)
                case Split(targets):
                    stack.extend(targets)
                case Assert(what, target):
                    if self._holds(what, at):
                        stack.append(target)
        self._charge(len(seen))
        return taking

    def _step(self, states: list[int], character: str) -> list[int]:
        moved: list[int] = []
        for state in states:
            take = self.automaton.states[state]
            if isinstance(take, Take) and take.accepts(character):
                moved.append(take.target)
        return moved

    def _holds(self, what: str, at: int) -> bool:
        match what:
            case "^":
                return at == 0
            case "$":
                return at == len(self.text)
            case _:
                before = at > 0 and _is_word(self.text[at - 1])
                after = at < len(self.text) and _is_word(self.text[at])
                return (before != after) == (what == "b")

    def _charge(self, steps: int) -> None:
        """Whole operations are charged as they add up, so that many short closures cost what one long one does."""
        self.steps += steps
        operations, self.steps = divmod(self.steps, PATTERN_STEPS_PER_OPERATION)
        if operations:
            self.machine.charge(operations)


def _is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


OVERLOADS: Overloads = {("matches", str, str): search}
