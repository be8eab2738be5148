"""Sessions and passwords."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("hash", CODE, nullable=False),
        sa.Column("user", CODE, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("sessions_user_to_users")),
        sa.PrimaryKeyConstraint("hash", name=op.f("sessions_pk")),
    )
    op.create_index(op.f("sessions_by_user"), "sessions", ["user"], unique=False)
    op.create_table(
        "passwords",
        sa.Column("user", CODE, nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("passwords_user_to_users")),
        sa.PrimaryKeyConstraint("user", name=op.f("passwords_pk")),
    )


def downgrade() -> None:
    op.drop_table("passwords")
    op.drop_index(op.f("sessions_by_user"), table_name="sessions")
    op.drop_table("sessions")
