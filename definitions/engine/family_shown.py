"""What is told of child runs: to expressions as the output of their step, to people as its progress."""

from __future__ import annotations

from typing import Any

from definitions.engine.family import (
    ABORTED,
    ATTENTION,
    DONE,
    ENDS_KEPT,
    FAILED,
    OPEN,
    STANDS,
    STARTING,
    UNDER_WAY,
    WAITING,
    Family,
    child_run,
)

SHOWN = 20
"""Children that a view names."""


def output_of(run: str, family: Family) -> dict[str, Any]:
    """What the step gives: {total, done, aborted, open, runs: [{run, status, …}]}, and of one child alone its own."""
    count = min(len(family.standing), ENDS_KEPT)
    rows = [{**_child(run, family, index), **_outcome(family, index)} for index in range(count)]
    counts = {"total": len(family.standing), "done": family.count(DONE), "aborted": family.count(ABORTED)}
    found = {**counts, "open": family.count(*UNDER_WAY), "runs": rows}
    return {**found, **rows[0], **family.ends.get("0", {})} if family.alone else found


def _child(run: str, family: Family, index: int) -> dict[str, Any]:
    return {"run": child_run(run, family.execution, index), "status": STANDS[family.standing[index]]}


def _outcome(family: Family, index: int) -> dict[str, Any]:
    outcome = family.ends.get(str(index), {}).get("outcome")
    return {} if outcome is None else {"outcome": outcome}


def children_view(run: str, family: Family | None) -> dict[str, Any] | None:
    """How a round's children do: {definition, version, total, done, aborted, open, attention, failed, pending, runs}.

    `runs` are the first twenty: those that ask for a person before those at work, before all others.
    """
    if family is None:
        return None
    order = [*family.places(FAILED), *family.places(ATTENTION), *family.places(OPEN, STARTING)]
    order += [index for index in range(min(len(family.standing), SHOWN)) if index not in order]
    return {
        "definition": family.definition,
        "version": family.version,
        "total": len(family.standing),
        "pending": family.count(WAITING),
        "open": family.count(*UNDER_WAY),
        "attention": family.count(ATTENTION),
        "failed": family.count(FAILED),
        "done": family.count(DONE),
        "aborted": family.count(ABORTED),
        "runs": [_shown(run, family, index) for index in order[:SHOWN]],
    }


def _shown(run: str, family: Family, index: int) -> dict[str, Any]:
    problem = family.problems.get(str(index))
    row = {**_child(run, family, index), "index": index, "outcome": None, "problem": problem, **_outcome(family, index)}
    return row if family.standing[index] not in (WAITING, FAILED) else {**row, "run": None}
