"""The compiler's answer, read from its bytes: a `cel.expr.ParsedExpr` inside a `google.protobuf.Any`.

The compiler hands out its syntax tree only serialised, and brings no Python classes for it. Of the protobuf wire
format five lines are needed; that is shorter, and says more, than rebuilding CEL's descriptors. Field numbers are
those of cel-spec's syntax.proto, which are as fixed as any persisted format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Field: TypeAlias = int | bytes
Message: TypeAlias = dict[int, list[Field]]

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class Parsed:
    """The parsed expression: its root, and where in the source each id stands (offset in characters)."""

    root: bytes
    positions: dict[int, int]


def read_parsed(serialised: bytes) -> Parsed:
    """What `Expression.serialize()` gives, taken apart."""
    parsed = message(block(message(serialised), 2))
    source = message(block(parsed, 3))
    entries = [message(each) for each in source.get(4, []) if isinstance(each, bytes)]
    return Parsed(block(parsed, 2), {number(entry, 1): number(entry, 2) for entry in entries})


def message(data: bytes) -> Message:
    """Field number -> its values in order."""
    fields: Message = {}
    for key, value in _fields(data):
        fields.setdefault(key, []).append(value)
    return fields


def _fields(data: bytes) -> Iterator[tuple[int, Field]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == VARINT:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        size, at = _varint(data, at) if key & 7 == BYTES else ({FIXED64: 8, FIXED32: 4}[key & 7], at)
        yield key >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def block(fields: Message, key: int) -> bytes:
    """A nested message, string or bytes field; empty when it is not there, as protobuf has it."""
    value = fields.get(key, [b""])[-1]
    assert isinstance(value, bytes)
    return value


def blocks(fields: Message, key: int) -> list[bytes]:
    return [value for value in fields.get(key, []) if isinstance(value, bytes)]


def text(fields: Message, key: int) -> str:
    return block(fields, key).decode()


def number(fields: Message, key: int) -> int:
    value = fields.get(key, [0])[-1]
    assert isinstance(value, int)
    return value


def signed(fields: Message, key: int) -> int:
    """An int64: two's complement in 64 bits."""
    value = number(fields, key)
    return value - 2**64 if value >= 2**63 else value


def floating(fields: Message, key: int) -> float:
    value: float = struct.unpack("<d", block(fields, key) or bytes(8))[0]
    return value
