"""The form of a task: its fields with what the step and the document add to them.

`prefill` of the step, stopwatches that belong to those of other steps, and the last look at everything before a run is
handed over. One place, so that the form a person sees, the answer that is judged and the look at the end cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from definitions.bound import asked
from definitions.expressions.outcome import ABSENT
from definitions.expressions.values import resolve
from definitions.forms import Problem, beginning, check_answer
from definitions.model import Document, FormField, TaskStep
from definitions.timers import Start, forms_of, starts


def task_answer(
    document: Document,
    step: TaskStep,
    pointer: str,
    answer: Mapping[str, Any],
    *,
    scope: Mapping[str, Any],
    trees: Mapping[str, Any],
) -> tuple[dict[str, Any], list[Problem]]:
    """An answer to a task as it will be kept, and its problems. `pointer` is where the step stands (`/steps/3`)."""
    return check_answer(
        step.fields,
        answer,
        scope,
        trees,
        f"{pointer}/fields",
        prefill=prefilled(step, pointer, scope, trees),
        timers=timers_of(document, step.fields),
    )


def task_beginning(
    step: TaskStep, pointer: str, scope: Mapping[str, Any], trees: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    """What the form of a task begins with. `before` is what a person entered earlier: a draft, or the round that was
    opened again; it goes before anything else in what may be edited.
    """
    found = beginning(step.fields, scope, trees, f"{pointer}/fields", prefilled(step, pointer, scope, trees))
    for index, each in enumerate(step.fields):
        if before.get(each.id) is not None and asked(each, f"{pointer}/fields/{index}", scope, trees):
            found[each.id] = before[each.id]
    return found


def prefilled(step: TaskStep, pointer: str, scope: Mapping[str, Any], trees: Mapping[str, Any]) -> dict[str, Any]:
    """The step's `prefill`, worked out; what is absent is left out."""
    found = resolve(step.prefill, f"{pointer}/prefill", trees, scope)
    return {} if found is ABSENT else dict(found)


def timers_of(document: Document, fields: Iterable[FormField]) -> Mapping[str, Start] | None:
    """Which stopwatch of the document stops which; None, which costs nothing, for a form without any."""
    return starts(list(forms_of(document))) if any(map(_times, fields)) else None


def _times(each: FormField) -> bool:
    return each.timer is not None or any(map(_times, each.fields))


@dataclass(frozen=True, slots=True)
class Finished:
    """A task that is done: the step, where it stands in the document, and its kept answer."""

    step: TaskStep
    pointer: str
    output: Mapping[str, Any]


def recheck(
    document: Document, finished: Iterable[Finished], scope: Mapping[str, Any], trees: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Everything that finished tasks lack by today's rules, in the order given: `[{step, path, code, message}]`.

    `scope` holds the policy of whoever hands the run over. Paths begin with `/steps/<id>/output`. What that person may
    not see or edit is left as it was answered: nobody could correct it now.
    """
    found: list[dict[str, str]] = []
    for each in finished:
        timers = timers_of(document, each.step.fields)
        base, at = f"/steps/{each.step.id}/output", f"{each.pointer}/fields"
        _, problems = check_answer(
            each.step.fields, each.output, scope, trees, at, base=base, timers=timers, again=True
        )
        found += [{"step": each.step.id, **problem.to_json()} for problem in problems]
    return found
