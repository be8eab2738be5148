"""What starts runs without a person: triggers, hooks and their messages, events and who waits for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
NEW = sa.text("done_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "triggers",
        sa.Column("definition", CODE, nullable=False),
        sa.Column("place", CODE, nullable=False),
        sa.Column("type", CODE, nullable=False),
        sa.Column("user", CODE, nullable=False),
        sa.Column("event", CODE, nullable=True),
        sa.Column("cron", CODE, nullable=True),
        sa.Column("timezone", CODE, nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("told", CODE, nullable=True),
        sa.Column("fired_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("definition", "place", name=op.f("triggers_pk")),
    )
    op.create_index("triggers_by_event", "triggers", ["event", "type"])
    op.create_index("triggers_by_type", "triggers", ["type", "definition"])
    op.create_table(
        "hooks",
        sa.Column("id", CODE, nullable=False),
        sa.Column("definition", CODE, nullable=False),
        sa.Column("user", CODE, nullable=False),
        sa.Column("sealed", CODE, nullable=False),
        sa.Column("before", CODE, nullable=True),
        sa.Column("before_until", AT, nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("used_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("hooks_pk")),
        sa.UniqueConstraint("definition", name=op.f("hooks_definition_unique")),
    )
    op.create_table(
        "hook_calls",
        sa.Column("hook", CODE, nullable=False),
        sa.Column("message", CODE, nullable=False),
        sa.Column("run", CODE, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.PrimaryKeyConstraint("hook", "message", name=op.f("hook_calls_pk")),
    )
    op.create_index(op.f("hook_calls_by_at"), "hook_calls", ["at"])
    _events()


def _events() -> None:
    op.create_table(
        "outer_events",
        sa.Column("number", COUNTER, autoincrement=True, nullable=False),
        sa.Column("id", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("hash", CODE, nullable=False),
        sa.Column("sender", CODE, nullable=False),
        sa.Column("teams", sa.Text(), nullable=True),
        sa.Column("chain", sa.Text(), nullable=True),
        sa.Column("at", AT, nullable=False),
        sa.Column("until", AT, nullable=False),
        sa.Column("done_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("outer_events_pk")),
        sa.UniqueConstraint("id", name=op.f("outer_events_id_unique")),
    )
    op.create_index("outer_events_by_name", "outer_events", ["name", "number"])
    op.create_index("outer_events_new", "outer_events", ["number"], postgresql_where=NEW, sqlite_where=NEW)
    op.create_index(op.f("outer_events_by_until"), "outer_events", ["until"])
    op.create_table(
        "event_waits",
        sa.Column("run", CODE, nullable=False),
        sa.Column("execution", CODE, nullable=False),
        sa.Column("step", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.PrimaryKeyConstraint("run", "execution", name=op.f("event_waits_pk")),
    )
    op.create_index(op.f("event_waits_by_name"), "event_waits", ["name"])
    op.create_table(
        "event_names",
        sa.Column("name", CODE, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("event_names_pk")),
    )


def downgrade() -> None:
    for table in ("event_names", "event_waits", "outer_events", "hook_calls", "hooks", "triggers"):
        op.drop_table(table)
