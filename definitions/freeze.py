"""Publishing: a definition that checks clean becomes a version that never changes.

What is frozen is all that a run needs to walk it: the document as its author gave it, the checked tree of every
expression, and what the actions it names promised at that moment. Its hash is of the canonical text of all of that, so
equal versions have equal hashes wherever they are published.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from definitions.canonical import canonical, digest
from definitions.checks import Known, Report, check
from definitions.checks.limits import FROZEN_BYTES
from definitions.due import Calendars, calendars_named
from definitions.findings import Finding
from definitions.model import LANGUAGE_VERSION, Document, McpStep
from definitions.modes import can_be_asked
from definitions.tools import contract_of, pinned_tool


@dataclass(frozen=True, slots=True)
class Frozen:
    """A version: {language, document, expressions, actions, calendars?, collections?}.

    `expressions` are trees by pointer, `actions` {name: {contract, undo, input?}}. `collections` are columns by name,
    {fields: {name: type}, key}: like `input`, kept only where values may have to be proposed (definitions/modes.py).
    `calendars` are the exceptions (definitions/due.py) of those that its business days follow, by name.
    """

    json: Mapping[str, Any]
    hash: str
    warnings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The version as it is stored, and given to a run."""
        return dict(self.json)


def freeze(raw: Any, known: Known | None = None, calendars: Calendars | None = None) -> Frozen | Report:
    """The frozen version of a definition's plain data, or the report that says why there is none.

    `calendars` are those that are at hand; the version keeps what its document follows.
    """
    report = check(raw, known)
    if report.document is None or not report.valid:
        return report
    frozen = {
        "language": LANGUAGE_VERSION,
        "document": raw,
        "expressions": report.expressions,
        "actions": _actions(report.document, known),
        **_calendars(report.document, calendars or {}),
        **_collections(report.document, known),
        **_tools(report.document, known),
    }
    text = canonical(frozen)
    if (size := len(text.encode())) > FROZEN_BYTES:
        return Report(report.document, (_too_large(size),), report.warnings)
    plain = json.loads(text)
    return Frozen(plain, digest(plain), report.warnings)


def _too_large(size: int) -> Finding:
    message = f"with its expressions the definition has {size} bytes, at most {FROZEN_BYTES}"
    return Finding("document_too_large", "", message, "Move a part into a workflow of its own.")


def _calendars(document: Document, at_hand: Calendars) -> dict[str, Any]:
    """Nothing where no business days are counted, or by weekends alone: most versions have no such key."""
    found = {name: list(at_hand[name]) for name in calendars_named(document) if name in at_hand}
    return {"calendars": found} if found else {}


def _actions(document: Document, known: Known | None) -> dict[str, Any]:
    """What is known of every action the document names, also of those that undo and those of automations."""
    found: dict[str, Any] = {}
    asked = _asked(document, known)
    for name in _named(document):
        info = known.action(name) if known is not None else None
        if known is not None and info is not None:
            found[name] = {"contract": info.get("contract"), "undo": info.get("undo")}
            if info.get("reconcile"):
                found[name]["reconcile"] = info["reconcile"]
                looks = known.action(info["reconcile"]) or {}
                found.setdefault(info["reconcile"], {"contract": looks.get("contract"), "undo": None})
            if name in asked:
                found[name]["input"] = info.get("input") or {}
    return found


def _asked(document: Document, known: Known | None) -> dict[str, None]:
    """The actions whose inputs may have to be proposed. Of others nothing more is kept, so that their hash stays."""
    steps = [step for step in document.steps if step.kind == "action"]
    infos = {step.action: (known.action(step.action) if known is not None else None) or {} for step in steps}
    return {step.action: None for step in steps if can_be_asked(step, infos[step.action])}


def _collections(document: Document, known: Known | None) -> dict[str, Any]:
    """The columns, with their types, that a value may have to be proposed for; nothing where none may."""
    found = {}
    for step in document.steps:
        name = getattr(step, "collection", None) or document.record
        if step.kind != "action" and can_be_asked(step, {}) and known is not None and name:
            columns = known.fields(name)
            if columns is not None:
                found[name] = {"fields": dict(columns), "key": (known.collections or {})[name].get("key")}
    return {"collections": found} if found else {}


def _tools(document: Document, known: Known | None) -> dict[str, Any]:
    """What is known of every tool that a step always calls, by `server/tool`; nothing where none does."""
    found = {}
    for step in document.steps:
        name = pinned_tool(step.tool, step.tools) if isinstance(step, McpStep) else None
        tool = known.tool(step.server, name) if known is not None and isinstance(step, McpStep) else None
        if isinstance(step, McpStep) and tool is not None:
            found[f"{step.server}/{name}"] = {
                "contract": contract_of(tool).to_json(),
                "schema_hash": tool["schema_hash"],
            }
    return {"tools": found} if found else {}


def _named(document: Document) -> Iterable[str]:
    for step in document.steps:
        if step.kind == "action":
            yield step.action
        if step.undo is not None:
            yield step.undo.action
        yield from (automation.action for automation in step.automations)
