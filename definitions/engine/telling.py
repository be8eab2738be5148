"""What a machine that proposes is told of the run: the record, what was asked at the start, and what came before.

Steps stand in the order of the document, each with how it ended; what a person did by hand, declined or has not agreed
to yet is said in words, since its outcome may differ from what the step's title promises. `sees` limits it to what it
names: steps, or one field of a step (`meter.photo`), or a field of the run's inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from definitions.engine.execution import awaited
from definitions.engine.graph import Node
from definitions.engine.scope import Seen
from definitions.engine.state import FINISHED, Execution, StepStatus
from definitions.model import AiStep, FormField, GetDataStep, TaskStep, UpdateDataStep

FILE_TYPES = ("pictures", "file", "signature")

NOTES = {
    "manually": "A person handled this by hand: what came of it may differ.",
    "declined": "A person declined this: nothing was done.",
    "pending": "This is pending approval: it has not been done yet.",
    "not_run": "It counts as done and has not been done.",
    "skipped": "This was skipped.",
}


def context_of(turn: Seen, node: Node) -> dict[str, Any]:
    """{record, inputs, steps, collection?}: all that whoever proposes may see of the run."""
    sees = _sees(node)
    steps = [row for each in _before(turn, node) if (row := _told(turn, each, sees)) is not None]
    record = turn.state.record
    whole = {"record": {"id": record["id"], **turn.state.record_data} if record else {}, "inputs": turn.state.inputs}
    told = whole if sees is None else {key: value for key, value in whole.items() if key in sees}
    of = {"collection": record["collection"]} if record else {}
    return {"record": told.get("record", {}), "inputs": told.get("inputs", {}), "steps": steps, **of}


def _sees(node: Node) -> tuple[str, ...] | None:
    return node.step.sees or None if isinstance(node.step, AiStep) else None


def _before(turn: Seen, node: Node) -> Iterator[Node]:
    """Every other step that has ended, in the order of the document."""
    for each in turn.graph.nodes.values():
        if each.id != node.id and turn.state.status_of(each.id) in FINISHED:
            yield each


def _told(turn: Seen, node: Node, sees: tuple[str, ...] | None) -> dict[str, Any] | None:
    execution = turn.state.executions[turn.state.latest[node.id]]
    output = execution.output
    if sees is not None and node.id not in sees:
        fields = [name.partition(".")[2] for name in sees if name.partition(".")[0] == node.id]
        if not fields:
            return None
        output = {key: value for key, value in output.items() if key in fields} if isinstance(output, dict) else None
    row = {"id": node.id, "title": node.title, "kind": node.step.kind, "status": str(execution.status)}
    more = {"done_by": execution.done_by, "output": output, "choice": next(iter(execution.choices), None)}
    more["note"] = _note(turn, execution)
    if isinstance(node.step, GetDataStep | UpdateDataStep):
        more["collection"] = node.step.collection or turn.graph.document.record
    return {**row, **{key: value for key, value in more.items() if value is not None}}


def _note(turn: Seen, execution: Execution) -> str | None:
    if execution.status is StepStatus.SKIPPED:
        return NOTES["skipped"]
    if execution.pending:
        return NOTES["pending" if awaited(execution) else "not_run"]
    return NOTES.get(execution.done_by or "")


def files_of(turn: Seen, node: Node) -> Iterator[dict[str, Any]]:
    """The files of the answers that may be seen: {id, name, step, field}; those of the start have no step."""
    sees = _sees(node)
    yield from _files(turn.graph.document.inputs, turn.state.inputs, "", sees)
    for each in _before(turn, node):
        if isinstance(each.step, TaskStep):
            yield from _files(each.step.fields, turn.state.executions[turn.state.latest[each.id]].output, each.id, sees)


def _files(
    fields: tuple[FormField, ...], answer: Any, step: str, sees: tuple[str, ...] | None
) -> Iterator[dict[str, Any]]:
    for each in fields if isinstance(answer, dict) else ():
        if each.type not in FILE_TYPES or (sees is not None and not _is_seen(step, each.id, sees)):
            continue
        given = answer.get(each.id)
        for item in given if isinstance(given, list) else [given]:
            if isinstance(item, dict) and isinstance(item.get("file"), str):
                yield {"id": item["file"], "name": item.get("name") or each.id, "step": step or None, "field": each.id}


def _is_seen(step: str, field: str, sees: tuple[str, ...]) -> bool:
    names = (step, f"{step}.{field}", field) if step else ("inputs", f"inputs.{field}", field)
    return any(name in sees for name in names)
