"""The one way out to the web: every address is resolved once, judged, and then connected to as it was judged.

A definition's author, a record or a redirect may name any URL, also one inside our own network. The name says nothing
(it may resolve to a private address, and to another one a moment later), so the *address* is judged, and the connection
goes to exactly that address while certificate and Host header stay with the name. Judging happens in the transport,
below everything that could send a request, so that no redirect and no later feature can go round it. Proxies of the
environment are not used: they would resolve the name again.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx2

from activities.errors import ActionError, NotDone

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]

NAT64 = IPv6Network("64:ff9b::/96")
COMPATIBLE = IPv6Network("::/96")


async def system_resolve(host: str, port: int) -> list[str]:
    """All addresses of the host, as the operating system finds them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """Where requests may go and how much they may bring back.

    `allowed_hosts` (`host` or `host:port`) are trusted by the installation: they may be private and on any port.
    `only`, where given, is the whole list of public hosts. `seconds` and `max_bytes` bound one request with all its
    redirects.
    """

    allow_private: bool = False
    allowed_hosts: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    ports: frozenset[int] = frozenset({80, 443, 8080, 8443})
    seconds: float = 30.0
    max_bytes: int = 5 * 2**20
    redirects: int = 3
    resolve: Resolver = system_resolve
    tls: ssl.SSLContext | None = None

    async def judge(self, url: httpx2.URL) -> str:
        """The address to connect to.

        Raises ActionError `address_not_allowed`, NotDone where the name has no address.
        """
        host, port = url.raw_host.decode("ascii").rstrip(".").lower(), url.port or _default_port(url.scheme)
        if url.scheme not in {"http", "https"} or not host or not 0 < port < 65536:
            raise _refused(f"{url.scheme or 'no'} addresses")
        trusted = host in self.allowed_hosts or f"{host}:{port}" in self.allowed_hosts
        if not trusted:
            self._judge_name(host, port)
        addresses = await self._addresses(host, port)
        if not trusted and not self.allow_private and not all(is_public(each) for each in addresses):
            raise _refused("addresses inside a private network")  # one private address among several is refused too
        return str(addresses[0])

    def _judge_name(self, host: str, port: int) -> None:
        if port not in self.ports:
            raise _refused(f"port {port}")
        if self.only is not None and host not in self.only:
            raise _refused("hosts that are not on this installation's list")
        if (host == "localhost" or host.endswith(".localhost")) and not self.allow_private:
            raise _refused("addresses inside a private network")

    async def _addresses(self, host: str, port: int) -> list[Address]:
        if (literal := _literal(host)) is not None:
            return [literal]
        try:
            async with asyncio.timeout(10):
                found = await self.resolve(host, port)
        except (OSError, UnicodeError, TimeoutError):
            found = []
        addresses = [address for each in found if (address := _literal(each)) is not None]
        if not addresses:
            raise NotDone(f"The host {host!r} has no address.", code="http_unreachable")
        return addresses


def is_public(address: Address) -> bool:
    """Whether the address, and any IPv4 address hidden in it, belongs to the open internet."""
    if isinstance(address, IPv6Address):
        if (inner := _only_wraps(address)) is not None:
            return is_public(inner)
        if not all(is_public(each) for each in (address.sixtofour, *(address.teredo or ())) if each is not None):
            return False
    odd = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    return address.is_global and not odd


def _only_wraps(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that this one is another spelling of: mapped, compatible, or reached through NAT64."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in NAT64 or address in COMPATIBLE else None


class PinnedTransport(httpx2.AsyncBaseTransport):
    """Judges each request's address and connects to that address; never reuses a connection that was judged for
    another."""

    def __init__(self, policy: HttpPolicy) -> None:
        self._policy = policy
        limits = httpx2.Limits(max_connections=4, max_keepalive_connections=0)
        self._inner = httpx2.AsyncHTTPTransport(
            verify=policy.tls or default_tls(), trust_env=False, limits=limits, retries=0
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        address = await self._policy.judge(request.url)
        pinned = httpx2.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,  # Host among them, as the client wrote it for the name
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
        )
        return await self._inner.handle_async_request(pinned)

    async def aclose(self) -> None:
        await self._inner.aclose()


@lru_cache(maxsize=1)
def default_tls() -> ssl.SSLContext:
    """The system's certificates; read once, because reading them takes longer than most requests."""
    return ssl.create_default_context()


def _literal(text: str) -> Address | None:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _refused(what: str) -> ActionError:
    return ActionError("address_not_allowed", f"Requests to {what} are not allowed.")
