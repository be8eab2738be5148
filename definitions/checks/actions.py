"""Actions against what workers have announced: the name, the inputs, and the types of what is pinned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from definitions.checks.subject import Subject
from definitions.expressions.compiler import Compiled
from definitions.expressions.values import is_expression, member
from definitions.findings import Finding
from definitions.model import Step
from definitions.modes import mode_of
from definitions.schemas import is_open, properties, required, takes, takes_type, types_of


def check_actions(subject: Subject, compiled: Mapping[str, Compiled]) -> Iterator[Finding]:
    """Every action a definition names: of steps, of what takes them back, of automations."""
    if subject.known.actions is None:
        return
    for index, pointer, step in subject.steps():
        for call in _calls(step, pointer, index in subject.gaps, _is_for_a_person(subject, step)):
            yield from _check(subject, call, compiled)


@dataclass(frozen=True, slots=True)
class Call:
    """One place that names an action, a tool, or a definition. `partial`: what is not pinned is asked for, or a person
    does it. `key` is where the inputs stand.
    """

    action: str
    given: Mapping[str, Any]
    pointer: str
    partial: bool = False
    key: str = "with"


def _is_for_a_person(subject: Subject, step: Step) -> bool:
    """Whether a person does it, or is asked for what is missing: then nothing need be pinned."""
    return step.kind == "action" and mode_of(step, subject.known.action(step.action) or {}) != "automatic"


def _calls(step: Step, pointer: str, partial: bool, for_a_person: bool = False) -> Iterator[Call]:
    if step.kind == "action":
        yield Call(step.action, step.with_, pointer, partial or step.instruction is not None or for_a_person)
    if step.undo is not None:
        yield Call(step.undo.action, step.undo.with_, f"{pointer}/undo", partial)
    for index, each in enumerate(step.automations):
        yield Call(each.action, each.with_, f"{pointer}/automations/{index}", partial=True)


def _check(subject: Subject, call: Call, compiled: Mapping[str, Compiled]) -> Iterator[Finding]:
    info = subject.known.action(call.action)
    if info is None:
        yield _unknown(subject, call.action, f"{call.pointer}/action")
        return
    if subject.known.served is not None and call.action not in subject.known.served:
        message = f"no live worker serves the action {call.action!r}: its step waits until one does"
        yield Finding("action_not_served", f"{call.pointer}/action", message, "Start its worker.", "warning")
    yield from check_inputs(call, info.get("input") or {}, compiled)


def check_inputs(call: Call, schema: Mapping[str, Any], compiled: Mapping[str, Compiled]) -> Iterator[Finding]:
    """What is pinned under `with` against the schema of the inputs."""
    for key in required(schema):
        if key not in call.given and not call.partial:
            message = f"{call.action} requires the input {key!r}"
            yield Finding("input_missing", f"{call.pointer}/{call.key}", message, f"Add '{key}:' under '{call.key}:'.")
    for key in call.given:
        yield from _input(call, key, schema, compiled)


def _unknown(subject: Subject, action: str, path: str) -> Finding:
    names = sorted(subject.known.actions or ())
    near = get_close_matches(action, names, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(names[:30])}." if names else ""
    return Finding("unknown_action", path, f"no worker has announced an action {action!r}", hint or "Start a worker.")


def _input(call: Call, key: str, schema: Mapping[str, Any], compiled: Mapping[str, Compiled]) -> Iterator[Finding]:
    known, path, value = properties(schema), member(f"{call.pointer}/{call.key}", key), call.given[key]
    if key not in known:
        if not is_open(schema):
            message = f"{call.action} takes no input {key!r}"
            yield Finding("unknown_input", path, message, f"Its inputs are {', '.join(known) or 'none'}.")
        return
    wanted = types_of(known[key], schema)
    what = _misfit(value, wanted, compiled.get(path)) if wanted is not None else None
    if wanted is not None and what is not None:
        message = f"the input {key!r} of {call.action} takes {' or '.join(sorted(wanted))}, not {what}"
        yield Finding("input_type", path, message, "Give it a value of that type.")


def _misfit(value: Any, wanted: frozenset[str], compiled: Compiled | None) -> str | None:
    """What the value is instead of what is wanted, where that is certain."""
    if not is_expression(value):
        return None if takes(wanted, value) else repr(value)[:80]
    if compiled is None or takes_type(wanted, compiled.type):
        return None
    return f"an expression of type {compiled.type}"
