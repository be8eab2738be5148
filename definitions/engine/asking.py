"""What a machine's step comes to before it is done: the values that stand, and what is asked for besides.

What is pinned is worked out now and never asked. Something is asked only where there is an instruction, or where a
person will look and something required is missing; else there is no question and no model hears of the step. The
values of a step are flat: an action's inputs, the fields of a row, {tool, arguments}; `input_of` makes of them what the
activity is given, so that what is proposed, confirmed, agreed to and done are the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from definitions.engine.graph import Graph, Node
from definitions.engine.rows import record_of, update_inputs
from definitions.engine.scope import Seen, inputs_of
from definitions.engine.telling import context_of, files_of
from definitions.field_schema import fields_schema, object_of
from definitions.model import ActionStep, AiStep, DecisionStep, GetDataStep, LoadRelatedStep, McpStep, UpdateDataStep
from definitions.proposing import Asked, Question
from definitions.schema_values import row_schema, without
from definitions.schemas import is_open, properties, required
from definitions.tools import pinned_tool

TEXT = {"type": "string"}
NOTHING: tuple[str, ...] = ()
"""What a column is compared with where that is absent: none of no values, since what is unknown is not met."""

RELATED_LIMIT = 50
"""Related rows that are loaded to choose one of; more nobody reads."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The values that stand, and the question about the rest: None where nothing is asked."""

    pinned: dict[str, Any] = field(default_factory=dict)
    question: Question | None = None


def plan_of(turn: Seen, node: Node) -> Plan:
    """What stands and what is asked of one step, at this moment. Raises Unresolved."""
    return PLANS[node.step.kind](turn, node)


def _action(turn: Seen, node: Node) -> Plan:
    assert isinstance(node.step, ActionStep)
    pinned = _pinned(turn, node, dict(node.step.with_ or {}), "with")
    schema = turn.graph.actions.get(node.step.action, {}).get("input")
    return _form(turn, node, pinned, dict(node.step.with_ or {}), schema)


def _pinned(turn: Seen, node: Node, values: dict[str, Any], key: str) -> dict[str, Any]:
    found = inputs_of(turn.graph, values, f"{node.pointer}/{key}", turn.scope())
    return found if isinstance(found, dict) else {}


def _form(
    turn: Seen, node: Node, pinned: dict[str, Any], named: Mapping[str, Any], schema: Mapping[str, Any] | None
) -> Plan:
    """What the author named stands, also where it came to nothing; of the rest is asked what the schema has."""
    instruction = getattr(node.step, "instruction", None)
    if schema is None:
        return Plan(pinned)
    asked = without(schema, named)
    wanted = instruction is not None or (node.mode == "assisted" and bool(required(asked)))
    if not wanted or not (properties(asked) or (is_open(schema) and instruction is not None)):
        return Plan(pinned)
    return Plan(pinned, question(turn, node, Asked.FORM, instruction or "", schema=asked, pinned=pinned))


def _update_data(turn: Seen, node: Node) -> Plan:
    step = node.step
    assert isinstance(step, UpdateDataStep)
    made = update_inputs(turn, node)
    if "items" in made:
        return Plan({"items": made["items"]})
    return _form(turn, node, made["set"], dict(step.set or {}), update_schema(turn.graph, node))


def needs_record(graph: Graph, node: Node) -> bool:
    """Whether it is not said which row of another collection is written or read."""
    step = node.step
    assert isinstance(step, UpdateDataStep | GetDataStep)
    elsewhere = step.collection is not None and step.collection != graph.document.record
    said = step.record is not None or getattr(step, "create", False) or getattr(step, "where", None) is not None
    return elsewhere and not said and not getattr(step, "many", False)


def update_schema(graph: Graph, node: Node) -> dict[str, Any] | None:
    """The columns a step may write, with the row itself where it is not said; None where they are not known."""
    kept = graph.collections.get(getattr(node.step, "collection", None) or graph.document.record or "")
    if kept is None:
        return None
    made = getattr(node.step, "create", False)
    schema = row_schema({name: type_ for name, type_ in kept["fields"].items() if made or name != kept["key"]})
    if needs_record(graph, node):
        schema["properties"]["record"] = {**TEXT, "title": "Which row"}
        schema["required"] = ["record"]
    return schema


def _get_data(turn: Seen, node: Node) -> Plan:
    step = node.step
    assert isinstance(step, GetDataStep)
    if step.where is not None:
        known = _pinned(turn, node, step.where, "where")
        return Plan({"where": {name: known.get(name, list(NOTHING)) for name in step.where}})
    record = record_of(turn, node, turn.scope())
    pinned = {} if record is None else {"record": record}
    if step.instruction is None or pinned or step.record is not None:
        return Plan(pinned)
    schema = get_schema(turn.graph, node)
    return Plan({}, question(turn, node, Asked.FORM, step.instruction, schema=schema))


def get_schema(graph: Graph, node: Node) -> dict[str, Any]:
    """Which row to read; of several, which values their columns have."""
    step = node.step
    assert isinstance(step, GetDataStep)
    if not step.many and step.where is None:
        return object_of({"record": {**TEXT, "title": "Which row"}}, ["record"])
    kept = graph.collections.get(step.collection or graph.document.record or "")
    where = row_schema(kept["fields"]) if kept else {"type": "object"}
    return object_of({"where": {**where, "title": "Which rows"}}, ["where"])


def _mcp(turn: Seen, node: Node) -> Plan:
    """A pinned tool without an instruction is called as it stands; else its tool or arguments are asked for."""
    step = node.step
    assert isinstance(step, McpStep)
    arguments = _pinned(turn, node, dict(step.with_ or {}), "with")
    tool = pinned_tool(step.tool, step.tools)
    pinned = {"arguments": arguments, **({"tool": tool} if tool else {})}
    if tool is not None and step.instruction is None:
        return Plan(pinned)
    more = {"server": step.server, "tools": step.tools, "tool": tool}
    return Plan(pinned, question(turn, node, Asked.TOOL, step.instruction or "", pinned=arguments, **more))


def _ai(turn: Seen, node: Node) -> Plan:
    step = node.step
    assert isinstance(step, AiStep)
    schema = answer_schema(turn.graph, node, turn.scope())
    return Plan({}, question(turn, node, Asked.ANSWER, step.instruction, schema=schema, model=step.model))


def answer_schema(graph: Graph, node: Node, scope: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an answer; where none are named it is a text."""
    step = node.step
    assert isinstance(step, AiStep)
    if not step.output:
        return object_of({"text": {**TEXT, "title": node.title}}, ["text"])
    return fields_schema(graph.trees, step.output, f"{node.pointer}/output", scope)


def _decision(turn: Seen, node: Node) -> Plan:
    step = node.step
    assert isinstance(step, DecisionStep)
    return Plan({}, question(turn, node, Asked.CHOICE, step.instruction or "", schema=choice_schema(step)))


def choice_schema(step: DecisionStep) -> dict[str, Any]:
    """One of the options; what they are called stands beside their ids."""
    options = [{"const": option.id, "title": option.label or option.id} for option in step.options]
    choice = {**TEXT, "enum": [option.id for option in step.options], "oneOf": options}
    return object_of({"choice": choice}, ["choice"])


def row_question(turn: Seen, node: Node, rows: list[dict[str, Any]]) -> Question:
    """Which of some related rows it is: told are the rows, asked is the key of one."""
    assert isinstance(node.step, LoadRelatedStep)
    schema = row_choice(list(keyed(rows)))
    return question(turn, node, Asked.ROW, node.step.instruction or "", schema=schema, pinned={"rows": rows})


def row_choice(keys: list[str]) -> dict[str, Any]:
    """The schema of choosing one row."""
    return object_of({"row": {**TEXT, "title": "Which row", "enum": keys}}, ["row"])


def keyed(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The rows by what names them: their `id`, else their place in the list."""
    return {str(row.get("id", place)): row for place, row in enumerate(rows) if isinstance(row, dict)}


def question(turn: Seen, node: Node, what: Asked, instruction: str, **more: Any) -> Question:
    """A question with all that may be seen told beside it."""
    context = context_of(turn, node)
    files = tuple(files_of(turn, node)) if what in (Asked.ANSWER, Asked.CHOICE, Asked.FORM) else ()
    return Question(what, node.title, instruction, context=context, files=files, **more)


PLANS: dict[str, Callable[[Seen, Node], Plan]] = {
    "action": _action,
    "update_data": _update_data,
    "get_data": _get_data,
    "mcp": _mcp,
    "ai": _ai,
    "decision": _decision,
}
"""How each kind that a machine does by its values is planned. Related rows are loaded first (proposals.py)."""


def input_of(turn: Seen, node: Node, values: Mapping[str, Any], schema_hash: str | None = None) -> dict[str, Any]:
    """What the step's own activity is given for its values. Raises Unresolved."""
    step = node.step
    match step:
        case UpdateDataStep():
            return _update_input(turn, node, step, values)
        case GetDataStep():
            collection = step.collection or turn.graph.document.record
            made = {"collection": collection, **values, "fields": list(step.fields) if step.fields else None}
            made |= {"many": step.many or None, "limit": step.limit}
            return {key: value for key, value in made.items() if value is not None}
        case McpStep():
            seen = {"schema_hash": schema_hash} if schema_hash else {}
            allowed = {"tools": list(step.tools)} if step.tools else {}
            called = {"tool": values.get("tool"), "arguments": values.get("arguments") or {}}
            return {"server": step.server, **called, **seen, **allowed}
        case _:
            return dict(values)


def _update_input(turn: Seen, node: Node, step: UpdateDataStep, values: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"collection": step.collection or turn.graph.document.record}
    if step.create:
        made["create"] = True
    if "items" in values and step.each is not None:
        return {**made, "items": values["items"]}
    if step.create:
        return {**made, "set": dict(values)}
    if needs_record(turn.graph, node):
        rest = {key: value for key, value in values.items() if key != "record"}
        return {**made, "record": values.get("record"), "set": rest}
    return {**made, "record": record_of(turn, node, turn.scope()), "set": dict(values)}
