"""The runs of a team by their start: a list of all that somebody may see is one walk per team, not one per status."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("runs_by_teams_start", "runs", ["teams_key", "started_at", "id"])


def downgrade() -> None:
    op.drop_index("runs_by_teams_start", "runs")
