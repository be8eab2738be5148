"""A step's form as the caller meets it: JSON Schema for what may be answered, hints for showing it, first values.

Conditions are worked out for this moment by the same evaluator that will judge the answer; where one is unknown it
counts as not met, as it will then. What is not visible is not in the schema at all. What stands in a table's columns is
worked out without a row, so a condition that reads its row counts as not met here. The schema helps a person to fill in
the form; the judge of an answer is `definitions.task_forms.task_answer`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from api import sniffing
from definitions.engine import Graph, State
from definitions.engine.confirming import starts_from, values_schema
from definitions.engine.graph import Node
from definitions.engine.scope import Sight, met, scope_of
from definitions.engine.state import ENDED
from definitions.field_schema import field_schema, object_of
from definitions.forms import beginning
from definitions.model import AiStep, DecisionStep, EscalateStep, FormField, JourneyStep, TaskStep
from definitions.task_forms import task_beginning, timers_of
from definitions.timers import Start
from definitions.views import round_view

ORDER = "ui:order"


def step_detail(
    graph: Graph, state: State, step: str, view: dict[str, Any], policy: Mapping[str, Any]
) -> dict[str, Any]:
    """`GET /v1/runs/{id}/steps/{step}`: the step as in the RunView with form, rounds and notes.

    `policy` are the switches of who looks: the form is the one that person would be judged by.
    """
    rounds = [round_view(execution) for execution in state.executions.values() if execution.step == step]
    return {**view, "form": form_of(graph, state, step, policy), "rounds": rounds, "notes": []}


def form_of(graph: Graph, state: State, step: str, policy: Mapping[str, Any]) -> dict[str, Any] | None:
    """`{schema, ui, values}` of a task or of a decision by a person; None for what no person fills in."""
    node, known = graph.nodes[step], state.of(step)
    if known is not None and known.waits == "done":
        return None
    match node.step:
        case DecisionStep() if node.for_a_person:
            options = [{"const": option.id, "title": option.label or option.id} for option in node.step.options]
            choice = {"type": "string", "oneOf": options}
            return {
                "schema": object_of({"choice": choice}, ["choice"]),
                "ui": {"choice": {"widget": "choice"}},
                "values": {},
            }
        case JourneyStep():
            entered = _entered(state, step)
            return fields_form(graph, state, node.step.fields, f"{node.pointer}/fields", policy=policy, entered=entered)
        case EscalateStep():
            return {"schema": object_of({}, []), "ui": {ORDER: []}, "values": {}}
        case TaskStep():
            scope = scope_of(graph, state, datetime.now(UTC), policy)
            entered = _entered(state, step)
            values = task_beginning(node.step, node.pointer, scope, graph.trees, entered)
            form = _Form(graph, scope, timers_of(graph.document, node.step.fields) or {})
            return {**form.of(node.step.fields, f"{node.pointer}/fields"), "values": values}
        case AiStep():
            return _form_of_values(graph, state, node, policy)
        case DecisionStep() if node.step.by == "ai":
            return _form_of_values(graph, state, node, policy)
        case _ if not node.for_a_person and _can_change(state, node):
            return _form_of_values(graph, state, node, policy)
        case _:
            return None


def _can_change(state: State, node: Node) -> bool:
    """Whether the values of a machine's step are for a person to see and change at all."""
    execution = state.of(node.id)
    if execution is None or execution.status in ENDED:
        return False
    return node.mode == "assisted" or execution.proposal is not None


def _form_of_values(graph: Graph, state: State, node: Node, policy: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a person may confirm, change or type in a machine's place: its schema, and the values as they stand."""
    execution, run = state.of(node.id), Sight(graph, state, datetime.now(UTC))
    options = ((execution.proposal if execution else None) or {}).get("options")
    open_ = execution is not None and execution.status not in ENDED
    values = starts_from(run, node, execution) if execution is not None and open_ else {}
    if isinstance(node.step, AiStep) and node.step.output:
        form = _Form(graph, run.scope(policy), {})
        return {**form.of(node.step.output, f"{node.pointer}/output"), "values": values}
    schema = values_schema(run, node, options)
    names = list(schema.get("properties", {}))
    ui: dict[str, Any] = {ORDER: names}
    if isinstance(node.step, DecisionStep):
        ui["choice"] = {"widget": "choice"}
    return {"schema": schema, "ui": ui, "values": values} if names else None


def fields_form(
    graph: Graph,
    state: State,
    fields: Sequence[FormField],
    pointer: str,
    *,
    policy: Mapping[str, Any],
    entered: Mapping[str, Any],
) -> dict[str, Any]:
    """`{schema, ui, values}` of fields that stand at `pointer`, now; `entered` goes before what they begin with."""
    scope = scope_of(graph, state, datetime.now(UTC), policy)
    form = _Form(graph, scope, timers_of(graph.document, fields) or {})
    values = beginning(fields, scope, graph.trees, pointer)
    known = {each.id: entered[each.id] for each in fields if entered.get(each.id) is not None}
    return {**form.of(fields, pointer), "values": {**values, **known}}


def inputs_form(graph: Graph, scope: Mapping[str, Any]) -> dict[str, Any]:
    """`{schema, ui, values}` of what a start asks for. `scope` is the one that the start is judged in."""
    return start_form(graph, graph.document.inputs, "/inputs", scope)


def start_form(graph: Graph, fields: Sequence[FormField], pointer: str, scope: Mapping[str, Any]) -> dict[str, Any]:
    """The same of fields that stand at `pointer`, before there is a run."""
    form = _Form(graph, dict(scope), timers_of(graph.document, fields) or {})
    return {**form.of(fields, pointer), "values": beginning(fields, scope, graph.trees, pointer)}


def _entered(state: State, step: str) -> dict[str, Any]:
    """What was answered earlier, in this round or in the one it opens again, and before that what was drafted."""
    execution = state.of(step)
    if execution is None:
        return {}
    found = execution.output or (execution.before or {}).get("output")
    drafted = (execution.proposal or {}).get("values") or {}
    return {**drafted, **found} if isinstance(found, dict) else dict(drafted)


@dataclass(frozen=True, slots=True)
class _Form:
    """Some fields as they are at one moment for one person. `timers` says which stopwatch stops which."""

    graph: Graph
    scope: dict[str, Any]
    timers: Mapping[str, Start]

    def of(self, fields: Sequence[FormField], pointer: str) -> dict[str, Any]:
        """`{schema, ui}` of some fields; `pointer` is where they stand in the document.

        Hints stand under the fields' ids, and their order under a name that no id can have.
        """
        properties: dict[str, Any] = {}
        ui: dict[str, Any] = {ORDER: []}
        required: list[str] = []
        for index, field in enumerate(fields):
            at = f"{pointer}/{index}"
            if not self._met(field.visible, f"{at}/visible"):
                continue
            ui[ORDER].append(field.id)
            ui[field.id] = self._hints(field, at)
            if field.type != "info":
                properties[field.id] = field_schema(self.graph.trees, field, at, self.scope)
                if self._met(field.required, f"{at}/required"):
                    required.append(field.id)
        return {"schema": object_of(properties, required), "ui": ui}

    def _met(self, value: Any, at: str) -> bool:
        return met(self.graph, value, at, self.scope)

    def _hints(self, field: FormField, at: str) -> dict[str, Any]:
        """How to show it: `readonly` where it can only be looked at, `rows` where records are looked up, and so on."""
        hints: dict[str, Any] = {"widget": field.type, "label": field.label, "help": field.help}
        hints |= {"readonly": not self._met(field.editable, f"{at}/editable") or None, "bind": field.bind}
        if field.type == "stopwatch":
            hints |= {"timer": field.timer, "stops": field.timer is not None and at in self.timers}
        if field.type == "record":
            collection = field.collection or self.graph.document.record
            hints |= {"collection": collection, "rows": _rows_of(collection)}
        if field.type in ("pictures", "file", "signature"):
            hints["accept"] = list(sniffing.TAKEN if field.type == "file" else sniffing.PICTURES)
        if field.type == "table":
            hints["columns"] = self.of(field.fields, f"{at}/fields")["ui"]
        return {key: value for key, value in hints.items() if value is not None}


def _rows_of(collection: str | None) -> str | None:
    """Where the rows stand that may be chosen from; `?q=` looks for a text."""
    source, _, name = (collection or "").partition(".")
    return f"/v1/sources/{source}/collections/{name}/rows" if name else None
