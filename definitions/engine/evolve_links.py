"""What each fact about a form for somebody outside changes: its link, who it went to, what was answered."""

from __future__ import annotations

from typing import Any

from definitions.engine.evolve_steps import changed, opened
from definitions.engine.execution import Execution
from definitions.engine.state import State, StepStatus
from definitions.wire import Event


def _linked(execution: Execution, name: str, **more: Any) -> dict[str, dict[str, Any]]:
    """The links of a round with one of them changed so."""
    return {**execution.links, name: {**execution.links.get(name, {}), **more}}


def awaited(state: State, event: Event) -> State:
    """Its own form is out. Reminders are counted from now."""
    data = event.data
    links = _linked(opened(state, event), "", link=data.get("link"), at=event.at, revoked=False)
    return changed(
        state,
        event,
        status=StepStatus.WAITING,
        waits="journey",
        until=data.get("until"),
        attention=None,
        links=links,
        asked=event.at,
        reminded=0,
    )


def sent(state: State, event: Event) -> State:
    data = event.data
    more = {"link": data["link"], "to": data.get("to"), "at": event.at, "revoked": False}
    return changed(state, event, links=_linked(opened(state, event), data["journey"], **more))


def revoked(state: State, event: Event) -> State:
    """What was taken back is never good again, whatever is sent later."""
    known, name = opened(state, event), event.data["journey"]
    link = known.links.get(name, {})
    over = [*link.get("over", ()), link.get("link")]
    return changed(state, event, links=_linked(known, name, revoked=True, over=over))


def submitted(state: State, event: Event) -> State:
    known, data = opened(state, event), event.data
    answer = {"output": data.get("output") or {}, "by": event.actor, "at": event.at}
    return changed(state, event, submitted={**known.submitted, data["journey"]: answer})


def reminded(state: State, event: Event) -> State:
    return changed(state, event, reminded=event.data["number"])
