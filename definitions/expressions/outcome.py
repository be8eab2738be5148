"""What an expression can come to besides a value, and how that travels.

Outside, both are values: `ABSENT` is what reading something that does not exist gives, `Unknown(reason)` is what
computing with it gives, or with a wrong type, or past a bound. Inside the evaluator they travel as exceptions,
because then the straight path pays nothing for them; `&&`, `||`, `all` and `exists` are the only places that catch
one, as CEL says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from definitions.references import Reference


@dataclass(frozen=True, slots=True)
class Unknown:
    """No value, and why. It is false when asked, so that a forgotten check refuses rather than grants."""

    reason: str

    def __bool__(self) -> bool:
        return False


ABSENT = Unknown("absent")
"""What does not exist: an output of a step that is not done, a field a record does not have. Compared with `is`."""


class Fault(Exception):
    """An error in CEL's sense: absorbed by `&&` and `||` where the other side decides, otherwise the outcome."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Absent(Fault):
    """Something was read that does not exist; `reason` is its name, e.g. `steps.order.output.total`."""


class Exhausted(Exception):
    """A bound was reached. Not a Fault: nothing absorbs it, or two orders of evaluation could differ."""


def no_overload(what: str, *operands: object) -> Fault:
    """The fault of an operator or function that does not take what it was given."""
    return Fault(f"{what} does not take {', '.join(kind_name(each) for each in operands)}")


def at_hand(members: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """A map whose members may be counted or searched. One that stands for a value elsewhere is a fault: its members are
    not those of the value, and three of them must not pass for three rows.
    """
    if Reference.of(members) is not None:
        raise Fault("the value is too large to be looked into: it is stored by reference")
    return members


def kind_name(value: object) -> str:
    """How the language calls the type of a value; only for messages."""
    return _NAMES.get(type(value).__name__, type(value).__name__)


_NAMES = {
    "NoneType": "null",
    "str": "string",
    "float": "double",
    "dict": "map",
    "datetime": "timestamp",
    "timedelta": "duration",
    "CelType": "type",
    "Uint": "uint",
}
