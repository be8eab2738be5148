"""Sample records on both databases, a stage to perform effects on, and a model that is asked from it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from activities.records import Records, SourceConfig
from definitions.catalog import demo_sql
from tests.activities.ai_house import Ai
from tests.activities.house import Stage
from tests.support.openai_server import OpenAiServer


def load_sql(url: str, sql: str) -> None:
    """Runs the statements on the database of that URL, as an installation's own set-up would."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.executescript(sql)
        connection.close()
    else:
        with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as server:
            server.execute(sql.encode())


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    """A model's server that says what the test tells it to."""
    with OpenAiServer() as server:
        yield server


@pytest.fixture
async def ai(stage: Stage, server: OpenAiServer) -> AsyncIterator[Ai]:
    ai = Ai(stage, server)
    yield ai
    await ai.close()


@pytest.fixture
def demo_url(database_url: str) -> str:
    """A database that holds the sample records, once on SQLite and once on PostgreSQL."""
    load_sql(database_url, demo_sql())
    return database_url


@pytest.fixture
async def records(demo_url: str) -> AsyncIterator[Records]:
    """The sample records as source `demo`."""
    found = Records({"demo": SourceConfig(demo_url)})
    yield found
    await found.close()
