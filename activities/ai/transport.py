"""How much a model's server may send, and how: so many bytes and no more, read as they come, and not compressed.

A small compressed answer can hold gigabytes, so none is asked for and none is taken. Redirects are not followed and
proxies of the environment not used: the key goes to the address that was set and to no other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
from openai import OpenAIError

from activities.outbound import default_tls


class ReplyTooLarge(OpenAIError):
    """More came than may be kept. One of the library's own errors, so that it passes through unchanged."""


class BoundedTransport(httpx2.AsyncBaseTransport):
    """A transport whose answers end, with an error, when they are too large."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._inner = httpx2.AsyncHTTPTransport(verify=default_tls(), trust_env=False, retries=0)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["accept-encoding"] = "identity"
        response = await self._inner.handle_async_request(request)
        if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
            await response.aclose()
            raise ReplyTooLarge("compressed although it was not asked for")
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_Bounded(response.stream, self._limit),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, limit: int) -> None:
        self._stream, self._left = stream, limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise ReplyTooLarge("too large")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
