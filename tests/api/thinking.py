"""An installation whose steps a model answers: a server that says what it must, and runs that ask it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from holdfast.models import model_of
from tests.api.world import World, open_world
from tests.support.openai_server import OpenAiServer

GOOD = {"summary": "Cash turnover.", "level": "high"}
FLAGS: dict[str, Any] = {
    "id": "flags",
    "kind": "ai",
    "title": "Red flags",
    "instruction": "List what speaks against this order",
    "output": [
        {"id": "summary", "type": "long_text", "required": True},
        {"id": "level", "type": "choice", "options": ["low", "high"], "required": True},
    ],
}


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAiServer]:
    with OpenAiServer() as server:
        yield server


@pytest.fixture(scope="module")
async def thinking(
    tmp_path_factory: pytest.TempPathFactory, temporal_client: Client, server: OpenAiServer
) -> AsyncIterator[World]:
    """An installation with a model; a file that goes to it has at most 20 KB."""
    folder: Path = tmp_path_factory.mktemp("thinking")
    more: dict[str, Any] = {"ai_base_url": server.url, "ai_api_key": "sk-secret-of-the-test", "ai_max_bytes": 20_000}
    more |= {"ai_timeout": 2.0, "ai_price_input": 1.0, "ai_price_output": 5.0}
    async with open_world(folder, temporal_client, **more) as world, model_of(world.settings, world.store) as model:
        world.model = model
        world.work()
        yield world
        await world.rest()


def step(view: dict[str, Any], name: str = "flags") -> dict[str, Any]:
    return next(dict(each) for each in view["steps"] if each["id"] == name)


async def a_run(world: World, *steps: dict[str, Any], **body: Any) -> str:
    """A run of a definition of these steps, on an order."""
    key = f"ai-{uuid.uuid4().hex[:10]}"
    head = {"holdfast": 1, "key": key, "name": "Ai", "record": "demo.orders", "start": {"one_per_record": False}}
    inputs = body.pop("fields", None)
    head |= body.pop("top", {})
    await world.publish({**head, **({"inputs": inputs} if inputs else {}), "steps": list(steps)})
    return str((await world.start("lea", key, record="o1", **body))["id"])


async def scheduled(world: World, run: str) -> list[str]:
    """The activities that a run asked for, without the recording that every run does."""
    history = await world.temporal.get_workflow_handle(run).fetch_history()
    found = [each for each in history.events if each.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED]
    names = [each.activity_task_scheduled_event_attributes.activity_type.name for each in found]
    return [name for name in names if name != "holdfast.record"]


async def until_step(world: World, run: str, status_: str, name: str = "flags") -> dict[str, Any]:
    """The step once it has that status or asks for attention."""
    for _ in range(400):
        found = step(await world.get("lea", f"/v1/runs/{run}"), name)
        if found["status"] == status_:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)
