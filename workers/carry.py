"""What a run takes along when it continues as new, and when it does.

Only between two turns with no effect under way: then everything the run is stands in its state, in the events not known
to be stored, and in the commands just asked for. Timers are absolute moments in the state and are armed again. The call
that continues follows the look at the inbox with nothing awaited in between; when that look may be trusted, and why
Temporal's own refusal is not enough, is said in workers/run.py (`_roll_at_rest`) and docs/decisions/0013.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from definitions.contracts import EffectContract
from definitions.engine import Graph, State
from definitions.engine.clocks import clocks
from definitions.engine.commands import ArmTimer, Command, StartEffect
from definitions.engine.settle import GO_ON
from definitions.engine.state import TIMED
from definitions.packing import packed, unpacked
from definitions.times import parse_instant
from definitions.wire import RunStart
from workers.pace import size
from workers.versions import packs_the_definition

BUSY_FACTOR = 5
"""A run that is not at rest rolls later: it is not about to be woken, and each roll carries its whole state."""

DRAIN_FACTOR = 10
"""A run that always has an effect under way is given no new ones beyond this, until those have answered."""


VALUES_LIMIT = 1_200_000
"""Bytes of values beyond which a run does not continue as new and goes on in its long history."""

ROUND_BYTES = 64
"""What a round takes when it is packed, at most."""


class Length:
    """The events this leg's history has, reckoned from what the run itself did.

    Temporal's own count is not asked: around a local activity it is another number when the history is replayed
    (seen: a roll that a replay did not find). This one is the same by construction, and near enough.
    """

    MESSAGE, EFFECT, RECORD, TIMER, SHOWN = 4, 3, 2, 2, 1

    def __init__(self, start: RunStart) -> None:
        self._after = start.roll_after
        self.events = self.MESSAGE

    def must_roll(self, at_rest: bool, more: int = 0) -> bool:
        """Whether a run without effects under way should continue as new. One that did nothing yet never does.

        `more`: events it is about to add.
        """
        return self.MESSAGE < self.events + more >= self._after * (1 if at_rest else BUSY_FACTOR)

    def must_drain(self) -> bool:
        """Whether new effects are held back, so that a run with many at a time comes to a point where it can roll."""
        return self.events >= self._after * DRAIN_FACTOR

    def put_off(self) -> None:
        """It could not roll now: it is looked at again when it is twice as long."""
        self._after *= 2


@dataclass(frozen=True, slots=True)
class Luggage:
    """What a run takes along: where it only begins, nothing but its name. `traces` is what workers/traces.py keeps."""

    state: State
    unstored: tuple[dict[str, Any], ...] = ()
    effects: tuple[StartEffect, ...] = ()
    traces: dict[str, Any] = field(default_factory=dict)

    @property
    def of_a_rest(self) -> bool:
        """Whether the leg before came to rest, and so has shown and stored all that this one begins with."""
        return self.state.seq > 0 and not self.unstored and not self.effects

    def onto(self, start: RunStart) -> RunStart | None:
        """The argument of the next workflow run; None where the values in it are more than an argument can hold.

        In one that is packed the definition is packed too, so that both together stay far from Temporal's limit.
        """
        effects = [_effect_json(effect) for effect in self.effects]
        row = {"state": self.state.to_json(), "unstored": list(self.unstored), "effects": effects}
        row |= {"traces": self.traces} if self.traces else {}
        if values_in(row) > VALUES_LIMIT:
            return None
        if not packs_the_definition(start.interpreter):
            return replace(start, carried=packed(row))
        whole = packed({**row, "frozen": start.frozen})
        return replace(start, carried=row) if "zlib" not in whole else replace(start, carried=whole, frozen={})


def arrived(start: RunStart) -> tuple[RunStart, Luggage]:
    """The start with its definition and without what it carries; and what it carries."""
    if start.carried is None:
        return start, Luggage(State.new(start.run))
    row = unpacked(start.carried)
    effects = tuple(map(_effect, row["effects"]))
    luggage = Luggage(State.from_json(row["state"]), tuple(row["unstored"]), effects, row.get("traces", {}))
    return replace(start, frozen=row.get("frozen", start.frozen), carried=None), luggage


def values_in(row: dict[str, Any]) -> int:
    """Bytes that might not become smaller by packing: all but what the engine itself writes for each round.

    It must be the same on every machine, so it is not the size after packing.
    """
    rounds = row["state"]["executions"]
    nested = sum(size(value) for each in rounds for value in each.values() if isinstance(value, dict | list))
    return nested + ROUND_BYTES * len(rounds) + size({**row, "state": {**row["state"], "executions": []}})


def commands_again(graph: Graph, luggage: Luggage) -> list[Command]:
    """What must be set going again: the effects asked for, a timer for each wait, and the clocks beside the steps."""
    timers = [
        ArmTimer(execution.id, parse_instant(execution.until), graph.nodes[execution.step].title)
        for execution in luggage.state.live()
        if execution.status in TIMED and execution.until and not execution.came_due
    ]
    if luggage.state.rest:
        timers.append(ArmTimer(GO_ON, parse_instant(luggage.state.started_at), "go on"))
    grown = graph.grown(luggage.state.added)
    return [*luggage.effects, *timers, *clocks(grown, luggage.state).values()]


def _effect_json(command: StartEffect) -> dict[str, Any]:
    return {**{name: getattr(command, name) for name in command.__slots__}, "contract": command.contract.to_json()}


def _effect(row: dict[str, Any]) -> StartEffect:
    return StartEffect(**{**row, "contract": EffectContract.from_json(row["contract"])})
