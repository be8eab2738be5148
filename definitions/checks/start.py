"""How runs come to be: what starts by itself needs somebody to turn to, and closing needs reasons to choose from."""

from __future__ import annotations

from collections.abc import Iterator

from definitions.checks.subject import Subject
from definitions.checks.triggers import check_triggers
from definitions.findings import Finding


def check_start(subject: Subject) -> Iterator[Finding]:
    """Triggers, purposes, and the reasons a run is closed with."""
    document = subject.document
    if "start" not in subject.lost:
        yield from check_triggers(subject)
    reasons = document.closing_reasons
    if reasons is not None and reasons.required_on and not reasons.reasons:
        message = "a reason is required and there is none to choose"
        yield Finding("empty", "/closing_reasons/reasons", message, "Name some of the library's reasons.")
    if document.sync and document.record is None and "record" not in subject.lost:
        message = "there is no record to write to"
        yield Finding("record_missing", "/sync", message, "Name the run's record: 'record: source.collection'.")
    for index, each in enumerate(document.sync):
        yield from _names(subject, each.step, each.phase, f"/sync/{index}")


def _names(subject: Subject, step: str | None, phase: str | None, at: str) -> Iterator[Finding]:
    if step is not None and step not in subject.ids and not subject.unreadable:
        yield Finding("unknown_step", f"{at}/step", f"there is no step {step!r}", "Name a step by its id.")
    if phase is not None and phase not in subject.phases and "phases" not in subject.lost:
        yield Finding("unknown_phase", f"{at}/phase", f"there is no phase {phase!r}", "Name a phase by its id.")
