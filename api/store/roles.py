"""The built-in roles: RELIABILITY.md, *Authorization*, as corrected by API.md, in the words of the permission table.

An administrator edits and publishes definitions and sees every run, but works on no step and reads no record: who
needs that takes a working role as well. An auditor sees and reads everything and does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BuiltInRole:
    """A role as it is seeded; an installation may add its own beside it."""

    id: str
    title: str
    grants: tuple[str, ...]
    deny: tuple[str, ...] = ()


_SEES = ("run.view", "definition.view", "actions.view", "source.view", "people.view", "inbox.view")
_WORKS = (
    *_SEES,
    *("source.read", "run.start", "event.send", "run.save", "approve", "file.upload"),
    *("task.act", "task.assign", "task.date", "task.add", "task.note", "inbox.next"),
)
_RUNS_OF_ALL = ("run.view.all", "run.abort.all", "run.close.all", "run.reopen.all", "run.migrate.all", "run.verify.all")

BUILT_IN_ROLES = (
    BuiltInRole(
        "admin",
        "Administrator",
        (
            *("definition.*.all", "actions.view.all", *_RUNS_OF_ALL),
            *("audit.read.all", "source.view.all", "people.*.all", "token.*.all", "policy.manage.all"),
            *("team.members.all", "secret.*.all", "event.send.all"),
            *(
                "register.manage.all",
                "mcp.manage.all",
                "webhook.*.all",
                "inbox.view.all",
                "inbox.figures.all",
                "analytics.view.all",
            ),
        ),
    ),
    BuiltInRole(
        "operator",
        "Operator",
        (*_WORKS, "run.abort", "run.close", "run.revise.own", "task.amend.own", "audit.read.own", "run.verify.own"),
    ),
    BuiltInRole(
        "lead",
        "Lead",
        (
            *(*_WORKS, "run.abort", "run.close", "run.reopen", "run.revise", "run.migrate", "run.verify"),
            *(
                "webhook.view.own",
                "webhook.manage.own",
                "task.amend",
                "definition.validate",
                "audit.read",
                "analytics.view",
                "inbox.figures",
                "team.members",
            ),
        ),
    ),
    BuiltInRole("designer", "Designer", (*_SEES, "definition.*", "secret.view")),
    BuiltInRole("compliance-officer", "Compliance officer", (*_WORKS, "audit.read")),
    BuiltInRole("viewer", "Viewer", _SEES),
    BuiltInRole("auditor", "Auditor", ("*.view.all", "*.read.all", "run.verify.all", "codec.use.all")),
)
