"""What is wrong with a run in Temporal or in its record, where lists can find it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
FLAGGED = sa.text("engine IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("engine", CODE, nullable=True))
    op.create_index("runs_with_engine", "runs", ["started_at", "id"], postgresql_where=FLAGGED, sqlite_where=FLAGGED)


def downgrade() -> None:
    op.drop_index("runs_with_engine", table_name="runs")
    with op.batch_alter_table("runs") as runs:
        runs.drop_column("engine")
