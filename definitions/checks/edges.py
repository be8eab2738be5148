"""The edges of a definition: who waits for whom, as the author wrote it and as it is meant.

A step left without `after` waits for the step before it; where it opens its phase, for what the phase waits for. The
same rule as the engine's (definitions/engine/graph.py); a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from definitions.checks.subject import Subject
from definitions.model import DecisionStep, Step

PORTS = ("done", "skipped", "timeout", "overdue", "error")
EFFECT_KINDS = ("get_data", "load_related", "update_data", "action", "mcp", "ai", "workflow")


@dataclass(frozen=True, slots=True)
class Wait:
    """One entry of `after`: what it names, and where it is written. A phase has no port."""

    source: str
    port: str | None
    is_phase: bool
    pointer: str


def waits_of(subject: Subject) -> list[tuple[Wait, ...]]:
    """What each step waits for, by index, with gates of phases and the order of the list filled in."""
    document = subject.document
    found = []
    for index, step in enumerate(document.steps):
        before = document.steps[index - 1] if index else None
        gate = (
            gate_of(subject, step) if step.after is not None or before is None or before.phase != step.phase else None
        )
        if step.after:
            found.append(_waits(step.after, f"/steps/{index}/after"))
        elif gate is not None:
            found.append(gate)
        elif step.after is None and before is not None:
            found.append((Wait(before.id, None, False, f"/steps/{index}"),))
        else:
            found.append(())
    return found


def gate_of(subject: Subject, step: Step) -> tuple[Wait, ...] | None:
    """What the step's phase waits for, or None where it says nothing."""
    phase = subject.phase_of(step)
    if phase is None or phase.after is None:
        return None
    return _waits(phase.after, f"/phases/{subject.phases[phase.id]}/after")


def _waits(after: tuple[str, ...], pointer: str) -> tuple[Wait, ...]:
    return tuple(_wait(text, f"{pointer}/{place}") for place, text in enumerate(after))


def _wait(text: str, pointer: str) -> Wait:
    head, _, tail = text.partition(":")
    return Wait(tail, None, True, pointer) if head == "phase" and tail else Wait(head, tail or None, False, pointer)


def written_waits(subject: Subject) -> Iterator[Wait]:
    """Every edge as the author wrote it, once."""
    for index, step in enumerate(subject.document.steps):
        yield from _waits(step.after or (), f"/steps/{index}/after")
    for index, phase in enumerate(subject.document.phases):
        yield from _waits(phase.after or (), f"/phases/{index}/after")


def ports_of(step: Step) -> tuple[str, ...]:
    """The ports an edge may name."""
    options = tuple(option.id for option in step.options) if isinstance(step, DecisionStep) else ()
    return (*options, *PORTS)


def sources_of(subject: Subject, waits: list[tuple[Wait, ...]]) -> list[list[int]]:
    """The graph as numbers: steps first, then phases; a phase waits for all its steps."""
    steps = len(subject.document.steps)
    found = [_numbers(subject, each, steps) for each in waits]
    members: list[list[int]] = [[] for _ in subject.document.phases]
    for index, step in enumerate(subject.document.steps):
        if step.phase in subject.phases:
            members[subject.phases[step.phase]].append(index)
    return found + members


def _numbers(subject: Subject, waits: tuple[Wait, ...], steps: int) -> list[int]:
    named = [
        steps + subject.phases[wait.source] if wait.is_phase else subject.ids[wait.source]
        for wait in waits
        if wait.source in (subject.phases if wait.is_phase else subject.ids)
    ]
    return list(dict.fromkeys(named))
