"""Workers or Temporal away: what is taken is kept, said to be kept, and done once when they are back."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from api.engine import Gone, TemporalEngine, Unreachable
from api.engine_look import Look
from api.outbox import Outbox
from definitions.wire import RunStart
from tests.api.documents import two_steps
from tests.api.world import World, open_world


@dataclass
class Line:
    """The real engine behind a line that a test may cut, before or after the request arrives."""

    engine: TemporalEngine | None = None
    cut: bool = False
    deaf: bool = False
    signals: list[str] = field(default_factory=list)

    async def start(self, start: RunStart, summary: str) -> None:
        await self._pass(self._real().start(start, summary))

    async def signal(self, run: str, name: str, payload: dict[str, Any]) -> None:
        self.signals.append(payload["command"]["id"])
        await self._pass(self._real().signal(run, name, payload))

    async def restart(self, start: RunStart, summary: str, name: str, payload: dict[str, Any]) -> None:
        self.signals.append(payload["command"]["id"])
        await self._pass(self._real().restart(start, summary, name, payload))

    async def look(self, run: str, deadline: float) -> Look:
        if self.cut:
            raise Unreachable("cut")
        return await self._real().look(run, deadline)

    async def reachable(self, deadline: float = 1.0) -> bool:
        return not self.cut and await self._real().reachable(deadline)

    def _real(self) -> TemporalEngine:
        assert self.engine is not None
        return self.engine

    async def _pass(self, call: Any) -> None:
        if self.cut:
            call.close()
            raise Unreachable("cut")
        await call
        if self.deaf:
            raise Unreachable("the answer was lost")


@pytest.fixture
async def line() -> Line:
    return Line()


@pytest.fixture
async def house(tmp_path: Path, temporal_client: Client, line: Line) -> AsyncIterator[World]:
    """An installation of one's own, whose worker and line may be taken away."""
    async with open_world(tmp_path, temporal_client, engine=line, deadline=3.0) as world:
        line.engine = TemporalEngine(temporal_client, world.queue)
        world.work()
        yield world


async def outcome(world: World, command: str) -> str:
    """What became of a command, once something has; at most 20 s."""
    for _ in range(400):
        found = await world.get("ann", f"/v1/commands/{command}")
        if found["outcome"] != "received":
            break
        await asyncio.sleep(0.05)
    return str(found["outcome"])


async def test_workers_stopped(house: World) -> None:
    """A completion answers 202, is not in the run yet, and is applied once when a worker is back."""
    document = two_steps()
    await house.publish(document)
    run = await house.start("ann", document["key"])
    await house.rest()
    body = {"id": uuid.uuid4().hex, "step": "a", "output": {"n": 1}}
    received = await house.command("ann", run["id"], "complete", **body)
    assert (received.status_code, received.json()) == (202, {"command": body["id"], "outcome": "received"})
    again = await house.command("ann", run["id"], "complete", **body)
    assert (again.status_code, again.json()) == (202, {"command": body["id"], "outcome": "received"})
    assert (await house.get("ann", f"/v1/runs/{run['id']}"))["current"] == ["a"]
    house.work()
    assert await outcome(house, body["id"]) == "applied"
    late = await house.command("ann", run["id"], "complete", **body)
    assert (late.status_code, late.json()["outcome"]) == (200, "applied")
    events = (await house.get("ann", f"/v1/runs/{run['id']}/events"))["items"]
    assert [event["type"] for event in events if event.get("command") == body["id"]] == ["step_done"]


async def test_temporal_away(house: World, line: Line) -> None:
    """Commands are taken in their order and sent in it when Temporal is back; a refused one says so then."""
    document = two_steps()
    await house.publish(document)
    run = await house.start("ann", document["key"])
    line.cut = True
    ids = [uuid.uuid4().hex for _ in range(3)]
    bodies: list[dict[str, Any]] = [
        {"step": "a", "output": {"n": 1}},
        {"step": "b", "choice": "x"},
        {"step": "b", "choice": "y"},
    ]
    for name, body in zip(ids, bodies, strict=True):
        answer = await house.command("ann", run["id"], "complete", id=name, **body)
        assert answer.status_code == 202, answer.text
    assert (await house.call("ann", "GET", "/readyz")).status_code == 503
    line.cut, line.signals = False, []
    assert [await outcome(house, name) for name in ids] == ["applied", "applied", "refused"]
    assert line.signals == ids, "in order, each once"
    assert (await house.get("ann", f"/v1/commands/{ids[2]}"))["refusal"]["code"] == "run_closed"
    assert (await house.get("ann", f"/v1/runs/{run['id']}"))["status"] == "completed"


async def test_a_start_while_temporal_is_away(house: World, line: Line) -> None:
    """The run exists, every step pending; it begins by itself, and what was commanded meanwhile comes after."""
    document = two_steps(record="demo.orders")
    await house.publish(document)
    line.cut = True
    run = await house.start("ann", document["key"], record="o1")
    assert (run["status"], run["seq"], run["record"]) == ("running", 0, {"collection": "demo.orders", "id": "o1"})
    assert {step["status"] for step in run["steps"]} == {"pending"}
    assert (await house.get("ann", f"/v1/runs/{run['id']}")) == run
    second = await house.call("ann", "POST", "/v1/runs", {"definition": document["key"], "record": "o1"})
    assert (second.status_code, second.json()["run"]) == (409, run["id"])
    early = await house.command("ann", run["id"], "complete", step="a", output={"n": 1})
    assert early.status_code == 202
    line.cut = False
    view = await house.until("ann", run["id"], current=["b"])
    assert view["steps"][0]["ended_by"] == "ann"


async def test_an_answer_that_was_lost(house: World, line: Line) -> None:
    """Temporal took the signal, and nobody heard it say so: it is sent again, and applied once."""
    document = two_steps()
    await house.publish(document)
    run = await house.start("ann", document["key"])
    line.deaf = True
    name = uuid.uuid4().hex
    answer = await house.command("ann", run["id"], "complete", id=name, step="a", output={"n": 1})
    assert answer.status_code in (200, 202), "200 where the run's own record came in time"
    line.deaf = False
    assert await outcome(house, name) == "applied"
    for _ in range(400):
        if len(line.signals) >= 2:
            break
        await asyncio.sleep(0.05)
    assert line.signals[:2] == [name, name]
    events = (await house.get("ann", f"/v1/runs/{run['id']}/events"))["items"]
    assert len([event for event in events if event.get("command") == name]) == 1


async def test_the_api_died_between_storing_and_sending(
    house: World, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry was stored and claimed by a process that is no more: the relay sends it when the claim runs out."""
    document = two_steps()
    await house.publish(document)
    run = await house.start("ann", document["key"])

    async def died(*_: object) -> bool:
        return False

    name = uuid.uuid4().hex
    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "deliver", died)
        answer = await house.command("ann", run["id"], "complete", id=name, step="a", output={"n": 1})
    assert (answer.status_code, line.signals) == (202, [])
    assert await outcome(house, name) == "applied"
    assert line.signals == [name]


async def test_a_run_that_temporal_has_lost(house: World, line: Line, temporal_client: Client) -> None:
    """Deleted with Temporal's own tools: the command is refused and says why; nothing hangs."""
    document = two_steps()
    await house.publish(document)
    run = await house.start("ann", document["key"])
    await temporal_client.get_workflow_handle(run["id"]).terminate("by ops")
    answer = await house.command("ann", run["id"], "complete", step="a", output={"n": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "run_closed")
    assert (await house.get("ann", f"/v1/runs/{run['id']}"))["current"] == ["a"], "its record stands"


async def test_the_engine_says_which(temporal_client: Client, task_queue: str) -> None:
    """Gone, or nobody knows: the two that the outbox must tell apart."""
    engine = TemporalEngine(temporal_client, task_queue)
    with pytest.raises(Gone) as gone:
        await engine.signal("run-that-never-was", "abort", {})
    assert not gone.value.closed
    away = await TemporalEngine.connect("127.0.0.1:9", task_queue=task_queue)
    with pytest.raises(Unreachable):
        await away.signal("run-x", "abort", {})
    with pytest.raises(Unreachable):
        await away.look("run-x", 0.5)
    assert not await away.reachable(0.3)
