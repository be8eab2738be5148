"""One world for the session, with a worker; tests that stop something open their own (tests/api/world.py)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from tests.api.world import World, open_world


@pytest.fixture(scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory, temporal_client: Client) -> AsyncIterator[World]:
    """The installation that most tests share; each uses definitions and runs of its own."""
    async with open_world(tmp_path_factory.mktemp("world"), temporal_client) as world:
        world.work()
        yield world
