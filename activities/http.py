"""`http.request`: one request to another system, with the effect's key as `Idempotency-Key`.

What its failure means depends on the method, because HTTP says which methods may be repeated: those are tried again
after a lost reply or an overloaded server, the others ask a person. An answer of 400 or more fails the step: a run
must not go on as if it had been told yes.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import zlib
from typing import Annotated, Any, Literal

import httpx2
from pydantic import AfterValidator, BaseModel, Field, model_validator

from activities.errors import ActionError, NotDone, Retryable, Uncertain, Unusable
from activities.outbound import HttpPolicy, PinnedTransport
from activities.registry import ActionContext, Registry

__all__ = ["HttpPolicy", "HttpReply", "HttpRequest", "register_http", "send_request"]

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
ROUTING = (
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "expect",
    "keep-alive",
)
OURS = frozenset((*ROUTING, "accept-encoding", "idempotency-key"))
"""Headers that decide where a request goes or where it ends, and those that Holdfast sets itself."""
SHOWN = ("content-type", "location", "etag", "last-modified", "retry-after", "x-request-id")
"""Headers of a reply that are kept: none that could hold a session."""
IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})


def _url(value: str) -> str:
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("must be a URL of printable ASCII characters without spaces")
    try:
        parsed = httpx2.URL(value)
    except httpx2.InvalidURL:
        raise ValueError("is not a URL") from None
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise ValueError("has a port that does not exist")
    if parsed.userinfo:
        raise ValueError("must not hold a user name or password")
    return value


def _headers(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if not TOKEN.fullmatch(name) or not text.isascii() or not text.isprintable() or len(text) > 8000:
            raise ValueError(f"{name[:100]!r} is not a header on one line")
        if name.lower() in OURS or name.lower().startswith("proxy-"):
            raise ValueError(f"{name!r} may not be set")
    return value


CONFIRM = "Holdfast-Confirm"
"""The header that says where to tell that the work is done, where the step waits for that."""


class HttpRequest(BaseModel):
    """What to send: `body` as JSON, or `text` as it is; never both."""

    url: Annotated[str, Field(max_length=8000), AfterValidator(_url)]
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    headers: Annotated[dict[str, str], Field(max_length=50), AfterValidator(_headers)] = {}
    query: Annotated[dict[str, str | int | float | bool], Field(max_length=100)] = {}
    body: Any = None
    text: str | None = None

    @model_validator(mode="after")
    def _one_body(self) -> HttpRequest:
        if self.body is not None and self.text is not None:
            raise ValueError("takes body or text, not both")
        return self


class HttpReply(BaseModel):
    """The answer: JSON parsed where it says that it is JSON, otherwise text; null where there is none."""

    status: int
    headers: dict[str, str]
    body: Any = None


def register_http(registry: Registry, policy: HttpPolicy) -> None:
    """Adds `http.request` to the registry, bound to that policy."""

    @registry.action("http.request", title="Ask another system", timeout=policy.seconds + 5)
    async def request(asked: HttpRequest, context: ActionContext) -> HttpReply:
        if context.confirm_link:
            asked = asked.model_copy(update={"headers": {**asked.headers, CONFIRM: context.confirm_link}})
        return await send_request(asked, policy, context.key)


async def send_request(asked: HttpRequest, policy: HttpPolicy, key: str) -> HttpReply:
    """Sends it and reads the whole reply within the policy's limits.

    Raises ActionError `address_not_allowed`, `bad_tls`, `http_status`, `redirect_refused`; NotDone or Retryable
    `http_unreachable`; Uncertain where a request that must not be repeated lost its reply; Unusable for the reply
    itself.
    """
    again = asked.method in IDEMPOTENT
    try:
        async with asyncio.timeout(policy.seconds):
            return await _exchange(asked, policy, key)
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        if _is_tls(error):
            raise ActionError("bad_tls", "The other system's certificate is not valid.") from None
        raise NotDone("The other system cannot be reached.", code="http_unreachable") from None
    except (TimeoutError, httpx2.TimeoutException):
        text = f"The other system did not answer within {policy.seconds:g} s."
        raise (Retryable(text, code="timeout") if again else Uncertain("timeout", text)) from None
    except httpx2.HTTPError:
        text = "The connection to the other system was lost before its answer was complete."
        raise (Retryable(text, code="http_unreachable") if again else Uncertain("http_unreachable", text)) from None


async def _exchange(asked: HttpRequest, policy: HttpPolicy, key: str) -> HttpReply:
    """Hop by hop on the transport itself: no cookies, no redirects, nothing that a client adds by itself."""
    request = _first(asked, policy, key)
    async with PinnedTransport(policy) as transport:
        for _ in range(policy.redirects + 1):
            response = await transport.handle_async_request(request)
            try:
                if response.status_code in REDIRECTS and "location" in response.headers:
                    request = _redirected(asked, policy, request, response)
                    continue
                _demand_success(response, request)
                return await _reply(response, policy.max_bytes)
            finally:
                await response.aclose()
    raise ActionError("redirect_refused", f"The other system redirected more than {policy.redirects} times.")


def _first(asked: HttpRequest, policy: HttpPolicy, key: str) -> httpx2.Request:
    url = httpx2.URL(asked.url)
    if asked.query:
        url = url.copy_merge_params(asked.query)
    return _request(asked, policy, url, {**asked.headers, "idempotency-key": key})


def _request(asked: HttpRequest, policy: HttpPolicy, url: httpx2.URL, headers: dict[str, str]) -> httpx2.Request:
    headers = {"user-agent": "Holdfast", "accept": "*/*", **headers, "accept-encoding": "identity"}
    content = None if asked.text is None else asked.text.encode()
    limits = httpx2.Timeout(policy.seconds, connect=10).as_dict()
    extensions = {"timeout": limits}
    return httpx2.Request(asked.method, url, headers=headers, json=asked.body, content=content, extensions=extensions)


def _redirected(
    asked: HttpRequest, policy: HttpPolicy, request: httpx2.Request, response: httpx2.Response
) -> httpx2.Request:
    """The next hop, for what may be asked twice.

    To another host go none of the caller's headers: they may be credentials.
    """
    if asked.method not in {"GET", "HEAD"}:
        raise ActionError("redirect_refused", "The other system redirects a request that is not followed.")
    try:
        url = request.url.join(response.headers["location"])
    except httpx2.InvalidURL:
        raise ActionError("redirect_refused", "The other system redirects to what is no URL.") from None
    if url.userinfo or (request.url.scheme == "https" and url.scheme != "https"):
        raise ActionError("redirect_refused", "The other system redirects to a less safe address.")
    same = (url.scheme, url.host, url.port) == (request.url.scheme, request.url.host, request.url.port)
    return _request(asked, policy, url, asked.headers if same else {})


def _demand_success(response: httpx2.Response, request: httpx2.Request) -> None:
    status = response.status_code
    if status < 400:
        return
    text = f"{request.url.host} answered {status}."
    if status in {408, 425, 429, 500, 502, 503, 504} and request.method in IDEMPOTENT:
        raise Retryable(text, code="http_status", after=_retry_after(response))
    raise (Uncertain if status >= 500 else ActionError)("http_status", text)


async def _reply(response: httpx2.Response, limit: int) -> HttpReply:
    raw = bytearray()
    async for chunk in response.aiter_raw():
        raw += chunk
        if len(raw) > limit:
            raise _too_large(limit)
    body = _decoded(bytes(raw), response.headers.get("content-encoding", ""), limit)
    kept = {name: response.headers[name][:2000] for name in SHOWN if name in response.headers}
    return HttpReply(
        status=response.status_code, headers=kept, body=_parsed(body, response.headers.get("content-type", ""))
    )


def _decoded(raw: bytes, encoding: str, limit: int) -> bytes:
    """The plain bytes. A server may compress although it was asked not to; a small reply may then hold gigabytes."""
    match encoding.strip().lower():
        case "" | "identity":
            return raw
        case "gzip" | "x-gzip" | "deflate":
            try:
                plain = zlib.decompressobj(wbits=47).decompress(raw, limit + 1)
            except zlib.error:
                raise Unusable("wrong_output", "The reply is not compressed as it says.") from None
            if len(plain) > limit:
                raise _too_large(limit)
            return plain
        case other:
            raise Unusable("wrong_output", f"The reply is compressed in a way that is not read here ({other[:40]}).")


def _parsed(body: bytes, content_type: str) -> Any:
    if not body:
        return None
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise Unusable("wrong_output", "The reply says that it is JSON and is not.") from None
    if kind and not kind.startswith("text/") and not kind.endswith(("xml", "javascript", "x-www-form-urlencoded")):
        raise Unusable("wrong_output", f"The reply is neither JSON nor text ({kind[:80]}).")
    return body.decode("utf-8", errors="replace")


def _retry_after(response: httpx2.Response) -> float | None:
    """Seconds the server asks to wait, at most five minutes; its other form, a date, is not worth trusting a clock
    for."""
    text = response.headers.get("retry-after", "")
    return min(float(text), 300.0) if text.isascii() and text.isdecimal() and len(text) < 9 else None


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _too_large(limit: int) -> Unusable:
    return Unusable("output_too_large", f"The reply is larger than {limit / 2**20:.0f} MB.")
