"""A large value stands elsewhere, and in its place stands a reference: `{"$blob": sha256, "size": bytes, "type": …}`.

Histories, events and the state of a run hold the reference; the bytes lie in the blob store under the run's own id, so
a reference says nothing outside of the run that it was made for. Two write references: the effect gate of results, and
the door of what a run is started with (definitions/apart.py); only the effect gate follows them (activities/values.py).
So the key `$blob` is reserved: whoever sends one from outside (a command, an action's result, a run's inputs) is
refused, and nobody can point at what they were not given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

KEY = "$blob"
MEMBERS = frozenset({KEY, "size", "type"})
TYPES = ("string", "object", "array")
"""What a value can be that is large: the JSON types without a bound of their own."""

SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A value of `size` bytes of JSON, which lies in the blob store of its run under `sha256`."""

    sha256: str
    size: int
    type: str

    def to_json(self) -> dict[str, Any]:
        return {KEY: self.sha256, "size": self.size, "type": self.type}

    @classmethod
    def of(cls, value: Any) -> Reference | None:
        """The reference that a value is, or None. Anything not written exactly as above is a value like any other."""
        if not isinstance(value, dict) or value.keys() != MEMBERS:
            return None
        sha256, size, type_ = value[KEY], value["size"], value["type"]
        sound = isinstance(sha256, str) and SHA256.fullmatch(sha256) and type_ in TYPES
        whole = isinstance(size, int) and not isinstance(size, bool) and size > 0
        return cls(sha256, size, type_) if sound and whole else None


def references(value: Any) -> Iterator[Reference]:
    """Every reference within a value, as often as it stands there."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case dict() as members:
                if (found := Reference.of(members)) is not None:
                    yield found
                else:
                    waiting.extend(members.values())
            case list() | tuple() as items:
                waiting.extend(items)
            case _:
                pass


def reserved(value: Any) -> str | None:
    """The path of the first object within a value that uses the reserved key, '' for the value itself; else None.

    Without recursion: what arrives may be nested deeper than a stack goes.
    """
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        path, found = waiting.pop()
        match found:
            case dict():
                if KEY in found:
                    return path
                waiting.extend((f"{path}/{key}", member) for key, member in found.items())
            case list() | tuple():
                waiting.extend((f"{path}/{index}", item) for index, item in enumerate(found))
            case _:
                pass
    return None
