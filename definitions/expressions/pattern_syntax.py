"""The syntax of patterns, read into a small tree: one function per level, left to right, nothing looked at twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]

_DIGIT: Ranges = ((48, 57),)
_WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Ranges = ((9, 10), (12, 13), (32, 32))
_CLASSES: dict[str, Ranges] = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_NAMED: dict[str, Ranges] = {
    "alpha": ((65, 90), (97, 122)),
    "digit": _DIGIT,
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "upper": ((65, 90),),
    "lower": ((97, 122),),
    "space": ((9, 13), (32, 32)),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "xdigit": ((48, 57), (65, 70), (97, 102)),
    "word": _WORD,
}
_CONTROL = {"n": 10, "t": 9, "r": 13, "f": 12, "v": 11, "a": 7}
_LAST = 0x10FFFF
_NOT_NEWLINE: Ranges = ((0, 9), (11, _LAST))


class PatternError(ValueError):
    """The pattern is not in the subset; the text says what in it."""


@dataclass(frozen=True, slots=True)
class One:
    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Place:
    what: str


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    part: Part
    least: int
    most: int | None


Part: TypeAlias = One | Place | Sequence | Choice | Repeat


class Reader:
    """A reader of one pattern, left to right, one function per level of the syntax."""

    def __init__(self, pattern: str, at: int) -> None:
        self.pattern, self.at = pattern, at

    def whole(self) -> Part:
        part = self._choice(0)
        if self.at < len(self.pattern):
            raise PatternError("unmatched )")
        return part

    def _peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _next(self) -> str:
        character = self._peek()
        if character == "":
            raise PatternError("it ends too early")
        self.at += 1
        return character

    def _eat(self, text: str) -> bool:
        found = self.pattern.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found

    def _choice(self, depth: int) -> Part:
        parts = [self._sequence(depth)]
        while self._eat("|"):
            parts.append(self._sequence(depth))
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self, depth: int) -> Part:
        parts: list[Part] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(depth))
        return Sequence(tuple(parts))

    def _repeated(self, depth: int) -> Part:
        part = self._atom(depth)
        bounds = self._bounds()
        if bounds is None:
            return part
        self._eat("?")
        if self._peek() in ("*", "+", "?") or self._bounds() is not None:
            raise PatternError("a repeat of a repeat")
        if bounds[1] is None and _unbounded(part):
            raise PatternError("an unbounded repeat inside an unbounded repeat")
        return Repeat(part, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._eat(sign):
                return bounds
        return self._counted() if self._peek() == "{" else None

    def _counted(self) -> tuple[int, int | None] | None:
        """`{n}`, `{n,}`, `{n,m}`; any other brace stands for itself."""
        body, closed, _ = self.pattern[self.at + 1 :].partition("}")
        least, comma, most = body.partition(",")
        if not closed or not least.isdecimal() or not (most == "" or most.isdecimal()) or not body.isascii():
            return None
        self.at += len(body) + 2
        bounds = int(least), int(most) if most else (None if comma else int(least))
        if bounds[0] > 1000 or (bounds[1] is not None and not bounds[0] <= bounds[1] <= 1000):
            raise PatternError("a count out of range")
        return bounds

    def _atom(self, depth: int) -> Part:
        match self._next():
            case "(":
                return self._group(depth + 1)
            case "[":
                return One(self._class())
            case ".":
                return One(_NOT_NEWLINE)
            case ("^" | "$") as place:
                return Place(place)
            case "\\":
                return self._escape()
            case ("*" | "+" | "?") as sign:
                raise PatternError(f"nothing for {sign} to repeat")
            case character:
                return One(((ord(character),) * 2,))

    def _group(self, depth: int) -> Part:
        if depth > 20:
            raise PatternError("groups nested too deep")
        if self._peek() == "?" and not self._eat("?:"):
            raise PatternError("of the (? forms only (?:…), and (?i) in front")
        part = self._choice(depth)
        if not self._eat(")"):
            raise PatternError("unmatched (")
        return part

    def _escape(self) -> Part:
        match self._next():
            case ("b" | "B") as place:
                return Place(place)
            case "A":
                return Place("^")
            case "z":
                return Place("$")
            case character:
                return One(self._escaped(character))

    def _escaped(self, character: str) -> Ranges:
        if (plain := _CLASSES.get(character.lower())) is not None:
            return plain if character.islower() else _others(plain)
        if character in _CONTROL:
            return ((_CONTROL[character],) * 2,)
        if character == "x":
            return ((self._hexadecimal(),) * 2,)
        if character.isalnum():
            raise PatternError(f"\\{character} (a back reference or an unknown escape)")
        return ((ord(character),) * 2,)

    def _hexadecimal(self) -> int:
        digits = self.pattern[self.at : self.at + 2]
        if self._eat("{"):
            digits, _, _ = self.pattern[self.at :].partition("}")
            self.at += 1
        self.at += len(digits)
        if not 1 <= len(digits) <= 6 or any(each not in "0123456789abcdefABCDEF" for each in digits):
            raise PatternError("\\x needs two hexadecimal digits")
        return min(int(digits, 16), _LAST)

    def _class(self) -> Ranges:
        negated = self._eat("^")
        ranges: list[tuple[int, int]] = []
        first = True
        while first or self._peek() != "]":
            first = False
            ranges.extend(self._member())
        self.at += 1
        return _others(tuple(ranges)) if negated else tuple(ranges)

    def _member(self) -> Ranges:
        """One member of a class: a character, a range, an escape or `[:name:]`."""
        if self._eat("[:"):
            name, closed, _ = self.pattern[self.at :].partition(":]")
            if not closed or name not in _NAMED:
                raise PatternError(f"[:{name}:] is not a class")
            self.at += len(name) + 2
            return _NAMED[name]
        low = self._class_character()
        if self._peek() != "-" or self.pattern[self.at + 1 : self.at + 2] in ("]", ""):
            return low
        self.at += 1
        high = self._class_character()
        if len(low) != 1 or len(high) != 1 or low[0][0] != low[0][1] or high[0][0] < low[0][0]:
            raise PatternError("a range that does not go up")
        return ((low[0][0], high[0][0]),)

    def _class_character(self) -> Ranges:
        character = self._next()
        return self._escaped(self._next()) if character == "\\" else ((ord(character),) * 2,)


def _others(ranges: Ranges) -> Ranges:
    """Every code point that is in none of these."""
    gaps: list[tuple[int, int]] = []
    low = 0
    for start, end in sorted(ranges):
        if start > low:
            gaps.append((low, start - 1))
        low = max(low, end + 1)
    return (*gaps, (low, _LAST)) if low <= _LAST else tuple(gaps)


def _unbounded(part: Part) -> bool:
    match part:
        case Sequence(parts) | Choice(parts):
            return any(map(_unbounded, parts))
        case Repeat(inner, _, most):
            return most is None or _unbounded(inner)
        case _:
            return False
