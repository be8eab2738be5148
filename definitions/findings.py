"""What can be wrong with a definition, said so that its author can mend it.

A finding has a code that never changes, the place as a JSON pointer into the document, what is wrong, and what to do.
Errors keep a definition from being published; warnings do not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from definitions.expressions.errors import EXPRESSION_CODES

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, at one place."""

    code: str
    path: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    def to_json(self) -> dict[str, Any]:
        """The finding as the API answers it."""
        return {"code": self.code, "path": self.path, "message": self.message, "hint": self.hint}


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, by place and code; numbers in a pointer sort as numbers."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda f: (_places(f.path), f.code, f.message)))


def _places(path: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdecimal() and len(part) < 9 else (-1, part) for part in path.split("/"))


def pointer(*parts: str | int) -> str:
    """A JSON pointer (RFC 6901) to a place in the document."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


CODES: dict[str, str] = {
    # The document as a whole
    "not_a_document": "The document is not a map of keys.",
    "not_json": "A value is something JSON has no form for: a date without quotes, NaN, a key that is not a text.",
    "document_too_large": "The document, or what is frozen of it, is larger than a run can carry.",
    "document_too_deep": "Maps and lists are nested deeper than any definition needs.",
    "too_many_steps": "A definition has at most 10,000 steps.",
    "too_many_findings": "Only the first thousand findings are listed.",
    "language_version": "The document is written in a newer version of the language than this release reads.",
    # Shape
    "missing": "A key that must be there is not.",
    "unknown_key": "A key is not one of the language.",
    "wrong_type": "A value is of another type than its key takes.",
    "wrong_value": "A value is not one of those its key takes.",
    "wrong_form": "A name is not written the way such names are.",
    "too_long": "A text or list is longer than its key takes.",
    "empty": "A text or list that must hold something is empty.",
    "unknown_kind": "A step is of no kind that the language has.",
    "unknown_type": "A field or trigger is of no type that the language has.",
    "control_character": "A text holds a character that cannot be shown or stored.",
    # Names
    "duplicate_id": "Two things of one list have the same id.",
    "reserved_id": "An id is a name that the language uses itself.",
    # The graph
    "unknown_step": "A step is named that does not exist.",
    "unknown_phase": "A phase is named that does not exist.",
    "unknown_port": "An edge names a port that its step does not have.",
    "unknown_option": "`otherwise` names an option that the decision does not have.",
    "duplicate_edge": "The same edge is named twice.",
    "cycle": "Steps wait for each other. `back_to` is the only way back.",
    "unreachable": "A step can never be come to.",
    "phase_without_steps": "A phase has no steps, so that whatever waits for it would wait for ever.",
    "back_to_later": "`back_to` names a step that does not come before the decision.",
    # Kinds
    "otherwise_missing": "A decision by rules must say what holds when no option does.",
    "option_without_when": "An option of rules can never be chosen: it has no `when` and is not `otherwise`.",
    "nothing_to_do": "A step lacks what its kind needs to do anything.",
    "one_of": "Keys that exclude each other are used together, or none of them is.",
    "ignored_key": "A key has no meaning for this kind of step and is ignored.",
    "record_missing": "A step needs a record, and neither it nor the definition names one.",
    "inbox_missing": "A trigger that starts without a person needs a fallback inbox.",
    "opened_overlap": "Opening a record would start another definition as well, whatever the record says.",
    "final_not_last": "`final` belongs on the last step.",
    # Values
    "bad_duration": "A length of time cannot be read, or not be used here.",
    "bad_date": "A date or time cannot be read.",
    "bad_cron": "The times of a schedule cannot be read.",
    "bad_timezone": "There is no such time zone.",
    "bad_limit": "Two limits contradict each other, or do not fit the type.",
    "bad_default": "The default is not something the field takes.",
    "bad_anchor": "A due date counts from something that does not exist.",
    "options_missing": "A field to choose from has nothing to choose.",
    "fields_missing": "A table has no columns.",
    "stop_without_start": "A stopwatch that is to stop has no step that starts it.",
    "not_boolean": "A condition is an expression that gives something else than true or false.",
    # What the installation knows
    "unknown_action": "No worker has announced this action.",
    "action_not_served": "No live worker serves the action now; a step that comes to it waits until one does.",
    "unknown_server": "There is no such MCP server, or it is switched off.",
    "unknown_tool": "The MCP server has no such tool, or it is not switched on.",
    "unknown_input": "The action takes no such input.",
    "input_missing": "An input that the action requires is not given.",
    "input_type": "A pinned value is not what the action's input takes.",
    "unknown_collection": "No data source has such a collection.",
    "unknown_field": "The collection has no such field.",
    "unknown_relation": "The collection has no such relation.",
    "read_only": "The collection may only be read.",
    "unknown_role": "There is no such role.",
    "unknown_secret": "There is no such secret, or none for the teams of this definition.",
    "unknown_person": "There is nobody of that id who may act.",
    "unknown_team": "There is no such team.",
    "unknown_inbox": "There is no such inbox.",
    "unknown_calendar": "There is no such calendar of days off.",
    "unknown_definition": "There is no such definition.",
    "unknown_version": "The definition has no such version.",
    "not_published": "The definition is not published yet.",
    "unknown_reason": "The closing reason is not in the library yet; publishing adds it.",
    # This release
    **EXPRESSION_CODES,
}
"""Every code a finding can carry, with what it means. Codes are never renamed."""
