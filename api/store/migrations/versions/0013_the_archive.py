"""Stored histories, what is wrong in Temporal, and seals over the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "histories",
        sa.Column("run", CODE, nullable=False),
        sa.Column("piece", CODE, nullable=False),
        sa.Column("began_at", CODE, nullable=False),
        sa.Column("after", CODE, nullable=True),
        sa.Column("instead", CODE, nullable=True),
        sa.Column("status", CODE, nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("bytes", COUNTER, nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("stored_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("run", "piece", name=op.f("histories_pk")),
    )
    op.create_table(
        "archive",
        sa.Column("run", CODE, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", CODE, nullable=True),
        sa.PrimaryKeyConstraint("run", name=op.f("archive_pk")),
    )
    op.create_index("archive_by_due_at", "archive", ["due_at"], unique=False)
    op.create_table(
        "engine_flags",
        sa.Column("run", CODE, nullable=False),
        sa.Column("flag", CODE, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("run", name=op.f("engine_flags_pk")),
    )
    op.create_index(op.f("engine_flags_by_flag"), "engine_flags", ["flag"], unique=False)
    op.create_table(
        "log_seals",
        sa.Column("seq", COUNTER, autoincrement=False, nullable=False),
        sa.Column("first", COUNTER, nullable=False),
        sa.Column("last", COUNTER, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("leaves", sa.Text(), nullable=False),
        sa.Column("link", CODE, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("log_seals_pk")),
    )
    op.create_table(
        "log_prunes",
        sa.Column("seal", COUNTER, autoincrement=False, nullable=False),
        sa.Column("before", INSTANT, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("link", CODE, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("seal", name=op.f("log_prunes_pk")),
    )


def downgrade() -> None:
    op.drop_table("log_prunes")
    op.drop_table("log_seals")
    op.drop_index(op.f("engine_flags_by_flag"), table_name="engine_flags")
    op.drop_table("engine_flags")
    op.drop_index("archive_by_due_at", table_name="archive")
    op.drop_table("archive")
    op.drop_table("histories")
