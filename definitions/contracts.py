"""What an effect promises, declared once: time limits, tries and heartbeats follow from it, never from a call site."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Touches(StrEnum):
    """How far an effect reaches. What touches nothing may be tried again at will."""

    NOTHING = "nothing"
    RECORDS = "records"
    WORLD = "world"


@dataclass(frozen=True, slots=True)
class EffectContract:
    """What is promised of one kind of effect.

    `repeatable` says that doing it again under the same idempotency key does no more than doing it once. One that is
    not repeatable is begun once; if it was interrupted after it may have acted, a person decides.
    Times are in seconds: `timeout` bounds one try, `within` all tries together,
    waiting for a worker included; 0 is no bound, so that a run outlives workers that are away for days.
    `queue` is the task queue whose workers do it; empty is the run's own, and then it is not written down. `confirms`
    (as little) says that somebody outside confirms it: the action is given a link to do so by.
    """

    touches: Touches = Touches.WORLD
    repeatable: bool = False
    timeout: float = 60.0
    within: float = 0.0
    attempts: int = 3
    heartbeat: float = 10.0
    queue: str = ""
    confirms: bool = False

    def to_json(self) -> dict[str, Any]:
        """The contract as it is announced, frozen into a version and written into a history."""
        row = asdict(self)
        return {key: value for key, value in row.items() if value or key not in ("queue", "confirms")}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> EffectContract:
        """The contract read back; keys it does not know belong to a newer release and are left out."""
        known = {key: value[key] for key in cls.__slots__ if key in value}
        return cls(**{**known, "touches": Touches(known.get("touches", Touches.WORLD))})


UNTIL_BEGUN = 60.0
"""Seconds of a try beyond its `timeout`, in which it may wait until it can be written down that it begins.

A database that fails over, or whose disk is full, is no fault of the step: nobody should be asked about each.
"""

READ_RECORDS = EffectContract(touches=Touches.NOTHING, repeatable=True, timeout=30.0, attempts=5)
WRITE_RECORDS = EffectContract(touches=Touches.RECORDS, repeatable=True, timeout=30.0, attempts=5)
ASK_A_MODEL = EffectContract(touches=Touches.NOTHING, repeatable=True, timeout=120.0, within=300.0, attempts=3)
CALL_A_TOOL = EffectContract(touches=Touches.WORLD, repeatable=False, timeout=60.0, attempts=3)
LISTEN = EffectContract(touches=Touches.NOTHING, repeatable=True, timeout=30.0, attempts=10)
INVITE = EffectContract(touches=Touches.WORLD, repeatable=True, timeout=60.0, attempts=5)
TELL_PEOPLE = EffectContract(touches=Touches.WORLD, repeatable=True, timeout=30.0, attempts=5)
MOVE_RUNS = EffectContract(touches=Touches.WORLD, repeatable=True, timeout=30.0, attempts=100)
