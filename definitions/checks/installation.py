"""Roles, teams, inboxes, definitions and reasons the installation must have; what is not known is not checked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from definitions.checks.subject import Subject
from definitions.expressions.values import is_expression
from definitions.findings import Finding
from definitions.model import Assign, Step


def check_installation(subject: Subject) -> Iterator[Finding]:
    """Everything a definition names that stands outside of it."""
    document, known = subject.document, subject.known
    yield from _roles(subject, document.start.roles, "/start/roles")
    yield from _named(known.teams, document.teams, "/teams", "unknown_team", "team")
    yield from _inbox(subject, document.start.fallback_inbox, "/start/fallback_inbox")
    yield from _assign(subject, document.assign, "/assign")
    for index, phase in enumerate(document.phases):
        yield from _assign(subject, phase.assign, f"/phases/{index}/assign")
    if document.closing_reasons is not None:
        yield from _reasons(subject, document.closing_reasons.reasons)
    for _, pointer, step in subject.steps():
        yield from _step(subject, pointer, step)


def _step(subject: Subject, pointer: str, step: Step) -> Iterator[Finding]:
    yield from _roles(subject, step.roles, f"{pointer}/roles")
    yield from _assign(subject, step.assign, f"{pointer}/assign")
    if step.approval is not None:
        yield from _roles(subject, step.approval.roles, f"{pointer}/approval/roles")
        teams = step.approval.teams
        yield from _named(subject.known.teams, teams, f"{pointer}/approval/teams", "unknown_team", "team")
    if step.on_overdue is not None:
        yield from _inbox(subject, step.on_overdue.goto_inbox, f"{pointer}/on_overdue/goto_inbox")
    if step.kind == "escalate":
        yield from _inbox(subject, step.inbox, f"{pointer}/inbox")
    if step.kind == "workflow":
        names = (step.definition,)
        found = _named(subject.known.definitions, names, f"{pointer}/definition", "unknown_definition", "definition")
        yield from (Finding(each.code, f"{pointer}/definition", each.message, each.hint) for each in found)


def _roles(subject: Subject, roles: Iterable[str], pointer: str) -> Iterator[Finding]:
    yield from _named(subject.known.roles, roles, pointer, "unknown_role", "role")


def _assign(subject: Subject, assign: Assign | None, pointer: str) -> Iterator[Finding]:
    if assign is not None:
        found = _named(subject.known.teams, assign.teams, f"{pointer}/teams", "unknown_team", "team")
        computed = [f"{pointer}/teams/{at}" for at, name in enumerate(assign.teams) if is_expression(name)]
        yield from (each for each in found if each.path not in computed)


def _inbox(subject: Subject, inbox: str | None, pointer: str) -> Iterator[Finding]:
    known = subject.known.inboxes
    if inbox is not None and known is not None and inbox not in known:
        yield Finding("unknown_inbox", pointer, f"there is no inbox {inbox!r}", _there_are(known))


def _reasons(subject: Subject, reasons: Iterable[str]) -> Iterator[Finding]:
    hint = "Publishing adds it to the library."
    for found in _named(subject.known.closing_reasons, reasons, "/closing_reasons/reasons", "unknown_reason", "reason"):
        yield Finding(found.code, found.path, found.message, hint, "warning")


def _named(
    known: Collection[str] | None, names: Iterable[str], pointer: str, code: str, what: str
) -> Iterator[Finding]:
    if known is None:
        return
    for index, name in enumerate(names):
        if name not in known:
            yield Finding(code, f"{pointer}/{index}", f"there is no {what} {name!r}", _there_are(known))


def _there_are(known: Collection[str]) -> str:
    return f"There are {', '.join(sorted(known)[:30])}." if known else "There are none yet."
