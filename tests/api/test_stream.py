"""Server-sent events over a real connection: what changes is told, what was missed is told later, rights end it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
import uvicorn
from sqlalchemy import delete, insert, update

from api import stream as streaming
from api.store import feed
from api.store.feed import FEED
from api.store.tables import Row
from holdfast.processes import Server
from tests.api.documents import document, secret, two_steps
from tests.api.world import World

MEMBERSHIPS, TOKENS = (Row.metadata.tables[name] for name in ("memberships", "tokens"))


class Live:
    """The world's API behind a real socket: an in-process client would wait for the end of an answer."""

    def __init__(self, world: World, server: Server) -> None:
        self.world, self.server = world, server
        self.port = server.servers[0].sockets[0].getsockname()[1]

    @contextlib.asynccontextmanager
    async def listen(self, who: str | None, last: str | None = None, **query: Any) -> AsyncIterator[Ear]:
        headers = {"Authorization": f"Bearer {self.world.tokens[who]}"} if who else {}
        headers |= {"Last-Event-ID": last} if last is not None else {}
        url = f"http://127.0.0.1:{self.port}/v1/stream"
        async with (
            httpx2.AsyncClient(timeout=30) as client,
            client.stream("GET", url, params=query, headers=headers) as answer,
        ):
            ear = Ear(answer)
            yield ear
            await ear.close()


class Ear:
    """What comes in of one stream."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.answer, self.id, self.ended = answer, "", False
        self.messages: list[tuple[str, Any]] = []
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        event, data = "", ""
        with contextlib.suppress(httpx2.HTTPError):
            async for line in self.answer.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    data = value
                elif name == "id":
                    self.id = value
                elif not line and event:
                    self.messages.append((event, json.loads(data)))
                    event, data = "", ""
        self.ended = True

    async def until(self, holds: Any) -> None:
        for _ in range(400):
            if holds():
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"waited in vain; heard {self.messages}")

    async def opened(self) -> Ear:
        assert self.answer.status_code == 200, await self.answer.aread()
        await self.until(lambda: self.messages)
        assert self.messages[0][0] == "open"
        return self

    def of(self, event: str) -> list[Any]:
        return [data for name, data in self.messages if name == event]

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


@contextlib.asynccontextmanager
async def served(world: World) -> AsyncIterator[Live]:
    options = uvicorn.Config(
        world.app, host="127.0.0.1", port=0, lifespan="off", log_config=None, timeout_graceful_shutdown=5
    )
    server = Server(options, world.app.state.house.out.streams.close)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield Live(world, server)
    finally:
        server.should_exit = True
        await serving
        world.app.state.house.out.streams.closing = False  # the next test serves the same world again


@pytest.fixture
async def live(world: World) -> AsyncIterator[Live]:
    async with served(world) as live:
        yield live


async def test_a_run_is_followed_to_its_end(live: Live) -> None:
    world, body = live.world, two_steps("followed", teams=["ops"])
    await world.publish(body)
    run, other = [(await world.start("ann", body["key"]))["id"] for _ in range(2)]
    async with live.listen("ben", run=run) as ear:
        await ear.opened()
        assert ear.answer.headers["content-type"].startswith("text/event-stream")
        assert "no-cache" in ear.answer.headers["cache-control"]
        await world.command("ann", other, "complete", step="a", output={"n": 1})
        await world.command("ann", run, "complete", step="a", output={"n": 1})
        await world.command("ann", run, "complete", step="b", choice="x")
        await ear.until(lambda: any(each["status"] == "completed" for each in ear.of("run")))
        view = await world.get("ann", f"/v1/runs/{run}")
        assert ear.of("run")[-1] == {"id": run, "seq": view["seq"], "status": "completed", "attention": False}
        assert {each["id"] for each in ear.of("run")} == {run}
        assert [each["seq"] for each in ear.of("run")] == sorted(each["seq"] for each in ear.of("run"))


async def test_what_was_missed_is_told_to_who_comes_back(live: Live) -> None:
    world, body = live.world, two_steps("missed", teams=["ops"])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    async with live.listen("ann", run=run) as ear:
        await ear.opened()
        await world.command("ann", run, "complete", step="a", output={"n": 1})
        await ear.until(lambda: ear.of("run"))
        last, seen = ear.id, ear.of("run")[-1]["seq"]
    await world.command("ann", run, "complete", step="b", choice="x")
    await world.until("ann", run, status="completed")
    await world.app.state.house.feed.drain()
    async with live.listen("ann", last, run=run) as again:
        await again.opened()
        await again.until(lambda: again.of("run"))
        assert again.of("run")[-1]["status"] == "completed"
        assert again.of("run")[-1]["seq"] > seen
        assert int(again.id) > int(last)
        assert again.of("reset") == []
    async with live.listen("ann", again.id, run=run) as third:
        await third.opened()
        await asyncio.sleep(0.3)
        assert third.of("run") == [], "nothing is told twice"


async def test_who_was_away_too_long_reads_everything_anew(live: Live) -> None:
    world, body = live.world, two_steps("pruned", teams=["ops"])
    await world.publish(body)
    await world.start("ann", body["key"])
    await world.app.state.house.feed.drain()
    some = update(FEED).where(FEED.c.position.is_not(None)).values(at=datetime.now(UTC) - timedelta(days=9))
    await world.store.transact(lambda connection: connection.execute(some))
    await world.store.transact(feed.clear)
    for strange in ("0", "999999999"):
        async with live.listen("ann", strange) as ear:
            await ear.opened()
            await ear.until(lambda ear=ear: ear.of("reset"))
            assert int(ear.id) > 0


async def test_one_s_work_comes_changes_and_goes(live: Live) -> None:
    world = live.world
    steps = [
        {"id": "mine", "kind": "task", "title": "Mine", "assign": {"users": ["ann"]}},
        {"id": "theirs", "kind": "task", "title": "Theirs", "assign": {"users": ["ben"]}},
    ]
    body = document("work", steps, teams=["ops"])
    await world.publish(body)
    async with live.listen("ann", tasks="me") as ear:
        await ear.opened()
        run = (await world.start("lea", body["key"]))["id"]
        await ear.until(lambda: ear.of("task"))
        assert ear.of("task")[0] == {"id": f"{run}/mine", "run": run, "step": "mine", "change": "added"}
        await world.command("ann", run, "start", step="mine")
        await ear.until(lambda: len(ear.of("task")) == 2)
        await world.command("ann", run, "complete", step="mine", output={})
        await ear.until(lambda: len(ear.of("task")) == 3)
        last = ear.id
        assert [each["change"] for each in ear.of("task")] == ["added", "changed", "gone"]
        await world.command("lea", run, "assign", step="theirs", users=["ann"])
        await ear.until(lambda: len(ear.of("task")) == 4)
        assert (ear.of("task")[-1]["step"], ear.of("task")[-1]["change"]) == ("theirs", "added")
        assert ear.of("run") == []
    async with live.listen("ann", last, tasks="me") as again:
        await again.opened()
        await again.until(lambda: again.of("task"))
        assert again.of("task")[-1] == {"id": f"{run}/theirs", "run": run, "step": "theirs", "change": "changed"}


async def test_nothing_is_told_of_what_is_out_of_sight(live: Live) -> None:
    world, body, hidden = live.world, two_steps("seen", teams=["ops"]), secret()
    await world.publish(body)
    await world.publish(hidden)
    closed = (await world.start("cy", hidden["key"]))["id"]
    async with live.listen("ann", run=closed) as refused:
        assert refused.answer.status_code == 404
    async with live.listen(None) as nobody:
        assert nobody.answer.status_code == 401
    async with live.listen("ann") as ear, live.listen("oda") as auditor:
        await ear.opened()
        await auditor.opened()
        await world.command("cy", closed, "complete", step="look", output={})
        seen = (await world.start("ben", body["key"]))["id"]
        await ear.until(lambda: any(each["id"] == seen for each in ear.of("run")))
        await auditor.until(lambda: {closed, seen} <= {each["id"] for each in auditor.of("run")})
        assert closed not in {each["id"] for each in ear.of("run")}


async def test_a_right_taken_away_ends_the_stream(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "CHECK", 0.2)
    world, body = live.world, two_steps("taken", teams=["ops"])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    member = {"user": "vic", "team": "ops"}
    async with live.listen("vic", run=run) as ear:
        await ear.opened()
        left = delete(MEMBERSHIPS).where(MEMBERSHIPS.c.user == "vic", MEMBERSHIPS.c.team == "ops")
        await world.store.transact(lambda connection: connection.execute(left))
        try:
            before = (await world.get("ann", f"/v1/runs/{run}"))["seq"]
            await world.command("ann", run, "complete", step="a", output={"n": 1})
            await ear.until(lambda: ear.ended)
            assert [each for each in ear.of("run") if each["seq"] > before] == [], "nothing that happened after it"
            async with live.listen("vic", run=run) as again:
                assert again.answer.status_code == 404
        finally:
            await world.store.transact(lambda connection: connection.execute(insert(MEMBERSHIPS), member))


async def test_a_token_that_is_revoked_ends_its_stream(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "CHECK", 0.2)
    world = live.world
    async with live.listen("vic", tasks="me") as ear:
        await ear.opened()
        of_vic = update(TOKENS).where(TOKENS.c.user == "vic")
        await world.store.transact(lambda c: c.execute(of_vic.values(revoked_at=datetime.now(UTC))))
        try:
            await ear.until(lambda: ear.ended)
        finally:
            await world.store.transact(lambda c: c.execute(of_vic.values(revoked_at=None)))


async def test_one_person_has_so_many_streams_and_each_gives_its_place_back(live: Live) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(streaming.EACH):
            await (await stack.enter_async_context(live.listen("cy"))).opened()
        async with live.listen("cy") as refused:
            assert refused.answer.status_code == 429
            assert refused.answer.headers["retry-after"]
        async with live.listen("ann") as other:
            await other.opened()
    for _ in range(400):
        async with live.listen("cy") as free:
            if free.answer.status_code == 200:
                return
        await asyncio.sleep(0.05)
    raise AssertionError("the places were not given back")


async def test_a_stop_ends_open_streams_at_once(world: World) -> None:
    """Else a SIGTERM would wait for as long as somebody looks on, and then cut them off."""
    async with served(world) as live, live.listen("ann") as ear:
        await ear.opened()
        live.server.should_exit = True
        await ear.until(lambda: ear.ended)


async def test_a_listener_who_is_too_slow_is_cut_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "BEHIND", 1)
    body = two_steps("slow", teams=["ops"])
    await world.publish(body)
    async with world.app.state.house.out.streams.listening("ann") as listener:
        await world.start("ann", body["key"])
        for _ in range(200):
            if listener.over:
                return
            await asyncio.sleep(0.05)
    raise AssertionError("never cut off")
