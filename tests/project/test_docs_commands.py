"""What the pages tell people to type works: each page is one session, run against the whole product.

A `bash` block is run, in order, in one shell; a `json` block says what the block before it must print, at least: every
member that stands there, `...` for anything. Only address and folder are exchanged.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from temporalio.client import Client

from definitions.catalog import template_text
from tests.api.world import World, open_world

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```(bash|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = ["getting-started.md", "api.md"]
BETWEEN = "-----next-----"


@pytest.fixture
async def world(tmp_path: Path, temporal_client: Client) -> AsyncIterator[World]:
    """What `make run` brings: demo people, the published refund, and one of order o2 that waits."""
    async with open_world(tmp_path, temporal_client) as world:
        world.work()
        draft = {"content": template_text("refund").encode(), "headers": {"Content-Type": "application/yaml"}}
        await world.call("admin", "POST", "/v1/definitions", **draft)
        await world.call("admin", "POST", "/v1/definitions/refund/publish")
        run = await world.start("ann", "refund", record="o2")
        await world.until("lea", run["id"], current=["approve"])
        (tmp_path / "demo-tokens.json").write_text(json.dumps(world.tokens))
        yield world


@pytest.fixture
async def port(world: World) -> AsyncIterator[int]:
    """The API of this world on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(world.app, port=0, lifespan="off", log_level="warning"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


def session(page: str) -> tuple[list[str], dict[int, Any]]:
    """The page's commands in order, and what some of them print, by their place."""
    commands: list[str] = []
    answers: dict[int, Any] = {}
    for kind, text in BLOCK.findall((DOCS / page).read_text(encoding="utf-8")):
        if kind == "bash":
            commands.append(text)
        else:
            answers[len(commands) - 1] = json.loads(text)
    return commands, answers


def holds(wanted: Any, given: Any) -> bool:
    """Whether all that is wanted is there: members of maps, the first items of lists."""
    if wanted == "...":
        return given is not None
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(key in given and holds(wanted[key], given[key]) for key in wanted)
    if isinstance(wanted, list) and wanted:
        return isinstance(given, list) and len(given) >= len(wanted) and all(map(holds, wanted, given))
    return bool(wanted == given)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the pages' commands use curl")
@pytest.mark.parametrize("page", PAGES)
async def test_what_a_page_tells_people_to_type_works(page: str, world: World, port: int, tmp_path: Path) -> None:
    commands, answers = session(page)
    script = f"\necho; echo {BETWEEN}\n".join(commands)
    script = script.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    script = script.replace("/tmp/", f"{tmp_path}/").replace(".holdfast/", f"{tmp_path}/")
    shell = await asyncio.create_subprocess_exec(
        "bash", "-euc", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, problems = await asyncio.wait_for(shell.communicate(), 120)
    printed = out.decode().split(BETWEEN)
    assert shell.returncode == 0 and len(printed) == len(commands), (problems.decode(), printed[-1])
    for place, wanted in answers.items():
        assert holds(wanted, json.loads(printed[place])), f"{page}\n{commands[place]}\n{printed[place]}\n{wanted}"


def test_the_pages_hold_enough_to_be_tested() -> None:
    for page in PAGES:
        commands, answers = session(page)
        assert len(answers) >= 4 and len(commands) >= len(answers), page


def test_a_wrong_answer_is_noticed() -> None:
    """The alarm is seen."""
    assert holds({"a": [{"b": "..."}]}, {"a": [{"b": 1, "c": 2}, 3], "d": 4})
    for wanted in ({"a": 2}, {"b": 1}, {"a": [1]}, [], {"a": None}):
        assert not holds(wanted, {"a": 1}), wanted
