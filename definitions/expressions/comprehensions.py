"""all, exists, exists_one, map and filter, over lists and over the keys of maps.

A frozen tree holds them as what the author wrote, not as the folds CEL expands them to: shorter to read in a version,
cheaper to compute, and `all` and `exists` keep their rule that one deciding member outweighs the errors of the
others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from definitions.expressions.equality import keys_in_order
from definitions.expressions.machine import Machine
from definitions.expressions.outcome import Fault, at_hand, no_overload
from definitions.expressions.tree import Node

_UNBOUND = object()


def _each(machine: Machine, node: Node, visit: Callable[[], bool]) -> None:
    """Bind the variable to one member after the other until `visit` says to stop.

    Not a generator: what the variable hid must be back at once when a test fails, because an `||` around it goes on.
    """
    name, source = node[1], machine.run(node[2])
    if isinstance(source, Mapping):
        machine.charge(len(at_hand(source)))
        source = keys_in_order(source)
    elif not isinstance(source, list | tuple):
        raise no_overload("a comprehension", source)
    hidden = machine.variables.get(name, _UNBOUND)
    try:
        for member in source:
            machine.charge(1)
            machine.variables[name] = member
            if visit():
                return
    finally:
        if hidden is _UNBOUND:
            machine.variables.pop(name, None)
        else:
            machine.variables[name] = hidden


def _test(machine: Machine, node: Node) -> bool:
    met = machine.run(node)
    if type(met) is not bool:
        raise no_overload("a test", met)
    return met


def all_of(machine: Machine, node: Node) -> bool:
    return not _any(machine, node, decisive=False)


def exists(machine: Machine, node: Node) -> bool:
    return _any(machine, node, decisive=True)


def _any(machine: Machine, node: Node, *, decisive: bool) -> bool:
    """Whether some member's test comes to `decisive`. Only if none does, the first error is the outcome."""
    decided = False
    failed: Fault | None = None

    def visit() -> bool:
        nonlocal decided, failed
        try:
            decided = _test(machine, node[3]) is decisive
        except Fault as fault:
            failed = failed or fault
        return decided

    _each(machine, node, visit)
    if not decided and failed is not None:
        raise failed
    return decided


def exists_one(machine: Machine, node: Node) -> bool:
    met: list[bool] = []

    def visit() -> bool:
        met.append(_test(machine, node[3]))
        return False

    _each(machine, node, visit)
    return met.count(True) == 1


def transform(machine: Machine, node: Node) -> list[Any]:
    """["transform", var, range, test or null, result]: the results for the members that pass, in order."""
    _, _, _, test, result = node
    made: list[Any] = []

    def visit() -> bool:
        if test is None or _test(machine, test):
            made.append(machine.run(result))
        return False

    _each(machine, node, visit)
    return made
