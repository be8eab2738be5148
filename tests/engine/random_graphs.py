"""Random definitions, made as freezing would make them but without asking the checks, so that the engine is also held
to its promises on shapes that a check would one day refuse: side effects that can be taken back, decisions that send
back, phases, due dates, writes to the record, automations, in any mixture.

The choices come from a seeded `random.Random` rather than from Hypothesis's own strategies: those prefer the small and
the same, and most runs would be over before anything can be revised.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from definitions.expressions.compiler import parse_expression

CONDITIONS = (
    "inputs.n > 1",
    "steps.s0.status == 'done'",
    "steps.s0.output.n == 1",
    "1 / inputs.n > 0",
    "phases.p0.status == 'completed'",
    "has(steps.s1.automations.mail.output)",
)
IN_SCOPE = ("inputs", "steps", "phases", "record", "run", "now", "output", "step", "phase", "current_step", "event")
SCHEDULES: tuple[dict[str, Any], ...] = (
    {"in": "3 days"},
    {"in": "2 hours"},
    {"after": "step:s0", "by": "1 day"},
    {"before": "step:s1", "by": "1 hour"},
    {"after": "2026-11-20"},
)
PORTS = ("", "", ":done", ":skipped", ":error", ":timeout", ":overdue", ":x", ":y")
KINDS = (
    *("task",) * 3, *("person",) * 2, "rules", *("action",) * 3, "wait", "listens", "escalate", "get_data",
    "journey", "journey", "family", "family",
    "ai", "ai", "model", "proposed", "proposed", "related", "tool",
)  # fmt: skip
"""`model` is a decision by AI, `proposed` an action whose inputs are asked for."""
ACTIONS = {"demo.refund": {"contract": {"touches": "world"}, "input": {
    "type": "object", "properties": {"n": {"type": "integer"}, "memo": {}}, "required": ["n"]}}}  # fmt: skip
UNDO_INPUTS = ("= output.n", "= output.n", "= 1 / inputs.n")
ANCHORS = ("start", "entered", "step:s0", "phase:p0", "preceding:any", "preceding:all", "= inputs.day")
DATES = ("= inputs.day", "= record.day", "= now", "2026-11-22", "nonsense", "9999-12-31")
EVENTS = (
    "run.started", "run.completed", "run.aborted", "run.reopened", "run.assigned", "run.due_changed", "step.changed",
    "step.current", "step.done", "step.on_hold", "phase.changed", "phase.done", "phase.in_progress",
)  # fmt: skip


@cache
def tree(source: str) -> Any:
    return parse_expression(source, IN_SCOPE)


def _sources(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and value.startswith("="):
        yield pointer, value[1:].strip()
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from _sources(each, f"{pointer}/{key}")


def freeze(document: dict[str, Any]) -> dict[str, Any]:
    """The document as a version, with a tree for each of its expressions."""
    trees = {pointer: tree(source) for pointer, source in _sources(document, "")}
    return {"language": 1, "document": document, "expressions": trees, "actions": ACTIONS}


def steps(rnd: Random) -> list[dict[str, Any]]:
    """Steps whose edges lead back to earlier ones, by any port, joined either way."""
    made: list[dict[str, Any]] = []
    for number in range(rnd.randint(1, 8)):
        step = one_step(rnd, number)
        if number and rnd.random() < 0.5:
            named = [edge(rnd, made) for _ in range(rnd.randint(0, 3))]
            step["after"] = list(dict.fromkeys(named))
        made.append(step)
    return made


def edge(rnd: Random, made: list[dict[str, Any]]) -> str:
    step = rnd.choice(made)
    if step["kind"] == "decision" and rnd.random() < 0.3:
        return f"{step['id']}:{rnd.choice('xy')}"
    return str(step["id"]) + (rnd.choice(PORTS) if rnd.random() < 0.2 else "")


def one_step(rnd: Random, number: int) -> dict[str, Any]:
    kind = rnd.choice(KINDS) if rnd.random() < 0.97 else "end"
    step: dict[str, Any] = {"id": f"s{number}", "kind": kind, "title": f"Step {number}"}
    step |= of_its_kind(rnd, kind, number) | of_a_machine(rnd, kind)
    if rnd.random() < 0.08:
        step["when"] = "= " + rnd.choice(CONDITIONS)
    if rnd.random() < 0.25:
        step |= due(rnd)
    if kind in ("task", "action") and rnd.random() < 0.4:
        step["automations"] = [{"id": "mail", "action": "demo.mail", "with": {"n": "= inputs.n"}}]
    if kind not in ("task", "wait", "listens", "escalate", "journey", "end") and rnd.random() < 0.15:
        step["schedule"] = dict(rnd.choice(SCHEDULES))
    step["skippable"] = rnd.random() < 0.5
    step["join"] = rnd.choice(("all", "all", "any"))
    step["roles"] = rnd.choice(([], [], ["lead"]))
    return step


def of_its_kind(rnd: Random, kind: str, number: int) -> dict[str, Any]:
    back = {"back_to": f"s{rnd.randint(0, number)}", "max": rnd.randint(1, 2)} if rnd.random() < 0.6 else {}
    match kind:
        case "journey":
            more = rnd.choice(
                ({}, {"expires": "5 days"}, {"remind": "1 day"}, {"remind": ["1 day"], "expires": "9 days"})
            )
            fields = [{"id": "n", "type": "integer", "required": True}]
            return {"to": rnd.choice(("a@b.example", "= inputs.day", None)), "fields": fields, **more}
        case "task" if rnd.random() < 0.3:
            fields = [{"id": "n", "type": "integer", "required": True}]
            return {"journeys": [{"id": "form", "fields": fields, "complete": rnd.random() < 0.5}]}
        case "task":
            return {"fields": [{"id": "n", "type": "integer", "required": rnd.random() < 0.2, "bind": "n"}]}
        case "person":
            return {"kind": "decision", "options": [{"id": "x"}, {"id": "y", **back}], "otherwise": "x"}
        case "rules":
            options = [{"id": "x", "when": "= " + rnd.choice(CONDITIONS), **back}, {"id": "y"}]
            take = rnd.choice(("first", "all"))
            return {"kind": "decision", "by": "rules", "options": options, "otherwise": rnd.choice("xyy"), "take": take}
        case "action":
            undo = {"undo": {"action": "demo.cancel", "with": {"n": rnd.choice(UNDO_INPUTS)}}}
            execute = "automatic" if rnd.random() < 0.8 else "manual"
            outside = (
                {"confirm": rnd.choice(({}, {"expires": "3 days"}, {"remind": "1 day"}))} if rnd.random() < 0.2 else {}
            )
            more = undo if rnd.random() < 0.6 else {}
            return {"action": "demo.refund", "execute": execute, "with": {}, **more, **outside}
        case "proposed":
            given = rnd.choice(({}, {"n": "= inputs.n"}))
            return {"kind": "action", "action": "demo.refund", "instruction": "How?", "with": given}
        case "ai":
            fields = [{"id": "n", "type": "integer", "required": True}]
            hold = {"hold_when": "= " + rnd.choice(CONDITIONS)} if rnd.random() < 0.2 else {}
            return {"instruction": "Think", "output": rnd.choice(([], fields)), **hold}
        case "model":
            return {"kind": "decision", "by": "ai", "options": [{"id": "x"}, {"id": "y", **back}]}
        case "related":
            return {"kind": "load_related", "relation": "lines", "choose": rnd.choice(("person", "ai", "only"))}
        case "tool":
            pinned = rnd.choice(({"tool": "a"}, {"tools": ["a", "b"], "instruction": "Find"}))
            return {"kind": "mcp", "server": "files", "with": {"n": "= inputs.n"}, **pinned}
        case "wait":
            return {"for": "2 days"}
        case "family":
            more = rnd.choice(({}, {"each": "= [1, 2, 3]"}, {"each": "= [1, 2, 3]"}, {"each": "= inputs.n"}))
            given = {"definition": "small", "inputs": {"n": "= inputs.n"}, "at_once": rnd.randint(1, 2)}
            return {"kind": "workflow", **given, **more, "detach": rnd.random() < 0.2}
        case "escalate":
            return {"inbox": "leads", "reason": "= inputs.day"}
        case "listens":
            match = {"match": "= event.data.n == 1"} if rnd.random() < 0.5 else {}
            expires = rnd.choice(({}, {"expires": "3 days"}, {"expires": "= inputs.day"}))
            return {"kind": "wait", "event": {"name": "paid", **match}, **expires}
        case "get_data":
            return {"collection": "demo.orders", "record": "o1", "fields": ["total"]}
        case _:
            return {}


def of_a_machine(rnd: Random, kind: str) -> dict[str, Any]:
    """How a step that a machine does is done: proposed first, agreed to by others, with a press of Done at the end."""
    found: dict[str, Any] = {}
    if kind in ("ai", "model", "proposed", "related", "tool") and rnd.random() < 0.6:
        found["execute"] = rnd.choice(("assisted", "automatic", "manual"))
    if kind in ("action", "ai", "model", "proposed", "related", "tool") and rnd.random() < 0.2:
        found["advance"] = "manual"
    if kind in ("action", "proposed", "tool") and rnd.random() < 0.4:
        rule = {"count": rnd.randint(1, 2), "wait": rnd.random() < 0.6, "self": rnd.random() < 0.3}
        found["approval"] = {**rule, "roles": rnd.choice(([], ["lead"]))}
    if kind == "task" and rnd.random() < 0.2:
        found["draft"] = {"instruction": "Write"}
    return found


def due(rnd: Random) -> dict[str, Any]:
    """A due date, often one with a clock."""
    found: dict[str, Any] = {"due": {"in": "1 days", "from": rnd.choice(ANCHORS)}}
    if rnd.random() < 0.4:
        found = {"due": {"at": rnd.choice(DATES)}}
    if rnd.random() < 0.6:
        found["on_overdue"] = {"notify": "lea", "assign": {"users": ["lea"]}, "goto_inbox": "leads"}
    return found


def documents(rnd: Random) -> dict[str, Any]:
    """A whole document: sometimes sequential, exclusive, in phases, with closing reasons or a record to keep up to
    date.
    """
    made = steps(rnd)
    document: dict[str, Any] = {"holdfast": 1, "key": "random", "name": "Random", "steps": made}
    document["record"] = "demo.orders"
    if rnd.random() < 0.3:
        document["phases"] = [{"id": "p0", "title": "P0"}, {"id": "p1", "title": "P1", "after": "phase:p0"}]
        half = rnd.randint(0, len(made))
        for index, step in enumerate(made):
            step["phase"] = "p0" if index < half else "p1"
    document["sequential"] = rnd.random() < 0.15
    document["exclusive"] = rnd.random() < 0.1
    document["revise"] = rnd.choice(("after", "dependents"))
    document["on_abort"] = rnd.choice(("keep", "undo"))
    if rnd.random() < 0.2:
        document["closing_reasons"] = {"reasons": ["r"], "choose": "one", "required_on": ["complete", "abort"]}
    if rnd.random() < 0.3:
        document["start"] = {"fallback_inbox": "strays"}
    if rnd.random() < 0.3:
        events = [rnd.choice(EVENTS) for _ in range(rnd.randint(1, 3))]
        document["sync"] = [{"event": event, "set": {"current": "= current_step", event: 1}} for event in events]
    return document


def next_version(rnd: Random, document: dict[str, Any]) -> dict[str, Any]:
    """The same with a step left out and another one put in, as an author might have changed it."""
    gone = rnd.choice([step["id"] for step in document["steps"]])
    kept = [_without(step, gone) for step in document["steps"] if step["id"] != gone]
    place = rnd.randint(0, len(kept))
    new = {"id": "new", "kind": "task", "title": "New", "fields": []}
    if kept and "phase" in kept[0]:
        new["phase"] = kept[min(place, len(kept) - 1)]["phase"]
    return {**document, "steps": [*kept[:place], new, *kept[place:]]}


def _without(step: dict[str, Any], gone: str) -> dict[str, Any]:
    """The step, where nothing in it names the one that is gone."""
    found = {**step}
    if "after" in step:
        found["after"] = [text for text in step["after"] if text.partition(":")[0] != gone]
    if "options" in step:
        found["options"] = [
            {key: value for key, value in option.items() if key != "back_to" or value != gone}
            for option in step["options"]
        ]
    return found
