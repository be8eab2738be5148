"""Edges that lead nowhere: steps, phases and ports that do not exist, phases without steps."""

from __future__ import annotations

from collections.abc import Iterator

from definitions.checks.edges import Wait, ports_of, waits_of, written_waits
from definitions.checks.subject import Subject
from definitions.findings import Finding, Severity


def check_edges(subject: Subject) -> Iterator[Finding]:
    """Unknown and doubled edges, unknown and empty phases."""
    for wait in written_waits(subject):
        yield from _edge(subject, wait)
    yield from _doubled(subject)
    yield from _empty_phases(subject, waits_of(subject))
    if "phases" not in subject.lost:
        yield from _named_phases(subject)


def _edge(subject: Subject, wait: Wait) -> Iterator[Finding]:
    if wait.is_phase:
        if wait.source not in subject.phases and "phases" not in subject.lost:
            yield Finding("unknown_phase", wait.pointer, f"there is no phase {wait.source!r}", _phase_hint(subject))
        return
    index = subject.ids.get(wait.source)
    if index is None:
        if not subject.unreadable:
            yield Finding("unknown_step", wait.pointer, f"there is no step {wait.source!r}", "Name a step by its id.")
        return
    ports = ports_of(subject.document.steps[index])
    if wait.port is not None and wait.port not in ports and index not in subject.gaps:
        message = f"the step {wait.source!r} has no port {wait.port!r}"
        yield Finding("unknown_port", wait.pointer, message, f"Its ports are {', '.join(ports)}.")


def _phase_hint(subject: Subject) -> str:
    names = ", ".join(list(subject.phases)[:20])
    return f"The phases are {names}." if names else "List the phases at the top: 'phases:'."


def _doubled(subject: Subject) -> Iterator[Finding]:
    for index, step in enumerate(subject.document.steps):
        seen: set[str] = set()
        for place, text in enumerate(step.after or ()):
            if text in seen:
                path = f"/steps/{index}/after/{place}"
                yield Finding("duplicate_edge", path, f"{text!r} is named twice", "Remove one.", "warning")
            seen.add(text)


def _empty_phases(subject: Subject, waits: list[tuple[Wait, ...]]) -> Iterator[Finding]:
    used = {step.phase for step in subject.document.steps}
    awaited = {wait.source for each in waits for wait in each if wait.is_phase}
    for index, phase in enumerate(subject.document.phases):
        if phase.id not in used and not subject.broken:
            message = f"no step is in the phase {phase.id!r}"
            hint = f"Put steps in it ('phase: {phase.id}'), or remove it."
            severity: Severity = "error" if phase.id in awaited else "warning"
            yield Finding("phase_without_steps", f"/phases/{index}", message, hint, severity)


def _named_phases(subject: Subject) -> Iterator[Finding]:
    for _, pointer, step in subject.steps():
        if step.phase is not None and step.phase not in subject.phases:
            message = f"there is no phase {step.phase!r}"
            yield Finding("unknown_phase", f"{pointer}/phase", message, _phase_hint(subject))
