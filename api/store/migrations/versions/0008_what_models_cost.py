"""What was asked of models, and what they cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ai_calls",
        sa.Column("id", COUNTER, autoincrement=True, nullable=False),
        *(sa.Column(name, CODE, nullable=False) for name in ("run", "step", "execution")),
        sa.Column("turn", sa.Integer(), nullable=False),
        *(sa.Column(name, CODE, nullable=False) for name in ("acting", "what", "model", "prompt_hash", "request")),
        *(sa.Column(name, CODE, nullable=False) for name in ("reply", "outcome")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("input_tokens", "output_tokens", "micros")),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("ai_calls_pk")),
    )
    op.create_index("ai_calls_by_run", "ai_calls", ["run", "id"], unique=False)
    op.create_index("ai_calls_by_time", "ai_calls", ["at", "id"], unique=False)
    op.create_table(
        "ai_months",
        sa.Column("team", CODE, nullable=False),
        sa.Column("month", CODE, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("tokens", "micros")),
        sa.PrimaryKeyConstraint("team", "month", name=op.f("ai_months_pk")),
    )


def downgrade() -> None:
    op.drop_table("ai_months")
    op.drop_index("ai_calls_by_time", table_name="ai_calls")
    op.drop_index("ai_calls_by_run", table_name="ai_calls")
    op.drop_table("ai_calls")
