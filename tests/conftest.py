"""What tests may ask for: real servers, shared by the session; a task queue and a database of their own, per test.

A test that uses a server gets the mark `server` by itself, so that `make check` can leave it out.
"""

from __future__ import annotations

import gc
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.client import Client

from tests.support.servers import PostgresServer, TemporalServer

SERVERS = {"temporal_server", "postgres_server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if SERVERS & set(getattr(item, "fixturenames", ())):
            item.add_marker("server")


def pytest_collection_finish() -> None:
    """Five thousand collected tests are a heap that no later collection of garbage need look through: seconds, in which
    a workflow's turn is taken for stuck (seen)."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def temporal_server() -> Iterator[TemporalServer]:
    """The session's Temporal server, with our search attributes; time may be skipped in it. Never stop this one."""
    server = TemporalServer(extra=("frontend.WorkflowTimeSkippingEnabled=true",)).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def temporal_client(temporal_server: TemporalServer) -> Client:
    """A client of the session's Temporal server."""
    return await Client.connect(temporal_server.address)


@pytest.fixture
def task_queue() -> str:
    """A task queue that no other test uses."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The session's PostgreSQL."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database of one's own."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield postgres_server.create(name)
    postgres_server.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An SQLite file of one's own, not made yet."""
    return f"sqlite:///{tmp_path / 'holdfast.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind: the test runs twice."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))
