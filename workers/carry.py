"""What a run takes along when it continues as new, and when it does.

Only between two turns with no effect under way: then everything the run is stands in its state, in the events not known
to be stored, and in the commands just asked for. Timers are absolute moments in the state and are armed again. The call
that continues follows the look at the inbox with nothing awaited in between; when that look may be trusted, and why
Temporal's own refusal is not enough, is said in workers/run.py (`_roll_at_rest`) and docs/decisions/0013.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass, field, replace
from typing import Any

from definitions.canonical import canonical
from definitions.contracts import EffectContract
from definitions.engine import Graph, State
from definitions.engine.commands import ArmTimer, Command, StartEffect
from definitions.engine.dues import clocks
from definitions.engine.state import StepStatus
from definitions.times import parse_instant
from definitions.wire import RunStart

READABLE = 64 * 1024
"""Bytes of JSON up to which what is carried stands in the history as it is."""

BUSY_FACTOR = 5
"""A run that is not at rest rolls later: it is not about to be woken, and each roll carries its whole state."""

DRAIN_FACTOR = 10
"""A run that always has an effect under way is given no new ones beyond this, until those have answered."""


class Length:
    """The events this leg's history has, reckoned from what the run itself did.

    Temporal's own count is not asked: around a local activity it is another number when the history is replayed
    (seen: a roll that a replay did not find). This one is the same by construction, and near enough.
    """

    MESSAGE, EFFECT, RECORD, TIMER = 4, 3, 2, 2

    def __init__(self, start: RunStart) -> None:
        self._start = start
        self.events = self.MESSAGE

    def must_roll(self, at_rest: bool) -> bool:
        """Whether a run without effects under way should continue as new. One that did nothing yet never does."""
        return self.MESSAGE < self.events >= self._start.roll_after * (1 if at_rest else BUSY_FACTOR)

    def must_drain(self) -> bool:
        """Whether new effects are held back, so that a run with many at a time comes to a point where it can roll."""
        return self.events >= self._start.roll_after * DRAIN_FACTOR


def packed(value: dict[str, Any]) -> dict[str, Any]:
    """The value while it is small enough to be read in Temporal's UI, else compressed to some tenth of its size."""
    text = canonical(value).encode()
    if len(text) <= READABLE:
        return value
    return {"zlib": base64.b64encode(zlib.compress(text, 6)).decode()}


def unpacked(value: dict[str, Any]) -> dict[str, Any]:
    """What `packed` was given."""
    if "zlib" not in value:
        return value
    return dict(json.loads(zlib.decompress(base64.b64decode(value["zlib"]))))


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

    def onto(self, start: RunStart) -> RunStart:
        """The argument of the next workflow run."""
        effects = [_effect_json(effect) for effect in self.effects]
        row = {"state": self.state.to_json(), "unstored": list(self.unstored), "effects": effects}
        return replace(start, carried=packed({**row, "traces": self.traces} if self.traces else row))

    @classmethod
    def of(cls, start: RunStart) -> Luggage:
        """What arrived with the start."""
        if start.carried is None:
            return cls(State.new(start.run))
        row = unpacked(start.carried)
        effects = tuple(map(_effect, row["effects"]))
        return cls(State.from_json(row["state"]), tuple(row["unstored"]), effects, row.get("traces", {}))


def commands_again(graph: Graph, luggage: Luggage) -> list[Command]:
    """What must be set going again: the effects asked for, a timer for each wait, and the clocks of due dates."""
    timers = [
        ArmTimer(execution.id, parse_instant(execution.until), graph.nodes[execution.step].title)
        for execution in luggage.state.live()
        if execution.status is StepStatus.WAITING and execution.until and not execution.came_due
    ]
    grown = graph.grown(luggage.state.added)
    return [*luggage.effects, *timers, *clocks(grown, luggage.state).values()]


def _effect_json(command: StartEffect) -> dict[str, Any]:
    return {**{name: getattr(command, name) for name in command.__slots__}, "contract": command.contract.to_json()}


def _effect(row: dict[str, Any]) -> StartEffect:
    return StartEffect(**{**row, "contract": EffectContract.from_json(row["contract"])})
