"""Planning around the steps: for whom, until when, a note, and a task more for this one run.

None of these needs a step to be current: a step nobody has come to yet is planned just the same.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from definitions.engine.dues import due_problem, set_by_hand, target_of
from definitions.engine.events import EventType
from definitions.engine.graph import Graph, Node
from definitions.engine.moves.base import Given, Move, Question, Refusal, always, malformed, not_now, texts
from definitions.engine.settle import plain_edge
from definitions.engine.state import ENDED, State
from definitions.expressions.values import is_expression
from definitions.model import TaskStep
from definitions.times import Offset

NOTE_LENGTH = 20_000
ADDED_LIMIT = 100
KINDS_OF_PEOPLE = ("users", "teams", "partners")


def _judge_assign(asked: Question) -> Refusal | None:
    wrong = [key for key in KINDS_OF_PEOPLE if asked.command.get(key) is not None and not texts(asked.command[key])]
    if wrong:
        return malformed(f"/{wrong[0]}", f"{wrong[0]} must be a list of ids")
    if all(asked.command.get(key) is None for key in KINDS_OF_PEOPLE):
        return malformed("/users", "say who: users, teams or partners")
    if asked.execution is not None and asked.execution.status in ENDED:
        return not_now(asked)
    return None


def _assign(given: Given) -> None:
    """The whole set anew: what is named replaces what was, also for a step that is still to come."""
    said = {key: list(dict.fromkeys(given.command.get(key) or ())) for key in KINDS_OF_PEOPLE}
    assignees = {key: names for key, names in said.items() if names}
    step = given.command.get("step")
    if step is None:
        given.turn.emit(EventType.RUN_ASSIGNED, {"assignees": assignees})
    elif step in given.turn.state.latest:
        given.turn.emit(EventType.STEP_ASSIGNED, {"assignees": assignees}, execution=given.execution.id)
    else:
        given.turn.emit(EventType.STEP_ASSIGNED, {"assignees": assignees}, step=step)


def _judge_due(asked: Question) -> Refusal | None:
    if "due" not in asked.command:
        return malformed("/due", "say until when, or null to take it back")
    phase = asked.command.get("phase")
    if phase is not None and asked.node is not None:
        return malformed("/phase", "a due date is that of a step, of a phase, or of the run")
    if phase is not None and phase not in asked.graph.members:
        return Refusal("phase_unknown", f"there is no phase {phase!r} in this run", 404)
    if asked.execution is not None and asked.execution.status in ENDED:
        return not_now(asked)
    problem = due_problem(asked.command["due"])
    return malformed("/due", problem) if problem else None


def _set_due(given: Given) -> None:
    set_by_hand(given.turn, target_of(given.command), given.command["due"])


def _judge_note(asked: Question) -> Refusal | None:
    text = asked.command.get("text")
    if not isinstance(text, str) or not text.strip():
        return malformed("/text", "a note needs a text")
    if len(text) > NOTE_LENGTH:
        return Refusal("too_large", f"a note may have {NOTE_LENGTH} characters", 413)
    return None


def _note(given: Given) -> None:
    number = sum(given.turn.state.notes.values()) + 1
    data = {"note": f"n{number}", "text": given.command["text"]}
    given.turn.emit(EventType.NOTE_ADDED, data, step=given.command.get("step"))


def _judge_add(asked: Question) -> Refusal | None:
    """A task needs a title, a place in the graph that has not been passed, and fields without expressions."""
    command, state = asked.command, asked.state
    if len(state.added) >= ADDED_LIMIT:
        return Refusal("too_many_tasks", f"a run takes {ADDED_LIMIT} added tasks")
    for key in ("after", "before"):
        name = command.get(key)
        if name is not None and name not in asked.graph.nodes:
            return Refusal("step_unknown", f"there is no step {name!r} in this run", 404)
    before = command.get("before")
    if before is not None and before in state.latest:
        text = f"{before} is {state.status_of(before)} already: a task can only be put before a step still to come"
        return Refusal("step_not_ready", text)
    after = command.get("after")
    if after in state.latest and plain_edge(state, after) is False:
        text = f"nothing follows {after}: it is {state.status_of(after)}"
        return Refusal("step_not_ready", text)
    return _task_problem(asked.graph, command)


def _task_problem(graph: Graph, command: dict[str, Any]) -> Refusal | None:
    after, before = command.get("after"), command.get("before")
    if after and before and (after == before or _leads(graph, before, after)):
        return Refusal("would_loop", f"{before} comes before {after}: the task would wait for itself", 422)
    task = _task(command)
    if not isinstance(task.get("title"), str) or not task["title"].strip():
        return malformed("/title", "a task needs a title")
    if (place := _expression_in(task, "")) is not None:
        return malformed(place, "a task added to a run holds values, no expressions")
    if (problem := _due_of_task(graph, task.get("due"))) is not None:
        return malformed("/due", problem)
    try:
        TaskStep.model_validate({**task, "id": "added", "kind": "task"})
    except ValidationError as error:
        errors = [
            {"path": "/" + "/".join(map(str, row["loc"])), "code": row["type"], "message": row["msg"]}
            for row in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        return Refusal("malformed", errors[0]["message"], 422, {"errors": errors})
    return None


def _due_of_task(graph: Graph, due: Any) -> str | None:
    """Why a new task cannot be due then: a date, or `{in, from}` counted from something the run has."""
    if not isinstance(due, dict):
        return None
    if due.get("at") is not None:
        return due_problem(due["at"])
    try:
        Offset.parse(due.get("in", ""))
    except ValueError as error:
        return str(error)
    anchor = due.get("from", "start")
    kind, _, of = anchor.partition(":") if isinstance(anchor, str) else ("", "", "")
    known = {"step": list(graph.nodes), "phase": list(graph.members), "preceding": ["any", "all"]}.get(kind, [])
    return None if anchor in ("start", "entered") or of in known else f"{anchor!r} is nothing to count from"


def _task(command: dict[str, Any]) -> dict[str, Any]:
    """The step a command describes; a due date may be given as such."""
    task = {key: command[key] for key in ("title", "description", "assign", "due", "fields") if command.get(key)}
    if isinstance(task.get("due"), str):
        task["due"] = {"at": task["due"]}
    return task


def _expression_in(value: Any, pointer: str) -> str | None:
    if is_expression(value):
        return pointer
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        if (found := _expression_in(each, f"{pointer}/{key}")) is not None:
            return found
    return None


def _leads(graph: Graph, source: str, target: str) -> bool:
    """Whether a way through the graph leads from one step to the other."""
    seen, rest = {source}, [source]
    while rest:
        for name in graph.successors[rest.pop()]:
            if name not in seen:
                seen.add(name)
                rest.append(name)
    return target in seen


def _add_task(given: Given) -> None:
    """Spliced in: it waits for `after`; what directly followed there and is still to come waits for it."""
    turn, command = given.turn, given.command
    name = _free_id(turn.graph, turn.state)
    after, before = _place(turn.graph, turn.state, command.get("after"), command.get("before"))
    near = turn.graph.nodes.get(command.get("after") or command.get("before") or "")
    step = {"id": name, "kind": "task", **_task(command)}
    if near is not None and near.step.phase:
        step["phase"] = near.step.phase
    if near is not None and not command.get("after"):
        step["join"] = near.step.join
    turn.emit(EventType.TASK_ADDED, {"task": {"step": step, "after": after, "before": before}}, step=name)
    turn.look_at([name])


def _place(graph: Graph, state: State, after: str | None, before: str | None) -> tuple[list[str], list[str]]:
    """The edges of the new task, and the pending steps that are to wait for it."""
    if before is not None:
        waits = graph.nodes[before].edges
        between = [edge for edge in waits if not edge.phase and edge.source == after] if after else waits
        edges = [_text(edge) for edge in between]
        return (edges or [after] if after else edges), [before]
    if after is None:
        return [], []
    direct = [name for name in graph.successors[after] if _follows(graph.nodes[name], after)]
    return [after], [name for name in direct if name not in state.latest]


def _follows(node: Node, after: str) -> bool:
    return any(edge.source == after and edge.port is None and not edge.phase for edge in node.edges)


def _text(edge: Any) -> str:
    if edge.phase:
        return f"phase:{edge.source}"
    return f"{edge.source}:{edge.port}" if edge.port else str(edge.source)


def _free_id(graph: Graph, state: State) -> str:
    number = len(state.added) + 1
    while f"added_{number}" in graph.nodes:
        number += 1
    return f"added_{number}"


PLANNING: dict[str, Move] = {
    "assign": Move(
        {"users": list, "teams": list, "partners": list, "reason": str},
        _judge_assign,
        _assign,
        lambda asked: asked.execution is None or asked.execution.status not in ENDED,
        on="either",
        pending=True,
        saved=True,
        roles=False,
        holder=False,
    ),
    "set_due": Move(
        {"due": str, "phase": str, "reason": str},
        _judge_due,
        _set_due,
        lambda asked: asked.execution is None or asked.execution.status not in ENDED,
        on="either",
        pending=True,
        saved=True,
        roles=False,
        holder=False,
    ),
    "note": Move(
        {"text": str}, _judge_note, _note, always, on="either", pending=True, saved=True, roles=False, holder=False
    ),
    "add_task": Move(
        {
            "title": str,
            "description": str,
            "after": str,
            "before": str,
            "assign": dict,
            "due": object,
            "fields": list,
            "reason": str,
        },
        _judge_add,
        _add_task,
        always,
        on="run",
    ),
}
