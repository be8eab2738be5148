"""What is asked of a machine, and of those who agree: what may be seen, filled in and approved."""

from __future__ import annotations

from collections.abc import Iterator

from definitions.checks.subject import Subject
from definitions.expressions.values import member
from definitions.findings import Finding
from definitions.model import AiStep, Step, TaskStep

WITHOUT_EFFECT = ("get_data", "load_related", "ai", "decision")
"""Kinds that a machine does and that touch nothing: there is nothing to approve."""
WHOLE = ("record", "inputs")


def check_proposals(subject: Subject) -> Iterator[Finding]:
    """Each step that a machine proposes for, or that others must agree to."""
    for index, pointer, step in subject.steps():
        if index in subject.gaps:
            continue
        if isinstance(step, AiStep):
            yield from _sees(subject, pointer, step)
        if isinstance(step, TaskStep) and step.draft is not None and not step.fields:
            message = "there are no fields to draft"
            yield Finding("ignored_key", f"{pointer}/draft", message, "Add 'fields:', or remove it.", "warning")
        yield from _approval(pointer, step)


def _approval(pointer: str, step: Step) -> Iterator[Finding]:
    by_ai = step.kind != "decision" or step.by == "ai"
    if step.approval is not None and step.kind in WITHOUT_EFFECT and by_ai:
        message = f"a step of kind {step.kind} touches nothing that could be approved"
        hint = "Approve the step that acts on it, or let a person decide."
        yield Finding("ignored_key", f"{pointer}/approval", message, hint, "warning")


def _sees(subject: Subject, pointer: str, step: AiStep) -> Iterator[Finding]:
    """Steps, one field of a step, the record, the inputs, or one of these."""
    inputs = {each.id for each in subject.document.inputs}
    for index, name in enumerate(step.sees):
        head, _, field = name.partition(".")
        if head in subject.ids or name in WHOLE or (head == "inputs" and field in inputs) or subject.unreadable:
            continue
        known = ", ".join([*subject.ids, *WHOLE][:20])
        message = f"there is nothing called {name!r} to see"
        hint = f"Name a step or a field of it: {known}."
        yield Finding("unknown_step", member(f"{pointer}/sees", index), message, hint)
