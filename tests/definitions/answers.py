"""Answers to a form, as a test gives them: what is kept of one, and what is wrong with it."""

from __future__ import annotations

from typing import Any

from definitions.checks import check
from definitions.forms import PROBLEMS, check_answer
from definitions.model import TaskStep
from tests.definitions.samples import asking, definition

NOTHING: dict[str, Any] = {"steps": {}}


def answer(
    fields: list[dict[str, Any]], given: Any, scope: dict[str, Any] | None = None
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What is kept of an answer, and paths and codes of the problems, for fields checked as in a definition."""
    report = check(definition(asking(*fields), inputs=[{"id": "amount", "type": "money"}]))
    assert report.document is not None
    assert not report.findings, [each.to_json() for each in report.findings]
    (step,) = report.document.steps
    assert isinstance(step, TaskStep)
    kept, problems = check_answer(step.fields, given, scope or NOTHING, report.expressions, "/steps/0/fields")
    assert all(each.code in PROBLEMS and each.message for each in problems)
    return kept, [(each.path, each.code) for each in problems]
