"""How a run ends: by itself when nothing is open, at an `end` step, closed early, or aborted.

Ending early cancels what is under way. Effects that cannot be stopped answer late; what is open becomes `not_taken`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from definitions.engine.approvals import keeps_open
from definitions.engine.commands import CancelEffect, CancelTimer, Close
from definitions.engine.events import EventType
from definitions.engine.sides import forget_failed, queue_undo
from definitions.engine.state import FINISHED, TIMED, Execution, RunStatus, State, StepStatus
from definitions.engine.stopping import stop_children
from definitions.engine.turn import Turn


def finish_if_settled(turn: Turn) -> None:
    """Complete the run when every step has ended, unless people must first say why it is closed."""
    state = turn.state
    if state.closed or state.open or not state.started_at or state.status is RunStatus.SAVED:
        return
    if state.ending is not None or is_taking_back(state) or state.rest:
        return
    waits_for = _keeps_open(turn)
    if waits_for is None:
        complete_run(turn, {}, because="ended")
    elif state.status is not RunStatus.WAITING:
        turn.emit(EventType.RUN_WAITING, {"for": waits_for})


def _keeps_open(turn: Turn) -> str | None:
    """What keeps a run open whose steps have all ended: reasons to give, or that somebody reopened it just so."""
    state, reasons = turn.state, turn.graph.document.closing_reasons
    finished = (each for each in state.executions.values() if each.status in FINISHED)
    if state.reopened and not any(each.ended_seq > state.reopened for each in finished):
        return "reopened"
    if keeps_open(turn.graph, state):
        return "approval"
    return "closing_reasons" if reasons is not None and "complete" in reasons.required_on else None


def is_taking_back(state: State) -> bool:
    """Whether a side effect is still to be taken back, by a machine or by a person it asked."""
    return any(side.kind == "undo" for side in state.errands())


def begin_ending(turn: Turn, kind: str, data: dict[str, Any], undo: Sequence[str], acting: str) -> None:
    """The run will end as `kind` says (abort or close) once these side effects are taken back."""
    turn.emit(EventType.RUN_ENDING, {**data, "kind": kind, "undo": list(undo)})
    _stop_open(turn, "aborted" if kind == "abort" else "closed")
    for name in sorted(undo, key=lambda each: -turn.execution(each).ended_seq):
        queue_undo(turn, name, acting)


def end_if_taken_back(turn: Turn) -> None:
    """A run that was ending has ended as soon as nothing is left to be taken back."""
    ending = turn.state.ending
    if ending is None or is_taking_back(turn.state):
        return
    data = {key: value for key, value in ending.items() if key not in ("kind", "undo")}
    if ending["kind"] == "abort":
        abort_run(turn, data)
    else:
        complete_run(turn, data, because="closed")


def complete_run(turn: Turn, data: dict[str, Any], *, because: str) -> None:
    """End the run as completed; steps nobody came to are not taken."""
    turn.emit(EventType.RUN_COMPLETED, data)
    _stop_open(turn, because)
    forget_failed(turn)
    for node in turn.graph.nodes.values():
        if turn.state.status_of(node.id) is StepStatus.PENDING:
            turn.emit(EventType.STEP_NOT_TAKEN, {"because": because}, execution=turn.open_round(node))


def abort_run(turn: Turn, data: dict[str, Any]) -> None:
    """End the run as aborted. Steps nobody came to stay pending: a reopened run goes on from there."""
    turn.emit(EventType.RUN_ABORTED, data)
    _stop_open(turn, "aborted")
    forget_failed(turn)


def _stop_open(turn: Turn, because: str) -> None:
    for execution in turn.state.live():
        stop(turn, execution)
        turn.emit(EventType.STEP_NOT_TAKEN, {"because": because}, execution=execution.id)


def close_if_over(turn: Turn) -> None:
    """Let the workflow return once the run has ended and no errand of it is left."""
    if turn.state.over and not turn.before.over:
        turn.ask(Close(str(turn.state.status)))


def stop(turn: Turn, execution: Execution) -> None:
    """Ask for the end of whatever works on an execution."""
    if execution.status is StepStatus.RUNNING:
        turn.ask(CancelEffect(execution.id))
    if execution.status in TIMED and execution.until is not None:
        turn.ask(CancelTimer(execution.id))
    if execution.id in turn.state.families:
        stop_children(turn, execution)
