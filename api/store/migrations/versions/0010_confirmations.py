"""Links by which somebody outside confirms what an action began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "confirmations",
        sa.Column("hash", CODE, nullable=False),
        sa.Column("run", CODE, nullable=False),
        sa.Column("step", CODE, nullable=False),
        sa.Column("execution", CODE, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("confirmations_pk")),
    )
    op.create_index(op.f("confirmations_by_made_at"), "confirmations", ["made_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("confirmations_by_made_at"), table_name="confirmations")
    op.drop_table("confirmations")
