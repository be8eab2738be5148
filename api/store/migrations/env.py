"""How Alembic reaches the database: one connection, one lock, so that processes starting together do not collide."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.types import TypeDecorator

from api.store import (  # noqa: F401  (their tables belong to the schema)
    ai_budget,
    archive_tables,
    feed_tables,
    file_tables,
    identity_tables,
    link_tables,
    mcp_tables,
    notification_tables,
    register_tables,
    sessions,
    trigger_tables,
    webhook_tables,
    workers_seen,
)
from api.store.store import listen_sqlite
from api.store.tables import Row

_LOCK = 4_717_170_013
"""Any number, as long as it is ours: PostgreSQL's advisory lock while the schema changes."""

_UPGRADE_SECONDS = 3600
"""Longer than any upgrade of a file; who waits longer has met something that hangs."""


def _plain(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write the database's type into a migration, not ours: a migration must not change when our classes do."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def _upgrade(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        render_item=_plain,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        compare_server_default=True,
        # SQLite can do it as well, once the driver begins no transactions itself (`prepare_sqlite`). Left to its own
        # view of SQLite, Alembic commits after each step, and two processes take turns at steps both want to do.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.run_migrations()


def _patient(connection: Any, _record: object) -> None:
    """Wait for another process' upgrade as long as it takes, as PostgreSQL's lock does: a large one takes minutes."""
    connection.execute(f"PRAGMA busy_timeout={_UPGRADE_SECONDS * 1000}")


def _main() -> None:
    engine = create_engine(context.config.attributes["url"])
    if engine.dialect.name == "sqlite":
        listen_sqlite(engine)
        event.listen(engine, "connect", _patient)
    with engine.connect() as connection:
        _upgrade(connection)
    engine.dispose()


_main()
