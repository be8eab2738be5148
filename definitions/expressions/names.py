"""Which names an expression may read, and what is said about those it may not.

Declarations give the type of dotted paths (`steps.order.output.total: double`). A path may be read when it is
declared, when it leads to something declared (`steps.order.output` as a whole), or when it goes on inside something
open: a `map`, `dyn` or `list`. Everything else is a mistake that is best found now, with the nearest name that
exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from definitions.expressions.errors import ExpressionError
from definitions.expressions.translate import Read, refuse_attribute
from definitions.expressions.tree import Node

OPEN = frozenset(("map", "dyn", "list"))
NEIGHBOURS = 300
CONVERTED = frozenset(("int", "double", "timestamp", "duration"))
"""Declared types a JSON value is read as; see reading.py."""


@dataclass(frozen=True, slots=True)
class Names:
    """The declarations of one place of a document."""

    types: Mapping[str, str]

    def is_group(self, path: str) -> bool:
        """Whether the path only leads to declared ones. Asked rarely, so nothing is prepared for it."""
        return path not in self.types and any(each.startswith(f"{path}.") for each in self.types)

    def around(self, reads: Iterable[Read]) -> dict[str, str]:
        """The types of what these reads name and pass through: what the type check needs, of a document's thousands."""
        found: dict[str, str] = {}
        for read in reads:
            above = [".".join(read.path[:end]) for end in range(1, len(read.path) + 1)]
            declared = [path for path in above if path in self.types]
            found |= {path: self.types[path] for path in declared}
            found |= {path: "map" for path in above if not declared or len(path) < len(declared[0])}
        return found

    def read_as(self, path: tuple[str, ...]) -> str:
        """What a frozen `read` of this path carries: its declared type where JSON does not show it, or ""."""
        declared = self.types.get(".".join(path), "")
        declared = "timestamp" if declared == "date" else declared
        return declared if declared in CONVERTED else ""

    def is_date(self, node: Node) -> bool:
        """Whether a node reads a date and does nothing with it."""
        return node[0] == "read" and self.types.get(".".join(node[2:])) == "date"

    def check(self, read: Read) -> None:
        """Raises ExpressionError(unknown_name, attribute_not_allowed, expression_type)."""
        for part in read.path:
            refuse_attribute(part, read.position)
        full = ".".join(read.path)
        if full in self.types or self.is_group(full):
            return
        for end in range(len(read.path) - 1, 0, -1):
            above = ".".join(read.path[:end])
            if above in self.types:
                if self.types[above] in OPEN:
                    return
                raise ExpressionError(
                    "expression_type", f"{above} is a {self.types[above]}: it has no fields", read.position
                )
        raise ExpressionError("unknown_name", self._unknown(full), read.position)

    def _unknown(self, full: str) -> str:
        near = get_close_matches(full, self._beside(full), n=1, cutoff=0.7)
        return f"{full} is not in scope here" + (f"; did you mean {near[0]}?" if near else "")

    def _beside(self, full: str) -> list[str]:
        """Names under the deepest part of the path that exists, a few hundred at most: nearness is dear to compute."""
        parts = full.split(".")
        for end in range(len(parts) - 1, -1, -1):
            front = "".join(f"{part}." for part in parts[:end])
            if found := sorted(path for path in self.types if path.startswith(front)):
                return found[:NEIGHBOURS]
        return []
