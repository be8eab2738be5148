"""What each fact about an errand changes. Errands stand beside the steps and never hold one up (sides.py)."""

from __future__ import annotations

from typing import Any

from definitions.engine.evolve_steps import placed
from definitions.engine.evolve_steps import status as run_status
from definitions.engine.execution import Side
from definitions.engine.replacing import replace
from definitions.engine.state import State
from definitions.engine.status import SideStatus
from definitions.wire import Event

KEPT_OF_ENDED = 200
"""Errands that have ended and are still shown. Older ones stand in the events."""
NEVER_FORGOTTEN = ("undo",)
"""What was taken back is kept: nothing is taken back twice."""


def _placed(state: State, side: Side) -> State:
    sides = {**state.sides, side.id: side}
    for name in _forgotten(sides):
        del sides[name]
    base, _, number = side.id.rpartition("#")
    counts = {**state.counts, base: max(int(number), state.counts.get(base, 0))}
    state = replace(state, sides=sides, counts=counts)
    return run_status(state) if side.kind == "undo" and not state.closed else state


def _forgotten(sides: dict[str, Side]) -> list[str]:
    """The oldest that have ended, when there are many. Of each automation the last result is what expressions read."""
    ended = [name for name, each in sides.items() if each.ended_at and each.kind not in NEVER_FORGOTTEN]
    if len(ended) <= KEPT_OF_ENDED:
        return []
    read = {(sides[n].step, sides[n].name): n for n in ended if sides[n].kind == "automation" and sides[n].output}
    kept = list(read.values())
    return [name for name in ended if name not in kept][: len(ended) - KEPT_OF_ENDED]


def _changed(state: State, event: Event, **changes: Any) -> State:
    return _placed(state, replace(state.sides[event.execution or ""], **changes))


def queued(state: State, event: Event) -> State:
    return _placed(state, _asked(event, SideStatus.QUEUED))


def requested(state: State, event: Event) -> State:
    known = state.sides.get(event.execution or "")
    asked = _asked(event, SideStatus.RUNNING)
    return _placed(state, replace(asked, asked_at=known.asked_at) if known else asked)


def _asked(event: Event, status: SideStatus) -> Side:
    data = event.data
    return Side(
        id=event.execution or "",
        kind=data["kind"],
        status=status,
        name=data.get("name", ""),
        title=data.get("title", ""),
        activity=data.get("activity", ""),
        asked_at=event.at,
        step=event.step,
        of=data.get("of"),
        acting=data.get("acting", ""),
        turn=data.get("turn", 0),
        input=data.get("input", {}),
    )


def done(state: State, event: Event) -> State:
    """Of what counted as done before it was, the result is the step's output from now on."""
    side = state.sides[event.execution or ""]
    of = state.executions.get(side.of or "")
    if side.kind == "act" and of is not None:
        state = placed(state, replace(of, output=event.data.get("output"), pending=False))
    return _changed(
        state,
        event,
        status=SideStatus.DONE,
        output=event.data.get("output"),
        attention=None,
        ended_at=event.at,
        ended_by=event.actor,
    )


def attention(state: State, event: Event) -> State:
    return _changed(state, event, status=SideStatus.ATTENTION, attention=dict(event.data))


def given_up(state: State, event: Event) -> State:
    return _changed(state, event, status=SideStatus.GIVEN_UP, attention=None, ended_at=event.at, ended_by=event.actor)
