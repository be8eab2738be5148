"""The API, put together: every part is handed in, nothing is looked up, so that tests run the very thing that ships."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from api import problems
from api.activity import ReadLog
from api.beside import beside
from api.clocks import TemporalClocks
from api.codec import Sealing
from api.commands import Commands
from api.console import serve
from api.doors import Door, Rule
from api.engine import Engine, TemporalEngine
from api.feed import Feed, feeding
from api.house import Config, House
from api.lost_children import LostChildren
from api.mcp_servers import McpHouse
from api.metrics import Metrics
from api.middleware import Surroundings
from api.oidc import Oidc
from api.outbox import Outbox, relaying
from api.outward import Nowhere, Outward
from api.ports import Blobs, Records
from api.recordkeeping import Recordkeeping
from api.routes import (
    activity_log,
    administration,
    analytics,
    calendar,
    catalog,
    codec,
    commands,
    confirmations,
    definitions,
    drafts,
    evaluate,
    events,
    files,
    history,
    hooks,
    inboxes,
    links,
    mcp_door,
    mcp_servers,
    migrations,
    model_calls,
    notes,
    notices,
    notifications,
    oidc,
    opening,
    people,
    policies,
    previews,
    public_journeys,
    public_pages,
    public_progress,
    public_start,
    records,
    registers,
    runs,
    schedules,
    secrets,
    session,
    setup,
    simulate,
    sources,
    starting,
    stream,
    system,
    tasks,
    tokens,
    values,
    versions,
    views,
    webhooks,
    why,
)
from api.signing import Signer
from api.store.links import SqlLinks
from api.store.people import People
from api.store.secrets_box import SecretsBox
from api.store.sessions import Sessions
from api.store.store import Store
from api.tracing import log
from api.versions import Versions
from api.ways_in import listen, ways_in
from api.ways_out import WaysOut

ROUTERS: tuple[APIRouter, ...] = (
    definitions.routes,
    versions.routes,
    simulate.routes,
    evaluate.routes,
    catalog.routes,
    runs.routes,
    history.routes,
    previews.routes,
    notes.routes,
    why.routes,
    migrations.routes,
    values.routes,
    commands.routes,
    tasks.routes,
    views.routes,
    records.routes,
    opening.routes,
    starting.routes,
    hooks.routes,
    mcp_door.routes,
    events.routes,
    schedules.routes,
    sources.routes,
    people.routes,
    administration.routes,
    tokens.routes,
    session.routes,
    oidc.routes,
    setup.routes,
    secrets.routes,
    policies.routes,
    files.routes,
    drafts.routes,
    registers.routes,
    inboxes.routes,
    mcp_servers.routes,
    notices.routes,
    notifications.routes,
    webhooks.routes,
    stream.routes,
    calendar.routes,
    confirmations.routes,
    public_journeys.routes,
    public_progress.routes,
    public_start.routes,
    links.routes,
    analytics.routes,
    model_calls.routes,
    activity_log.routes,
    system.routes,
    codec.routes,
    public_pages.routes,  # the last: it answers every address of people outside that nothing else does
)

DESCRIPTION = """\
Processes in which people, AI and machines take turns. Send `Authorization: Bearer hf_…`. Lists answer
`{"items", "next"}`; errors are `application/problem+json` with a stable `code`.
"""


def create_app(
    *,
    store: Store,
    records: Records,
    temporal: Engine,
    blobs: Blobs | None = None,
    config: Config | None = None,
    signer: Signer | None = None,
    console: Path | None = None,
    mcp: McpHouse | None = None,
    oidc: Oidc | None = None,
    codec: Sealing | None = None,
    box: SecretsBox | None = None,
    outward: Outward | None = None,
    record: Recordkeeping | None = None,
) -> FastAPI:
    """The ASGI app over these parts; `store`, `records` and `temporal` stay the caller's to close.

    `console` is the folder of the built console, where there is one.
    """
    signer, box, outward = signer or Signer.fresh(), box or SecretsBox.fresh(), outward or Nowhere()
    house = build_house(
        store,
        records,
        temporal,
        config or Config(),
        signer,
        box=box,
        blobs=blobs,
        oidc=oidc,
        codec=codec,
        mcp=mcp,
        outward=outward,
        record=record,
    )
    app = FastAPI(
        title="Holdfast",
        version="1",
        description=DESCRIPTION,
        lifespan=_lifespan,
        openapi_url="/openapi.json",
        docs_url="/docs",
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.house = house
    listen(house)
    if record is not None:
        house.feed.consumer("archive", record.archive.hear)
        record.reconciler.children = LostChildren(house.store, house.engine, house.signer)
    for routes in ROUTERS:
        app.include_router(routes)
    if console is not None:
        serve(app, console)
    _add_handlers(app)
    app.add_middleware(Surroundings, hosts=house.config.hosts, metrics=house.metrics)
    return app


def build_house(
    store: Store,
    records: Records,
    temporal: Engine,
    config: Config,
    signer: Signer,
    *,
    box: SecretsBox,
    outward: Outward,
    blobs: Blobs | None,
    oidc: Oidc | None = None,
    codec: Sealing | None = None,
    mcp: McpHouse | None = None,
    record: Recordkeeping | None = None,
) -> House:
    """The parts that depend on each other, in their order."""
    versions, metrics = Versions(store), Metrics()
    outbox = Outbox(store, temporal, versions)
    people, feed = People(store), Feed(store)
    return House(
        store=store,
        people=people,
        records=records,
        engine=temporal,
        signer=signer,
        versions=versions,
        outbox=outbox,
        commands=Commands(store, outbox, versions, signer, config.command_deadline, metrics),
        feed=feed,
        out=WaysOut(store, people, box, outward, feed, public_url=config.public_url),
        links=SqlLinks(store, box),
        box=box,
        reads=ReadLog(store),
        sessions=Sessions(store),
        config=config,
        metrics=metrics,
        blobs=blobs,
        oidc=oidc,
        codec=codec,
        mcp=mcp,
        record=record,
        clocks=TemporalClocks(temporal.client, temporal.task_queue) if isinstance(temporal, TemporalEngine) else None,
    )


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    house = cast(House, app.state.house)
    every = house.config.relay_every
    async with (
        beside(house.reads.keep_flushing(), "read log"),
        relaying(house.outbox, every),
        feeding(house.feed, every),
        house.out.going_on(every),
        _keeping(house),
    ):
        yield
    await house.reads.flush()


@contextlib.asynccontextmanager
async def _keeping(house: House) -> AsyncIterator[None]:
    """What keeps the record true by itself, and what starts runs by itself."""
    async with house.record.going_on() if house.record else contextlib.nullcontext(), ways_in(house):
        yield


def _add_handlers(app: FastAPI) -> None:
    app.add_exception_handler(problems.ApiError, problems.on_api_error)
    app.add_exception_handler(RequestValidationError, problems.on_validation_error)
    app.add_exception_handler(HTTPException, problems.on_http_error)
    app.add_exception_handler(DBAPIError, _on_database)
    app.add_exception_handler(PoolTimeout, _on_database)
    app.add_exception_handler(Exception, problems.on_crash)


async def _on_database(request: Request, error: Exception) -> JSONResponse:
    """A database that does not answer is 503; one that was asked nonsense is our mistake."""
    if isinstance(error, DBAPIError) and not _is_outage(error):
        return await problems.on_crash(request, error)
    log.error("the database does not answer", action="database.down", error=type(error).__name__)
    return problems.render(problems.Unavailable("The database does not answer."))


def _is_outage(error: DBAPIError) -> bool:
    kind = type(error.orig).__name__ if error.orig else type(error).__name__
    return error.connection_invalidated or kind in OUTAGES


OUTAGES = (
    "OperationalError",
    "InterfaceError",
    "QueryCanceled",
    "LockNotAvailable",
    "AdminShutdown",
    "CannotConnectNow",
    "ReadOnlySqlTransaction",
    "DiskFull",
    "ConnectionFailure",
    "IdleInTransactionSessionTimeout",
)
"""Errors of the drivers that say: not now. By name, since neither driver must be imported for it."""


def doors(app: FastAPI) -> Iterator[tuple[str, str, Rule]]:
    """Every route as (method, path, rule), for the inventory that the permission tests go by.

    Raises TypeError for a route of the API that is no Door; only the documentation pages are none.
    """
    for context in iter_route_contexts(cast(Sequence[Any], app.routes)):
        route = context.original_route
        if isinstance(route, Door):
            for method in sorted(route.methods or ()):
                yield method, context.path or route.path, route.rule
        elif isinstance(route, APIRoute):
            raise TypeError(f"{route.path} is not behind a Door")


def openapi_document() -> dict[str, Any]:
    """The committed openapi.json: it needs no parts, since nothing is called."""
    app = create_app(
        store=cast(Store, None), records=cast(Records, None), temporal=cast(Engine, None), signer=Signer.fresh()
    )
    return app.openapi()


def write_openapi(path: Path) -> None:
    """Writes openapi.json the way it is committed."""
    import json

    path.write_text(json.dumps(openapi_document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n")
