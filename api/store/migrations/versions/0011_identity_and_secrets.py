"""People of an OIDC issuer, links of one use, secrets by name, and tokens that may less than their owner."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("issuer", CODE, nullable=False),
        sa.Column("subject", CODE, nullable=False),
        sa.Column("user", CODE, nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("issued", COUNTER, nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("identities_user_to_users")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("identities_pk")),
    )
    op.create_index(op.f("identities_by_user"), "identities", ["user"], unique=False)
    op.create_table(
        "setup_links",
        sa.Column("hash", CODE, nullable=False),
        sa.Column("user", CODE, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("setup_links_user_to_users")),
        sa.PrimaryKeyConstraint("hash", name=op.f("setup_links_pk")),
    )
    op.create_index("setup_links_by_end", "setup_links", ["expires_at"], unique=False)
    op.create_index(op.f("setup_links_by_user"), "setup_links", ["user"], unique=False)
    op.create_table(
        "secrets",
        sa.Column("name", CODE, nullable=False),
        sa.Column("sealed", CODE, nullable=False),
        sa.Column("teams", sa.Text(), nullable=False),
        sa.Column("hosts", sa.Text(), nullable=False),
        sa.Column("changed_by", CODE, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("secrets_pk")),
    )
    op.add_column("tokens", sa.Column("grants", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("tokens") as batch:
        batch.drop_column("grants")
    op.drop_table("secrets")
    op.drop_index(op.f("setup_links_by_user"), table_name="setup_links")
    op.drop_index("setup_links_by_end", table_name="setup_links")
    op.drop_table("setup_links")
    op.drop_index(op.f("identities_by_user"), table_name="identities")
    op.drop_table("identities")
