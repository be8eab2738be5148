"""Every table, in three kinds that must not be confused.

*Written once*: definitions' versions, commands, events, effects and the log. Nothing else can replace them.
*Derived*: the columns of `runs` below its mark, `tasks` and the tables that lists are found by (list_tables.py) are a
fold of the events; `rebuild` makes them anew and gets the same. *Kept by people*: drafts, views, users, teams, roles,
tokens, closing reasons.

Ids are text. Times that belong to a run (`at` of an event, `due`) are the RFC 3339 text of the event, to the letter,
since hashes are taken over them; times that belong to this database are instants.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field

from api.store.columns import NEVER, Instant, Json, code, counter
from api.store.list_tables import AssignmentRow, CountRow, LabelRow, ViewRow, ViewShareRow, WordRow
from api.store.row import Row, instant_column, json_column, partial

__all__ = ["AssignmentRow", "CountRow", "LabelRow", "Row", "ViewRow", "ViewShareRow", "WordRow"]


class DefinitionRow(Row, table=True):
    """A definition's key with its draft. `teams`, `name` and `version` are those of the newest published version."""

    __tablename__ = "definitions"

    key: str = Field(primary_key=True, sa_type=code())
    name: str = Field(default="", sa_type=code())
    teams: list[str] | None = json_column()
    record: str | None = Field(default=None, sa_type=code())
    version: int = 0
    draft: dict[str, Any] | None = json_column()
    draft_teams: list[str] | None = json_column()
    draft_etag: str | None = Field(default=None, sa_type=code())
    draft_by: str | None = Field(default=None, sa_type=code())
    draft_at: datetime | None = instant_column()
    archived_at: datetime | None = instant_column()
    created_at: datetime | None = instant_column()


class VersionRow(Row, table=True):
    """A published version, immutable: the document as given and what it was frozen to (definitions/freeze.py)."""

    __tablename__ = "versions"

    key: str = Field(primary_key=True, sa_type=code())
    version: int = Field(primary_key=True)
    hash: str = Field(sa_type=code(), index=True)
    document: dict[str, Any] = Field(sa_type=Json)
    frozen: dict[str, Any] = Field(sa_type=Json)
    published_by: str = Field(sa_type=code())
    published_at: datetime = Field(sa_type=Instant)


class RunRow(Row, table=True):
    """A run. Up to `request` it is written at the start; everything after `engine` is a fold of its events.

    `engine` is what is wrong with it in Temporal or in its record, as the reconciler found it (api/store/flags.py).

    `open_key` is unique while the run is open and stands for (definition, record) where only one may be; the database
    is what decides between two starts at once. `teams_key` is `|a|b|`, empty for everybody (keys.py). `tail` is the
    turn that wrote last (definitions/taken.py).
    """

    __tablename__ = "runs"
    __table_args__ = (
        Index("runs_by_start", "started_at", "id"),
        Index("runs_by_record", "record_id", "started_at", "id"),
        Index("runs_by_definition", "definition", "status", "started_at", "id"),
        Index("runs_by_status", "status", "started_at", "id"),
        Index("runs_by_teams", "teams_key", "status", "started_at", "id"),
        Index("runs_by_teams_start", "teams_key", "started_at", "id"),
        Index("runs_by_holder", "holder", "started_at", "id"),
        Index("runs_with_engine", "started_at", "id", **partial("engine IS NOT NULL", "engine IS NOT NULL")),
        Index("runs_in_attention", "started_at", "id", **partial("attention", "attention = 1")),
        Index("runs_in_attention_by_teams", "teams_key", "started_at", "id", **partial("attention", "attention = 1")),
    )

    id: str = Field(primary_key=True, sa_type=code())
    definition: str = Field(sa_type=code())
    version: int
    hash: str = Field(default="", sa_type=code())
    name: str = Field(default="", sa_type=code())
    record_collection: str | None = Field(default=None, sa_type=code())
    record_id: str | None = Field(default=None, sa_type=code())
    teams: list[str] = Field(default_factory=list, sa_type=Json)
    teams_key: str = Field(default="", sa_type=code())
    started_at: str = Field(sa_type=code())
    started_by: str = Field(sa_type=code())
    open_key: str | None = Field(default=None, sa_type=code(), unique=True)
    request: dict[str, Any] | None = json_column()
    engine: str | None = Field(default=None, sa_type=code())

    status: str = Field(default="running", sa_type=code())
    attention: bool = False
    holder: str | None = Field(default=None, sa_type=code())
    labels: list[str] = Field(default_factory=list, sa_type=Json)
    ended_at: str | None = Field(default=None, sa_type=code())
    due: str | None = Field(default=None, sa_type=code())
    seq: int = 0
    chain: str = Field(default="", sa_type=code())
    tail: str | None = Field(default=None, sa_type=code())
    search: str = Field(default="", sa_type=code())
    state: dict[str, Any] | None = json_column()


class TaskRow(Row, table=True):
    """One open step of one run: what work lists show.

    `due_sort` is the instant from which it is overdue, or NEVER, so that pages can go by key and dates stand among
    instants. `manual`: a person's work, not a machine's that got stuck. `current`: its run is open and not saved.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        Index("tasks_by_due", "due_sort", "run", "step"),
        Index("tasks_by_title", "title", "run", "step"),
        Index("tasks_by_entry", "entered_at", "run", "step"),
        Index("tasks_by_teams_due", "teams_key", "due_sort", "run", "step"),
        Index("tasks_by_teams_title", "teams_key", "title", "run", "step"),
        Index("tasks_by_teams_entry", "teams_key", "entered_at", "run", "step"),
        Index("tasks_by_definition", "definition", "teams_key", "due_sort", "run", "step"),
        Index("tasks_by_status", "status", "due_sort", "run", "step"),
        Index("tasks_by_teams_status", "teams_key", "status", "due_sort", "run", "step"),
        Index("tasks_by_record", "record_id", "due_sort", "run", "step"),
        Index("tasks_automatic", "due_sort", "run", "step", **partial("NOT manual", "manual = 0")),
        Index(
            *("tasks_automatic_by_teams", "teams_key", "manual", "due_sort", "run", "step"),
            **partial("NOT manual", "manual = 0"),
        ),
        Index(
            "tasks_by_inbox", "inbox", "due_sort", "run", "step", **partial("inbox IS NOT NULL", "inbox IS NOT NULL")
        ),
    )

    run: str = Field(primary_key=True, sa_type=code())
    step: str = Field(primary_key=True, sa_type=code())
    execution: str = Field(sa_type=code())
    definition: str = Field(sa_type=code())
    run_name: str = Field(default="", sa_type=code())
    title: str = Field(default="", sa_type=code())
    kind: str = Field(sa_type=code())
    status: str = Field(sa_type=code())
    attention: str | None = Field(default=None, sa_type=code())
    users: list[str] = Field(default_factory=list, sa_type=Json)
    teams: list[str] = Field(default_factory=list, sa_type=Json)
    roles: list[str] = Field(default_factory=list, sa_type=Json)
    due: str | None = Field(default=None, sa_type=code())
    due_sort: str = Field(default=NEVER, sa_type=code())
    entered_at: str = Field(default="", sa_type=code())
    record_collection: str | None = Field(default=None, sa_type=code())
    record_id: str | None = Field(default=None, sa_type=code())
    teams_key: str = Field(default="", sa_type=code())
    manual: bool = True
    current: bool = True
    inbox: str | None = Field(default=None, sa_type=code())
    search: str = Field(default="", sa_type=code())


class EventRow(Row, table=True):
    """One fact of one run, append-only. `chain` is the hash over the one before and this one (ledger.py)."""

    __tablename__ = "events"
    __table_args__ = (Index("events_by_command", "command"),)

    run: str = Field(primary_key=True, sa_type=code())
    seq: int = Field(primary_key=True, sa_type=counter())
    type: str = Field(sa_type=code())
    at: str = Field(sa_type=code())
    step: str | None = Field(default=None, sa_type=code())
    execution: str | None = Field(default=None, sa_type=code())
    actor: str | None = Field(default=None, sa_type=code())
    command: str | None = Field(default=None, sa_type=code())
    data: dict[str, Any] | None = json_column()
    chain: str = Field(sa_type=code())


class LogRow(Row, table=True):
    """The activity log: every interaction, reads and refusals too. `outcome` is `ok` or the code of the refusal.

    `teams_key` and `record_id` repeat `teams` and the end of `record` (`source.collection/id`), to be found by.
    """

    __tablename__ = "log"
    __table_args__ = (
        Index("log_by_at", "at", "id"),
        Index("log_by_action", "action", "at", "id"),
        Index("log_by_user", "user", "at", "id"),
        Index("log_by_teams_key", "teams_key", "at", "id"),
        Index("log_by_run", "run", "at", "id"),
        Index("log_by_record", "record", "at", "id"),
        Index("log_by_record_id", "record_id", "at", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(counter(), primary_key=True, autoincrement=True))
    at: datetime = Field(sa_type=Instant)
    user: str | None = Field(default=None, sa_type=code())
    teams: list[str] | None = json_column()
    action: str = Field(sa_type=code())
    type: str = Field(sa_type=code())
    via: str = Field(default="api", sa_type=code())
    outcome: str = Field(default="ok", sa_type=code())
    definition: str | None = Field(default=None, sa_type=code())
    run: str | None = Field(default=None, sa_type=code())
    step: str | None = Field(default=None, sa_type=code())
    record: str | None = Field(default=None, sa_type=code())
    record_id: str | None = Field(default=None, sa_type=code())
    teams_key: str | None = Field(default=None, sa_type=code())
    trace_id: str | None = Field(default=None, sa_type=code())
    detail: dict[str, Any] | None = json_column()


class CommandRow(Row, table=True):
    """The inbox. Stored before the run is told; `outcome` goes from received to applied or refused, once."""

    __tablename__ = "commands"
    __table_args__ = (Index("commands_by_run", "run", "at"),)

    id: str = Field(primary_key=True, sa_type=code())
    run: str = Field(sa_type=code())
    type: str = Field(sa_type=code())
    actor: str = Field(sa_type=code())
    body_hash: str = Field(sa_type=code())
    body: dict[str, Any] = Field(sa_type=Json)
    at: datetime = Field(sa_type=Instant)
    via: str = Field(default="api", sa_type=code())
    outcome: str = Field(default="received", sa_type=code())
    refusal: dict[str, Any] | None = json_column()


class OutboxRow(Row, table=True):
    """What the engine must still be told: a `start` or a `signal`, in the order of `id` within a run."""

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_due", "sent_at", "next_at", "id"), Index("outbox_by_run", "run", "id"))

    id: int | None = Field(default=None, sa_column=Column(counter(), primary_key=True, autoincrement=True))
    run: str = Field(sa_type=code())
    command: str | None = Field(default=None, sa_type=code())
    kind: str = Field(sa_type=code())
    payload: dict[str, Any] = Field(sa_type=Json)
    created_at: datetime = Field(sa_type=Instant)
    sent_at: datetime | None = instant_column()
    attempts: int = 0
    next_at: datetime | None = instant_column()
    claimed_until: datetime | None = instant_column()
    error: str | None = Field(default=None, sa_type=code())


class EffectRow(Row, table=True):
    """The intent of a side effect, written before it, and what became of it: begun, done, failed or unknown."""

    __tablename__ = "effects"
    __table_args__ = (Index("effects_by_run", "run", "execution"),)

    key: str = Field(primary_key=True, sa_type=code())
    run: str = Field(sa_type=code())
    step: str = Field(sa_type=code())
    execution: str = Field(sa_type=code())
    action: str = Field(sa_type=code())
    acting: str = Field(default="", sa_type=code())
    turn: int
    tries: int = 1
    state: str = Field(sa_type=code())
    input_hash: str = Field(sa_type=code())
    result: Any = json_column()
    error: dict[str, Any] | None = json_column()
    at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = instant_column()


class IdempotencyRow(Row, table=True):
    """What a POST with an `Idempotency-Key` answered, so that the same key gives the same answer."""

    __tablename__ = "idempotency"

    key: str = Field(primary_key=True, sa_type=code())
    actor: str = Field(primary_key=True, sa_type=code())
    body_hash: str = Field(sa_type=code())
    status: int | None = None
    answer: Any = json_column()
    at: datetime = Field(sa_type=Instant)


class ActionRow(Row, table=True):
    """A registered action as workers announced it at their start: its ActionInfo JSON."""

    __tablename__ = "actions"

    name: str = Field(primary_key=True, sa_type=code())
    info: dict[str, Any] = Field(sa_type=Json)
    announced_at: datetime = Field(sa_type=Instant)


class ClosingReasonRow(Row, table=True):
    """One reason of the organisation's library; switched off rather than deleted."""

    __tablename__ = "closing_reasons"

    key: str = Field(primary_key=True, sa_type=code())
    title: str = Field(default="", sa_type=code())
    active: bool = True


class UserRow(Row, table=True):
    __tablename__ = "users"

    id: str = Field(primary_key=True, sa_type=code())
    name: str = Field(default="", sa_type=code())
    email: str | None = Field(default=None, sa_type=code())
    active: bool = True
    demo: bool = False
    created_at: datetime = Field(sa_type=Instant)


class TeamRow(Row, table=True):
    __tablename__ = "teams"

    id: str = Field(primary_key=True, sa_type=code())
    name: str = Field(default="", sa_type=code())


class RoleRow(Row, table=True):
    """`grants` and `deny` are patterns of api/permissions.py; `scopes` as in API.md, `trees` its expressions frozen."""

    __tablename__ = "roles"

    id: str = Field(primary_key=True, sa_type=code())
    name: str = Field(default="", sa_type=code())
    grants: list[str] = Field(default_factory=list, sa_type=Json)
    deny: list[str] = Field(default_factory=list, sa_type=Json)
    scopes: dict[str, Any] | None = json_column()
    trees: dict[str, Any] | None = json_column()
    built_in: bool = False


class MembershipRow(Row, table=True):
    __tablename__ = "memberships"

    user: str = Field(primary_key=True, foreign_key="users.id", sa_type=code())
    team: str = Field(primary_key=True, foreign_key="teams.id", sa_type=code(), index=True)


class UserRoleRow(Row, table=True):
    __tablename__ = "user_roles"

    user: str = Field(primary_key=True, foreign_key="users.id", sa_type=code())
    role: str = Field(primary_key=True, foreign_key="roles.id", sa_type=code(), index=True)


class TokenRow(Row, table=True):
    """An API token: 256 random bits, of which only the SHA-256 is kept. The plain text is shown once.

    `grants` narrow what it may be used for to less than its owner may; null: whatever the owner may.
    """

    __tablename__ = "tokens"

    id: str = Field(primary_key=True, sa_type=code())
    hash: str = Field(sa_type=code(), unique=True)
    user: str = Field(foreign_key="users.id", sa_type=code(), index=True)
    name: str = Field(default="", sa_type=code())
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = instant_column()
    revoked_at: datetime | None = instant_column()
    grants: list[str] | None = json_column()
