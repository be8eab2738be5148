"""A wait for an event: heard once, whether it happened before the wait began, meanwhile, or after.

    wait's turn ──▶ holdfast.listen ──▶ events that came before ──▶ one fits: taken
                     (registers the wait)                        └─▶ none: waits for the command `event`

Registering the wait and looking at what came before it are one transaction of the activity, so nothing falls between
the two. What comes later is handed to the run by a command that nobody can give but the system. Which event fits is
for the engine alone to say. One event is taken once by a step, whatever the round: who goes back past a wait waits for
another event. While the run is saved the first that fits is noted, and taken when somebody goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from definitions.contracts import LISTEN
from definitions.engine.assigning import for_whom, nobody_came
from definitions.engine.commands import ArmTimer, StartEffect
from definitions.engine.events import EventType
from definitions.engine.execution import Execution
from definitions.engine.finish import stop
from definitions.engine.graph import Graph, Node
from definitions.engine.proposals import succeed
from definitions.engine.schedules import expires_at, wrong_moment
from definitions.engine.scope import met
from definitions.engine.state import RunStatus, State, StepStatus
from definitions.engine.turn import Turn
from definitions.model import WaitStep
from definitions.times import rfc3339
from definitions.wire import ACTIVITY_LISTEN

EVENT = "event"
"""What a round waits for that waits for an event."""
PARTS = ("id", "name", "data", "at")


def is_for_an_event(node: Node) -> bool:
    """Whether the step waits for an event."""
    return isinstance(node.step, WaitStep) and node.step.event is not None


def listens(node: Node, execution: Execution) -> bool:
    """Whether a round can take an event now: from the moment it asked to be told, until its time has passed."""
    if not is_for_an_event(node) or execution.heard is not None or execution.came_due:
        return False
    return execution.status is StepStatus.RUNNING or execution.waits == EVENT


def listen(turn: Turn, node: Node, execution: str) -> None:
    """The step's turn has come: ask to be told, until it expires."""
    step = node.step
    assert isinstance(step, WaitStep) and step.event is not None
    until: dict[str, str] = {}
    if step.expires is not None:
        at = expires_at(turn, node, step.expires)
        if at is None or at <= turn.now:
            wrong_moment(turn, execution, at, "the moment it expires")
            return
        until = {"until": rfc3339(at)}
    known = turn.state.executions.get(execution)
    number = known.turn + 1 if known else 1
    acting = turn.cause[0] or turn.state.started_by
    data = {"turn": number, "activity": ACTIVITY_LISTEN, "acting": acting, **until, **for_whom(turn, node, execution)}
    turn.emit(EventType.EFFECT_REQUESTED, data, execution=execution)
    given = {"name": step.event.name, **until}
    turn.ask(StartEffect(execution, node.id, number, ACTIVITY_LISTEN, node.title, acting, given, LISTEN))


def listened(turn: Turn, node: Node, execution: Execution, result: Mapping[str, Any]) -> None:
    """The wait is registered. The first event that came before and fits is taken; else it waits for one."""
    known = list(_events(result))
    fitting = next((each for each in known if not refused(turn.graph, turn.state, node, each, turn.scope())), None)
    if fitting is not None and execution.heard is None and turn.state.status is not RunStatus.SAVED:
        hear(turn, node, execution, fitting)
        return
    heard = execution.heard or fitting
    until = {"until": execution.until} if execution.until and heard is None else {}
    turn.emit(EventType.EVENT_AWAITED, until, execution=execution.id)
    if heard is None and execution.until is not None:
        turn.ask(ArmTimer(execution.id, datetime.fromisoformat(execution.until), node.title))
    if fitting is not None and execution.heard is None:
        turn.emit(EventType.EVENT_HEARD, {"event": fitting}, execution=execution.id)


def _events(result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The events of an answer, as far as they are some."""
    found = result.get("events")
    for each in found if isinstance(found, list) else ():
        if event_problem(each) is None:
            yield event_of(each)


def event_problem(value: Any) -> str | None:
    """Why something is no event: {id, name, data?, at?}."""
    if not isinstance(value, Mapping):
        return "an event is a map"
    if not all(isinstance(value.get(key), str) and value[key] for key in ("id", "name")):
        return "an event has an id and a name"
    return None if isinstance(value.get("data", {}), Mapping) else "the data of an event is a map"


def event_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """An event as it is kept: {id, name, data, at}."""
    return {"data": {}, **{key: value[key] for key in PARTS if value.get(key) is not None}}


def in_scope(event: Mapping[str, Any]) -> dict[str, Any]:
    """What expressions read as `event`: `event.data.order`, in short `event.order`; the event's own parts go first."""
    return {**event.get("data", {}), **event}


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a step does not take an event."""

    code: str
    message: str


def refused(graph: Graph, state: State, node: Node, event: Mapping[str, Any], scope: Mapping[str, Any]) -> Unfit | None:
    """Why the step does not take an event; None where it does."""
    step = node.step
    assert isinstance(step, WaitStep) and step.event is not None
    if event["name"] != step.event.name:
        return Unfit("event_not_met", f"{node.id} waits for {step.event.name!r}, not for {event['name']!r}")
    if event["id"] in taken(state, node.id):
        return Unfit("event_taken", f"{node.id} has taken the event {event['id']!r} before")
    match, seen = step.event.match, {**scope, "event": in_scope(event)}
    if match is not None and not met(graph, match, f"{node.pointer}/event/match", seen):
        return Unfit("event_not_met", f"the event {event['id']!r} is not the one that {node.id} waits for")
    return None


def taken(state: State, step: str) -> list[str]:
    """The ids of the events that ended a round of the step."""
    return [each.heard["id"] for each in state.rounds_of(step) if each.heard is not None and each.ports]


def hear(turn: Turn, node: Node, execution: Execution, event: dict[str, Any]) -> None:
    """An event that fits: the wait is over, as soon as somebody goes on where the run is saved."""
    turn.emit(EventType.EVENT_HEARD, {"event": event}, execution=execution.id)
    if turn.state.status is not RunStatus.SAVED:
        end_with_heard(turn, node, turn.execution(execution.id))


def end_with_heard(turn: Turn, node: Node, execution: Execution) -> None:
    """The wait ends by the event it has heard, which is its output."""
    stop(turn, execution)
    succeed(turn, node, execution.id, {"ports": ["done"], "done_by": "automation", "output": execution.heard})


def expire_event(turn: Turn, node: Node, execution: Execution) -> None:
    """It did not happen in time."""
    message = f"it has not happened until {execution.until}"
    nobody_came(turn, node, execution.id, "event_expired", message)
