"""Going back: what a revision undoes, before and while it happens, and decisions that send a run back by themselves.

Revising a step gives up that round and what followed it: by default everything that ended after it, with `revise:
dependents` only what comes after it in the graph or read it. Rounds given up stay where they are, marked `revised` or
`cancelled`; the steps are pending again and decided anew. A decision that sends back gives nothing up: the earlier
rounds stay done, newer ones follow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from definitions.canonical import digest
from definitions.contracts import Touches
from definitions.engine.events import EventType
from definitions.engine.finish import stop
from definitions.engine.graph import Graph, Node
from definitions.engine.sides import drop_automations, queue_undo
from definitions.engine.state import ENDED, UNDONE, Execution, State, StepStatus
from definitions.engine.turn import Turn
from definitions.model import DecisionStep


@dataclass(frozen=True, slots=True)
class Plan:
    """What revising a step would do. Executions by id, in the order they were opened."""

    target: str
    cancels: tuple[str, ...]
    undoable: tuple[str, ...]

    @property
    def touched(self) -> tuple[str, ...]:
        """The round gone back to, and those cancelled."""
        return (self.target, *self.cancels)


def plan(graph: Graph, state: State, step: str) -> Plan:
    """What revising a finished step gives up."""
    target = state.executions[state.latest[step]]
    counting = [each for each in state.executions.values() if each.id != target.id and each.status not in UNDONE]
    later = [each for each in counting if each.ended_seq > target.ended_seq]
    given_up = [each.step for each in later] if graph.document.revise == "after" else []
    below = dependents(graph, [step, *given_up])
    cancels = [each.id for each in counting if _goes(graph, each, target, below)]
    undoable = [name for name in (target.id, *cancels) if can_undo(graph, state, state.executions[name])]
    return Plan(target.id, tuple(cancels), tuple(undoable))


def _goes(graph: Graph, each: Execution, target: Execution, below: dict[str, None]) -> bool:
    """Whether a round is given up with the target. What ended before it was not made of it, and stays.

    One that is open goes where what it came from goes; in a sequential run it makes room in any case.
    """
    if each.status not in ENDED:
        return each.step in below or graph.document.sequential
    return each.ended_seq > target.ended_seq and (each.step in below or graph.document.revise == "after")


def dependents(graph: Graph, steps: Iterable[str]) -> dict[str, None]:
    """Every step that comes after these in the graph, or reads one of them or of those: by id, in no special order.

    One of these stands among them only where it comes after another.
    """
    found: dict[str, None] = {}
    rest = list(steps)
    while rest:
        step = rest.pop()
        for name in (*graph.successors.get(step, ()), *graph.readers.get(step, ())):
            if name not in found:
                found[name] = None
                rest.append(name)
    return found


def can_undo(graph: Graph, state: State, execution: Execution) -> bool:
    """Whether a round left a side effect that its step knows how to take back, and that still stands."""
    node = graph.nodes.get(execution.step)
    return (
        node is not None
        and node.step.undo is not None
        and has_acted(node, execution)
        and f"{execution.step}~undo#{execution.round}" not in state.sides
    )


def has_acted(node: Node, execution: Execution) -> bool:
    """Whether a machine did something outside in this round; that the round was given up does not take it back."""
    acted = execution.done_by == "automation" and "done" in execution.ports and not execution.pending
    return acted and node.has_effect and node.contract.touches is not Touches.NOTHING


def preview(graph: Graph, state: State, step: str) -> dict[str, Any]:
    """The revise preview of API.md: {cancels, keeps, reruns, side_effects, stale_approvals, fingerprint}."""
    made = plan(graph, state, step)
    touched = {state.executions[name].step: state.executions[name] for name in made.touched}
    order = [name for name in graph.nodes if name in touched]
    return {
        "cancels": [name for name in order if name != step],
        "keeps": [name for name in graph.nodes if name in state.latest and name not in touched],
        "reruns": [name for name in order if not graph.nodes[name].for_a_person and _ran(touched[name])],
        "side_effects": [_effect(graph, state, name) for name in reversed(made.touched) if _acted(graph, state, name)],
        "stale_approvals": [each for name in order for each in _stale(name, touched[name], step)],
        "fingerprint": fingerprint(state, made),
    }


def _stale(name: str, execution: Execution, target: str) -> list[dict[str, Any]]:
    """What people agreed to that counts no more: a side effect's approval, a choice that followed from the step."""
    given = (execution.approval or {}).get("given", [])
    found = [{"step": name, "by": each["by"], "choice": "approve"} for each in given]
    if name != target and execution.choices and execution.ended_by:
        found.append({"step": name, "by": execution.ended_by, "choice": execution.choices[0]})
    return found


def _ran(execution: Execution) -> bool:
    return execution.status is not StepStatus.NOT_TAKEN


def _acted(graph: Graph, state: State, name: str) -> bool:
    execution = state.executions[name]
    node = graph.nodes.get(execution.step)
    return node is not None and has_acted(node, execution)


def _effect(graph: Graph, state: State, name: str) -> dict[str, Any]:
    execution = state.executions[name]
    node = graph.nodes[execution.step]
    return {
        "step": node.id,
        "execution": name,
        "title": node.title,
        "action": getattr(node.step, "action", node.step.kind),
        "undoable": can_undo(graph, state, execution),
    }


def fingerprint(state: State, made: Plan) -> str:
    """What a preview was made of: where the run stands, and what would be given up. A note does not change that."""
    return digest({"target": made.target, "cancels": made.cancels, "undoable": made.undoable, **stands(state)})[:32]


def stands(state: State) -> dict[str, Any]:
    """Where a run stands: its newest rounds and how each of them does. It is another after every move of the run."""
    rounds = [state.executions[name] for name in state.latest.values()]
    found = {each.id: [str(each.status), each.turn] for each in rounds}
    return {"run": state.run, "version": state.version, "tasks": len(state.added), "rounds": found}


def revise(turn: Turn, step: str, undo: Iterable[str], acting: str, reason: dict[str, Any]) -> None:
    """Go back to a step: give up what the plan says, and have the side effects of the steps in `undo` taken back."""
    made = plan(turn.graph, turn.state, step)
    wanted = [name for name in made.undoable if turn.execution(name).step in undo]
    turn.emit(EventType.STEP_REVISED, {**reason, **_loops_of(turn, step)}, execution=made.target)
    for name in made.cancels:
        stop(turn, turn.execution(name))
        turn.emit(EventType.STEP_CANCELLED, {"because": "revised"}, execution=name)
    drop_automations(turn, made.touched)
    take_back(turn, wanted, acting)
    turn.look_at(name for name in turn.graph.nodes if name not in turn.state.latest)


def _loops_of(turn: Turn, step: str) -> dict[str, Any]:
    """The loops that begin to count anew: those whose decision comes after the step, or is it."""
    below = {step: None, **dependents(turn.graph, [step])}
    loops = [name for name in turn.state.loops if name.partition(":")[0] in below]
    return {"loops": loops} if loops else {}


def take_back(turn: Turn, executions: Iterable[str], acting: str) -> None:
    """Queue the undoing of these rounds, the one that ended last first."""
    for name in sorted(executions, key=lambda each: -turn.execution(each).ended_seq):
        queue_undo(turn, name, acting)


def option_taken(state: State, step: DecisionStep, name: str, choice: str) -> str | None:
    """The option a choice comes to: itself, or `otherwise` where it has sent the run back often enough.

    None where neither is left: a loop must come to an end.
    """
    for each in (choice, step.otherwise):
        option = next((option for option in step.options if option.id == each), None)
        if option is None or option.back_to is None or state.loops.get(f"{name}:{each}", 0) < option.max:
            return each
    return None


def send_back(turn: Turn, node: Node, execution: str) -> None:
    """If the option a decision took says so: open that earlier step again, and everything that depends on it."""
    step = node.step
    choices = turn.execution(execution).choices
    if not isinstance(step, DecisionStep) or not choices:
        return
    option = next((each for each in step.options if each.id in choices and each.back_to is not None), None)
    if option is None or option.back_to is None:
        return
    again = {option.back_to: None, **dependents(turn.graph, [option.back_to]), node.id: None}
    rounds = [turn.state.of(name) for name in turn.graph.nodes if name in again]
    live = [each for each in rounds if each is not None]
    still_open = [each for each in live if each.status not in ENDED]
    for each in still_open:
        stop(turn, each)
        turn.emit(EventType.STEP_CANCELLED, {"because": "sent_back"}, execution=each.id)
    drop_automations(turn, [each.id for each in still_open])
    data = {
        "to": option.back_to,
        "option": option.id,
        "round": turn.state.loops.get(f"{node.id}:{option.id}", 0) + 1,
        "behind": [each.id for each in live if each.status in ENDED],
    }
    turn.emit(EventType.SENT_BACK, data, execution=execution)
    turn.look_at(name for name in again if name in turn.graph.nodes)
