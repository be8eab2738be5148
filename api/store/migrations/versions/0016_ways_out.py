"""Outgoing webhooks with their messages, how people want to be told, and mail that is still to go out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
PENDING, GOING = sa.text("state = 'pending'"), sa.text("ended_at IS NULL")


def upgrade() -> None:
    _webhooks()
    _notifications()
    with op.batch_alter_table("notices") as notices:
        notices.add_column(sa.Column("in_app", sa.Boolean(), nullable=False, server_default=sa.true()))
        notices.add_column(sa.Column("digest", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("notices") as notices:
        for name in ("in_app", "digest"):
            notices.alter_column(name, existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    op.create_index(
        "notices_to_digest",
        "notices",
        ["user", "id"],
        postgresql_where=sa.text("digest"),
        sqlite_where=sa.text("digest = 1"),
    )


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", CODE, nullable=False),
        sa.Column("title", CODE, nullable=False),
        sa.Column("url", CODE, nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("definitions", sa.Text(), nullable=False),
        sa.Column("teams", sa.Text(), nullable=False),
        sa.Column("secret", CODE, nullable=False),
        sa.Column("earlier", CODE, nullable=True),
        sa.Column("earlier_until", INSTANT, nullable=True),
        sa.Column("state", CODE, nullable=False),
        sa.Column("failing_since", INSTANT, nullable=True),
        sa.Column("created_by", CODE, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("webhooks_pk")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", CODE, nullable=False),
        sa.Column("webhook", CODE, nullable=False),
        sa.Column("event", CODE, nullable=False),
        sa.Column("run", CODE, nullable=True),
        sa.Column("seq", COUNTER, nullable=True),
        sa.Column("body", CODE, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", CODE, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("claimed_until", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("webhook_deliveries_pk")),
    )
    op.create_index("webhook_deliveries_by_webhook", "webhook_deliveries", ["webhook", "created_at", "id"])
    op.create_index(
        "webhook_deliveries_due", "webhook_deliveries", ["next_at"], postgresql_where=PENDING, sqlite_where=PENDING
    )


def _notifications() -> None:
    op.create_table(
        "notification_settings",
        sa.Column("user", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("in_app", sa.Boolean(), nullable=False),
        sa.Column("email", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("notification_settings_user_to_users")),
        sa.PrimaryKeyConstraint("user", "kind", name=op.f("notification_settings_pk")),
    )
    op.create_table(
        "notification_digests",
        sa.Column("user", CODE, nullable=False),
        sa.Column("zone", CODE, nullable=False),
        sa.Column("at", CODE, nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("notification_digests_user_to_users")),
        sa.PrimaryKeyConstraint("user", name=op.f("notification_digests_pk")),
    )
    op.create_index("notification_digests_due", "notification_digests", ["next_at"])
    op.create_table(
        "mails",
        sa.Column("key", CODE, nullable=False),
        sa.Column("user", CODE, nullable=False),
        sa.Column("subject", CODE, nullable=False),
        sa.Column("text", CODE, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", CODE, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("claimed_until", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("mails_pk")),
    )
    op.create_index("mails_due", "mails", ["next_at"], postgresql_where=GOING, sqlite_where=GOING)


def downgrade() -> None:
    op.drop_index("notices_to_digest", table_name="notices")
    with op.batch_alter_table("notices") as notices:
        notices.drop_column("digest")
        notices.drop_column("in_app")
    for table in ("mails", "notification_digests", "notification_settings", "webhook_deliveries", "webhooks"):
        op.drop_table(table)
