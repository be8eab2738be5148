"""How a run ends: by itself when nothing is open, at an `end` step, closed early, or aborted.

Ending early cancels what is under way. Effects that cannot be stopped answer late; what is open becomes `not_taken`.
"""

from __future__ import annotations

from typing import Any

from definitions.engine.commands import CancelEffect, CancelTimer, Close
from definitions.engine.events import EventType
from definitions.engine.state import Execution, RunStatus, StepStatus
from definitions.engine.turn import Turn


def finish_if_settled(turn: Turn) -> None:
    """Complete the run when every step has ended, unless people must first say why it is closed."""
    state = turn.state
    if state.closed or state.open or not state.started_at:
        return
    reasons = turn.graph.document.closing_reasons
    if reasons is None or "complete" not in reasons.required_on:
        complete_run(turn, {}, because="ended")
    elif state.status is not RunStatus.WAITING:
        turn.emit(EventType.RUN_WAITING, {"for": "closing_reasons"})


def complete_run(turn: Turn, data: dict[str, Any], *, because: str) -> None:
    """End the run as completed; steps nobody came to are not taken."""
    turn.emit(EventType.RUN_COMPLETED, data)
    _stop_open(turn, because)
    for node in turn.graph.nodes.values():
        if turn.state.status_of(node.id) is StepStatus.PENDING:
            turn.emit(EventType.STEP_NOT_TAKEN, {"because": because}, execution=turn.open_round(node))
    turn.ask(Close(str(RunStatus.COMPLETED)))


def abort_run(turn: Turn, data: dict[str, Any]) -> None:
    """End the run as aborted. Steps nobody came to stay pending: a reopened run goes on from there."""
    turn.emit(EventType.RUN_ABORTED, data)
    _stop_open(turn, "aborted")
    turn.ask(Close(str(RunStatus.ABORTED)))


def _stop_open(turn: Turn, because: str) -> None:
    for execution in turn.state.live():
        stop(turn, execution)
        turn.emit(EventType.STEP_NOT_TAKEN, {"because": because}, execution=execution.id)


def stop(turn: Turn, execution: Execution) -> None:
    """Ask for the end of whatever works on an execution."""
    if execution.status is StepStatus.RUNNING:
        turn.ask(CancelEffect(execution.id))
    if execution.status is StepStatus.WAITING:
        turn.ask(CancelTimer(execution.id))
