"""A reader of protobuf's text format, as far as the CEL conformance files use it.

A message is a dict from field name to the list of its values in order; a value is a message, an int, a float, a bool, a
string as bytes (so that both `string_value` and `bytes_value` can be made of it), or the name of an enum value as str.
"""

from __future__ import annotations

import re
from typing import Any

TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<type>\[[\w./]+\])"""
    r"""|(?P<word>[-+]?[\w.]+(?:[eE][-+]\d+)?)|(?P<sign>[{}<>:\[\],;])""",
    re.DOTALL,
)
ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.DOTALL)
CONTROL = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def read(text: str) -> dict[str, list[Any]]:
    """The message a file holds."""
    tokens = [match for match in TOKEN.finditer(text) if match.lastgroup]
    assert "".join(match.group() for match in TOKEN.finditer(text)) == text, "a character no rule reads"
    message, end = _message(tokens, 0)
    assert end == len(tokens)
    return message


def _message(tokens: list[re.Match[str]], at: int) -> tuple[dict[str, list[Any]], int]:
    fields: dict[str, list[Any]] = {}
    while at < len(tokens) and tokens[at].group() not in "}>":
        name = tokens[at].group()
        at += 1
        if tokens[at].group() == ":":
            at += 1
        value, at = _value(tokens, at)
        fields.setdefault(name, []).extend(value if isinstance(value, list) else [value])
        if at < len(tokens) and tokens[at].group() in ",;":
            at += 1
    return fields, at


def _value(tokens: list[re.Match[str]], at: int) -> tuple[Any, int]:
    token = tokens[at]
    if token.group() in "{<":
        message, at = _message(tokens, at + 1)
        return message, at + 1
    if token.group() == "[":
        return _list(tokens, at + 1)
    if token.lastgroup == "text":
        pieces = b""
        while at < len(tokens) and tokens[at].lastgroup == "text":
            pieces += _unescaped(tokens[at].group()[1:-1])
            at += 1
        return pieces, at
    return _word(token.group()), at + 1


def _list(tokens: list[re.Match[str]], at: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    while tokens[at].group() != "]":
        value, at = _value(tokens, at)
        items.append(value)
        at += tokens[at].group() == ","
    return items, at + 1


def _word(word: str) -> Any:
    if word in ("true", "false"):
        return word == "true"
    for number in (lambda text: int(text, 0), float):
        try:
            return number(word)
        except ValueError:
            continue
    return word


def _unescaped(text: str) -> bytes:
    def plain(match: re.Match[bytes]) -> bytes:
        body = match[1]
        if body[:1] in b"uU" and len(body) > 1:
            return chr(int(body[1:], 16)).encode()
        if body[:1] == b"x" and len(body) > 1:
            return bytes([int(body[1:], 16)])
        return bytes([int(body, 8)]) if body[:1].isdigit() else CONTROL.get(body, body)

    return ESCAPE.sub(plain, text.encode())
