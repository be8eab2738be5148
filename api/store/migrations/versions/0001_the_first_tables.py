"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "actions",
        sa.Column("name", CODE, nullable=False),
        sa.Column("info", sa.Text(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("actions_pk")),
    )
    op.create_table(
        "assignments",
        sa.Column("run", CODE, nullable=False),
        sa.Column("step", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("who", CODE, nullable=False),
        sa.Column("due_sort", CODE, nullable=False),
        sa.PrimaryKeyConstraint("run", "step", "kind", "who", name=op.f("assignments_pk")),
    )
    op.create_index("assignments_by_due", "assignments", ["kind", "who", "due_sort", "run", "step"], unique=False)
    op.create_table(
        "closing_reasons",
        sa.Column("key", CODE, nullable=False),
        sa.Column("title", CODE, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("closing_reasons_pk")),
    )
    op.create_table(
        "commands",
        sa.Column("id", CODE, nullable=False),
        sa.Column("run", CODE, nullable=False),
        sa.Column("type", CODE, nullable=False),
        sa.Column("actor", CODE, nullable=False),
        sa.Column("body_hash", CODE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", CODE, nullable=False),
        sa.Column("outcome", CODE, nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("commands_pk")),
    )
    op.create_index("commands_by_run", "commands", ["run", "at"], unique=False)
    op.create_table(
        "definitions",
        sa.Column("key", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("teams", sa.Text(), nullable=True),
        sa.Column("record", CODE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("draft_teams", sa.Text(), nullable=True),
        sa.Column("draft_etag", CODE, nullable=True),
        sa.Column("draft_by", CODE, nullable=True),
        sa.Column("draft_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("definitions_pk")),
    )
    op.create_table(
        "effects",
        sa.Column("key", CODE, nullable=False),
        sa.Column("run", CODE, nullable=False),
        sa.Column("step", CODE, nullable=False),
        sa.Column("execution", CODE, nullable=False),
        sa.Column("action", CODE, nullable=False),
        sa.Column("acting", CODE, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("input_hash", CODE, nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("effects_pk")),
    )
    op.create_index("effects_by_run", "effects", ["run", "execution"], unique=False)
    op.create_table(
        "events",
        sa.Column("run", CODE, nullable=False),
        sa.Column("seq", COUNTER, nullable=False),
        sa.Column("type", CODE, nullable=False),
        sa.Column("at", CODE, nullable=False),
        sa.Column("step", CODE, nullable=True),
        sa.Column("execution", CODE, nullable=True),
        sa.Column("actor", CODE, nullable=True),
        sa.Column("command", CODE, nullable=True),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("chain", CODE, nullable=False),
        sa.PrimaryKeyConstraint("run", "seq", name=op.f("events_pk")),
    )
    op.create_index("events_by_command", "events", ["command"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("key", CODE, nullable=False),
        sa.Column("actor", CODE, nullable=False),
        sa.Column("body_hash", CODE, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "actor", name=op.f("idempotency_pk")),
    )
    op.create_table(
        "log",
        sa.Column("id", COUNTER, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user", CODE, nullable=True),
        sa.Column("teams", sa.Text(), nullable=True),
        sa.Column("action", CODE, nullable=False),
        sa.Column("type", CODE, nullable=False),
        sa.Column("via", CODE, nullable=False),
        sa.Column("outcome", CODE, nullable=False),
        sa.Column("definition", CODE, nullable=True),
        sa.Column("run", CODE, nullable=True),
        sa.Column("step", CODE, nullable=True),
        sa.Column("record", CODE, nullable=True),
        sa.Column("trace_id", CODE, nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("log_pk")),
    )
    op.create_index(op.f("log_by_action"), "log", ["action"], unique=False)
    op.create_index(op.f("log_by_at"), "log", ["at"], unique=False)
    op.create_index("log_by_record", "log", ["record", "id"], unique=False)
    op.create_index("log_by_run", "log", ["run", "id"], unique=False)
    op.create_index("log_by_user", "log", ["user", "id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", COUNTER, autoincrement=True, nullable=False),
        sa.Column("run", CODE, nullable=False),
        sa.Column("command", CODE, nullable=True),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", CODE, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("outbox_pk")),
    )
    op.create_index("outbox_by_run", "outbox", ["run", "id"], unique=False)
    op.create_index("outbox_due", "outbox", ["sent_at", "next_at", "id"], unique=False)
    op.create_table(
        "roles",
        sa.Column("id", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("grants", sa.Text(), nullable=False),
        sa.Column("deny", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=True),
        sa.Column("trees", sa.Text(), nullable=True),
        sa.Column("built_in", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("roles_pk")),
    )
    op.create_table(
        "runs",
        sa.Column("id", CODE, nullable=False),
        sa.Column("definition", CODE, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("record_collection", CODE, nullable=True),
        sa.Column("record_id", CODE, nullable=True),
        sa.Column("teams", sa.Text(), nullable=False),
        sa.Column("teams_key", CODE, nullable=False),
        sa.Column("started_at", CODE, nullable=False),
        sa.Column("started_by", CODE, nullable=False),
        sa.Column("open_key", CODE, nullable=True),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("status", CODE, nullable=False),
        sa.Column("attention", sa.Boolean(), nullable=False),
        sa.Column("holder", CODE, nullable=True),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("ended_at", CODE, nullable=True),
        sa.Column("due", CODE, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("chain", CODE, nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("runs_pk")),
        sa.UniqueConstraint("open_key", name=op.f("runs_open_key_unique")),
    )
    op.create_index("runs_by_definition", "runs", ["definition", "status", "started_at", "id"], unique=False)
    op.create_index("runs_by_record", "runs", ["record_collection", "record_id", "started_at"], unique=False)
    op.create_index("runs_by_start", "runs", ["started_at", "id"], unique=False)
    op.create_index("runs_by_status", "runs", ["status", "started_at", "id"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("run", CODE, nullable=False),
        sa.Column("step", CODE, nullable=False),
        sa.Column("execution", CODE, nullable=False),
        sa.Column("definition", CODE, nullable=False),
        sa.Column("run_name", CODE, nullable=False),
        sa.Column("title", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("attention", CODE, nullable=True),
        sa.Column("users", sa.Text(), nullable=False),
        sa.Column("teams", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("due", CODE, nullable=True),
        sa.Column("due_sort", CODE, nullable=False),
        sa.Column("entered_at", CODE, nullable=True),
        sa.Column("record_collection", CODE, nullable=True),
        sa.Column("record_id", CODE, nullable=True),
        sa.Column("teams_key", CODE, nullable=False),
        sa.PrimaryKeyConstraint("run", "step", name=op.f("tasks_pk")),
    )
    op.create_index("tasks_by_definition", "tasks", ["definition", "due_sort", "run", "step"], unique=False)
    op.create_index("tasks_by_due", "tasks", ["due_sort", "run", "step"], unique=False)
    op.create_table(
        "teams",
        sa.Column("id", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("teams_pk")),
    )
    op.create_table(
        "users",
        sa.Column("id", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("email", CODE, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("users_pk")),
    )
    op.create_table(
        "versions",
        sa.Column("key", CODE, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("frozen", sa.Text(), nullable=False),
        sa.Column("published_by", CODE, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "version", name=op.f("versions_pk")),
    )
    op.create_index(op.f("versions_by_hash"), "versions", ["hash"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("user", CODE, nullable=False),
        sa.Column("team", CODE, nullable=False),
        sa.ForeignKeyConstraint(["team"], ["teams.id"], name=op.f("memberships_team_to_teams")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("memberships_user_to_users")),
        sa.PrimaryKeyConstraint("user", "team", name=op.f("memberships_pk")),
    )
    op.create_index(op.f("memberships_by_team"), "memberships", ["team"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", CODE, nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.Column("user", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("tokens_user_to_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("tokens_pk")),
        sa.UniqueConstraint("hash", name=op.f("tokens_hash_unique")),
    )
    op.create_index(op.f("tokens_by_user"), "tokens", ["user"], unique=False)
    op.create_table(
        "user_roles",
        sa.Column("user", CODE, nullable=False),
        sa.Column("role", CODE, nullable=False),
        sa.ForeignKeyConstraint(["role"], ["roles.id"], name=op.f("user_roles_role_to_roles")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("user_roles_user_to_users")),
        sa.PrimaryKeyConstraint("user", "role", name=op.f("user_roles_pk")),
    )
    op.create_index(op.f("user_roles_by_role"), "user_roles", ["role"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("user_roles_by_role"), table_name="user_roles")
    op.drop_table("user_roles")
    op.drop_index(op.f("tokens_by_user"), table_name="tokens")
    op.drop_table("tokens")
    op.drop_index(op.f("memberships_by_team"), table_name="memberships")
    op.drop_table("memberships")
    op.drop_index(op.f("versions_by_hash"), table_name="versions")
    op.drop_table("versions")
    op.drop_table("users")
    op.drop_table("teams")
    op.drop_index("tasks_by_due", table_name="tasks")
    op.drop_index("tasks_by_definition", table_name="tasks")
    op.drop_table("tasks")
    op.drop_index("runs_by_status", table_name="runs")
    op.drop_index("runs_by_start", table_name="runs")
    op.drop_index("runs_by_record", table_name="runs")
    op.drop_index("runs_by_definition", table_name="runs")
    op.drop_table("runs")
    op.drop_table("roles")
    op.drop_index("outbox_due", table_name="outbox")
    op.drop_index("outbox_by_run", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("log_by_user", table_name="log")
    op.drop_index("log_by_run", table_name="log")
    op.drop_index("log_by_record", table_name="log")
    op.drop_index(op.f("log_by_at"), table_name="log")
    op.drop_index(op.f("log_by_action"), table_name="log")
    op.drop_table("log")
    op.drop_table("idempotency")
    op.drop_index("events_by_command", table_name="events")
    op.drop_table("events")
    op.drop_index("effects_by_run", table_name="effects")
    op.drop_table("effects")
    op.drop_table("definitions")
    op.drop_index("commands_by_run", table_name="commands")
    op.drop_table("commands")
    op.drop_table("closing_reasons")
    op.drop_index("assignments_by_due", table_name="assignments")
    op.drop_table("assignments")
    op.drop_table("actions")
