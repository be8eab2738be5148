"""Steps that wait for each other, steps that nothing ever comes to, and ways back that lead forward.

All but the last are linear in steps and edges.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from definitions.checks.cycles import Knot, knots
from definitions.checks.edges import EFFECT_KINDS, Wait, sources_of, waits_of
from definitions.checks.subject import Subject
from definitions.findings import Finding
from definitions.model import DecisionStep, JourneyStep, Step, WaitStep


def check_reach(subject: Subject) -> Iterator[Finding]:
    """Cycles, steps that cannot be reached, and `back_to` that does not lead back."""
    waits = waits_of(subject)
    sources = sources_of(subject, waits)
    tangles = knots(sources)
    for knot in tangles:
        yield _cycle(subject, knot)
    straight = _straightened(sources, tangles)
    yield from _unreachable(subject, waits, straight, {member for knot in tangles for member in knot.members})
    yield from _back(subject, straight)


def _cycle(subject: Subject, knot: Knot) -> Finding:
    """One finding for each knot of steps that wait for each other."""
    steps, phases = subject.document.steps, subject.document.phases
    names = [steps[n].id if n < len(steps) else f"phase:{phases[n - len(steps)].id}" for n in knot.ring]
    first = min(knot.members)
    path = f"/steps/{first}/after" if steps[first].after else f"/steps/{first}"
    hint = "Take one of these edges out; to go back to an earlier step, give an option 'back_to'."
    return Finding("cycle", path, f"these steps wait for each other: {' → '.join([*names, names[0]])}", hint)


def _straightened(sources: list[list[int]], tangles: list[Knot]) -> list[list[int]]:
    """The graph without the edges inside its knots, so that what comes after them can be looked at too."""
    knot_of = {member: at for at, knot in enumerate(tangles) for member in knot.members}
    return [
        [source for source in each if knot_of.get(number, -1) != knot_of.get(source, -2)]
        for number, each in enumerate(sources)
    ]


def _unreachable(
    subject: Subject, waits: list[tuple[Wait, ...]], sources: list[list[int]], tangled: set[int]
) -> Iterator[Finding]:
    """Steps none of whose edges can ever be taken, in an order in which what they wait for is known."""
    steps = subject.document.steps
    reached = [False] * len(sources)
    for number in _in_order(sources):
        if number >= len(steps):
            reached[number] = not sources[number] or any(reached[member] for member in sources[number])
            continue
        if number in tangled:
            reached[number] = True
            continue
        possible = [_possible(subject, wait, reached, len(steps)) for wait in waits[number]]
        reached[number] = not possible or any(possible)
        if not reached[number] and number not in subject.broken:
            path = f"/steps/{number}/after" if steps[number].after else f"/steps/{number}"
            message = f"the step {steps[number].id!r} can never be come to"
            yield Finding("unreachable", path, message, _why(subject, waits[number]))
            reached[number] = True  # what only follows from it is not reported


def _in_order(sources: list[list[int]]) -> Iterator[int]:
    """Kahn's order over what is not in a knot nor behind one."""
    behind: list[list[int]] = [[] for _ in sources]
    missing = [len(each) for each in sources]
    for number, each in enumerate(sources):
        for source in each:
            behind[source].append(number)
    ready = [number for number, count in enumerate(missing) if count == 0]
    for number in ready:
        yield number
        for after in behind[number]:
            missing[after] -= 1
            if missing[after] == 0:
                ready.append(after)


def _possible(subject: Subject, wait: Wait, reached: list[bool], steps: int) -> bool:
    if wait.is_phase:
        index = subject.phases.get(wait.source)
        return index is None or reached[steps + index]
    found = subject.ids.get(wait.source)
    if found is None or found in subject.gaps:
        return True
    return reached[found] and _can_end_by(subject.document.steps[found], wait.port)


def _can_end_by(step: Step, port: str | None) -> bool:
    match port:
        case None | "done":
            return step.kind != "end"
        case "skipped":
            return step.skippable or _can_be_called_off(step)
        case "timeout" | "error":
            return step.kind in EFFECT_KINDS or (is_told(step) and (port == "error" or step.expires is not None))
        case _:
            return True


def _can_be_called_off(step: Step) -> bool:
    """Whether it waits for a moment of its own: a schedule that is cancelled ends its step skipped."""
    return step.schedule is not None and step.kind in (*EFFECT_KINDS, "decision")


def is_told(step: Step) -> TypeGuard[JourneyStep | WaitStep]:
    """Whether the step ends when something outside says so, which may never come."""
    return isinstance(step, JourneyStep) or (isinstance(step, WaitStep) and step.event is not None)


def _why(subject: Subject, waits: tuple[Wait, ...]) -> str:
    for wait in waits:
        step = subject.document.steps[subject.ids[wait.source]] if wait.source in subject.ids else None
        if step is not None and step.kind == "end":
            return f"The run ends at {step.id!r}: name what it comes after with 'after:'."
        if step is not None and wait.port == "skipped":
            return f"{step.id!r} cannot be skipped: give it 'skippable: true', or another edge."
        if step is not None and is_told(step):
            return f"{step.id!r} waits for ever: say when it 'expires:'."
        if step is not None and wait.port in ("timeout", "error"):
            return f"A person does {step.id!r}: it never ends by {wait.port!r}."
    return "Name another step or port in 'after:'."


def _back(subject: Subject, sources: list[list[int]]) -> Iterator[Finding]:
    """`back_to` leads to a step that comes before the decision on the way the run took."""
    wanted = [
        (index, place, option.back_to)
        for index, _, step in subject.steps()
        if isinstance(step, DecisionStep)
        for place, option in enumerate(step.options)
        if option.back_to is not None
    ]
    if not wanted:
        return
    before = _ancestors(sources)
    for index, place, target in wanted:
        path = f"/steps/{index}/options/{place}/back_to"
        found = subject.ids.get(target)
        if found is None:
            if not subject.unreadable:
                yield Finding("unknown_step", path, f"there is no step {target!r}", "Name a step by its id.")
        elif found != index and not before[index] >> found & 1:
            message = f"{target!r} does not come before this decision"
            yield Finding("back_to_later", path, message, "Name a step that the decision comes after.")


def _ancestors(sources: list[list[int]]) -> list[int]:
    """For each number the set of what comes before it, as bits: ten thousand steps take twelve megabytes."""
    before = [0] * len(sources)
    for number in _in_order(sources):
        for source in sources[number]:
            before[number] |= before[source] | 1 << source
    return before
