"""Automatic steps of teams: the index says so in a column of its own.

SQLite takes a partial index and a whole one that begin alike for equally good, and took the whole one: it read every
task of somebody's teams for the few that are automatic. One column more to compare by, and this one is the better.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INDEX = "tasks_automatic_by_teams"
AUTOMATIC: dict[str, Any] = {"postgresql_where": sa.text("NOT manual"), "sqlite_where": sa.text("manual = 0")}


def upgrade() -> None:
    op.drop_index(INDEX, "tasks")
    op.create_index(INDEX, "tasks", ["teams_key", "manual", "due_sort", "run", "step"], **AUTOMATIC)


def downgrade() -> None:
    op.drop_index(INDEX, "tasks")
    op.create_index(INDEX, "tasks", ["teams_key", "due_sort", "run", "step"], **AUTOMATIC)
