"""Who may do what: one table of operations and one function that decides, for every door alike.

The theory is small. An *operation* is all that anybody can ask for; each route, each command type and each background
job names one, and a route without one fails a test. A *grant* gives an operation within a *reach*:

    `run.view`            on what the person's teams share (or what belongs to every team)
    `run.view.all`        on everything
    `run.revise.own`      within the teams, and only where the person is the owner
    `task.act.assigned`   within the teams, and only where the person or one of the teams is assigned

and may use `*` (`definition.*`). Nothing is granted that no role grants; a *deny* has the same form and wins:
`run.abort` takes the operation away altogether, `run.view.all` only that reach. Roles are handed in as they were
read for this request, so a role that was taken away a second ago no longer counts.

What a person may not *see* does not exist for that person (`hide`, 404); what may be seen but not done is `forbid`
(403). Pure: no clock, no database, no request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache

from definitions.wire import Actor


class Decision(StrEnum):
    """The answer. `HIDE` is told to the caller as 404, `FORBID` as 403."""

    ALLOW = "allow"
    FORBID = "forbid"
    HIDE = "hide"


class Reach(StrEnum):
    """How far a grant goes; each reach but `ALL` stays within the person's teams."""

    ALL = "all"
    TEAM = "team"
    ASSIGNED = "assigned"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked for.

    `sees` is the operation that must be allowed before this one may even be refused by name. `hides`: this is the
    seeing itself, so its refusal says that there is nothing. `by_role`: the roles that the subject asks for count.
    `everyone` needs no grant but somebody signed in, `public` not even that.
    """

    name: str
    title: str
    sees: str | None = None
    hides: bool = False
    by_role: bool = False
    everyone: bool = False
    public: bool = False


@dataclass(frozen=True, slots=True)
class Who:
    """The caller as found for this request: ids of roles and teams, and the grants and denials of those roles.

    `only` are patterns over operations that a token was made for: nothing else may be asked with it, and what they
    name goes no further than the roles do. None: whatever the roles grant.
    """

    id: str
    roles: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None

    def actor(self) -> Actor:
        """The same person as a command carries it into the run."""
        return Actor(self.id, self.roles, self.teams)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the operation is about.

    `teams` are those of the definition (empty = every team). `owner` is who started the run, or ended the step that is
    revised or amended. `users` and `assigned_teams` are the assignees of the step. `roles` are those that the step, or
    the start, asks for: empty, or the person must have one of them.
    """

    teams: tuple[str, ...] = ()
    owner: str | None = None
    users: tuple[str, ...] = ()
    assigned_teams: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


EVERYONES = Subject()
"""A subject that belongs to no team in particular, such as the list of people."""


def _table(*operations: Operation) -> Mapping[str, Operation]:
    return {operation.name: operation for operation in operations}


OPERATIONS: Mapping[str, Operation] = _table(
    Operation("health", "Ask whether the service is up", public=True),
    Operation("session", "Sign in and out of the console", public=True),
    Operation("setup", "Set a first password by a link of one use", public=True),
    Operation("me.view", "See who one is", everyone=True),
    Operation("me.password", "Set one's own password", everyone=True),
    Operation("catalog.view", "Read templates, step kinds, schemas and closing reasons", everyone=True),
    Operation("actions.view", "Read the registered actions"),
    Operation("definition.view", "See a definition and its versions", hides=True),
    Operation("definition.validate", "Have a document checked"),
    Operation("definition.create", "Make a new draft"),
    Operation("definition.edit", "Read and change a draft", sees="definition.view"),
    Operation("definition.publish", "Publish a version", sees="definition.view"),
    Operation("definition.archive", "Archive a definition or bring it back", sees="definition.view"),
    Operation("definition.export", "Export a definition", sees="definition.view"),
    Operation("run.view", "See runs, their steps, events and work lists", hides=True),
    Operation("view.keep", "Use and keep saved views of lists", everyone=True),
    Operation("run.start", "Start a run", sees="definition.view", by_role=True),
    Operation("hook.call", "Start a run by a webhook", public=True),
    Operation("event.send", "Send an event"),
    Operation("mcp.serve", "Use Holdfast as an MCP server", everyone=True),
    Operation("run.save", "Save, resume and take over a run", sees="run.view"),
    Operation("run.revise", "Open a finished step again", sees="run.view", by_role=True),
    Operation("run.abort", "Abort a run", sees="run.view"),
    Operation("run.close", "End a run early as completed", sees="run.view"),
    Operation("run.reopen", "Open a closed run again", sees="run.view"),
    Operation("run.migrate", "Move a run to another version", sees="run.view"),
    Operation("run.verify", "Prove a run against its history", sees="run.view"),
    Operation("task.act", "Act on a step", sees="run.view", by_role=True),
    Operation("task.amend", "Correct the output of a finished step", sees="run.view", by_role=True),
    Operation("task.assign", "Say who works on a step", sees="run.view"),
    Operation("task.date", "Set a due date", sees="run.view"),
    Operation("task.add", "Add a task to a run", sees="run.view"),
    Operation("task.note", "Write a note", sees="run.view"),
    Operation("approve", "Approve or reject a side effect", sees="run.view", by_role=True),
    Operation("audit.read", "Read the activity log"),
    Operation("source.view", "See data sources and the shape of their collections"),
    Operation("source.read", "Read records", sees="source.view"),
    Operation("file.upload", "Upload a file"),
    Operation("file.view", "Read a file", everyone=True),
    Operation("policy.view", "See policy profiles", everyone=True),
    Operation("policy.manage", "Change policy profiles"),
    Operation("people.view", "See users, teams and roles"),
    Operation("people.manage", "Change users, teams and roles", sees="people.view"),
    Operation("team.members", "Say who belongs to a team", sees="people.view"),
    Operation("secret.view", "See the names of secrets, never their values"),
    Operation("secret.manage", "Set and take away secrets of other systems"),
    Operation("codec.use", "Open sealed payloads for Temporal's pages"),
    Operation("register.manage", "Change partners, closing reasons and inboxes"),
    Operation("mcp.view", "See MCP servers and their tools", everyone=True),
    Operation("mcp.manage", "Set up MCP servers and their tools"),
    Operation("webhook.view", "See outgoing webhooks and their messages", hides=True),
    Operation("webhook.manage", "Set up outgoing webhooks", sees="webhook.view"),
    Operation("mcp.login", "Sign in at an MCP server", everyone=True),
    Operation("inbox.view", "See an inbox and its tickets", hides=True),
    Operation("inbox.next", "Take the next ticket of an inbox", sees="inbox.view"),
    Operation("inbox.figures", "See how much lies in an inbox and who has it", sees="inbox.view"),
    Operation("analytics.view", "See how long things take and how much waits"),
    Operation("notice.view", "Read one's own notices", everyone=True),
    Operation("calendar.keep", "Make and end the link to one's calendar", everyone=True),
    Operation("mail.stop", "End one's mail by the link in it", public=True),
    Operation("calendar.read", "Read a calendar by its link", public=True),
    Operation("confirmation.give", "Confirm by a link what an action began", public=True),
    Operation("link.use", "Use a link that was given to somebody outside", public=True),
    Operation("event.deliver", "Hand an event to a run that waits for it: the system, and no role"),
    Operation("token.view", "See one's own tokens", everyone=True),
    Operation("token.keep", "Make and revoke one's own tokens", everyone=True),
    Operation("token.manage", "Make and revoke tokens of other people"),
)
"""Everything that can be asked for; what is not here is refused."""

_ON_A_STEP = ("complete", "start", "hold", "release", "skip", "claim", "unclaim", "decline", "handle_manually", "retry")
_ON_A_MACHINE = ("run_now", "cancel_schedule", "reconcile", "automation", "escalate")

COMMAND_OPERATIONS: Mapping[str, str] = {
    **dict.fromkeys((*_ON_A_STEP, *_ON_A_MACHINE), "task.act"),
    "confirm": "confirmation.give",
    "event": "event.deliver",
    "resend": "task.assign",
    "revoke": "task.assign",
    "approve": "approve",
    "reject": "approve",
    "revise": "run.revise",
    "amend": "task.amend",
    "assign": "task.assign",
    "set_due": "task.date",
    "note": "task.note",
    "add_task": "task.add",
    "save": "run.save",
    "resume": "run.save",
    "take_over": "run.save",
    "abort": "run.abort",
    "close": "run.close",
    "reopen": "run.reopen",
    "migrate": "run.migrate",
}
"""Command type -> operation. Complete over COMMAND_SIGNALS, which a test holds it to."""


def decide(who: Who | None, operation: str, subject: Subject = EVERYONES) -> Decision:
    """Whether `who` (None = nobody signed in) may do `operation` to `subject`.

    Never raises: an operation that is not in the table is forbidden. Nobody signed in is forbidden all but what is
    public; the door answers that with 401 before it asks here. A door that lists asks `reaches` instead.
    """
    entry = OPERATIONS.get(operation)
    if entry is None or (who is None and not entry.public):
        return Decision.FORBID
    if who is None or _permits(who, entry, subject):
        return Decision.ALLOW
    seen = _permits(who, OPERATIONS[entry.sees], subject) if entry.sees else not entry.hides
    return Decision.FORBID if seen else Decision.HIDE


@lru_cache(maxsize=4096)
def reaches(who: Who, operation: str) -> frozenset[Reach]:
    """How far `who` may go with an operation: what lists filter by. Empty = not at all."""
    if not _within_token(who, operation):
        return frozenset()
    denied = {reach for glob, reach in map(_parse, who.deny) if fnmatchcase(operation, glob)}
    if None in denied:
        return frozenset()
    granted = {reach or Reach.TEAM for glob, reach in map(_parse, who.grants) if fnmatchcase(operation, glob)}
    return frozenset(granted - denied)


def shares(who: Who, teams: Iterable[str]) -> bool:
    """Whether something of these teams is the person's too; nothing named = everybody's."""
    named = tuple(teams)
    return not named or any(team in who.teams for team in named)


def unknown_grants(patterns: Iterable[str]) -> tuple[str, ...]:
    """Those grants or denials that match no operation at all: a typing mistake that would silently grant nothing."""
    return tuple(text for text in patterns if not any(fnmatchcase(name, _parse(text)[0]) for name in OPERATIONS))


def _permits(who: Who, entry: Operation, subject: Subject) -> bool:
    if entry.public:
        return True
    if entry.sees and not _permits(who, OPERATIONS[entry.sees], subject):
        return False
    if entry.by_role and subject.roles and not set(subject.roles) & set(who.roles):
        return False
    if entry.everyone:
        denied = any(fnmatchcase(entry.name, _parse(deny)[0]) for deny in who.deny)
        return not denied and _within_token(who, entry.name)
    return any(_within(who, reach, subject) for reach in reaches(who, entry.name))


def _within_token(who: Who, operation: str) -> bool:
    """Whether the token the caller came with is for this; who one is may always be asked."""
    return who.only is None or operation == "me.view" or any(fnmatchcase(operation, each) for each in who.only)


def _within(who: Who, reach: Reach, subject: Subject) -> bool:
    if reach is Reach.ALL:
        return True
    if not shares(who, subject.teams):
        return False
    match reach:
        case Reach.OWN:
            return subject.owner == who.id
        case Reach.ASSIGNED:
            return who.id in subject.users or any(team in who.teams for team in subject.assigned_teams)
        case _:
            return True


def _parse(pattern: str) -> tuple[str, Reach | None]:
    """A grant or denial as (glob over operations, reach it names)."""
    head, _, tail = pattern.rpartition(".")
    return (head, Reach(tail)) if head and tail in _REACHES else (pattern, None)


_REACHES = frozenset(Reach)
