"""Files and policies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("type", CODE, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("source_sha256", CODE, nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("uploaded_by", CODE, nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("files_pk")),
    )
    op.create_index("files_by_source", "files", ["uploaded_by", "source_sha256"], unique=True)
    op.create_table(
        "file_links",
        sa.Column("file", CODE, nullable=False),
        sa.Column("run", CODE, nullable=False),
        sa.ForeignKeyConstraint(["file"], ["files.id"], name=op.f("file_links_file_to_files")),
        sa.PrimaryKeyConstraint("file", "run", name=op.f("file_links_pk")),
    )
    op.create_table(
        "policies",
        sa.Column("id", CODE, nullable=False),
        sa.Column("switches", sa.Text(), nullable=False),
        sa.Column("changed_by", CODE, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("policies_pk")),
    )


def downgrade() -> None:
    op.drop_table("policies")
    op.drop_table("file_links")
    op.drop_index("files_by_source", table_name="files")
    op.drop_table("files")
