"""Large values on a real Temporal server: the run names them, the blob store holds them, the history stays small."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from pydantic import BaseModel
from temporalio.api.common.v1 import Payload
from temporalio.client import Client

from activities.blobs import open_blobs
from activities.registry import Registry
from definitions.references import Reference
from tests.engine.story import document
from tests.workers.house import House, World, step
from workers.worker import replayer

SIZE = 900_000
STEPS = 20
TASK = {"id": "look", "kind": "task", "title": "Look", "fields": [{"id": "n", "type": "number", "required": True}]}


class Which(BaseModel):
    """Which page is asked for."""

    number: int


class Page(BaseModel):
    """A page of SIZE characters, none like another."""

    number: int
    text: str


class Two(BaseModel):
    """Two pages at once."""

    first: str
    last: str


class Told(BaseModel):
    """What was seen of them."""

    sizes: list[int]
    numbers: list[int]


class Library(World):
    """Beside the usual actions: one that returns a large page, and one that is given two."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []

    def registry(self) -> Registry:
        registry = super().registry()

        @registry.action("test.page", title="Page", repeatable=True)
        async def page(which: Which) -> Page:
            return Page(number=which.number, text=f"{which.number:04}" * (SIZE // 4))

        @registry.action("test.compare", title="Compare", repeatable=True)
        async def compare(two: Two) -> Told:
            self.given = [two.first, two.last]
            return Told(sizes=[len(text) for text in self.given], numbers=[int(text[:4]) for text in self.given])

        return registry


def act(name: str, action: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "action", "title": name.title(), "action": action, "execute": "automatic", **more}


def page(number: int) -> dict[str, Any]:
    return act(f"p{number}", "test.page", **{"with": {"number": number}})


COMPARE = act(
    "compare", "test.compare", **{"with": {"first": "= steps.p0.output.text", "last": "= steps.p19.output.text"}}
)


@pytest.fixture
def house(temporal_client: Client, task_queue: str, tmp_path: Path) -> House:
    made = House(temporal_client, task_queue)
    made.world = Library()
    made.blobs = open_blobs("", tmp_path / "blobs")
    return made


def payloads(message: Message) -> list[Payload]:
    """Every payload anywhere in a message of Temporal's."""
    if isinstance(message, Payload):
        return [message]
    found: list[Payload] = []
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            parts = [part for part in value.values() if isinstance(part, Message)]
        else:
            parts = list(value) if field.is_repeated else [value]
        found += [payload for part in parts for payload in payloads(part)]
    return found


async def test_twenty_values_of_900_kb_and_a_step_that_is_given_two(house: House, tmp_path: Path) -> None:
    async with house.worker():
        handle = await house.start(document([*(page(n) for n in range(STEPS)), COMPARE]))
        assert (await handle.result())["status"] == "completed"
        view = (await house.ask(handle))["run"]
    assert step(view, "compare")["output"] == {"sizes": [SIZE, SIZE], "numbers": [0, 19]}
    assert [len(text) for text in house.world.given] == [SIZE, SIZE]
    shown = step(view, "p7")["output"]
    reference = Reference.of(shown["text"])
    assert shown["number"] == 7 and reference is not None and (reference.size, reference.type) == (SIZE + 2, "string")
    files = list((tmp_path / "blobs" / handle.id).iterdir())
    assert len(files) == STEPS and all(file.stat().st_size == SIZE + 2 for file in files)
    history = await handle.fetch_history()
    sizes = [len(payload.data) for event in history.events for payload in payloads(event)]
    assert len(sizes) > STEPS * 2 and max(sizes) < 300 * 1024
    assert sum(sizes) < 1024 * 1024, "the whole history is smaller than two of its values"
    assert max(len(json.dumps(row)) for row in house.ledger.events[handle.id]) < 64 * 1024
    await replayer().replay_workflow(history)


async def test_references_outlive_continue_as_new(temporal_client: Client, task_queue: str) -> None:
    house = House(temporal_client, task_queue, roll_after=4)
    house.world = Library()
    async with house.worker():
        handle = await house.start(document([page(0), TASK, page(19), COMPARE]))
        await house.until(handle, lambda v: v["current"] == ["look"])
        first, handle = handle.first_execution_run_id, house.client.get_workflow_handle(handle.id)
        answer = await house.give(handle, "complete", step="look", output={"n": 1})
        assert answer["command"]["outcome"] == "applied"
        assert (await handle.describe()).run_id != first
        assert (await handle.result())["status"] == "completed"
        view = (await house.ask(handle))["run"]
    assert step(view, "compare")["output"]["numbers"] == [0, 19]


async def test_a_value_that_is_gone_asks_a_person_and_the_run_lives(house: House, tmp_path: Path) -> None:
    """The files were lost while the run waited: the step says so, and goes on once they are back."""
    async with house.worker():
        handle = await house.start(document([page(0), page(19), TASK, COMPARE]))
        await house.until(handle, lambda v: v["current"] == ["look"])
        folder = tmp_path / "blobs" / handle.id
        kept = {file.name: file.read_bytes() for file in folder.iterdir()}
        for file in folder.iterdir():
            file.unlink()
        await house.give(handle, "complete", step="look", output={"n": 1})
        view = await house.until(handle, lambda v: v["attention"])
        assert step(view, "compare")["attention"]["code"] == "blob_missing" and view["status"] != "aborted"
        for name, content in kept.items():
            (folder / name).write_bytes(content)
        await house.give(handle, "retry", step="compare")
        assert (await handle.result())["status"] == "completed"


async def test_nobody_smuggles_a_reference_into_a_run(house: House) -> None:
    """Not even one that is true, not by hand, not with the seal of the API."""
    async with house.worker():
        handle = await house.start(document([page(0), act("pay", "test.fail"), TASK]))
        view = await house.until(handle, lambda v: v["attention"])
        output = {"id": [step(view, "p0")["output"]["text"]]}
        answer = await house.give(handle, "handle_manually", step="pay", output=output)
        assert answer["command"]["refusal"]["code"] == "malformed"
        assert answer["command"]["refusal"]["errors"][0]["path"] == "/output/id/0"
        await handle.signal("handle_manually", {"step": "pay", "output": output})
        await house.until(handle, lambda v: v["seq"] == answer["seq"] + 1)
        last = house.ledger.events[handle.id][-1]
        assert (last["type"], last["actor"], last["data"]["code"]) == ("command_refused", "temporal-cli", "malformed")
        answer = await house.give(handle, "handle_manually", step="pay", output={"id": "by hand"})
        assert answer["command"]["outcome"] == "applied"
