"""One database, two kinds of transaction, the same promises on SQLite and PostgreSQL.

`session()` is for whatever may write, `reading()` for what only reads. The difference matters on SQLite: a transaction
that begins by reading and then writes fails at once when somebody else wrote in between, whatever the busy timeout.
So what may write takes the write lock at its first statement (BEGIN IMMEDIATE) and queues there: inside one process on
a fair lock, between processes on SQLite's own with a timeout of ten seconds. Write sessions must therefore not be
nested, and not be kept open over a call to anything else.

`transact` and `look` are the same two for the hot path: one function, one transaction, in a thread. The asynchronous
drivers change threads for every single statement, which costs several times what the statement does. `together` goes
further where one may write at a time: what has come while the writer was busy shares the next transaction, so that a
busy worker pays for one commit and one change of threads per group; and a group that was shared by many is followed by
a pause in which the next one gathers.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

import structlog
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from api.store.gathering import Gathering
from api.store.statements import say

T = TypeVar("T")
Work = Callable[[Connection], Any]

GROUP = 64
"""Pieces of work that share a transaction at most, so that other writers have their turn between two groups."""

READERS = 4
"""Threads that only read, per process: as many as may be worth while beside Python's one lock."""

_BEGINS = ("BEGIN IMMEDIATE", "BEGIN")
"""How a transaction of SQLite begins that writes, and one that only reads."""

BUSY_SECONDS = 10
"""How long a writer waits for another process' transaction before it gives up."""

log = structlog.get_logger("holdfast.store")

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


def _never_made_anew(url: URL) -> URL:
    """The URL by which SQLite opens a file that is there, and fails otherwise; `migrate` is who makes one.

    Left to itself it makes an empty one where a disk was taken away for a moment, and a connection that was kept to
    that finds no table in it for ever after, the true file being back.
    """
    path = url.database
    if url.get_backend_name() != "sqlite" or not path or path.startswith((":memory:", "file:")):
        return url
    return url.set(database=f"file:{quote(path)}").update_query_dict({"mode": "rw", "uri": "true"})


class Store:
    """The engine and its sessions. One per process and event loop; `close` it, or use it as a context manager.

    The database is there already (`api.store.migrations.migrate`): a file of SQLite that is not is never made here.
    """

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        address, blocking = (_never_made_anew(database_url(url, sync=sync)) for sync in (False, True))
        self.is_sqlite = address.get_backend_name() == "sqlite"
        options = _sqlite_options() if self.is_sqlite else _postgres_options()
        self.engine: AsyncEngine = create_async_engine(address, pool_size=pool_size, max_overflow=pool_size, **options)
        # SQLite has one writer at a time anyway; elsewhere as many as the pool has connections.
        writers = 1 if self.is_sqlite else pool_size
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="store-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        to_write, to_look = _BEGINS if self.is_sqlite else (None, None)
        self._writing = _Door(create_engine(blocking, pool_size=writers, **options), to_write)
        self._looking = _Door(create_engine(blocking, pool_size=READERS, **options), to_look)
        if self.is_sqlite:
            listen_sqlite(self.engine.sync_engine)
            for door in (self._writing, self._looking):
                event.listen(door.engine, "connect", prepare_sqlite)
        self._reading = self.engine.execution_options(holdfast_begin="BEGIN")
        self._turn: asyncio.Lock | None = asyncio.Lock() if self.is_sqlite else None
        self._queue: deque[tuple[Work, asyncio.Future[Any]]] = deque()
        self._grouping: asyncio.Task[None] | None = None
        self._not_before = 0.0
        self._gathering = Gathering()

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
            return await asyncio.get_running_loop().run_in_executor(self._writers, self._writing.within, work)

    async def together(self, work: Callable[[Connection], T], who: str | None = None) -> T:
        """As `transact`; on SQLite what came at the same time shares its transaction and is committed with it.

        A piece of work that fails takes no other along: the group is rolled back and each is done by itself. So `work`
        may be called twice and must change nothing but the database. `who` is the run that is busy with it, if any.
        """
        if self._turn is None:
            return await self.transact(work)
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append((work, done))
        self._gathering.wrote(who, time.monotonic())
        if self._grouping is None or self._grouping.done():
            self._grouping = asyncio.create_task(self._write_groups())
        return await done

    async def look(self, work: Callable[[Connection], T]) -> T:
        """What `work` gives, run in one reading transaction in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._looking.within, work)

    async def is_up(self) -> bool:
        """Whether the database answers; what /readyz asks."""
        try:
            async with self._reading.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def let_go(self) -> None:
        """Give back all connections that nobody uses; whoever needs one opens a new one."""
        await self.engine.dispose()
        for door in (self._writing, self._looking):
            door.engine.dispose()

    async def close(self) -> None:
        """The store is not to be used after it."""
        for threads in (self._writers, self._readers):
            threads.shutdown(wait=True, cancel_futures=True)
        await self.let_go()

    async def __aenter__(self) -> Store:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _write_groups(self) -> None:
        while self._queue:
            await asyncio.sleep(max(0.0, self._not_before - time.monotonic()))
            async with self._writer():
                group = [self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))]
                works = [work for work, _ in group]
                try:
                    loop = asyncio.get_running_loop()
                    answers = await loop.run_in_executor(self._writers, self._writing.all_within, works)
                except BaseException as error:
                    answers = [(None, error)] * len(group)
            self._not_before = time.monotonic() + self._gathering.pause(len(group))
            for (_, done), (value, trouble) in zip(group, answers, strict=True):
                if not done.done():
                    done.set_result(value) if trouble is None else done.set_exception(trouble)

    def _writer(self) -> AbstractAsyncContextManager[Any]:
        return self._turn or nullcontext()


@dataclass(frozen=True, slots=True)
class _Door:
    """Transactions in the calling thread. `begin` is how SQLite begins one; None where the driver begins it.

    Said here and not by an event of the engine: an engine that anybody listens to asks its listeners about every
    statement (a tenth of what a statement costs, measured).
    """

    engine: Engine
    begin: str | None

    def within(self, work: Callable[[Connection], T]) -> T:
        """What `work` gives, in a transaction of its own."""
        with self.engine.begin() as connection:
            if self.begin is not None:
                say(connection, self.begin)
            return work(connection)

    def all_within(self, works: Sequence[Work]) -> list[tuple[Any, BaseException | None]]:
        """What each gives or raised: all in one transaction, or each in its own where one of them fails."""
        if len(works) > 1:
            try:
                return [(given, None) for given in self.within(lambda connection: [work(connection) for work in works])]
            except Exception:
                log.info("group_written_one_by_one", pieces=len(works))
        return [self._alone(work) for work in works]

    def _alone(self, work: Work) -> tuple[Any, BaseException | None]:
        try:
            return self.within(work), None
        except Exception as error:
            return None, error


def _postgres_options() -> dict[str, Any]:
    limits = {"connect_timeout": 5, "options": _POSTGRES_LIMITS}
    return {"pool_timeout": 10, "pool_pre_ping": True, "connect_args": limits}


def _sqlite_options() -> dict[str, Any]:
    return {"pool_timeout": 10, "connect_args": {"check_same_thread": False}}


def listen_sqlite(engine: Engine) -> None:
    """Have each connection of a SQLite engine set up, and each transaction begun, as it must be here."""
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "close", _let_go)


def prepare_sqlite(connection: Any, _record: object) -> None:
    """Set up one SQLite connection. The driver must not begin transactions itself: it would begin them too late."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _let_go(connection: Any, _record: object) -> None:
    """Roll back what a connection was amid when it is closed, as where its task was cut off in the middle of a write.

    SQLite closes one with an unfinished statement only when Python has collected that, and keeps its lock until then:
    nobody could write. Where nothing can be awaited any more (a collected connection) the driver stops it by itself.
    """
    with suppress(SQLAlchemyError, sqlite3.Error):
        connection.rollback()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("holdfast_begin", _BEGINS[0]))
