"""Secrets that a definition names: they are there, and for the teams that the definition is of."""

from __future__ import annotations

from collections.abc import Iterator

from definitions.checks.subject import Subject
from definitions.findings import Finding
from definitions.model import Step
from definitions.secrets import TAKEN_BY, places


def check_secrets(subject: Subject) -> Iterator[Finding]:
    """Every secret that an action is to send. One that another team has reads the same as one that is not there."""
    if (known := subject.known.secrets) is None:
        return
    for _, pointer, step in subject.steps():
        for place, given in _given(step, pointer):
            for at, name in places(given, f"{place}/with"):
                teams = known.get(name)
                if teams is None or not _for(teams, subject.document.teams):
                    message = f"there is no secret {name!r} for the teams of this definition"
                    yield Finding("unknown_secret", at, message, "An administrator sets secrets: POST /v1/secrets.")


def _given(step: Step, pointer: str) -> Iterator[tuple[str, object]]:
    if step.kind == "action" and step.action in TAKEN_BY:
        yield pointer, step.with_
    if step.undo is not None and step.undo.action in TAKEN_BY:
        yield f"{pointer}/undo", step.undo.with_
    for index, each in enumerate(step.automations):
        if each.action in TAKEN_BY:
            yield f"{pointer}/automations/{index}", each.with_


def _for(allowed: tuple[str, ...], teams: tuple[str, ...] | list[str]) -> bool:
    """Whoever may run it may use the secret: every team of the definition is one of the secret's."""
    return not allowed or (bool(teams) and set(teams) <= set(allowed))
