"""Where the parts meet: every object that one of the packages takes from another is made here and handed in.

Nothing outside this package reads a setting or looks something up by itself, so what a process consists of can be read
on this page. A worker is stateless but for its caches and an API process too: start as many as are needed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.worker import Worker

from activities import Registry
from activities.ai import Model
from activities.blobs import open_blobs
from activities.clients import Effects, Resources, assemble
from activities.links import Links
from activities.records import Records, SourceConfig
from api.app import create_app
from api.engine import TemporalEngine
from api.event_waits import SqlListening
from api.house import Config
from api.signing import Signer
from api.store.ledger import SqlLedger
from api.store.links import SqlLinks
from api.store.notices import SqlNotices
from api.store.people import People
from api.store.secrets import SqlSecrets
from api.store.store import Store
from api.store.tables import ActionRow
from holdfast import console
from holdfast.crew import Crew, offered, present
from holdfast.installed import CannotOffer
from holdfast.issuer import issuer_of
from holdfast.models import model_of
from holdfast.outward import mail_of, outward_of, policy_of
from holdfast.reach import codec_of, connect_temporal, patiently
from holdfast.recordkeeping import record_of
from holdfast.runs import HouseRuns, runs_of
from holdfast.settings import Settings
from holdfast.telemetry import exporting
from holdfast.tools import box_of, tools_of_api, tools_of_worker
from workers.hands import build_hands
from workers.worker import build_worker

log = structlog.get_logger("holdfast")


def open_records(settings: Settings) -> Records:
    """The records of every configured source; connects at the first use."""
    sources = settings.record_sources()
    return Records({name: SourceConfig(url=source.url, read_only=source.read_only) for name, source in sources.items()})


def effects_of(
    settings: Settings,
    store: Store,
    records: Records,
    registry: Registry,
    model: Model | None = None,
    *,
    runs: HouseRuns | None = None,
) -> Effects:
    """Every effect a worker can have: the built-in ones and those of the registry, on the settings' task queues."""
    mail, http = mail_of(settings), policy_of(settings)
    blobs = open_blobs(settings.blobs_url, settings.blob_folder)
    ports = Resources(SqlLedger(store), People(store), records, mail, http, blobs, SqlNotices(store))
    links = Links(links_of(settings, store), settings.address)
    ports = replace(ports, runs=runs, firing=runs, model=model, mcp=tools_of_worker(settings, store), links=links)
    ports = replace(ports, secrets=SqlSecrets(store, box_of(settings)), listening=SqlListening(store))
    return assemble(ports, registry, queue_of=settings.queue_of)


def links_of(settings: Settings, store: Store) -> SqlLinks:
    """The links to forms and pages, with the key that opens those which may be told again."""
    return SqlLinks(store, box_of(settings))


async def announce(store: Store, catalogue: Iterable[dict[str, Any]]) -> None:
    """Tells the API which actions there are: their JSON Schemas and contracts, so that it needs none of their code.

    What another worker announced stays: a definition may name it while that worker is away.
    """
    now = datetime.now(UTC)
    async with store.session() as session:
        for info in catalogue:
            await session.merge(ActionRow(name=info["name"], info=info, announced_at=now))


@asynccontextmanager
async def worker_of(settings: Settings, registry: Registry, only: str = "") -> AsyncIterator[Crew]:
    """A worker, ready to run, whose actions have been announced; closes at its end what it opened.

    `only`: nothing but the actions of that task queue, and no runs. Raises CannotOffer where there are none.
    """
    async with AsyncExitStack() as closing:
        store = await closing.enter_async_context(Store(settings.database))
        records = open_records(settings)
        closing.push_async_callback(records.close)
        model = await closing.enter_async_context(model_of(settings, store))
        runs = await runs_of(settings, store, records)
        effects = effects_of(settings, store, records, registry, model, runs=runs)
        catalogue = offered(effects.catalogue, only)
        if not catalogue:
            raise CannotOffer(f"no action is done from the task queue {only}: name their module with --import")
        await patiently("database", lambda: announce(store, catalogue))
        traced = closing.enter_context(exporting("holdfast-worker"))
        address = settings.metrics_address
        client = await patiently("Temporal", lambda: connect_temporal(settings, metrics=address, interceptors=traced))
        log.info("worker_ready", task_queue=only or settings.task_queue, actions=len(catalogue))
        await closing.enter_async_context(present(store, settings, catalogue, runs=not only))
        yield Crew(list(_workers(client, settings, effects, only)))


def _workers(client: Client, settings: Settings, effects: Effects, only: str) -> Iterator[Worker]:
    """One for the runs, and one for each task queue of its own that an action is done from."""
    if not only:
        yield build_worker(
            client,
            task_queue=settings.task_queue,
            activities=effects.activities,
            interceptors=[effects.interceptor],
            build_id=settings.build_id,
        )
    for queue, activities in effects.elsewhere.items():
        if queue != settings.task_queue and only in ("", queue):
            yield build_hands(client, task_queue=queue, activities=activities, interceptors=[effects.interceptor])


def temporal_pages(url: str, namespace: str) -> str:
    """Where Temporal's UI shows the workflows of a namespace, up to an id; empty where it has no address."""
    return f"{url.rstrip('/')}/namespaces/{quote(namespace, safe='')}/workflows/" if url else ""


@asynccontextmanager
async def api_of(settings: Settings) -> AsyncIterator[FastAPI]:
    """The API over the settings' database, records and Temporal; closes at its end what it opened.

    It starts while Temporal or the database is down: then it says so in /readyz, and takes what it can.
    """
    async with AsyncExitStack() as closing:
        store = await closing.enter_async_context(Store(settings.database))
        records = open_records(settings)
        closing.push_async_callback(records.close)
        traced = closing.enter_context(exporting("holdfast-api"))
        client = await connect_temporal(settings, lazy=True, interceptors=traced)
        engine = TemporalEngine(client, settings.task_queue)
        config = Config(
            hosts=settings.answers_to,
            cli_roles=settings.cli_roles,
            public_url=settings.address,
            calendar=settings.calendar,
            file_limit=settings.file_limit,
            picture_pixels=settings.picture_pixels,
            event_lifetime=settings.event_days * 86_400,
            calls_per_minute=settings.calls_per_minute,
            temporal_ui=temporal_pages(settings.temporal_ui_url, client.namespace),
        )
        signer = Signer.load(settings.home.absolute())
        blobs = open_blobs(settings.blobs_url, settings.blob_folder)
        yield create_app(
            store=store,
            records=records,
            temporal=engine,
            blobs=blobs,
            config=config,
            signer=signer,
            console=console.folder(),
            mcp=tools_of_api(settings, store),
            record=record_of(settings, store, client, blobs),
            box=box_of(settings),
            codec=codec_of(settings),
            oidc=await closing.enter_async_context(issuer_of(settings, store)),
            outward=outward_of(settings),
        )
