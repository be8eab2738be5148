"""What an expression sees, and how a step's values are worked out from it.

Names are those of LANGUAGE.md, *Values, expressions*. A step nobody has come to yet reads as `pending`; an output that
does not exist is absent. Nothing here can fail: what cannot be computed is absent, or not met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from definitions.engine.graph import Graph, Node
from definitions.engine.state import ENDED, FINISHED, UNDONE, Execution, SideStatus, State, StepStatus
from definitions.expressions.evaluate import evaluate, truth
from definitions.expressions.looked_up import LookedUp
from definitions.expressions.outcome import ABSENT
from definitions.expressions.values import resolve, resolve_with_problems


@dataclass(frozen=True, slots=True)
class Sight:
    """A run at one moment, for whoever only looks: what a turn shows of itself, without any turn."""

    graph: Graph
    state: State
    now: datetime

    def scope(self, policy: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What expressions see."""
        return scope_of(self.graph, self.state, self.now, policy)


class Seen(Protocol):
    """What a turn and a sight have in common."""

    @property
    def graph(self) -> Graph: ...

    @property
    def state(self) -> State: ...

    def scope(self, policy: Mapping[str, Any] | None = None) -> dict[str, Any]: ...


def scope_of(graph: Graph, state: State, now: datetime, policy: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The names in scope for a run at a moment; `policy` are the switches of whoever looks at fields."""
    steps = {**graph.pending, **state.scope}
    for step, results in _automations(state).items():
        steps[step] = {**steps.get(step, {}), "automations": results}
    return {
        "record": {"id": state.record["id"], **state.record_data} if state.record else {},
        "inputs": inputs_of_run(state),
        "run": {
            "id": state.run,
            "key": state.definition,
            "version": state.version,
            "started_by": state.started_by,
            "started_at": state.started_at,
            "labels": list(state.labels),
        },
        "steps": steps,
        "phases": {phase: {"status": phase_status(graph, state, phase)} for phase in graph.members},
        "policy": dict(policy or {}),
        "now": now,
    }


def inputs_of_run(state: State) -> dict[str, Any]:
    """What was asked for at the start; behind the id of a record, its fields as they were read then."""
    if not state.input_records:
        return state.inputs
    read = {name: LookedUp.of(str(state.inputs[name]), row) for name, row in state.input_records.items()}
    return {**state.inputs, **read}


def _automations(state: State) -> dict[str, dict[str, Any]]:
    """What each step's automations last gave, in rounds that nobody went back past."""
    found: dict[str, dict[str, Any]] = {}
    for side in state.sides.values():
        of = state.executions.get(side.of or "")
        if side.kind == "automation" and side.step and side.status is SideStatus.DONE and _counts(of):
            found.setdefault(side.step, {})[side.name] = {"output": side.output}
    return found


def _counts(execution: Execution | None) -> bool:
    return execution is None or execution.status not in UNDONE


def phase_status(graph: Graph, state: State, phase: str) -> str:
    """`open`, `in_progress` or `completed`, as BEHAVIOURS.md says."""
    found = [state.status_of(step) for step in graph.members[phase]]
    if found and all(status in ENDED for status in found):
        return "completed"
    if any(status is not StepStatus.PENDING for status in found):
        return "in_progress"
    return "open"


def phase_outcome(graph: Graph, state: State, phase: str) -> bool | None:
    """Whether the edge `phase:<id>` is taken (True), dead (False) or undecided (None)."""
    found = [state.status_of(step) for step in graph.members[phase]]
    if not all(status in ENDED for status in found):
        return None
    return any(status in FINISHED for status in found)


def blocked_by(graph: Graph, state: State, node: Node) -> list[str]:
    """The unfinished steps a pending step waits for, in the order they are named."""
    found: dict[str, None] = {}
    for edge in node.edges:
        for source in graph.members[edge.source] if edge.phase else (edge.source,):
            if state.status_of(source) not in ENDED:
                found[source] = None
    return list(found)


def waits_for(graph: Graph, state: State, node: Node) -> list[str]:
    """What a pending step waits for: unfinished steps, those it takes turns with, its own side effect taken back."""
    found = blocked_by(graph, state, node)
    if graph.document.sequential:
        found += [each.step for each in state.live() if each.step not in found]
    if is_undoing(state, node.id) and node.id not in found:
        found.append(node.id)
    return found


def is_undoing(state: State, step: str) -> bool:
    """Whether a side effect of the step is still to be taken back."""
    return any(side.kind == "undo" and side.step == step for side in state.errands())


def met(graph: Graph, value: Any, pointer: str, scope: dict[str, Any]) -> bool:
    """Whether a condition holds: a literal true, or an expression that is true. Unknown is not met."""
    if isinstance(value, bool):
        return value
    tree = graph.trees.get(pointer)
    return tree is not None and truth(tree, scope)


def moment_of(graph: Graph, value: Any, pointer: str, scope: dict[str, Any]) -> Any:
    """A date or a length of time: an expression's own value (a datetime, a timedelta), a literal as it was written."""
    tree = graph.trees.get(pointer)
    return value if tree is None else evaluate(tree, scope)


def inputs_of(graph: Graph, value: Any, pointer: str, scope: dict[str, Any]) -> Any:
    """Values that an effect will act on. What is only absent is left out; anything else that came to nothing raises
    Unresolved, so that a person looks before the world is touched.
    """
    found = resolve_with_problems(value, pointer, graph.trees, scope)
    wrong = [problem for problem in found.problems if not problem.absent]
    if wrong:
        raise Unresolved(wrong[0].pointer.removeprefix(pointer) or "/", wrong[0].reason)
    return None if found.value is ABSENT else found.value


class Unresolved(Exception):
    """A value could not be worked out: where in it, and why."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place} could not be worked out: {reason}")


def resolved(graph: Graph, value: Any, pointer: str, scope: dict[str, Any]) -> Any:
    """A value with its expressions worked out; what is absent at the top is None, inside it is left out."""
    found = resolve(value, pointer, graph.trees, scope)
    return None if found is ABSENT else found
