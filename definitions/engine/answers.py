"""What comes back from machines and clocks.

An answer belongs to the execution and turn it was asked for. If that is over, the answer is recorded as late and
changes nothing: order never decides by accident.
"""

from __future__ import annotations

from typing import Any

from definitions.engine.children import child_refused, child_started, child_told
from definitions.engine.clocks import CLOCKS, clock_fired
from definitions.engine.enter import open_up
from definitions.engine.events import EventType
from definitions.engine.family import read_name
from definitions.engine.graph import Node
from definitions.engine.inviting import JOURNEY, expire_journey, invited, sent
from definitions.engine.listening import EVENT, end_with_heard, expire_event, is_for_an_event, listened
from definitions.engine.messages import ChildTold, EffectEnded, EffectFailed, TimerFired
from definitions.engine.outside import await_outside, expire, is_told_outside, waits_outside
from definitions.engine.proposals import answered, go_on, loaded, succeed
from definitions.engine.reconciling import reconciled
from definitions.engine.rows import is_own_record
from definitions.engine.settle import GO_ON, after_yield, moved
from definitions.engine.sides import RECONCILE, side_ended, side_failed
from definitions.engine.state import ENDED, TIMED, Execution, RunStatus, StepStatus
from definitions.engine.turn import Turn
from definitions.model import JourneyStep, LoadRelatedStep


def effect_ended(turn: Turn, message: EffectEnded) -> None:
    """The effect's result becomes the step's output; what it tells of the run's record is kept too."""
    if message.execution in turn.state.sides:
        asked = turn.state.sides[message.execution]
        side_ended(turn, message)
        if asked.kind == JOURNEY and turn.state.sides.get(asked.id) is not asked:
            sent(turn, turn.state.sides[asked.id])
        if asked.kind == RECONCILE and turn.state.sides[asked.id] is not asked:
            reconciled(turn, turn.state.sides[asked.id])
        return
    if child_started(turn, message):
        _move_on(turn, message.execution)
        return
    execution = _awaited(turn, message.execution, message.turn)
    if execution is None:
        _late(turn, message.execution, message.turn, "done", "")
        return
    node = turn.graph.nodes[execution.step]
    if execution.doing == "propose":
        answered(turn, node, execution.id, message.result)
    elif isinstance(node.step, JourneyStep):
        invited(turn, node, execution, message.result)
    elif is_for_an_event(node):
        listened(turn, node, execution, message.result)
    elif isinstance(node.step, LoadRelatedStep):
        loaded(turn, node, execution.id, message.result)
    else:
        _done(turn, node, execution.id, message.result)
    if turn.state.status_of(node.id) in ENDED:
        moved(turn, node.id)


def _done(turn: Turn, node: Node, execution: str, result: dict[str, Any]) -> None:
    if is_told_outside(node):
        await_outside(turn, node, execution, result)
        return
    succeed(turn, node, execution, {"ports": ["done"], "done_by": "automation", "output": result})
    if is_own_record(turn, node, result):
        turn.emit(EventType.RECORD_READ, {"fields": result}, execution=execution)


def effect_failed(turn: Turn, message: EffectFailed) -> None:
    """A step's failure never fails its run: the flow goes on by a port that names it, or a person is asked."""
    if message.execution in turn.state.sides:
        side_failed(turn, message)
        return
    if child_refused(turn, message):
        _move_on(turn, message.execution)
        return
    execution = _awaited(turn, message.execution, message.turn)
    if execution is None:
        _late(turn, message.execution, message.turn, "unknown" if message.unknown else "failed", message.message)
        return
    node = turn.graph.nodes[execution.step]
    if execution.heard is not None:  # it has what it waits for: nobody need be told of it any more
        listened(turn, node, execution, {})
        return
    why: dict[str, Any] = {"reason": message.reason, "code": message.code, "message": message.message}
    if message.errors:
        why["errors"] = list(message.errors)
    if (port := _failure_port(turn, node, message)) is not None:
        data = {"ports": [port], "done_by": "automation", "attention": why}
        turn.emit(EventType.STEP_DONE, data, execution=execution.id)
        moved(turn, node.id)
    else:
        turn.emit(EventType.STEP_ATTENTION, why, execution=execution.id)


def told_by_child(turn: Turn, message: ChildTold) -> None:
    """A child run says how it stands; with the last of them the step that waits for them may end."""
    child_told(turn, message)
    _move_on(turn, message.execution)


def _move_on(turn: Turn, name: str) -> None:
    """Look at what comes after the step of this round, or of this child's, if it ended by what has come."""
    execution = turn.state.executions.get((read_name(name) or (name, 0))[0])
    if execution is None or execution.id not in turn.before.open or execution.status not in ENDED:
        return
    if turn.state.latest.get(execution.step) == execution.id:
        moved(turn, execution.step)


def timer_fired(turn: Turn, message: TimerFired) -> None:
    """The wait is over, if the step still waits. While the run is saved that is only noted."""
    if message.execution == GO_ON:
        after_yield(turn)
        return
    if message.execution.startswith(CLOCKS):
        clock_fired(turn, message.execution)
        return
    execution = turn.state.executions.get(message.execution)
    if execution is None or execution.status not in TIMED or execution.until is None:
        return
    if turn.state.status is RunStatus.SAVED:
        turn.emit(EventType.STEP_CAME_DUE, {}, execution=execution.id)
        return
    _end_wait(turn, execution)


def _end_wait(turn: Turn, execution: Execution) -> None:
    """A wait is over; a step that was scheduled begins; what was to be confirmed from outside was not."""
    if waits_outside(execution):
        expire(turn, turn.graph.nodes[execution.step], execution)
    elif execution.waits == EVENT:
        expire_event(turn, turn.graph.nodes[execution.step], execution)
    elif execution.waits == JOURNEY:
        expire_journey(turn, turn.graph.nodes[execution.step], execution)
    elif execution.status is StepStatus.SCHEDULED:
        open_up(turn, turn.graph.nodes[execution.step], execution.id)
    else:
        turn.emit(EventType.STEP_DONE, {"ports": ["done"], "done_by": "automation"}, execution=execution.id)
    if turn.state.status_of(execution.step) in ENDED:
        moved(turn, execution.step)


def resume_due(turn: Turn) -> None:
    """Somebody resumed: waits that came due meanwhile end now, and every step still to come is looked at."""
    for execution in turn.state.live():
        if execution.heard is not None:
            end_with_heard(turn, turn.graph.nodes[execution.step], execution)
            if turn.state.status_of(execution.step) in ENDED:
                moved(turn, execution.step)
        elif execution.came_due:
            _end_wait(turn, execution)
        elif execution.waits == "resume":
            go_on(turn, turn.graph.nodes[execution.step], execution.id)
            if turn.state.status_of(execution.step) in ENDED:
                moved(turn, execution.step)
    turn.look_at(name for name in turn.graph.nodes if name not in turn.state.latest)


def _awaited(turn: Turn, execution: str, number: int) -> Execution | None:
    known = turn.state.executions.get(execution)
    if known is None or known.status is not StepStatus.RUNNING or known.turn != number:
        return None
    return known


def _late(turn: Turn, execution: str, number: int, outcome: str, detail: str) -> None:
    """Kept for whoever reads the record; used for nothing. Of an execution that never was, there is nothing to keep."""
    if execution in turn.state.executions:
        data = {"turn": number, "outcome": outcome, "detail": detail}
        turn.emit(EventType.EFFECT_LATE, data, execution=execution)


def _failure_port(turn: Turn, node: Node, message: EffectFailed) -> str | None:
    """The port somebody drew for this failure. An unknown outcome has none: only a person can tell what happened."""
    if message.unknown or message.reason == "interrupted":
        return None
    ports = ("timeout", "error") if message.reason == "timeout" else ("error",)
    return next((port for port in ports if (node.id, port) in turn.graph.named_ports), None)
