"""Checking a definition: one entry, every finding at once, in the order of the document.

Each concern is a file of its own and a function from what can be read to findings. What is wrong with the shape of a
value does not keep the rest from being checked (subject.py); what the installation has is checked as far as it is known
(known.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from definitions.checks.actions import check_actions
from definitions.checks.called import check_called
from definitions.checks.data import check_data
from definitions.checks.expressions import check_expressions
from definitions.checks.fields import check_fields
from definitions.checks.graph import check_edges
from definitions.checks.ids import check_ids
from definitions.checks.installation import check_installation
from definitions.checks.kinds import check_kinds
from definitions.checks.known import NOTHING_KNOWN, Known
from definitions.checks.limits import too_much
from definitions.checks.opened import check_opened
from definitions.checks.outside import check_outside
from definitions.checks.proposals import check_proposals
from definitions.checks.reach import check_reach
from definitions.checks.secrets import check_secrets
from definitions.checks.start import check_start
from definitions.checks.subject import Subject, read
from definitions.checks.times import check_times
from definitions.checks.tools import check_tools
from definitions.findings import Finding, in_order
from definitions.model import Document

FINDINGS_LIMIT = 1_000
"""More than anybody reads; a document of ten thousand broken steps still answers in one page."""

__all__ = ["Known", "Report", "check"]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. `findings` keep it from being published, `warnings` do not.

    `document` is None where its shape is wrong; `expressions` are the trees to freeze, by JSON pointer.
    """

    document: Document | None
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...] = ()
    expressions: dict[str, Any] = field(default_factory=dict)

    @property
    def valid(self) -> bool:
        """Whether the definition can be published."""
        return not self.findings

    def to_json(self) -> dict[str, Any]:
        """As `POST /v1/definitions/validate` answers it."""
        return {
            "valid": self.valid,
            "findings": [each.to_json() for each in self.findings],
            "warnings": [each.to_json() for each in self.warnings],
        }


def check(raw: Any, known: Known | None = None) -> Report:
    """Everything that is wrong with a definition. `raw` is its plain data; never raises for what an author writes."""
    if findings := too_much(raw):
        return Report(None, in_order(findings))
    document, subject, findings = read(raw, known or NOTHING_KNOWN)
    if subject is None:
        return _report(document, findings, {})
    trees, compiled, wrong = check_expressions(subject)
    findings += [*wrong, *_concerns(subject)]
    for concern in (check_actions, check_tools, check_called, check_data):
        findings += concern(subject, compiled)
    return _report(document, findings, trees)


def _concerns(subject: Subject) -> Iterator[Finding]:
    for concern in (
        check_ids,
        check_edges,
        check_reach,
        check_kinds,
        check_proposals,
        check_fields,
        check_times,
        check_start,
        check_outside,
        check_opened,
        check_installation,
        check_secrets,
    ):
        yield from concern(subject)


def _report(document: Document | None, findings: list[Finding], trees: dict[str, Any]) -> Report:
    errors = in_order(each for each in findings if each.severity == "error")
    warnings = in_order(each for each in findings if each.severity == "warning")
    if len(errors) > FINDINGS_LIMIT:
        message = f"{len(errors)} findings, of which the first {FINDINGS_LIMIT} are listed"
        errors = (*errors[:FINDINGS_LIMIT], Finding("too_many_findings", "", message, "Correct these first."))
    return Report(document, errors, warnings[:FINDINGS_LIMIT], trees)
