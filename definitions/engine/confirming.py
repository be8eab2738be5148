"""What a person confirms of a proposal: the values as they would be done, judged as if the person had written them.

A confirmation names what it changes: what it leaves out stays as proposed, an explicit null clears. Everything that is
missing or wrong is told at once, by path.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from definitions.engine.asking import (
    TEXT,
    answer_schema,
    choice_schema,
    get_schema,
    keyed,
    plan_of,
    row_choice,
    update_schema,
)
from definitions.engine.graph import Node
from definitions.engine.scope import Seen, Unresolved
from definitions.engine.state import Execution
from definitions.field_schema import fields_schema, object_of
from definitions.forms import Problem, check_answer
from definitions.model import (
    ActionStep,
    AiStep,
    DecisionStep,
    GetDataStep,
    LoadRelatedStep,
    McpStep,
    TaskStep,
    UpdateDataStep,
)
from definitions.schema_values import problems_of

OPEN: dict[str, Any] = {"type": "object"}


def values_schema(run: Seen, node: Node, options: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The JSON Schema of all values of a step, pinned ones too; an open one where they are not known."""
    step = node.step
    match step:
        case ActionStep():
            return run.graph.actions.get(step.action, {}).get("input") or OPEN
        case UpdateDataStep():
            return OPEN if step.each is not None else update_schema(run.graph, node) or OPEN
        case GetDataStep():
            return get_schema(run.graph, node)
        case McpStep():
            allowed = [step.tool] if step.tool else list(step.tools)
            tool = {**TEXT, "title": "Tool", **({"enum": allowed} if allowed else {})}
            return object_of({"tool": tool, "arguments": {"type": "object", "title": "Arguments"}}, ["tool"])
        case LoadRelatedStep():
            return row_choice(list(keyed(options or [])))
        case DecisionStep():
            return choice_schema(step)
        case AiStep():
            return answer_schema(run.graph, node, run.scope())
        case TaskStep():
            return fields_schema(run.graph.trees, step.fields, f"{node.pointer}/fields", run.scope())
        case _:
            return OPEN


def checked(
    run: Seen,
    node: Node,
    values: Mapping[str, Any],
    options: list[dict[str, Any]] | None = None,
    policy: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The values as they will be kept, and everything that is missing or wrong in them."""
    step = node.step
    if isinstance(step, AiStep) and step.output:
        scope = run.scope(policy)
        kept, problems = check_answer(step.output, values, scope, run.graph.trees, f"{node.pointer}/output")
        return kept, [each.to_json() for each in problems]
    found = problems_of(values_schema(run, node, options), values)
    return dict(values), [each.to_json() for each in found]


def starts_from(run: Seen, node: Node, execution: Execution) -> dict[str, Any]:
    """The values that a confirmation changes: what is to be done, else what is proposed, else what is pinned."""
    if execution.confirmed is not None:
        return dict(execution.confirmed["values"])
    if execution.proposal is not None and "values" in execution.proposal:
        return dict(execution.proposal["values"])
    try:
        return plan_of(run, node).pinned if node.step.kind != "load_related" else {}
    except Unresolved:
        return {}


def merged(node: Node, before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values with a person's changes; of a tool's arguments each by its name, unless the tool is another."""
    if node.step.kind == "mcp":
        same = given.get("tool", before.get("tool")) == before.get("tool")
        arguments = {**(before.get("arguments", {}) if same else {}), **_map(given.get("arguments"))}
        kept = {key: value for key, value in arguments.items() if value is not None}
        return {**before, **given, "arguments": kept}
    values = {**before, **given}
    if node.step.kind == "update_data":
        return values
    return {key: value for key, value in values.items() if value is not None}


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def wrong_shape(node: Node, given: Mapping[str, Any]) -> list[dict[str, str]]:
    """What cannot even be merged."""
    if node.step.kind == "mcp" and not isinstance(given.get("arguments", {}), dict):
        return [Problem("/output/arguments", "wrong_type", "arguments must be a map").to_json()]
    return []
