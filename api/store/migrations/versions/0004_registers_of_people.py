"""Registers of people."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IN_AN_INBOX: dict[str, Any] = {
    "postgresql_where": sa.text("inbox IS NOT NULL"),
    "sqlite_where": sa.text("inbox IS NOT NULL"),
}


def upgrade() -> None:
    _partners_and_drafts()
    _inboxes()
    _notices()
    op.add_column("tasks", sa.Column("inbox", CODE, nullable=True))
    op.create_index("tasks_by_inbox", "tasks", ["inbox", "due_sort", "run", "step"], **IN_AN_INBOX)


def _partners_and_drafts() -> None:
    op.create_table(
        "partners",
        sa.Column("id", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("email", CODE, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("partners_pk")),
    )
    op.create_table(
        "form_drafts",
        sa.Column("run", CODE, nullable=False),
        sa.Column("execution", CODE, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("etag", CODE, nullable=False),
        sa.Column("saved_by", CODE, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("run", "execution", name=op.f("form_drafts_pk")),
    )


def _inboxes() -> None:
    op.create_table(
        "inboxes",
        sa.Column("id", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("teams", sa.Text(), nullable=False),
        sa.Column("cap_per_person", sa.Integer(), nullable=True),
        sa.Column("idle_release", CODE, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("inboxes_pk")),
    )
    op.create_table(
        "tickets",
        sa.Column("run", CODE, nullable=False),
        sa.Column("execution", CODE, nullable=False),
        sa.Column("inbox", CODE, nullable=False),
        sa.Column("person", CODE, nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("run", "execution", name=op.f("tickets_pk")),
    )
    op.create_index("tickets_by_person", "tickets", ["inbox", "person"])


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", COUNTER, autoincrement=True, nullable=False),
        sa.Column("user", CODE, nullable=False),
        sa.Column("key", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("subject", CODE, nullable=False),
        sa.Column("text", CODE, nullable=False),
        sa.Column("run", CODE, nullable=True),
        sa.Column("step", CODE, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("notices_pk")),
    )
    op.create_index("notices_by_user", "notices", ["user", "id"])
    op.create_index("notices_once", "notices", ["user", "key"], unique=True)
    op.create_table(
        "calendar_tokens",
        sa.Column("user", CODE, nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("calendar_tokens_user_to_users")),
        sa.PrimaryKeyConstraint("user", name=op.f("calendar_tokens_pk")),
        sa.UniqueConstraint("hash", name=op.f("calendar_tokens_hash_unique")),
    )


def downgrade() -> None:
    op.drop_index("tasks_by_inbox", table_name="tasks")
    with op.batch_alter_table("tasks") as tasks:
        tasks.drop_column("inbox")
    for table in ("calendar_tokens", "notices", "tickets", "inboxes", "form_drafts", "partners"):
        op.drop_table(table)
