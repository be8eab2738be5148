"""Functions on text. Positions count characters; every result is charged by its length before it is made."""

from __future__ import annotations

from typing import Any

from definitions.expressions.limits import ITEMS
from definitions.expressions.machine import Machine, Overloads
from definitions.expressions.outcome import Fault

_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What Unicode calls white space; Python's strip() also takes the separators \\x1c-\\x1f, which CEL does not."""


def _walked(machine: Machine, text: str) -> str:
    machine.characters(len(text))
    return text


def _char_at(machine: Machine, text: str, at: int) -> str:
    if not 0 <= at <= len(text):
        raise Fault(f"charAt: {at} is out of range")
    return text[at : at + 1]


def _index_of(machine: Machine, text: str, part: str, start: int = 0) -> int:
    if not 0 <= start <= len(text):
        raise Fault(f"indexOf: {start} is out of range")
    return _walked(machine, text).find(part, start)


def _last_index_of(machine: Machine, text: str, part: str, end: int | None = None) -> int:
    if end is not None and not 0 <= end <= len(text):
        raise Fault(f"lastIndexOf: {end} is out of range")
    return _walked(machine, text).rfind(part, 0, None if end is None else end + len(part))


def _substring(machine: Machine, text: str, start: int, end: int | None = None) -> str:
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise Fault(f"substring: {start}..{stop} is out of range")
    return machine.text(text[start:stop])


def _replace(machine: Machine, text: str, old: str, new: str, limit: int = -1) -> str:
    found = len(_walked(machine, text)) + 1 if old == "" else text.count(old)
    times = found if limit < 0 else min(found, limit)
    machine.characters(len(text) + times * max(len(new) - len(old), 0))
    return text.replace(old, new, times)


def _split(machine: Machine, text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    if limit == 1:
        return [text]
    count = len(_walked(machine, text)) if separator == "" else text.count(separator) + 1
    machine.items(min(count, limit) if limit > 0 else min(count, ITEMS + 1))
    if separator != "":
        return text.split(separator, limit - 1)
    return list(text) if limit < 0 else [*text[: limit - 1], *([text[limit - 1 :]] if len(text) >= limit else [])]


def _join(machine: Machine, parts: list[Any], separator: str = "") -> str:
    machine.charge(len(parts))
    if not all(isinstance(part, str) for part in parts):
        raise Fault("join takes a list of strings")
    machine.characters(sum(map(len, parts)) + len(separator) * max(len(parts) - 1, 0))
    return separator.join(parts)


OVERLOADS: Overloads = {
    ("contains", str, str): lambda machine, text, part: part in _walked(machine, text),
    ("startsWith", str, str): lambda _, text, part: text.startswith(part),
    ("endsWith", str, str): lambda _, text, part: text.endswith(part),
    ("size", str): lambda _, text: len(text),
    ("charAt", str, int): _char_at,
    ("indexOf", str, str): _index_of,
    ("indexOf", str, str, int): _index_of,
    ("lastIndexOf", str, str): _last_index_of,
    ("lastIndexOf", str, str, int): _last_index_of,
    ("lowerAscii", str): lambda machine, text: _walked(machine, text).translate(_LOWER),
    ("upperAscii", str): lambda machine, text: _walked(machine, text).translate(_UPPER),
    ("trim", str): lambda machine, text: _walked(machine, text).strip(_SPACE),
    ("reverse", str): lambda machine, text: _walked(machine, text)[::-1],
    ("substring", str, int): _substring,
    ("substring", str, int, int): _substring,
    ("replace", str, str, str): _replace,
    ("replace", str, str, str, int): _replace,
    ("split", str, str): _split,
    ("split", str, str, int): _split,
    ("join", list): _join,
    ("join", list, str): _join,
}
