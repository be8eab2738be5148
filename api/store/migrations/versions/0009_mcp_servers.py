"""MCP servers, and what is kept secret for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mcp_servers",
        *(sa.Column(name, CODE, nullable=False) for name in ("id", "title", "transport")),
        *(sa.Column(name, CODE, nullable=True) for name in ("program", "url")),
        sa.Column("auth", CODE, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("enabled", "tools", "secrets")),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("changed_by", CODE, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("mcp_servers_pk")),
    )
    op.create_table(
        "mcp_secrets",
        *(sa.Column(name, CODE, nullable=False) for name in ("server", "kind", "person", "sealed")),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["server"], ["mcp_servers.id"], name=op.f("mcp_secrets_server_to_mcp_servers")),
        sa.PrimaryKeyConstraint("server", "kind", "person", name=op.f("mcp_secrets_pk")),
    )
    op.create_table(
        "mcp_signing_in",
        *(sa.Column(name, CODE, nullable=False) for name in ("state", "server", "person", "sealed")),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["server"], ["mcp_servers.id"], name=op.f("mcp_signing_in_server_to_mcp_servers")),
        sa.PrimaryKeyConstraint("state", name=op.f("mcp_signing_in_pk")),
    )
    op.create_index("mcp_signing_in_by_end", "mcp_signing_in", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_index("mcp_signing_in_by_end", table_name="mcp_signing_in")
    op.drop_table("mcp_signing_in")
    op.drop_table("mcp_secrets")
    op.drop_table("mcp_servers")
