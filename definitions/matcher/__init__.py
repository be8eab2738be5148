"""Values proposed without any model: what the run already knows, found by its name, its kind and where it came from.

A machine that only compares words must not sound surer than it is. So each value carries how well its name and its
kind agree with what is asked; two places that say different things make both doubtful; the whole is as sure as the
weakest field that must be there; and what is not found is left out and said. A row or a tool is picked only where
nothing else could be meant. It signs as `matcher`, never as a model, and it reads no free text for meaning: what a
record says in its words cannot steer it.

Pure and deterministic: the same question gives the same answer, and every value is valid by the question's schema.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from definitions.matcher.candidates import candidates_of
from definitions.matcher.fields import Found, match_fields
from definitions.matcher.picks import pick_row, pick_tool
from definitions.proposing import Answer, Asked, Question

MATCHER = "matcher"


def propose(question: Question, tools: Sequence[dict[str, Any]] = ()) -> Answer:
    """What the matcher can say to a question about a form, a row or a tool.

    `tools` are {name, description, input_schema, schema_hash}, those that may be used. Raises ValueError for an answer
    or a choice: these need a model.
    """
    match question.what:
        case Asked.FORM:
            return _form(question)
        case Asked.ROW:
            return _row(question)
        case Asked.TOOL:
            return _tool(question, tools)
        case _:
            raise ValueError(f"{question.what} needs a model")


def _form(question: Question) -> Answer:
    return _answer(match_fields(question.schema, candidates_of(question.context)))


def _row(question: Question) -> Answer:
    picked = pick_row(question, candidates_of(question.context))
    if picked is None:
        return Answer({}, 0.0, MATCHER, "Nothing that is known names exactly one of the rows.")
    return Answer({picked.field: picked.value}, picked.confidence, MATCHER, picked.why, picked.basis)


def _tool(question: Question, tools: Sequence[dict[str, Any]]) -> Answer:
    picked = pick_tool(question, tools)
    if picked is None:
        return Answer({}, 0.0, MATCHER, "The words of the step name none of the tools, or more than one.")
    tool = next(each for each in tools if each["name"] == picked.value)
    filled = match_fields(_asked(tool["input_schema"], question.pinned), candidates_of(question.context))
    arguments = _answer(filled)
    needs = bool(filled.required) or bool(filled.values)
    return Answer(
        {"tool": tool["name"], "arguments": {**filled.values, **question.pinned}, "schema_hash": tool["schema_hash"]},
        min(picked.confidence, arguments.confidence) if needs else picked.confidence,
        MATCHER,
        f"{picked.why} {arguments.explanation}".strip() if needs else picked.why,
        (*picked.basis, *arguments.basis),
    )


def _asked(schema: dict[str, Any], pinned: dict[str, Any]) -> dict[str, Any]:
    """A tool's schema without what is pinned: that stands already."""
    properties = {key: value for key, value in schema.get("properties", {}).items() if key not in pinned}
    required = [key for key in schema.get("required", ()) if key not in pinned]
    return {**schema, "properties": properties, "required": required}


def _answer(found: Found) -> Answer:
    return Answer(found.values, found.confidence, MATCHER, found.explanation, found.basis)
