"""Asking the outside job again: what became of what an action began, where its answer is missing or in doubt.

An action may name another one (`reconcile=`) that looks and does nothing: it is given the key under which the work was
asked for and the output so far, and says `done`, `not_done` or `open`. It runs as an errand beside the steps. What it
says corrects the step it was asked for: one that is current ends, or asks a person; one that ended long ago has its
output corrected, and never moves the run. A round that no longer counts is left alone.
"""

from __future__ import annotations

from typing import Any

from definitions.engine.assigning import ask_a_person
from definitions.engine.events import EventType
from definitions.engine.execution import Execution, Side
from definitions.engine.finish import stop
from definitions.engine.graph import Graph, Node
from definitions.engine.outside import waits_outside
from definitions.engine.proposals import succeed
from definitions.engine.settle import moved
from definitions.engine.sides import RECONCILE, ask_outside
from definitions.engine.state import ENDED, State, StepStatus
from definitions.engine.turn import Turn


def asks(graph: Graph, node: Node) -> str | None:
    """The action that looks after what this step's action began, where one was announced when it was published."""
    if node.step.kind != "action":
        return None
    return (graph.actions.get(node.step.action) or {}).get("reconcile")


def can_be_asked(graph: Graph, state: State, node: Node, execution: Execution) -> bool:
    """Whether there is something to ask about now, and nobody is asking."""
    began = execution.status in (StepStatus.RUNNING, StepStatus.ATTENTION, StepStatus.DONE) or waits_outside(execution)
    asking = any(side.kind == RECONCILE and side.of == execution.id for side in state.errands())
    return asks(graph, node) is not None and began and execution.turn > 0 and not asking


def ask_again(turn: Turn, node: Node, execution: Execution, acting: str) -> None:
    """Have the outside asked, with the rights of the person who wants to know."""
    ask_outside(turn, node, execution, str(asks(turn.graph, node)), acting)


def reconciled(turn: Turn, side: Side) -> None:
    """The outside has said how it stands."""
    execution = turn.state.executions.get(side.of or "")
    node = turn.graph.nodes.get(side.step or "")
    if execution is None or node is None or turn.state.latest.get(node.id) != execution.id:
        return
    said = side.output if isinstance(side.output, dict) else {}
    output = said["output"] if isinstance(said.get("output"), dict) else execution.output
    if execution.status is StepStatus.DONE and said.get("state") == "done":
        _correct(turn, execution, output)
    elif execution.status in ENDED or said.get("state") not in ("done", "not_done"):
        return
    elif said["state"] == "done":
        stop(turn, execution)
        succeed(turn, node, execution.id, {"ports": ["done"], "done_by": "automation", "output": output})
    else:
        stop(turn, execution)
        text = str(said.get("message") or "the other side says that it was not done")[:500]
        ask_a_person(turn, execution.id, "error", "not_done_outside", text)
    if turn.state.status_of(node.id) in ENDED and execution.status not in ENDED:
        moved(turn, node.id)


def _correct(turn: Turn, execution: Execution, output: Any) -> None:
    """The output of a step that ended: put right where it was wrong. The run does not move."""
    if output != execution.output:
        data = {"output": output, "before": execution.output, "reason": "as the other side says"}
        turn.emit(EventType.STEP_AMENDED, data, execution=execution.id)
