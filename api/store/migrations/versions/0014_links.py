"""Links to forms and pages for people without an account, in one table with those by which they confirm."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
EMPTY = ("journey", "definition", "audience", "partner", "sealed", "made_by", "answer", "mailed")


def upgrade() -> None:
    made = [
        sa.Column(name, CODE, nullable=False) for name in ("hash", "id", "kind", "run", "step", "execution", *EMPTY)
    ]
    op.create_table(
        "links",
        *made,
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True)) for name in ("expires_at", "revoked_at", "used_at")),
        sa.PrimaryKeyConstraint("hash", name=op.f("links_pk")),
        sa.UniqueConstraint("id", name=op.f("links_id_unique")),
    )
    op.create_index("links_by_run", "links", ["run", "execution"], unique=False)
    op.create_index(op.f("links_by_made_at"), "links", ["made_at"], unique=False)
    # A confirmation given away before this release goes on working. The id is only a name: part of the hash will do.
    empty = ", ".join(EMPTY)
    blanks = ", ".join("''" for _ in EMPTY)
    op.execute(
        f"INSERT INTO links (hash, id, kind, run, step, execution, {empty}, made_at) "  # noqa: S608
        f"SELECT hash, 'lnk-' || substr(hash, 1, 32), 'confirm', run, step, execution, {blanks}, made_at "
        "FROM confirmations"
    )
    op.drop_index(op.f("confirmations_by_made_at"), table_name="confirmations")
    op.drop_table("confirmations")


def downgrade() -> None:
    op.create_table(
        "confirmations",
        *(sa.Column(name, CODE, nullable=False) for name in ("hash", "run", "step", "execution")),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("confirmations_pk")),
    )
    op.create_index(op.f("confirmations_by_made_at"), "confirmations", ["made_at"], unique=False)
    op.execute(
        "INSERT INTO confirmations (hash, run, step, execution, made_at) "
        "SELECT hash, run, step, execution, made_at FROM links WHERE kind = 'confirm'"
    )
    op.drop_index(op.f("links_by_made_at"), table_name="links")
    op.drop_index("links_by_run", table_name="links")
    op.drop_table("links")
