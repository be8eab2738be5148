"""One database, two kinds of transaction, the same promises on SQLite and PostgreSQL.

`session()` is for whatever may write, `reading()` for what only reads. The difference matters on SQLite: a transaction
that begins by reading and then writes fails at once when somebody else wrote in between, whatever the busy timeout.
So what may write takes the write lock at its first statement (BEGIN IMMEDIATE) and queues there: inside one process on
a fair lock, between processes on SQLite's own with a timeout of ten seconds. Write sessions must therefore not be
nested, and not be kept open over a call to anything else.

`transact` and `look` are the same two for the hot path: one function, one transaction, in a thread. The asynchronous
drivers change threads for every single statement, which costs several times what the statement does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

T = TypeVar("T")

READERS = 4
"""Threads that only read, per process: as many as may be worth while beside Python's one lock."""

BUSY_SECONDS = 10
"""How long a writer waits for another process' transaction before it gives up."""

_POSTGRES_LIMITS = "-c statement_timeout=15000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=30000"
"""Milliseconds. A locked or slow database becomes an error soon enough to answer 503, and never holds the pool."""


def database_url(url: str, *, sync: bool = False) -> URL:
    """The URL with the driver used here: `sqlite:///path`, `postgresql://…`. Raises ValueError for other databases."""
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite" if sync else "sqlite+aiosqlite")
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise ValueError(f"database {other!r} is not supported: use sqlite or postgresql")


class Store:
    """The engine and its sessions. One per process and event loop; `close` it, or use it as a context manager."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        address = database_url(url)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        options = _sqlite_options() if self.is_sqlite else _postgres_options()
        self.engine: AsyncEngine = create_async_engine(address, pool_size=pool_size, max_overflow=pool_size, **options)
        # SQLite has one writer at a time anyway; elsewhere as many as the pool has connections.
        writers = 1 if self.is_sqlite else pool_size
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="store-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._blocking: Engine = create_engine(database_url(url, sync=True), pool_size=writers + READERS, **options)
        self._looking = self._blocking.execution_options(holdfast_begin="BEGIN")
        if self.is_sqlite:
            listen_sqlite(self.engine.sync_engine)
            listen_sqlite(self._blocking)
        self._reading = self.engine.execution_options(holdfast_begin="BEGIN")
        self._turn: asyncio.Lock | None = asyncio.Lock() if self.is_sqlite else None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A transaction that may write: committed at the end, rolled back by an exception."""
        async with self._writer(), AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads; on SQLite it sees one snapshot and never waits for a writer."""
        async with AsyncSession(self._reading, expire_on_commit=False) as session, session.begin():
            yield session

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """What `work` gives, run in one writing transaction in a thread. Being cancelled meanwhile does not undo it."""
        async with self._writer():
            return await asyncio.get_running_loop().run_in_executor(self._writers, _within, self._blocking, work)

    async def look(self, work: Callable[[Connection], T]) -> T:
        """What `work` gives, run in one reading transaction in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, _within, self._looking, work)

    async def is_up(self) -> bool:
        """Whether the database answers; what /readyz asks."""
        try:
            async with self._reading.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def close(self) -> None:
        """Give back all connections; the store is not to be used after it."""
        await self.engine.dispose()
        for threads in (self._writers, self._readers):
            threads.shutdown(wait=True, cancel_futures=True)
        self._blocking.dispose()

    async def __aenter__(self) -> Store:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _writer(self) -> AbstractAsyncContextManager[Any]:
        return self._turn or nullcontext()


def _within(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.begin() as connection:
        return work(connection)


def _postgres_options() -> dict[str, Any]:
    limits = {"connect_timeout": 5, "options": _POSTGRES_LIMITS}
    return {"pool_timeout": 10, "pool_pre_ping": True, "connect_args": limits}


def _sqlite_options() -> dict[str, Any]:
    return {"pool_timeout": 10, "connect_args": {"check_same_thread": False}}


def listen_sqlite(engine: Engine) -> None:
    """Have each connection of a SQLite engine set up, and each transaction begun, as it must be here."""
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", _begin)


def prepare_sqlite(connection: Any, _record: object) -> None:
    """Set up one SQLite connection. The driver must not begin transactions itself: it would begin them too late."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("holdfast_begin", "BEGIN IMMEDIATE"))
