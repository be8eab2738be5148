"""Around every request: a trace id, the host check, a sane Range header, safe response headers, one log line.

Plain ASGI, since Starlette's BaseHTTPMiddleware runs the app in another task and loses what is bound to this one.
"""

from __future__ import annotations

import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.console import headers_of
from api.metrics import Metrics
from api.problems import ApiError, Malformed, render
from api.tracing import begin_trace, log

MAX_RANGES = 8
"""Parts of a Range header; more has no use and has cost servers dearly (CVE-2025-62727)."""

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Surroundings:
    """The one middleware. `hosts` are the names the API answers to; `*` for any."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...], metrics: Metrics) -> None:
        self.app, self.hosts, self.metrics = app, hosts, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        trace = begin_trace(headers.get("traceparent"))
        began, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _mark(MutableHeaders(scope=message), trace, scope["path"])
            await send(message)

        try:
            if (refusal := self._refusal(headers)) is not None:
                await render(refusal)(scope, receive, sending)
            else:
                await self.app(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - began
            self.metrics.request(scope["method"], _route(scope), status, seconds)
            _log(scope, status, seconds)

    def _refusal(self, headers: Headers) -> ApiError | None:
        host = headers.get("host", "").lower()
        name = host if host.endswith("]") else host.rsplit(":", 1)[0] if ":" in host else host
        if "*" not in self.hosts and name not in self.hosts:
            return Malformed("This host is not served here.", code="untrusted_host")
        if headers.get("range", "").count(",") >= MAX_RANGES:
            return ApiError("Too many ranges.", status=416, code="too_many_ranges")
        return None


def _mark(headers: MutableHeaders, trace: str, path: str) -> None:
    headers["X-Trace-Id"] = trace
    for name, value in headers_of(path, headers.get("content-type", "")).items():
        headers[name] = value
    for name, value in SAFE_HEADERS.items():
        headers.setdefault(name, value)


def _route(scope: Scope) -> str:
    """The pattern and never the path: ids and tokens may stand in that."""
    route: Any = scope.get("route")
    return getattr(route, "path", None) or "-"


def _log(scope: Scope, status: int, seconds: float) -> None:
    log.info(
        "request",
        action="request",
        method=scope["method"],
        route=_route(scope),
        status=status,
        milliseconds=round(seconds * 1000, 1),
    )
