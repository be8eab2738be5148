"""An MCP server over HTTP with a sign-in server beside it, both on one port of the loopback, inside the test's loop.

`requests` are (method, path, headers) as they came. With `guarded` the server wants a token that `tokens` holds.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import uvicorn

from tests.support.mcp_servers.tools import add_ticket_tool, build


@dataclass
class McpSite:
    """What a test says and reads."""

    folder: Path
    port: int = 0
    guarded: bool = False
    tokens: set[str] = field(default_factory=set)
    refresh_tokens: set[str] = field(default_factory=set)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    clients: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: int | None = None
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    asked_tokens: list[dict[str, str]] = field(default_factory=list)
    server: Any = None

    @property
    def url(self) -> str:
        return f"{self.base}/mcp"

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def change(self) -> None:
        """`create_ticket` becomes another tool from now on."""
        (self.folder / "changed").touch()
        self.server.remove_tool("create_ticket")
        add_ticket_tool(self.server, self.folder)

    def issue(self) -> dict[str, Any]:
        """A fresh pair of tokens; the former ones stay as they are."""
        access, refresh = f"at-{secrets.token_hex(8)}", f"rt-{secrets.token_hex(8)}"
        self.tokens.add(access)
        self.refresh_tokens.add(refresh)
        return {"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": 3600}

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        """The outer ASGI application: notes, refuses, signs in, or hands on to the MCP server."""
        if scope["type"] != "http":
            return await self.inner(scope, receive, send)
        headers = {key.decode(): value.decode() for key, value in scope["headers"]}
        self.requests.append((scope["method"], scope["path"], headers))
        if scope["path"] != "/mcp":
            return await self._sign_in(scope, receive, send)
        if self.status is not None:
            return await _answer(send, self.status, {"error": "as told"})
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if self.guarded and token not in self.tokens:
            meta = f'Bearer resource_metadata="{self.base}/.well-known/oauth-protected-resource/mcp"'
            return await _answer(send, 401, {"error": "invalid_token"}, {"www-authenticate": meta})
        await self.inner(scope, receive, send)

    async def _sign_in(self, scope: Any, receive: Any, send: Any) -> None:
        body = await _body(receive)
        match scope["path"]:
            case "/.well-known/oauth-protected-resource/mcp":
                await _answer(send, 200, {"resource": self.url, "authorization_servers": [self.base]})
            case "/.well-known/oauth-authorization-server":
                await _answer(send, 200, self._metadata())
            case "/register":
                await self._register(json.loads(body), send)
            case "/token":
                await self._token({key: value[0] for key, value in parse_qs(body.decode()).items()}, send)
            case _:
                await _answer(send, 404, {"error": "not_found"})

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.base,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "registration_endpoint": f"{self.base}/register",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
        }

    async def _register(self, asked: dict[str, Any], send: Any) -> None:
        client = {**asked, "client_id": f"client-{len(self.clients) + 1}", "token_endpoint_auth_method": "none"}
        self.clients[client["client_id"]] = client
        await _answer(send, 201, client)

    async def _token(self, form: dict[str, str], send: Any) -> None:
        self.asked_tokens.append(form)
        if form["grant_type"] == "refresh_token" and form["refresh_token"] in self.refresh_tokens:
            self.refresh_tokens.discard(form["refresh_token"])  # each is good for once
            return await _answer(send, 200, self.issue())
        if form["grant_type"] == "authorization_code" and form["code"] in self.codes:
            asked = self.codes.pop(form["code"])
            if challenge(form.get("code_verifier", "")) == asked["code_challenge"]:
                return await _answer(send, 200, self.issue())
        await _answer(send, 400, {"error": "invalid_grant"})

    def consent(self, url: str) -> tuple[str, str]:
        """What the person's browser would do at /authorize: (code, state)."""
        asked = {key: value[0] for key, value in parse_qs(url.partition("?")[2]).items()}
        assert url.startswith(f"{self.base}/authorize?")
        assert asked["client_id"] in self.clients
        assert asked["redirect_uri"] in self.clients[asked["client_id"]]["redirect_uris"]
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return code, asked["state"]

    inner: Any = None


def challenge(verifier: str) -> str:
    """PKCE, RFC 7636 section 4.2."""
    import base64
    import hashlib

    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


@asynccontextmanager
async def an_mcp_site(folder: Path) -> AsyncIterator[McpSite]:
    """The site, listening, until the block ends."""
    site = McpSite(folder)
    site.server = build(folder)
    inner = site.server.streamable_http_app(json_response=True, stateless_http=True)
    site.inner = inner
    config = uvicorn.Config(
        site.app,
        host="127.0.0.1",
        port=0,
        log_level="critical",
        lifespan="on",
        interface="asgi3",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # type: ignore[method-assign]  # signals are the test run's own
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    site.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.should_exit = True
        await serving


async def _body(receive: Any) -> bytes:
    found = b""
    while True:
        message = await receive()
        found += message.get("body", b"")
        if not message.get("more_body"):
            return found


async def _answer(send: Any, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    rows = [(b"content-type", b"application/json")]
    rows += [(key.encode(), value.encode()) for key, value in (headers or {}).items()]
    await send({"type": "http.response.start", "status": status, "headers": rows})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
