"""MCP servers: which there are, which of their tools may be called, and signing in to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Path, Query, Response
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse

from api import mcp_servers as servers
from api.doors import Caller, Calling, asks
from api.idempotency import KeyHeader, Once
from api.mcp_servers import house_of
from api.paging import Cursor, Limit, cut, listing, read_cursor
from api.problems import ApiError, Conflict, NotFound, Unavailable
from api.registers import made, written
from api.routing import READS, WRITES, answer, router
from api.schemas_mcp import (
    ChangedMcpServer,
    McpChanges,
    McpLogin,
    McpServer,
    McpServerTools,
    McpSettings,
    McpSignedIn,
    NewMcpServer,
)
from api.schemas_out import Page
from api.store import mcp_servers as store
from definitions.tools import Server

routes = router("/v1/mcp-servers", "mcp")

Id = Annotated[str, Path(max_length=100)]
Text = Annotated[str | None, Query(max_length=4000)]


@routes.get("", response_model=Page[McpServer], responses=READS)
@asks("mcp.view")
async def list_servers(caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The servers by id."""
    after = str(read_cursor(cursor, "mcp", 1)[0]) if cursor else ""

    def look(connection: Connection) -> tuple[list[dict[str, Any]], str | None]:
        mine, manages = store.signed_in(connection, caller.who.id), caller.may("mcp.manage")
        rows, following = cut(store.rows(connection, after, limit + 1), limit, "mcp", lambda row: (row["id"],))
        return [servers.shown(row, row["id"] in mine, manages) for row in rows], following

    return answer(listing(*await caller.house.store.look(look)))


@routes.get("/{server}", response_model=McpServerTools, responses=READS)
@asks("mcp.view")
async def get_server(server: Id, caller: Calling) -> Response:
    """A server with its tools as they were read last."""
    return answer(await caller.house.store.look(lambda connection: _told(connection, caller, server)))


@routes.post("", response_model=McpServerTools, status_code=201, responses=WRITES)
@asks("mcp.manage")
async def add_server(body: NewMcpServer, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Sets up a server. Its tools are read by `refresh`, and none is switched on by itself. 409 where the id is taken.

    Its programs are those of `HOLDFAST_MCP_PROGRAMS`, private addresses those of `HOLDFAST_MCP_ALLOWED`.
    """
    caller.allow("mcp.manage")
    caller.about.detail = {"server": body.id}

    def work(connection: Connection) -> dict[str, Any]:
        servers.add(connection, caller, body.model_dump(exclude={"secrets"}), body.secrets)
        return _told(connection, caller, body.id)

    once = Once.of(idempotency_key, caller.who, "POST /v1/mcp-servers", body.model_dump())
    return await made(caller, work, once)


@routes.put("/{server}", response_model=McpServerTools, responses=WRITES)
@asks("mcp.manage")
async def put_server(server: Id, body: McpSettings, caller: Calling) -> Response:
    """Sets a server up anew. At another place it has no tools, secrets and logins any more."""
    given = body.model_dump(exclude={"secrets"})
    return await _changed(caller, server, lambda c: servers.replace(c, caller, server, given, body.secrets))


@routes.patch("/{server}", response_model=McpServerTools, responses=WRITES)
@asks("mcp.manage")
async def change_server(server: Id, body: ChangedMcpServer, caller: Calling) -> Response:
    """Switches tools on and off; what is not named stays."""
    given = body.model_dump(exclude_unset=True)
    return await _changed(caller, server, lambda c: servers.change(c, caller, server, given))


@routes.delete("/{server}", status_code=204, responses=WRITES)
@asks("mcp.manage")
async def remove_server(server: Id, caller: Calling) -> Response:
    """Takes a server away, with its secrets and everybody's logins. Steps that name it ask for a person."""
    await _changed(caller, server, lambda c: None, after=lambda c: store.remove(c, server))
    return Response(status_code=204)


@routes.post("/{server}/refresh", response_model=McpChanges, responses=WRITES)
@asks("mcp.manage", at_once=4)
async def refresh_server(server: Id, caller: Calling) -> Response:
    """Reads the tools anew and says what changed. A tool that is not what it was is switched off."""
    caller.allow("mcp.manage")
    found = await _server(caller, server)
    with as_problems():
        tools = await house_of(caller).door.tools(found, caller.who.id)
    caller.about.detail = {"server": server}

    def work(connection: Connection) -> dict[str, Any]:
        changes = servers.read_anew(connection, caller, server, tools)
        return {"server": _told(connection, caller, server), **changes}

    return answer(await written(caller, work))


@routes.post("/{server}/login", response_model=McpLogin, responses=WRITES)
@asks("mcp.login", at_once=4)
async def begin_login(server: Id, caller: Calling) -> Response:
    """Where to send the browser, so that the caller signs in at the server. 409 where nobody needs to."""
    caller.about.detail = {"server": server}
    mcp, found = house_of(caller), await _server(caller, server)
    if found.auth != "oauth":
        raise Conflict("Nobody signs in at this server.", code="no_login")
    with as_problems():
        client = await mcp.servers.client(server)
        url, state, kept = await mcp.door.begin_login(found, client, _back(caller, server))
    await mcp.servers.begin(server, caller.who.id, state, kept)
    return answer({"url": url})


@routes.get("/{server}/signed-in", response_model=McpSignedIn, responses=WRITES)
@asks("mcp.login", at_once=4)
async def finish_login(
    *, request: Request, server: Id, caller: Calling, state: Text = None, code: Text = None, iss: Text = None
) -> Response:
    """Where the browser comes back to, with whoever began it signed in here. A person is led on to the console."""
    caller.about.detail = {"server": server}
    mcp = house_of(caller)
    begun = await mcp.servers.begun(caller.who.id, state or "")
    if begun is None or begun[0] != server or not code:
        raise Conflict("No sign-in of yours is under way here; begin it again.", code="no_sign_in")
    with as_problems():
        login = await mcp.door.finish_login(begun[1], code, iss)
    await mcp.servers.keep_login(server, caller.who.id, login)
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse("/", 303)
    return answer({"server": server, "signed_in": True})


@routes.delete("/{server}/login", status_code=204, responses=WRITES)
@asks("mcp.login")
async def forget_login(server: Id, caller: Calling) -> Response:
    """Forgets how the caller is signed in there."""
    await _server(caller, server)
    await house_of(caller).servers.keep_login(server, caller.who.id, None)
    return Response(status_code=204)


def _back(caller: Caller, server: str) -> str:
    return f"{caller.house.config.public_url}/v1/mcp-servers/{server}/signed-in"


def _told(connection: Connection, caller: Caller, server: str) -> dict[str, Any]:
    row = servers.found(connection, server)
    signed_in = server in store.signed_in(connection, caller.who.id)
    return {**servers.shown(row, signed_in, caller.may("mcp.manage")), "tools": servers.with_tools(row)}


async def _server(caller: Caller, server: str) -> Server:
    return store.as_server(await caller.house.store.look(lambda connection: servers.found(connection, server)))


async def _changed(
    caller: Caller,
    server: str,
    change: Callable[[Connection], None],
    after: Callable[[Connection], None] | None = None,
) -> Response:
    """The server as it is after the change (before `after`), with the row in the log, in one transaction."""
    caller.allow("mcp.manage")
    caller.about.detail = {"server": server}

    def work(connection: Connection) -> dict[str, Any]:
        change(connection)
        told = _told(connection, caller, server)
        if after is not None:
            after(connection)
        return told

    return answer(await written(caller, work))


STATUS = {"needs_login": 409, "mcp_unavailable": 503, "timeout": 503, "ledger_unavailable": 503}


@contextmanager
def as_problems() -> Iterator[None]:
    """Turns an error of the door (`code`, `message`) into a problem; anything else passes."""
    try:
        yield
    except (ApiError, NotFound):
        raise
    except Exception as error:
        code, message = getattr(error, "code", None), getattr(error, "message", None)
        if not isinstance(code, str) or not isinstance(message, str):
            raise
        if STATUS.get(code) == 503:
            raise Unavailable(message) from None
        raise ApiError(message, code=code, status=STATUS.get(code, 422)) from None
