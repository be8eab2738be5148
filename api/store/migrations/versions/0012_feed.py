"""The queue of what was appended, for whoever tells others of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEW = sa.text("position IS NULL")


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("id", COUNTER, autoincrement=True, nullable=False),
        sa.Column("position", COUNTER, nullable=True),
        sa.Column("run", CODE, nullable=False),
        sa.Column("first", COUNTER, nullable=False),
        sa.Column("last", COUNTER, nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("feed_pk")),
        sa.UniqueConstraint("position", name=op.f("feed_position_unique")),
    )
    op.create_index("feed_new", "feed", ["id"], postgresql_where=NEW, sqlite_where=NEW)
    op.create_table(
        "feed_readers",
        sa.Column("name", CODE, nullable=False),
        sa.Column("position", COUNTER, nullable=False),
        sa.Column("taken_by", CODE, nullable=True),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("feed_readers_pk")),
    )


def downgrade() -> None:
    op.drop_table("feed_readers")
    op.drop_index("feed_new", table_name="feed")
    op.drop_table("feed")
