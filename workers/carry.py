"""What a run takes along when it continues as new, and when it does.

Only between two turns with no effect under way: then everything the run is stands in its state, in the events not known
to be stored, and in the commands just asked for. Timers are absolute moments in the state and are armed again. The call
that continues follows the look at the inbox with nothing awaited in between, and Temporal refuses it when a signal has
come meanwhile: so no message is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from definitions.contracts import EffectContract
from definitions.engine import Graph, State
from definitions.engine.commands import ArmTimer, Command, StartEffect
from definitions.engine.state import StepStatus
from definitions.times import parse_instant
from definitions.wire import RunStart

BUSY_FACTOR = 10
"""A run that is not at rest rolls later: it is not about to be woken, and each roll carries its whole state."""


def must_roll(start: RunStart, length: int, suggested: bool, at_rest: bool) -> bool:
    """Whether a run without effects under way should continue as new, at this length of its history."""
    return suggested or length >= start.roll_after * (1 if at_rest else BUSY_FACTOR)


def carry(start: RunStart, state: State, unstored: Sequence[dict[str, Any]], wanted: Iterable[Command]) -> RunStart:
    """The argument of the next workflow run."""
    effects = [_effect_json(command) for command in wanted if isinstance(command, StartEffect)]
    carried = {"state": state.to_json(), "unstored": list(unstored), "effects": effects}
    return replace(start, carried=carried)


def carried_state(start: RunStart) -> State:
    """The state to go on from; a new one where the run only begins."""
    return State.from_json(start.carried["state"]) if start.carried else State.new(start.run)


def carried_commands(graph: Graph, start: RunStart, state: State) -> list[Command]:
    """What must be set going again: the effects asked for, and a timer for each execution that waits."""
    if start.carried is None:
        return []
    timers = [
        ArmTimer(execution.id, parse_instant(execution.until), graph.nodes[execution.step].title)
        for execution in state.live()
        if execution.status is StepStatus.WAITING and execution.until
    ]
    return [*(_effect(row) for row in start.carried["effects"]), *timers]


def _effect_json(command: StartEffect) -> dict[str, Any]:
    return {**{name: getattr(command, name) for name in command.__slots__}, "contract": command.contract.to_json()}


def _effect(row: dict[str, Any]) -> StartEffect:
    return StartEffect(**{**row, "contract": EffectContract.from_json(row["contract"])})
