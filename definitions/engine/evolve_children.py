"""What each fact about child runs changes: how they stand, and with them the round that waits for them."""

from __future__ import annotations

from typing import Any

from definitions.engine.evolve_steps import changed, opened
from definitions.engine.family import (
    ENDED,
    ENDS_KEPT,
    FAILED,
    LETTERS,
    OPEN,
    STARTING,
    WAITING,
    Family,
)
from definitions.engine.replacing import replace
from definitions.engine.state import State, StepStatus
from definitions.wire import Event

CHILDREN = "children"
"""What a round waits for whose children are at work."""


def planned(state: State, event: Event) -> State:
    """The round begins, and knows what each of its children will be given."""
    data, known = event.data, opened(state, event)
    rows = tuple(data["rows"])
    family = Family(
        execution=known.id,
        step=known.step,
        definition=data["definition"],
        standing=WAITING * len(rows),
        rows=rows,
        at_once=data["at_once"],
        acting=data["acting"],
        version=data.get("version"),
        detach=bool(data.get("detach")),
        alone=bool(data.get("alone")),
    )
    named = data.get("assignees", known.assignees)
    state = changed(
        state,
        event,
        status=StepStatus.WAITING,
        waits=CHILDREN,
        started_at=known.started_at or event.at,
        attention=None,
        assignees=named,
    )
    return _with(state, family)


def requested(state: State, event: Event) -> State:
    family = state.families[event.execution or ""]
    return _with(state, replace(family, standing=family.with_standing(event.data["places"], STARTING)))


def started(state: State, event: Event) -> State:
    """A child is there. One that has told of itself already stands as it said."""
    family, index = _of(state, event)
    standing = family.with_standing([index], OPEN) if family.standing[index] == STARTING else family.standing
    return _with(state, replace(family, standing=standing, version=family.version or event.data.get("version")))


def refused(state: State, event: Event) -> State:
    family, index = _of(state, event)
    why = {key: event.data[key] for key in ("reason", "code", "message") if key in event.data}
    problems = {**family.problems, str(index): why}
    return _with(state, replace(family, standing=family.with_standing([index], FAILED), problems=problems))


def told(state: State, event: Event) -> State:
    """A child has said how it stands. Of the first hundred it is kept how they ended."""
    family, index = _of(state, event)
    letter = LETTERS[event.data["status"]]
    ends = {place: end for place, end in family.ends.items() if place != str(index)}
    if letter in ENDED and index < ENDS_KEPT:
        ends[str(index)] = {key: value for key, value in event.data.items() if key != "index"}
    problems = {place: why for place, why in family.problems.items() if place != str(index)}
    return _with(state, replace(family, standing=family.with_standing([index], letter), ends=ends, problems=problems))


def again(state: State, event: Event) -> State:
    """A person has those started that could not be: with their rights now."""
    family = state.families[event.execution or ""]
    standing = family.with_standing(family.places(FAILED), WAITING)
    turn, acting = event.data["turn"], event.data["acting"]
    state = changed(state, event, status=StepStatus.WAITING, waits=CHILDREN, attention=None)
    return _with(state, replace(family, standing=standing, problems={}, turn=turn, acting=acting))


def _of(state: State, event: Event) -> tuple[Family, int]:
    return state.families[event.execution or ""], int(event.data["index"])


def _with(state: State, family: Family) -> State:
    """State with this family as it is now; what its children were to be given is forgotten once all have begun."""
    if family.rows and not family.count(WAITING, STARTING, FAILED):
        family = replace(family, rows=())
    families: dict[str, Any] = {**state.families, family.execution: family}
    return replace(state, families=families)
