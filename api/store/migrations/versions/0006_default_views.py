"""The view with which a list opens, for each person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "view_defaults",
        sa.Column("user", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("view", CODE, nullable=False),
        sa.PrimaryKeyConstraint("user", "kind", name=op.f("view_defaults_pk")),
    )
    op.create_index(op.f("view_defaults_by_view"), "view_defaults", ["view"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("view_defaults_by_view"), table_name="view_defaults")
    op.drop_table("view_defaults")
