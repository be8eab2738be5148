"""A connection that Temporal closes for its age, as its servers do every five minutes, costs nobody an answer.

The SDK asks again by itself in the calls it has names for; in those of the bare service it does where it is told to.
"""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client
from temporalio.service import RPCError

from api.engine import TemporalEngine
from api.history import TemporalHistories
from tests.support.servers import TemporalServer

ROOT = Path(__file__).parents[2]
OURS = ("activities", "api", "bench", "definitions", "holdfast", "tests", "workers")
BARE = {"workflow_service", "operator_service"}
RUN = "run-somebody-started"


@pytest.fixture
async def hasty() -> AsyncIterator[Client]:
    """A client of a server that lets connections live for 50 ms; a run is there that nobody works on."""
    ages = ('frontend.keepAliveMaxConnectionAge="50ms"', 'frontend.keepAliveMaxConnectionAgeGrace="50ms"')
    server = TemporalServer(extra=(*ages, "frontend.namespaceRPS=100000", "frontend.rps=100000")).start()
    try:
        client = await Client.connect(server.address)
        await client.start_workflow("Run", id=RUN, task_queue="nobody")
        yield client
    finally:
        server.stop()


async def failures(ask: Callable[[], Awaitable[object]], seconds: float, enough: int) -> list[Exception]:
    """What went wrong while eight callers asked for so long, one question after the other, or until it is enough."""
    found: list[Exception] = []
    until = asyncio.get_running_loop().time() + seconds

    async def caller() -> None:
        while asyncio.get_running_loop().time() < until and len(found) < enough:
            try:
                await ask()
            except Exception as error:
                found.append(error)

    await asyncio.gather(*(caller() for _ in range(8)))
    return found


async def test_who_asks_while_a_connection_closes_is_answered(hasty: Client) -> None:
    engine, histories = TemporalEngine(hasty, "nobody"), TemporalHistories(hasty)

    async def ask() -> None:
        assert (await engine.look(RUN, 5.0)).status == "running"
        assert (await histories.glance(RUN)).task_attempt == 1
        for piece in await histories.pieces(RUN):
            assert [len(page) async for page in histories.pages(RUN, piece.id)] == [2]
        assert await engine.reachable(5.0)

    assert await failures(ask, 4.0, 1) == []
    # and it does close them: who does not ask again is told so
    once = hasty.workflow_service
    [canceled, *_] = await failures(lambda: once.get_system_info(GetSystemInfoRequest()), 60.0, 1)
    assert isinstance(canceled, RPCError), canceled


def once_only(code: str) -> Iterator[int]:
    """Lines with a call of the bare service that is not asked again, nor handed to `ask`, which does that."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=service)), keywords=said) if service in BARE:
                if not any(word.arg == "retry" and ast.unparse(word.value) == "True" for word in said):
                    yield node.lineno
            case ast.Call(func=called, args=[ast.Attribute(value=ast.Attribute(attr=service)), *_]) if service in BARE:
                if ast.unparse(called) != "ask":
                    yield node.lineno


def test_every_call_of_the_bare_service_is_asked_again() -> None:
    files = [file for folder in OURS for file in (ROOT / folder).rglob("*.py")]
    found = [f"{file.relative_to(ROOT)}:{line}" for file in files for line in once_only(file.read_text())]
    assert len(files) > 500 and found == []
    assert list(once_only("await client.workflow_service.x(asked)\nclient.operator_service.y(a, retry=True)")) == [1]
    assert list(once_only("self.client.operator_service.y(a, retry=False)")) == [1]
    assert list(once_only("await ask(client.workflow_service.x, a, 1)\nafter(client.workflow_service.x, a)")) == [2]
