"""The whole product behind its API, in one process: a real database, a real Temporal server, a real worker.

Only uvicorn is left out: requests go to the ASGI app directly. The people are those of the demo, the records those of
the catalog's sample database.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI
from sqlalchemy import select
from temporalio.client import Client
from temporalio.worker import Worker

from activities import Registry
from activities.ai import Model
from activities.blobs import open_blobs
from activities.records import Records, SourceConfig
from api.app import create_app
from api.engine import TemporalEngine
from api.house import Config
from api.signing import Signer
from api.store.migrations import migrate
from api.store.seed import seed, seed_demo
from api.store.store import Store
from api.store.tables import Row
from definitions.catalog import demo_sql
from holdfast.compose import announce, effects_of
from holdfast.crew import present
from holdfast.demo import make_sample_records
from holdfast.outward import outward_of
from holdfast.recordkeeping import record_of
from holdfast.runs import HouseRuns
from holdfast.settings import Settings
from holdfast.tools import box_of, tools_of_api
from holdfast.witness import LocalReplays
from workers.worker import build_worker

HOST = "http://127.0.0.1"


@dataclass
class World:
    """One installation. `tokens` are the demo people's; `worker` may be stopped and started by a test.

    `model` is what its workers ask, where a test has one.
    """

    app: FastAPI
    store: Store
    client: httpx2.AsyncClient
    tokens: dict[str, str]
    temporal: Client
    settings: Settings
    records: Records
    queue: str
    running: list[asyncio.Task[None]] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    model: Model | None = None

    async def call(self, who: str | None, method: str, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        """One request of one of the demo people, or of nobody."""
        headers = dict(options.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        if body is not None:
            options["json"] = body
        return await self.client.request(method, path, headers=headers, **options)

    async def get(self, who: str, path: str, **query: Any) -> Any:
        """A GET that must succeed; its body."""
        answer = await self.call(who, "GET", path, params=query or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def publish(self, document: dict[str, Any]) -> dict[str, Any]:
        """Publish a document as admin."""
        drafted = await self.call("admin", "POST", "/v1/definitions", document)
        assert drafted.status_code in (200, 201), drafted.text
        published = await self.call("admin", "POST", f"/v1/definitions/{document['key']}/publish", {})
        assert published.status_code == 201, published.text
        return dict(published.json())

    async def start(self, who: str, definition: str, **body: Any) -> dict[str, Any]:
        """Start a run that must start."""
        answer = await self.call(who, "POST", "/v1/runs", {"definition": definition, **body})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def command(self, who: str, run: str, type: str, **body: Any) -> httpx2.Response:
        """Give a command."""
        return await self.call(who, "POST", f"/v1/runs/{run}/commands", {"type": type, **body})

    async def until(self, who: str, run: str, **wanted: Any) -> dict[str, Any]:
        """The RunView once its members are these; fails after 20 s."""
        for _ in range(400):
            view = await self.get(who, f"/v1/runs/{run}")
            if all(view[key] == value for key, value in wanted.items()):
                return dict(view)
            await asyncio.sleep(0.05)
        raise AssertionError(f"waited in vain for {wanted}: {view}")

    async def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table, for looking behind the API."""
        async with self.store.engine.connect() as connection:
            found = (await connection.execute(select(Row.metadata.tables[table]))).mappings().all()
        return [dict(row) for row in found]

    def work(self) -> None:
        """Start a worker."""
        runs = HouseRuns(self.app.state.house)
        effects = effects_of(self.settings, self.store, self.records, Registry(), self.model, runs=runs)
        worker = build_worker(
            self.temporal,
            task_queue=self.queue,
            activities=effects.activities,
            interceptors=[effects.interceptor],
        )
        self.workers.append(worker)
        self.running.append(asyncio.create_task(worker.run()))

    async def rest(self) -> None:
        """Stop every worker."""
        await asyncio.gather(*(worker.shutdown() for worker in self.workers))
        await asyncio.gather(*self.running)
        self.workers.clear()
        self.running.clear()


@contextlib.asynccontextmanager
async def open_world(
    folder: Path, temporal: Client, *, database: str = "", engine: Any = None, deadline: float = 15.0, **more: Any
) -> AsyncIterator[World]:
    """A world with its demo people and records, and no worker yet; `more` are settings.

    `deadline`: seconds in which a command's outcome comes on a machine that is busy, too.
    """
    queue = f"api-{uuid.uuid4().hex[:12]}"
    settings = Settings(home=folder, task_queue=queue, database_url=database, **more)
    make_sample_records(settings.demo_database, demo_sql())
    await asyncio.to_thread(migrate, settings.database)
    sources = {"demo": SourceConfig(url=f"sqlite+aiosqlite:///{settings.demo_database}")}
    async with contextlib.AsyncExitStack() as closing:
        store = await closing.enter_async_context(Store(settings.database))
        records = Records(sources)
        closing.push_async_callback(records.close)
        await seed(store)
        tokens = await seed_demo(store, {})
        blobs = open_blobs(settings.blobs_url, settings.blob_folder)
        app = create_app(
            store=store,
            records=records,
            temporal=engine or TemporalEngine(temporal, queue),
            blobs=blobs,
            config=Config(command_deadline=deadline, relay_every=0.1, public_url=HOST),
            signer=Signer.fresh(),
            mcp=tools_of_api(settings, store),
            record=record_of(settings, store, temporal, blobs, LocalReplays()),
            box=box_of(settings),
            outward=outward_of(settings),
        )
        runs = HouseRuns(app.state.house)
        catalogue = effects_of(settings, store, records, Registry(), runs=runs).catalogue
        await announce(store, catalogue)
        await closing.enter_async_context(present(store, settings, catalogue, runs=True))
        await closing.enter_async_context(app.router.lifespan_context(app))
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        client = await closing.enter_async_context(httpx2.AsyncClient(transport=transport, base_url=HOST))
        world = World(app, store, client, tokens, temporal, settings, records, queue)
        closing.push_async_callback(world.rest)
        yield world
