"""Where records live: one engine for each configured source, with limits that hold before any query of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

STATEMENT_MS = 20_000
"""No statement may hold a row or a worker longer; below the 30 s a data effect has in all."""
LOCK_MS = 10_000
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """One source. `only` names the tables and views that are offered (None = all); `schema` is PostgreSQL's.

    `read_only` is told to the database as well: then even a fault of ours cannot write.
    """

    url: str
    read_only: bool = False
    only: tuple[str, ...] | None = None
    schema: str | None = None

    def __repr__(self) -> str:
        """Without the URL, which may hold a password."""
        return f"SourceConfig({make_url(self.url).get_backend_name()}, read_only={self.read_only})"


def async_url(url: str) -> URL:
    """`sqlite:///…` and `postgresql://…` with the async drivers that come with Holdfast; others as they are written."""
    parsed = make_url(url)
    return parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))


def open_engine(config: SourceConfig) -> AsyncEngine:
    """The source's engine; connects on first use. Parameters are kept out of errors and logs."""
    url = async_url(config.url)
    engine = create_async_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=_connect_args(url, config))
    if url.get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "connect", _sqlite_pragmas(config.read_only))
    return engine


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that will write: committed at the end, rolled back on any exception.

    SQLite takes its write lock at the start: one that reads first and asks for the lock later is refused under load.
    """
    async with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def _connect_args(url: URL, config: SourceConfig) -> dict[str, Any]:
    if url.get_backend_name() != "postgresql":
        return {}
    options = [f"-c statement_timeout={STATEMENT_MS}", f"-c lock_timeout={LOCK_MS}"]
    if config.read_only:
        options.append("-c default_transaction_read_only=on")
    return {"options": " ".join(options), "connect_timeout": 10}


def _sqlite_pragmas(read_only: bool) -> Any:
    def set_up(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {LOCK_MS}")
        cursor.execute("PRAGMA foreign_keys = ON")
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    return set_up
