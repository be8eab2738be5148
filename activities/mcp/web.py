"""An MCP server behind HTTP: every request through the guard of addresses, every answer bounded, signed in by us.

A person's own token is used for that person's own calls and nothing else, and it is the token that this server's own
sign-in gave: no token of ours is ever handed on. One that expired is refreshed once; where that does not help, the step
asks for a login.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp.client.streamable_http import streamable_http_client

from activities.errors import ActionError
from activities.mcp.login import refreshed
from activities.mcp.reach import Reach, Visit
from activities.mcp.trouble import Trouble, needs_login
from activities.outbound import PinnedTransport

FAREWELL = 2.0
"""Seconds that ending a session of an older server may take."""


@asynccontextmanager
async def web_client(visit: Visit, trouble: Trouble, key: str | None) -> AsyncIterator[httpx2.AsyncClient]:
    """The HTTP client of one connection; `key` goes along as Idempotency-Key."""
    server, reach = visit.server, visit.reach
    secrets = await visit.servers.secrets(server.id) if server.auth == "static" else {}
    trouble.secrets = tuple(secrets.values())
    headers = {**secrets, **({"Idempotency-Key": key} if key else {})}
    async with httpx2.AsyncClient(
        transport=Guarded(reach, trouble),
        headers=headers,
        auth=Login(visit, trouble) if server.auth == "oauth" else None,
        timeout=httpx2.Timeout(reach.seconds, connect=10, read=None),  # reading is bounded by the whole call
        trust_env=False,
    ) as client:
        yield client


def streams(visit: Visit, client: httpx2.AsyncClient) -> Any:
    """The SDK's transport over that client."""
    return streamable_http_client(visit.server.url or "", http_client=client, max_sse_event_size=visit.reach.max_bytes)


class Guarded(httpx2.AsyncBaseTransport):
    """Judges addresses (`PinnedTransport`), writes down what it sees, and reads no more than the limit."""

    def __init__(self, reach: Reach, trouble: Trouble) -> None:
        self._inner = PinnedTransport(reach.http)
        self._limit, self._trouble = reach.max_bytes, trouble

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "DELETE":  # a server that hangs must not hold us with saying goodbye
            async with asyncio.timeout(FAREWELL):
                return await self._inner.handle_async_request(request)
        try:
            response = await self._inner.handle_async_request(request)
        except ActionError as error:
            self._trouble.error = self._trouble.error or error
            raise
        self._note(response)
        response.stream = Bounded(response.stream, self._limit, self._trouble)
        return response

    def _note(self, response: httpx2.Response) -> None:
        self._trouble.status = response.status_code
        after = response.headers.get("retry-after", "")
        self._trouble.after = float(after) if after.isdigit() else None

    async def aclose(self) -> None:
        await self._inner.aclose()


class Bounded(httpx2.AsyncByteStream):
    """A body of which no more than the limit is read."""

    def __init__(self, inner: Any, limit: int, trouble: Trouble) -> None:
        self._inner, self._limit, self._trouble = inner, limit, trouble

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self._inner:
            read += len(chunk)
            if read > self._limit:
                self._trouble.raise_first(self._trouble.too_large(self._limit))
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


class Login(httpx2.Auth):
    """The person's own token at this server; refreshed before it is used when it is known to have expired, and after a
    401, once."""

    def __init__(self, visit: Visit, trouble: Trouble) -> None:
        self._visit, self._trouble = visit, trouble

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        login = await self._kept()
        if login is not None and is_over(login):
            login = await self._again(login)
        if login is None:
            self._trouble.raise_first(self._missing())
            return
        response = yield self._signed(request, login)
        if response.status_code != 401:
            return
        if (login := await self._again(login)) is None:
            self._trouble.raise_first(self._missing())
            return
        yield self._signed(request, login)

    async def _again(self, login: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The login with a fresh token, or None. Another worker may have been faster: what it got is as good."""
        now = await self._kept()
        if now is None or now["access_token"] != login["access_token"]:
            return now
        found = await refreshed(login, self._visit.reach)
        if found is None:
            now = await self._kept()
            return now if now is not None and now["access_token"] != login["access_token"] else None
        await self._visit.servers.keep_login(self._visit.server.id, self._visit.person, found)
        return found

    async def _kept(self) -> Mapping[str, Any] | None:
        return await self._visit.servers.login(self._visit.server.id, self._visit.person)

    def _signed(self, request: httpx2.Request, login: Mapping[str, Any]) -> httpx2.Request:
        token = str(login["access_token"])
        self._trouble.secrets = (*self._trouble.secrets, token)
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    def _missing(self) -> ActionError:
        who, where = self._visit.person, self._visit.server.title or self._visit.server.id
        return needs_login(f"{who!r} is not signed in at {where}, or no longer. Sign in there, then retry.")


def is_over(login: Mapping[str, Any]) -> bool:
    """Whether the token is known to have expired."""
    expires = login.get("expires_at")
    return isinstance(expires, int | float) and expires <= time.time()
