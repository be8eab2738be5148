"""Whatever is sent, the answer is one that openapi.json promises: schemathesis makes the requests from it and compares
status, media type and body. The whole of it runs over a real socket, as clients do.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from temporalio.client import Client

from tests.api.documents import two_steps
from tests.api.world import World, open_world
from tests.support.servers import free_port

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


SEED = 8


@pytest.fixture
async def doomed(tmp_path: Path, temporal_client: Client) -> AsyncIterator[World]:
    """An installation of its own: among whatever is sent are requests that take people and tokens away."""
    async with open_world(tmp_path / "world", temporal_client) as world:
        world.work()
        yield world
        await world.rest()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("who", "phases"), [("admin", "coverage,fuzzing"), ("lea", "fuzzing")])
async def test_the_contract_holds_for_whatever_is_sent(doomed: World, tmp_path: Path, who: str, phases: str) -> None:
    """As the two who may do most: nothing ends in a 500, or in an answer nobody was told of.

    Two made-up requests for each route and one for each edge of its parameters, the same in every run: a minute or two.
    """
    world, document = doomed, two_steps()
    await world.publish(document)
    await world.start("ann", document["key"])
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(world.app, host="127.0.0.1", port=port, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"http://127.0.0.1:{port}/openapi.json"),
        *("-H", f"Authorization: Bearer {world.tokens[who]}", "--phases", phases, "-n", "2"),
        *(
            "--checks",
            CHECKS,
            "--no-color",
            "--generation-deterministic",
            "--seed",
            str(SEED),
            "--request-timeout",
            "60",
        ),
        *("--exclude-path", "/v1/stream"),  # an answer that has no end; test_stream.py listens to it
    ]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=tmp_path, env=dict(os.environ)
    )
    told, _ = await process.communicate()
    server.should_exit = True
    await serving
    text = told.decode()
    assert process.returncode == 0, text[:6000] + text.partition(" SUMMARY ")[2]
