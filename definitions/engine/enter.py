"""A step's turn has come: what that means for each kind. One function per kind, closed by a test over the language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from definitions.due import UNNAMED, later_on
from definitions.engine.back import send_back
from definitions.engine.commands import ArmTimer, StartEffect
from definitions.engine.events import EventType
from definitions.engine.finish import complete_run
from definitions.engine.graph import Node, activity_of
from definitions.engine.rows import record_of, update_inputs
from definitions.engine.scope import Unresolved, inputs_of, met, moment_of, resolved
from definitions.engine.state import State, StepStatus
from definitions.engine.turn import Turn
from definitions.model import ActionStep, DecisionStep, EndStep, GetDataStep, WaitStep
from definitions.model.common import Assign
from definitions.times import Offset, moment, rfc3339


def enter(turn: Turn, node: Node) -> None:
    """Open the first round of a step, or leave it out where its guard is not met."""
    execution = turn.open_round(node)
    step = node.step
    if not _guard_holds(turn, node):
        turn.emit(EventType.STEP_NOT_TAKEN, {"because": "guard"}, execution=execution)
    elif node.for_a_person:
        data = {"assignees": assignees_of(turn, node), **_answered_before(turn, node)}
        turn.emit(EventType.STEP_READY, data, execution=execution)
    else:
        ENTER[step.kind](turn, node, execution)


def _guard_holds(turn: Turn, node: Node) -> bool:
    """Whether its `when` is met. Of a step that somebody went back to it is not asked again: the run is to be there."""
    rounds = turn.state.rounds_of(node.id)
    if node.step.when is None or (rounds and (rounds[-1].status is StepStatus.REVISED or rounds[-1].back)):
        return True
    return met(turn.graph, node.step.when, f"{node.pointer}/when", turn.scope())


def _answered_before(turn: Turn, node: Node) -> dict[str, Any]:
    """The answer of the round before, so that a step opened again is not filled in from nothing."""
    rounds = turn.state.rounds_of(node.id)
    if not rounds or rounds[-1].status is StepStatus.NOT_TAKEN:
        return {}
    said = {"output": rounds[-1].output, "choices": list(rounds[-1].choices)}
    before = {key: value for key, value in said.items() if value}
    return {"before": before} if before else {}


def begin(turn: Turn, node: Node, execution: str) -> None:
    """Let the machine do a step again: its effect under the same key one turn further, its rules, its timer.

    The person who asked for it acts: their rights hold, no longer those of who started the run.
    """
    ENTER[node.step.kind](turn, node, execution)


def assignees_of(turn: Turn, node: Node) -> dict[str, list[str]]:
    """Who the step is for, `from` worked out now and kept: {users, teams, partners}, empty parts left out.

    What the start, or a person, named goes before what the author wrote, for a step before for the whole run.
    """
    assign = turn.state.assign
    if (preset := assign[node.id] if node.id in assign else assign.get("run")) is not None:
        return {kind: list(names) for kind, names in preset.items() if names}
    if node.step.assign is not None:
        return assignees_named(turn, node.step.assign, f"{node.pointer}/assign")
    return _of_phase_or_run(turn, node)


def _of_phase_or_run(turn: Turn, node: Node) -> dict[str, list[str]]:
    """Who the step's phase is for, else the run as a whole."""
    document = turn.graph.document
    for index, phase in enumerate(document.phases):
        if phase.id == node.step.phase and phase.assign is not None:
            return assignees_named(turn, phase.assign, f"/phases/{index}/assign")
    if turn.state.assignees:
        return turn.state.assignees
    return assignees_named(turn, document.assign, "/assign") if document.assign is not None else {}


def assignees_named(turn: Turn, assign: Assign, pointer: str) -> dict[str, list[str]]:
    """What an `assign` comes to at this moment; empty parts are left out."""
    named = _names(resolved(turn.graph, assign.from_, f"{pointer}/from", turn.scope()))
    found = {
        "users": [*assign.users, *named],
        "teams": list(assign.teams),
        "partners": list(assign.partners),
    }
    return {kind: list(dict.fromkeys(names)) for kind, names in found.items() if names}


def _names(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [name for name in values if isinstance(name, str) and name]


def _effect(turn: Turn, node: Node, execution: str) -> None:
    known = turn.state.executions.get(execution)
    number = known.turn + 1 if known else 1
    acting = turn.cause[0] or turn.state.started_by
    activity = activity_of(node.step)
    data: dict[str, Any] = {"turn": number, "activity": activity, "acting": acting}
    if known is None and (assignees := assignees_of(turn, node)):
        data["assignees"] = assignees
    try:
        values = INPUTS[node.step.kind](turn, node)
    except Unresolved as problem:
        ask_a_person(turn, execution, "error", "expression_failed", str(problem))
        return
    turn.emit(EventType.EFFECT_REQUESTED, data, execution=execution)
    turn.ask(StartEffect(execution, node.id, number, activity, node.title, acting, values, node.contract))


def _get_data(turn: Turn, node: Node) -> dict[str, Any]:
    step = node.step
    assert isinstance(step, GetDataStep)
    scope = turn.scope()
    values: dict[str, Any] = {"collection": step.collection or turn.graph.document.record}
    if step.where is not None:
        values["where"] = inputs_of(turn.graph, step.where, f"{node.pointer}/where", scope)
    else:
        values["record"] = record_of(turn, node, scope)
    values |= {"fields": list(step.fields) if step.fields else None, "many": step.many or None, "limit": step.limit}
    return {key: value for key, value in values.items() if value is not None}


def _action(turn: Turn, node: Node) -> dict[str, Any]:
    assert isinstance(node.step, ActionStep)
    found = inputs_of(turn.graph, dict(node.step.with_ or {}), f"{node.pointer}/with", turn.scope())
    return found if isinstance(found, dict) else {}


INPUTS: dict[str, Callable[[Turn, Node], dict[str, Any]]] = {
    "get_data": _get_data,
    "update_data": update_inputs,
    "action": _action,
}


def _decide(turn: Turn, node: Node, execution: str) -> None:
    """Rules: the first option that is met, or all that are; what was compared is kept with the answer."""
    step = node.step
    assert isinstance(step, DecisionStep)
    scope = turn.scope()
    trace = [
        {"option": option.id, "met": met(turn.graph, option.when, f"{node.pointer}/options/{i}/when", scope)}
        for i, option in enumerate(step.options)
        if option.when is not None
    ]
    chosen = [str(row["option"]) for row in trace if row["met"]]
    chosen = chosen if step.take == "all" else chosen[:1]
    if not chosen and step.otherwise is None:
        ask_a_person(turn, execution, "error", "no_option", "no option of the decision is met")
        return
    choices = [option_taken(turn.state, step, node.id, name) for name in chosen or [str(step.otherwise)]]
    if None in choices:
        ask_a_person(
            turn, execution, "error", "back_exhausted", "it went back as often as it may, and has no otherwise"
        )
        return
    data = {"ports": ["done", *choices], "choices": choices, "done_by": "automation", "trace": trace}
    turn.emit(EventType.STEP_DONE, data, execution=execution)
    send_back(turn, node, execution)


def option_taken(state: State, step: DecisionStep, name: str, choice: str) -> str | None:
    """The option a choice comes to: itself, or `otherwise` where it has sent the run back often enough.

    None where neither is left: a loop must come to an end.
    """
    for each in (choice, step.otherwise):
        option = next((option for option in step.options if option.id == each), None)
        if option is None or option.back_to is None or state.loops.get(f"{name}:{each}", 0) < option.max:
            return each
    return None


def _wait(turn: Turn, node: Node, execution: str) -> None:
    """Until a moment that lies ahead. A past or empty one is for a person to see, never "now"."""
    step = node.step
    assert isinstance(step, WaitStep)
    until = _until(turn, node, step)
    if until is None or until <= turn.now:
        message = "the date to wait for is empty" if until is None else f"{rfc3339(until)} has passed"
        ask_a_person(turn, execution, "arming", "arming", message)
        return
    turn.emit(EventType.STEP_WAITING, {"until": rfc3339(until)}, execution=execution)
    turn.ask(ArmTimer(execution, until, node.title))


def _until(turn: Turn, node: Node, step: WaitStep) -> datetime | None:
    scope = turn.scope()
    try:
        if step.for_ is not None:
            value = moment_of(turn.graph, step.for_, f"{node.pointer}/for", scope)
            if isinstance(value, timedelta):
                return turn.now + value
            zone = turn.graph.document.timezone or "UTC"
            days_off = turn.graph.calendars.get(UNNAMED, ())
            return later_on(turn.now, Offset.parse(value), zone, days_off) if isinstance(value, str) else None
        value = moment_of(turn.graph, step.until, f"{node.pointer}/until", scope)
        if isinstance(value, datetime):
            return value
        return moment(value, turn.graph.document.timezone or "UTC") if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def _end(turn: Turn, node: Node, execution: str) -> None:
    step = node.step
    assert isinstance(step, EndStep)
    turn.emit(EventType.STEP_DONE, {"ports": ["done"], "done_by": "automation"}, execution=execution)
    scope = turn.scope()
    outcome = {
        "outcome": resolved(turn.graph, step.outcome, f"{node.pointer}/outcome", scope),
        "reason": resolved(turn.graph, step.reason, f"{node.pointer}/reason", scope),
    }
    complete_run(turn, {key: value for key, value in outcome.items() if value is not None}, because="ended")


def _later_release(turn: Turn, node: Node, execution: str) -> None:
    """A kind this release checks but does not run. Publishing refuses it; a run that has it all the same asks."""
    message = f"steps of kind {node.step.kind} do not run in this release"
    ask_a_person(turn, execution, "error", "kind_not_run", message)


def ask_a_person(turn: Turn, execution: str, reason: str, code: str, message: str) -> None:
    """Something cannot go on by itself: the step waits, visibly, and the run lives on."""
    data = {"reason": reason, "code": code, "message": message}
    turn.emit(EventType.STEP_ATTENTION, data, execution=execution)


ENTER: dict[str, Callable[[Turn, Node, str], None]] = {
    "task": _later_release,
    "decision": _decide,
    "get_data": _effect,
    "update_data": _effect,
    "action": _effect,
    "wait": _wait,
    "end": _end,
    "load_related": _later_release,
    "mcp": _later_release,
    "ai": _later_release,
    "journey": _later_release,
    "workflow": _later_release,
    "escalate": _later_release,
}
"""How each kind begins when no person does it. A task never comes here: it is for a person from the start."""
