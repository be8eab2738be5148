"""Clocks beside the steps: those of due dates (dues.py) and of reminders (reminders.py).

Which of them run follows from the state alone, so that nothing about them has to be remembered: what ought to run is
compared with what ought to have run before the message came.
"""

from __future__ import annotations

from definitions.engine import dues, reminders
from definitions.engine.commands import ArmTimer, CancelTimer
from definitions.engine.graph import Graph
from definitions.engine.state import State
from definitions.engine.turn import Turn

CLOCKS = (dues.CLOCK, reminders.CLOCK)
"""With what the names of these timers begin; the timer of a step itself is called as its round."""


def clocks(graph: Graph, state: State) -> dict[str, ArmTimer]:
    """All that must be running, by their name."""
    return {**dues.clocks(graph, state), **reminders.clocks(graph, state)}


def reset_clocks(turn: Turn) -> None:
    """Ask for the clocks that are new since the message came, and stop those nobody needs any more."""
    before, after = clocks(turn.before_graph, turn.before), clocks(turn.graph, turn.state)
    for name, clock in before.items():
        if name not in after or after[name].until != clock.until:
            turn.ask(CancelTimer(name))
    for name, clock in after.items():
        if name not in before or before[name].until != clock.until:
            turn.ask(clock)


def clock_fired(turn: Turn, name: str) -> None:
    """One of them has come due; one that nobody needs any more says nothing."""
    clock = clocks(turn.graph, turn.state).get(name)
    if clock is None or clock.until > turn.now:
        return
    if name.startswith(dues.CLOCK):
        dues.passed(turn, turn.execution(name.removeprefix(dues.CLOCK)))
    else:
        reminders.remind(turn, turn.execution(name.removeprefix(reminders.CLOCK)))
