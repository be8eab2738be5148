"""Which parts of an object are large enough to stand elsewhere, and what stands in their place.

An object is kept open as long as its small members fit, so that a rule can still read `body.total` beside a
`body.items` of a megabyte; a list and a text go as a whole. Pure: whoever asks stores the bytes, before anybody is
told of the references to them. The gate of the effects does it with results (activities/values.py), the door with what
a run is started with (api/large.py).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from definitions.references import Reference
from definitions.wire import INLINE_LIMIT, VALUE_LIMIT

SMALLEST = 4 * 2**10
"""Bytes below which a value is never stored apart, so that an object of countless small ones is refused instead."""


class StillTooLarge(ValueError):
    """What is left in small values is more than `limit` bytes: `left`."""

    def __init__(self, left: int, limit: int) -> None:
        super().__init__(f"{left} bytes in small values, and {limit} is the limit")
        self.left = left


@dataclass(frozen=True, slots=True)
class _Large:
    """A value that will be stored, in the place where it stood."""

    content: bytes
    reference: dict[str, Any]

    @classmethod
    def of(cls, value: Any) -> _Large:
        content = _bytes(value)
        kind = "string" if isinstance(value, str) else "object" if isinstance(value, dict) else "array"
        return cls(content, Reference(hashlib.sha256(content).hexdigest(), len(content), kind).to_json())


def set_apart(value: dict[str, Any], limit: int = VALUE_LIMIT) -> tuple[dict[str, Any], list[bytes]]:
    """The object with references in place of its large values, and the bytes to be stored, each under its SHA-256.

    All above INLINE_LIMIT goes, then the largest until it fits `limit` bytes. Raises StillTooLarge.
    """
    if len(_bytes(value)) <= INLINE_LIMIT:
        return value, []
    kept = _opened(value)
    sizes = {key: len(_bytes(member)) for key, member in kept.items()}
    left = len(_bytes(kept))
    for key in sorted(sizes, key=lambda each: -sizes[each]):
        if left <= limit or sizes[key] < SMALLEST:
            break
        kept[key] = _Large.of(value[key])
        left += len(_bytes(kept[key])) - sizes[key]
    if left > limit:
        raise StillTooLarge(left, limit)
    contents: list[bytes] = []
    return {key: _referred(member, contents) for key, member in kept.items()}, contents


def _opened(members: dict[str, Any]) -> dict[str, Any]:
    return {key: _shrunk(member) for key, member in members.items()}


def _shrunk(value: Any) -> Any:
    if len(_bytes(value)) <= INLINE_LIMIT:
        return value
    if isinstance(value, dict) and len(_bytes(opened := _opened(value))) <= INLINE_LIMIT:
        return opened
    return _Large.of(value)


def _bytes(value: Any) -> bytes:
    """The JSON of a value, with references where something will be stored."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=lambda large: large.reference).encode()


def _referred(kept: Any, contents: list[bytes]) -> Any:
    match kept:
        case _Large():
            contents.append(kept.content)
            return kept.reference
        case dict():
            return {key: _referred(member, contents) for key, member in kept.items()}
        case _:
            return kept
