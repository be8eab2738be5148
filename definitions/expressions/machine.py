"""The evaluator's working state: scope, comprehension variables, and what is left of the budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from definitions.expressions.limits import CHARACTERS_PER_OPERATION, ITEMS, OPERATIONS, STRING
from definitions.expressions.outcome import Exhausted
from definitions.expressions.tree import Node


class Machine:
    """One evaluation. Not shared, not kept: what is charged depends on the tree and the scope and on nothing else."""

    __slots__ = ("handlers", "left", "scope", "variables")

    def __init__(self, handlers: Mapping[str, Handler], scope: Mapping[str, Any]) -> None:
        self.handlers = handlers
        self.scope = scope
        self.variables: dict[str, Any] = {}
        self.left = OPERATIONS

    def run(self, node: Node) -> Any:
        """The value of a node. Raises Fault (absorbable) or Exhausted (not)."""
        self.left -= 1
        if self.left < 0:
            raise Exhausted("operations")
        return self.handlers[node[0]](self, node)

    def charge(self, operations: int) -> None:
        self.left -= operations
        if self.left < 0:
            raise Exhausted("operations")

    def text(self, value: str) -> str:
        """A string an expression made: charged by its length, refused above the limit."""
        self.characters(len(value))
        return value

    def characters(self, count: int) -> None:
        """Charge for a string of this many characters before it is made or walked."""
        if count > STRING:
            raise Exhausted("string length")
        self.left -= count // CHARACTERS_PER_OPERATION

    def items(self, count: int) -> None:
        """Charge for a list or map of this many members before it is made."""
        if count > ITEMS:
            raise Exhausted("list size")
        self.charge(count)


Handler: TypeAlias = Callable[[Machine, Node], Any]
Function: TypeAlias = Callable[..., Any]
Overloads: TypeAlias = dict[tuple[Any, ...], Function]
"""(name, class of each argument...) -> function of (machine, argument...)."""
