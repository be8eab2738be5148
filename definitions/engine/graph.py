"""A published definition made ready to be walked: who waits for whom, and what each step asks for.

Built from the frozen version alone, the same for every run of it, and shared between them: nothing here changes.

An *edge* is one entry of `after`: a step, a step's port, or a phase. A step with `after: []`, or the first of its phase
to name nothing, waits for its phase's own `after` instead (its *gate*).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from definitions.canonical import canonical
from definitions.contracts import ASK_A_MODEL, CALL_A_TOOL, READ_RECORDS, WRITE_RECORDS, EffectContract
from definitions.expressions.tree import walk
from definitions.model import Document, Step, TaskStep
from definitions.modes import mode_of
from definitions.times import Offset
from definitions.tools import pinned_tool
from definitions.wire import ACTIVITY_GET_DATA, ACTIVITY_LOAD_RELATED, ACTIVITY_MCP, ACTIVITY_UPDATE_DATA

EFFECT_KINDS = ("get_data", "load_related", "update_data", "action", "mcp")
"""Kinds whose work is an activity of their own; what `ai` and a decision by AI do is all in the proposal."""
NO_CONTRACT = EffectContract()
GROWN_KEPT = 64


@dataclass(frozen=True, slots=True)
class Edge:
    """One thing a step waits for: a step (by a port, or by any good end), or a whole phase."""

    source: str
    port: str | None = None
    phase: bool = False

    @classmethod
    def parse(cls, text: str) -> Edge:
        """`step`, `step:port` or `phase:<id>` as the author wrote it."""
        head, _, tail = text.partition(":")
        return cls(tail, phase=True) if head == "phase" and tail else cls(head, tail or None)


@dataclass(frozen=True, slots=True)
class Node:
    """One step with its place in the document (`index`, `pointer`), what it waits for and what its effect promises.

    `mode` is how a machine's step is done: manual, assisted or automatic, where the author said nothing by its kind.
    """

    id: str
    index: int
    pointer: str
    step: Step
    edges: tuple[Edge, ...]
    contract: EffectContract
    mode: str = "automatic"

    @property
    def title(self) -> str:
        """What people call the step."""
        return self.step.title or self.id

    @property
    def has_effect(self) -> bool:
        """Whether a machine does this step, unless a person takes it over."""
        return self.step.kind in EFFECT_KINDS and self.mode != "manual"

    @property
    def for_a_person(self) -> bool:
        """Whether the step is done by a person from the start."""
        match self.step.kind:
            case "task" | "escalate":
                return True
            case "decision":
                return self.step.by == "person" or (self.step.by == "ai" and self.mode == "manual")
            case _:
                return self.step.kind in (*EFFECT_KINDS, "ai") and self.mode == "manual"


@dataclass(frozen=True, slots=True)
class Graph:
    """The nodes by id in the order of the document, and for each of them who must be looked at when it moves.

    `readers` names, for each step, those whose expressions read it; `calendars` the days off that business days skip;
    `collections` the columns of those for which values may be proposed; `tools` what was known of tools that steps
    always call, by `server/tool`.
    """

    document: Document
    trees: dict[str, Any]
    actions: dict[str, Any]
    nodes: dict[str, Node]
    members: dict[str, tuple[str, ...]]
    successors: dict[str, tuple[str, ...]]
    named_ports: frozenset[tuple[str, str]]
    pending: dict[str, dict[str, Any]] = field(default_factory=dict)
    readers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    calendars: dict[str, Any] = field(default_factory=dict)
    collections: dict[str, Any] = field(default_factory=dict)
    tools: dict[str, Any] = field(default_factory=dict)
    _grown: dict[str, Graph] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def load(cls, frozen: dict[str, Any]) -> Graph:
        """The graph of a frozen version (definitions/freeze.py). The version was checked when it was published."""
        document = Document.model_validate(frozen["document"])
        actions, trees = frozen.get("actions", {}), frozen.get("expressions", {})
        tools = frozen.get("tools", {})
        nodes = _nodes(document, {**actions, **tools})
        return cls(
            document=document,
            trees=trees,
            actions=actions,
            **_links(nodes, document),
            readers=_readers(nodes, trees),
            calendars=frozen.get("calendars", {}),
            collections=frozen.get("collections", {}),
            tools=tools,
        )

    def grown(self, added: Sequence[dict[str, Any]]) -> Graph:
        """This graph with the tasks that people put into one run (`State.added`); the same for the same tasks."""
        if not added:
            return self
        name = canonical(list(added))
        if name not in self._grown:
            nodes = list(self.nodes.values())
            for number, task in enumerate(added):
                nodes = _spliced(nodes, task, f"/added/{number}", list(self.members))
            placed = [replace(node, index=index) for index, node in enumerate(nodes)]
            while len(self._grown) >= GROWN_KEPT:
                del self._grown[next(iter(self._grown))]
            self._grown[name] = replace(self, **_links(placed, self.document), _grown={})
        return self._grown[name]

    def fits(self, node: Node, purposes: tuple[str, ...]) -> bool:
        """Whether a start with these purposes keeps the step: it, and its phase, are untagged or match."""
        phases = [phase for phase in self.document.phases if phase.id == node.step.phase]
        tagged = [tags for tags in (node.step.purposes, *(p.purposes for p in phases)) if tags]
        return not purposes or all(any(tag in purposes for tag in tags) for tags in tagged)


def _nodes(document: Document, actions: dict[str, Any]) -> list[Node]:
    gates = {phase.id: phase.after for phase in document.phases}
    nodes = []
    for index, step in enumerate(document.steps):
        before = document.steps[index - 1] if index else None
        edges = tuple(Edge.parse(text) for text in _after(step, before, gates))
        contract = _contract(step, actions)
        mode = mode_of(step, actions.get(getattr(step, "action", ""), {}))
        nodes.append(Node(step.id, index, f"/steps/{index}", step, edges, contract, mode))
    return nodes


def _after(step: Step, before: Step | None, gates: dict[str, tuple[str, ...] | None]) -> tuple[str, ...]:
    """What the step waits for: what it names, else its phase's gate where it opens the phase, else the step before."""
    gate = gates.get(step.phase) if step.phase else None
    if step.after:
        return step.after
    opens_phase = step.after is not None or before is None or before.phase != step.phase
    if opens_phase and gate is not None:
        return gate
    return () if step.after is not None or before is None else (before.id,)


def _links(nodes: Sequence[Node], document: Document) -> dict[str, Any]:
    """What follows from the nodes: all of `Graph` that changes when a task is added."""
    by_id = {node.id: node for node in nodes}
    members: dict[str, list[str]] = {phase.id: [] for phase in document.phases}
    for node in nodes:
        if node.step.phase:
            members[node.step.phase].append(node.id)
    return {
        "nodes": by_id,
        "members": {phase: tuple(steps) for phase, steps in members.items()},
        "successors": _successors(by_id, members, document),
        "named_ports": frozenset((e.source, e.port) for n in nodes for e in n.edges if e.port),
        "pending": {step: {"status": "pending"} for step in by_id},
    }


def _spliced(nodes: Sequence[Node], task: dict[str, Any], pointer: str, phases: Sequence[str]) -> list[Node]:
    """The nodes with one task more: it waits for `after`, and those in `before` wait for it instead.

    A step or phase that another version no longer has is not waited for.
    """
    known = {node.id for node in nodes}
    step = TaskStep.model_validate(task["step"])
    if step.phase not in phases:
        step = step.model_copy(update={"phase": None})
    edges = tuple(
        edge
        for edge in (Edge.parse(text) for text in task["after"])
        if edge.source in (phases if edge.phase else known)
    )
    followers = [name for name in task["before"] if name in known]
    new = Node(step.id, 0, pointer, step, edges, NO_CONTRACT)
    moved = [_behind(node, new) if node.id in followers else node for node in nodes]
    ids = [node.id for node in moved]
    sources = [ids.index(edge.source) for edge in edges if edge.source in ids]
    place = max(sources) + 1 if sources else min(map(ids.index, followers), default=len(ids))
    return [*moved[:place], new, *moved[place:]]


def _behind(node: Node, new: Node) -> Node:
    kept = tuple(edge for edge in node.edges if edge not in new.edges)
    return replace(node, edges=(*kept, Edge(new.id)))


def _readers(nodes: Iterable[Node], trees: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """For each step, the steps whose expressions read it, in the order of the document."""
    found: dict[str, dict[str, None]] = {}
    by_place = {node.pointer: node.id for node in nodes}
    for pointer, tree in trees.items():
        reader = by_place.get("/".join(pointer.split("/")[:3]))
        for read in _steps_read(tree, nodes) if reader else ():
            found.setdefault(read, {})[str(reader)] = None
    order = list(by_place.values())
    return {step: tuple(sorted(names, key=order.index)) for step, names in found.items()}


def _steps_read(tree: dict[str, Any], nodes: Iterable[Node]) -> Iterable[str]:
    """The ids of the steps an expression reads, by themselves or in their phase."""
    for name, *path in _paths(tree):
        if name == "steps" and path:
            yield path[0]
        if name == "phases" and path:
            yield from (node.id for node in nodes if node.step.phase == path[0])


def reads(tree: dict[str, Any], name: str) -> bool:
    """Whether an expression reads that name in scope."""
    return any(path[0] == name for path in _paths(tree))


def input_fields(trees: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Which fields of which inputs the expressions of a version read, in the order of the document."""
    found: dict[str, dict[str, None]] = {}
    for tree in trees.values():
        for path in _paths(tree):
            if path[0] == "inputs" and len(path) > 2:
                found.setdefault(path[1], {})[path[2]] = None
    return {name: tuple(fields) for name, fields in found.items()}


def _paths(tree: dict[str, Any]) -> Iterable[list[str]]:
    """Every path from a name in scope that an expression reads."""
    roots = [tree["node"]] if "node" in tree else [part for part in tree["parts"] if isinstance(part, list)]
    for root in roots:
        yield from (node[2:] for node in walk(root) if node[0] == "read")


def _successors(
    nodes: dict[str, Node], members: dict[str, list[str]], document: Document
) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {step: {} for step in nodes}
    for node in nodes.values():
        for edge in node.edges:
            for source in members[edge.source] if edge.phase else [edge.source]:
                found[source][node.id] = None
    return {step: tuple(after) for step, after in found.items()}


def _contract(step: Step, actions: dict[str, Any]) -> EffectContract:
    """What the effect promises, with the author's own limits laid over it."""
    match step.kind:
        case "get_data":
            base = READ_RECORDS
        case "update_data":
            base = WRITE_RECORDS
        case "load_related":
            base = READ_RECORDS
        case "mcp":
            known = actions.get(f"{step.server}/{pinned_tool(step.tool, step.tools)}", {}).get("contract")
            base = EffectContract.from_json(known) if known else CALL_A_TOOL
        case "ai":
            base = ASK_A_MODEL
        case "decision" if step.by == "ai":
            base = ASK_A_MODEL
        case "action":
            announced = actions.get(step.action, {}).get("contract")
            base = EffectContract.from_json(announced) if announced else NO_CONTRACT
            base = replace(base, confirms=step.confirm is not None)
        case _:
            return NO_CONTRACT
    return _limited(base, step)


def _limited(base: EffectContract, step: Step) -> EffectContract:
    values = base.to_json()
    if step.timeout:
        values["timeout"] = Offset.parse(step.timeout).seconds
    if step.retry and step.retry.attempts:
        values["attempts"] = step.retry.attempts
    if step.retry and step.retry.within:
        values["within"] = Offset.parse(step.retry.within).seconds
    if values["within"]:
        values["within"] = max(values["within"], values["timeout"])
    return EffectContract.from_json(values)


def activity_of(step: Step) -> str:
    """The activity type that does this step: an action's own name, so that Temporal's UI reads like the process."""
    match step.kind:
        case "get_data":
            return ACTIVITY_GET_DATA
        case "update_data":
            return ACTIVITY_UPDATE_DATA
        case "load_related":
            return ACTIVITY_LOAD_RELATED
        case "mcp":
            return ACTIVITY_MCP
        case "action":
            return str(step.action)
        case _:
            raise ValueError(f"{step.kind} has no effect")
