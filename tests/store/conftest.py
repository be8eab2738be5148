"""A migrated store of one's own on each database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.store.migrations import migrate
from api.store.people import People
from api.store.store import Store


@pytest.fixture
def migrated_url(database_url: str) -> str:
    """A database with today's tables: the test runs on SQLite and on PostgreSQL."""
    migrate(database_url)
    return database_url


@pytest.fixture
async def store(migrated_url: str) -> AsyncIterator[Store]:
    async with Store(migrated_url) as store:
        yield store


@pytest.fixture
def people(store: Store) -> People:
    return People(store)
