"""Strings with `${…}` in them: told apart from plain text, taken apart, unescaped. One pass: what an expression
brings in is text, whatever it looks like."""

from __future__ import annotations

from dataclasses import dataclass

from definitions.expressions.errors import ExpressionError


@dataclass(frozen=True, slots=True)
class Hole:
    """One `${…}`: the CEL source between the braces, and its offset in the string (characters)."""

    source: str
    position: int


def is_template(text: str) -> bool:
    """Whether a `${` stands in the text that no backslash escapes."""
    at = text.find("${")
    while at > 0 and text[at - 1] == "\\":
        at = text.find("${", at + 2)
    return at >= 0


def unescape(text: str) -> str:
    r"""A literal as it is meant: `\=` in front is an equals sign, `\${` two characters of text."""
    return _plain(text[1:] if text.startswith("\\=") else text)


def split(text: str) -> list[str | Hole]:
    """Text and holes in order. Raises ExpressionError(template_unclosed)."""
    parts: list[str | Hole] = []
    start = at = 0
    while (at := text.find("${", at)) >= 0:
        if at > 0 and text[at - 1] == "\\":
            at += 2
            continue
        end = _closing(text, at + 2)
        parts += [text[start:at], Hole(text[at + 2 : end], at + 2)]
        start = at = end + 1
    parts.append(text[start:])
    first = parts[0]
    if isinstance(first, str):
        parts[0] = first[1:] if first.startswith("\\=") else first
    return [_plain(part) if isinstance(part, str) else part for part in parts if part != ""]


def _plain(text: str) -> str:
    return text.replace("\\${", "${")


def _closing(text: str, at: int) -> int:
    """Where the brace that was opened before `at` closes; braces in strings and of map literals are not it."""
    opened, start = 1, at - 2
    quote = ""
    while at < len(text):
        character = text[at]
        if quote:
            at += character == "\\"
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            opened += (character == "{") - (character == "}")
            if opened == 0:
                return at
        at += 1
    raise ExpressionError("template_unclosed", "this `${` has no closing brace", start)
