"""What each fact about an errand changes. Errands stand beside the steps and never hold one up (sides.py)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from definitions.engine.execution import Side
from definitions.engine.state import State
from definitions.engine.status import SideStatus
from definitions.wire import Event

KEPT_OF_ENDED = 200
"""Errands that have ended and are still shown. Older ones stand in the events."""


def _placed(state: State, side: Side) -> State:
    sides = {**state.sides, side.id: side}
    ended = [name for name, each in sides.items() if each.ended_at]
    for name in ended[: max(0, len(ended) - KEPT_OF_ENDED)]:
        del sides[name]
    base, _, number = side.id.rpartition("#")
    counts = {**state.counts, base: max(int(number), state.counts.get(base, 0))}
    return replace(state, sides=sides, counts=counts)


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
