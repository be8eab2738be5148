"""Every table, in three kinds that must not be confused.

*Written once*: definitions' versions, commands, events, effects and the log. Nothing else can replace them.
*Derived*: the columns of `runs` below its mark, `tasks` and `assignments` are a fold of the events; `rebuild` makes
them anew and gets the same. *Kept by people*: drafts, users, teams, roles, tokens, closing reasons.

Ids are text. Times that belong to a run (`at` of an event, `due`) are the RFC 3339 text of the event, to the letter,
since hashes are taken over them; times that belong to this database are instants.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, MetaData
from sqlmodel import Field, SQLModel

from api.store.columns import NEVER, Instant, Json, code, counter

NAMES = {
    "pk": "%(table_name)s_pk",
    "uq": "%(table_name)s_%(column_0_name)s_unique",
    "ix": "%(table_name)s_by_%(column_0_name)s",
    "fk": "%(table_name)s_%(column_0_name)s_to_%(referred_table_name)s",
}
"""Constraints have names of ours, since SQLite gives them none and a migration must be able to name what it drops."""


class Row(SQLModel):
    """The base of all tables, with metadata of its own: other packages' models are none of our schema."""

    metadata = MetaData(naming_convention=NAMES)


def _json() -> Any:
    return Field(default=None, sa_type=Json, nullable=True)


def _instant() -> Any:
    return Field(default=None, sa_type=Instant, nullable=True)


class DefinitionRow(Row, table=True):
    """A definition's key with its draft. `teams`, `name` and `version` are those of the newest published version."""

    __tablename__ = "definitions"

    key: str = Field(primary_key=True, sa_type=code())
    name: str = Field(default="", sa_type=code())
    teams: list[str] | None = _json()
    record: str | None = Field(default=None, sa_type=code())
    version: int = 0
    draft: dict[str, Any] | None = _json()
    draft_teams: list[str] | None = _json()
    draft_etag: str | None = Field(default=None, sa_type=code())
    draft_by: str | None = Field(default=None, sa_type=code())
    draft_at: datetime | None = _instant()
    archived_at: datetime | None = _instant()
    created_at: datetime | None = _instant()


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
    """A run. Up to `request` it is written at the start; everything after is a fold of its events.

    `open_key` is unique while the run is open and stands for (definition, record) where only one may be; the database
    is what decides between two starts at once. `teams_key` is `|a|b|`, empty for everybody (keys.py).
    """

    __tablename__ = "runs"
    __table_args__ = (
        Index("runs_by_start", "started_at", "id"),
        Index("runs_by_record", "record_collection", "record_id", "started_at"),
        Index("runs_by_definition", "definition", "status", "started_at", "id"),
        Index("runs_by_status", "status", "started_at", "id"),
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
    request: dict[str, Any] | None = _json()

    status: str = Field(default="running", sa_type=code())
    attention: bool = False
    holder: str | None = Field(default=None, sa_type=code())
    labels: list[str] = Field(default_factory=list, sa_type=Json)
    ended_at: str | None = Field(default=None, sa_type=code())
    due: str | None = Field(default=None, sa_type=code())
    seq: int = 0
    chain: str = Field(default="", sa_type=code())
    state: dict[str, Any] | None = _json()


class TaskRow(Row, table=True):
    """One open step of one run: what work lists show. `due_sort` is `due`, or NEVER, so that pages can go by key."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("tasks_by_due", "due_sort", "run", "step"),
        Index("tasks_by_definition", "definition", "due_sort", "run", "step"),
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
    entered_at: str | None = Field(default=None, sa_type=code())
    record_collection: str | None = Field(default=None, sa_type=code())
    record_id: str | None = Field(default=None, sa_type=code())
    teams_key: str = Field(default="", sa_type=code())


class AssignmentRow(Row, table=True):
    """Who a task is assigned to, one row each, so that *my tasks by due date* is one walk along one index."""

    __tablename__ = "assignments"
    __table_args__ = (Index("assignments_by_due", "kind", "who", "due_sort", "run", "step"),)

    run: str = Field(primary_key=True, sa_type=code())
    step: str = Field(primary_key=True, sa_type=code())
    kind: str = Field(primary_key=True, sa_type=code())
    who: str = Field(primary_key=True, sa_type=code())
    due_sort: str = Field(default=NEVER, sa_type=code())


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
    data: dict[str, Any] | None = _json()
    chain: str = Field(sa_type=code())


class LogRow(Row, table=True):
    """The activity log: every interaction, reads and refusals too. `outcome` is `ok` or the code of the refusal."""

    __tablename__ = "log"
    __table_args__ = (
        Index("log_by_user", "user", "id"),
        Index("log_by_run", "run", "id"),
        Index("log_by_record", "record", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(counter(), primary_key=True, autoincrement=True))
    at: datetime = Field(sa_type=Instant, index=True)
    user: str | None = Field(default=None, sa_type=code())
    teams: list[str] | None = _json()
    action: str = Field(sa_type=code(), index=True)
    type: str = Field(sa_type=code())
    via: str = Field(default="api", sa_type=code())
    outcome: str = Field(default="ok", sa_type=code())
    definition: str | None = Field(default=None, sa_type=code())
    run: str | None = Field(default=None, sa_type=code())
    step: str | None = Field(default=None, sa_type=code())
    record: str | None = Field(default=None, sa_type=code())
    trace_id: str | None = Field(default=None, sa_type=code())
    detail: dict[str, Any] | None = _json()


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
    refusal: dict[str, Any] | None = _json()


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
    sent_at: datetime | None = _instant()
    attempts: int = 0
    next_at: datetime | None = _instant()
    claimed_until: datetime | None = _instant()
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
    result: Any = _json()
    error: dict[str, Any] | None = _json()
    at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = _instant()


class IdempotencyRow(Row, table=True):
    """What a POST with an `Idempotency-Key` answered, so that the same key gives the same answer."""

    __tablename__ = "idempotency"

    key: str = Field(primary_key=True, sa_type=code())
    actor: str = Field(primary_key=True, sa_type=code())
    body_hash: str = Field(sa_type=code())
    status: int | None = None
    answer: Any = _json()
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
    scopes: dict[str, Any] | None = _json()
    trees: dict[str, Any] | None = _json()
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
    """An API token: 256 random bits, of which only the SHA-256 is kept. The plain text is shown once."""

    __tablename__ = "tokens"

    id: str = Field(primary_key=True, sa_type=code())
    hash: str = Field(sa_type=code(), unique=True)
    user: str = Field(foreign_key="users.id", sa_type=code(), index=True)
    name: str = Field(default="", sa_type=code())
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = _instant()
    revoked_at: datetime | None = _instant()
