"""What each kind needs to do anything, and which of its keys exclude each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from definitions.checks.subject import Subject
from definitions.findings import Finding
from definitions.model import (
    ActionStep,
    DecisionStep,
    GetDataStep,
    LoadRelatedStep,
    McpStep,
    Step,
    TaskStep,
    UpdateDataStep,
    WaitStep,
)

MACHINE_KEYS = ("timeout", "retry", "undo", "approval")
"""Keys that mean nothing where no machine does the step."""


def check_kinds(subject: Subject) -> Iterator[Finding]:
    """Each step by the rules of its kind."""
    for index, pointer, step in subject.steps():
        if index in subject.gaps:
            continue
        if (check := CHECKS.get(step.kind)) is not None:
            yield from check(subject, pointer, step)
        yield from _without_machine(pointer, step)
        if isinstance(step, TaskStep) and step.final and index != len(subject.document.steps) - 1:
            hint = "Move the step to the end of the list."
            yield Finding("final_not_last", f"{pointer}/final", "only the last step can be final", hint)


def _decision(subject: Subject, pointer: str, step: DecisionStep) -> Iterator[Finding]:
    names = [option.id for option in step.options]
    if step.otherwise is not None and step.otherwise not in names:
        message = f"the decision has no option {step.otherwise!r}"
        yield Finding("unknown_option", f"{pointer}/otherwise", message, f"Its options are {', '.join(names)}.")
    yield from _ways_back(pointer, step)
    if step.by != "rules":
        if step.take == "all":
            message = "only rules can take all options that hold"
            yield Finding("ignored_key", f"{pointer}/take", message, "Say 'by: rules', or remove it.", "warning")
        for index, option in enumerate(step.options):
            if option.when is not None:
                message = "only rules look at conditions of options"
                path = f"{pointer}/options/{index}/when"
                yield Finding("ignored_key", path, message, "Say 'by: rules', or remove it.", "warning")
        return
    yield from _rules(pointer, step, names)


def _rules(pointer: str, step: DecisionStep, names: list[str]) -> Iterator[Finding]:
    if step.otherwise is None:
        message = "it is not said what holds when no option does"
        yield Finding("otherwise_missing", pointer, message, f"Add 'otherwise:', one of {', '.join(names)}.")
    for index, option in enumerate(step.options):
        if option.when is None and option.id != step.otherwise:
            message = f"the option {option.id!r} can never be chosen"
            hint = "Give it a 'when:', or name it in 'otherwise:'."
            yield Finding("option_without_when", f"{pointer}/options/{index}", message, hint)


def _ways_back(pointer: str, step: DecisionStep) -> Iterator[Finding]:
    """After `max` rounds a way back becomes `otherwise`: which must be there, and lead on."""
    back = [option.id for option in step.options if option.back_to is not None]
    if back and step.otherwise is None and step.by != "rules":
        message = f"it is not said what holds when {back[0]!r} was taken too often"
        yield Finding("otherwise_missing", pointer, message, "Add 'otherwise:', an option that leads on.")
    if step.otherwise in back:
        message = f"{step.otherwise!r} leads back, and so never on"
        yield Finding("wrong_value", f"{pointer}/otherwise", message, "Name an option without 'back_to'.")


def _get_data(subject: Subject, pointer: str, step: GetDataStep) -> Iterator[Finding]:
    yield from _has_collection(subject, pointer, step)
    if step.record is not None and step.where is not None:
        yield Finding("one_of", pointer, "'record' and 'where' exclude each other", "Keep one of them.")
    if step.record is not None and step.many:
        yield Finding("one_of", pointer, "'record' names one row, 'many' asks for several", "Keep one of them.")
    if step.limit is not None and not step.many:
        yield Finding("ignored_key", f"{pointer}/limit", "one row needs no limit", "Add 'many: true'.", "warning")
    pinned = step.record is not None or step.where is not None or step.many or step.instruction is not None
    if not pinned and _elsewhere(subject, step.collection):
        message = f"it is not said which row of {step.collection} to read"
        yield Finding("nothing_to_do", pointer, message, "Add 'record:' or 'where:'.")


def _update_data(subject: Subject, pointer: str, step: UpdateDataStep) -> Iterator[Finding]:
    yield from _has_collection(subject, pointer, step)
    if not step.set and step.instruction is None:
        yield Finding("nothing_to_do", pointer, "nothing is set", "Add 'set: {field: value}'.")
    if step.create and step.record is not None:
        yield Finding("one_of", pointer, "'create' makes a new row, 'record' names one", "Keep one of them.")
    named = step.record is not None or step.create or step.instruction is not None
    if not named and _elsewhere(subject, step.collection):
        message = f"it is not said which row of {step.collection} to write"
        yield Finding("nothing_to_do", pointer, message, "Add 'record:'.")


def _load_related(subject: Subject, pointer: str, step: LoadRelatedStep) -> Iterator[Finding]:
    if subject.document.record is None and "record" not in subject.lost:
        yield _no_record(pointer)


def _has_collection(subject: Subject, pointer: str, step: GetDataStep | UpdateDataStep) -> Iterator[Finding]:
    if step.collection is None and subject.document.record is None and "record" not in subject.lost:
        yield _no_record(pointer)


def _no_record(pointer: str) -> Finding:
    message = "there is no record to work on"
    hint = "Name the run's record at the top ('record: source.collection'), or a 'collection:' here."
    return Finding("record_missing", pointer, message, hint)


def _elsewhere(subject: Subject, collection: str | None) -> bool:
    return collection is not None and collection != subject.document.record and "record" not in subject.lost


WAITS = {"for_": "for", "until": "until", "before": "before", "after_date": "after_date", "event": "event"}


def _wait(subject: Subject, pointer: str, step: WaitStep) -> Iterator[Finding]:
    said = [key for name, key in WAITS.items() if getattr(step, name) is not None]
    if not said:
        hint = f"Add one of {', '.join(WAITS.values())}."
        yield Finding("nothing_to_do", pointer, "it is not said what to wait for", hint)
    if len(said) > 1:
        yield Finding("one_of", pointer, f"{' and '.join(map(repr, said))} exclude each other", "Keep one of them.")
    if step.expires is not None and step.event is None:
        message = "only a wait for an event expires: any other ends by itself"
        yield Finding("one_of", f"{pointer}/expires", message, "Add 'event:', or leave it out.")
    if step.by is not None and not {"before", "after_date"} & set(said):
        message = "'by' counts from a date, and none is named"
        yield Finding("one_of", f"{pointer}/by", message, "Add 'before:' or 'after_date:'.")


def _action(subject: Subject, pointer: str, step: ActionStep) -> Iterator[Finding]:
    if step.confirm is not None and step.approval is not None and not step.approval.wait:
        message = "what counts as done before others agreed waits for nobody outside"
        yield Finding("one_of", f"{pointer}/confirm", message, "Leave it out, or let the approval wait.")


def _mcp(subject: Subject, pointer: str, step: McpStep) -> Iterator[Finding]:
    if step.tool is None and not step.tools and step.instruction is None:
        message = "neither a tool nor what to pick one by is named"
        yield Finding("nothing_to_do", pointer, message, "Add 'tool:', or 'tools:' and 'instruction:'.")
    if step.tool is not None and step.tools and step.tool not in step.tools:
        message = f"the tool {step.tool!r} is not one of those allowed"
        yield Finding("wrong_value", f"{pointer}/tool", message, f"Allowed are {', '.join(step.tools)}.")


def _without_machine(pointer: str, step: Step) -> Iterator[Finding]:
    if step.schedule is not None and step.kind in ("task", "wait", "end", "escalate", "journey"):
        message = "a schedule is for what a machine does, and for decisions"
        yield Finding("ignored_key", f"{pointer}/schedule", message, "Put a 'wait' before the step.", "warning")
    by_person = isinstance(step, DecisionStep) and step.by != "ai"
    if step.kind not in ("task", "wait", "end", "escalate", "journey") and not by_person:
        return
    for key in MACHINE_KEYS:
        if getattr(step, key) is not None:
            message = f"{key!r} means nothing for a step that no machine does"
            yield Finding("ignored_key", f"{pointer}/{key}", message, "Remove it.", "warning")


CHECKS: dict[str, Callable[[Subject, str, Any], Iterator[Finding]]] = {
    "action": _action,
    "decision": _decision,
    "get_data": _get_data,
    "load_related": _load_related,
    "update_data": _update_data,
    "wait": _wait,
    "mcp": _mcp,
}
