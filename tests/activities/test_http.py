"""`http.request` against a real server that misbehaves on purpose: RELIABILITY.md, bad inputs 39 to 42."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx2
import pytest

from activities.errors import ActionError, InvalidInput, NotDone, Retryable, Uncertain, Unusable
from activities.http import HttpPolicy, HttpRequest, register_http, send_request
from activities.outbound import is_public
from activities.registry import Registry, parse_input
from tests.activities.house import Stage, a_call
from tests.activities.web import Site, a_site, moved, own_certificate, plain


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with a_site() as found:
        yield found


def trusting(site: Site, **changes: Any) -> HttpPolicy:
    """A policy that lets exactly this server of the loopback through, and names only what a test needs."""
    return replace(HttpPolicy(allowed_hosts=frozenset({f"127.0.0.1:{site.port}"})), **changes)


async def ask(url: str, policy: HttpPolicy, **asked: Any) -> Any:
    return await send_request(parse_input(HttpRequest, {"url": url, **asked}), policy, "run-1:call#1")


async def test_what_is_sent_and_what_comes_back(site: Site) -> None:
    site.replies["/orders"] = plain(b'{"id": 17, "tags": ["a"]}', "X-Request-Id: r1", "Set-Cookie: session=secret")
    asked = {"method": "POST", "body": {"total": 12.5}, "query": {"dry run": True}, "headers": {"X-Team": "ops"}}
    reply = await ask(site.url("/orders"), trusting(site), **asked)
    assert reply.model_dump() == {
        "status": 200,
        "headers": {"content-type": "application/json", "x-request-id": "r1"},
        "body": {"id": 17, "tags": ["a"]},
    }
    request = site.requests[0]
    assert request.line == "POST /orders?dry+run=true HTTP/1.1"
    assert request.body == b'{"total":12.5}'
    assert request.headers["idempotency-key"] == "run-1:call#1"
    assert request.headers["x-team"] == "ops"
    assert request.headers["host"] == f"127.0.0.1:{site.port}"


async def test_the_effect_as_a_worker_performs_it(stage: Stage, site: Site) -> None:
    site.replies["/"] = plain(b"pong", kind="text/plain; charset=utf-8")
    registry = Registry()
    register_http(registry, trusting(site))
    (activity,) = registry.activities()
    result = await stage.perform(activity, a_call("http.request", input={"url": site.url("/")}))
    assert result["body"] == "pong"
    assert site.requests[0].headers["idempotency-key"] == "run-1:pay#1"
    refused = a_call("http.request", key="other", input={"url": "http://169.254.169.254/latest/meta-data"})
    error = await stage.refused(activity, refused)
    assert (error.type, error.non_retryable) == ("address_not_allowed", True)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1",
        "http://127.0.0.1:8080/",
        "http://127.1",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[::]/",
        "http://0x7f000001",
        "http://2130706433",
        "http://017700000001",
        "http://0/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://localhost",
        "http://localhost.",
        "http://LOCALHOST/",
        "http://db.localhost/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:25/_HELO",
        "ftp://example.org/",
        "example.org/without-scheme",
        "http://8.8.8.8:22/",
    ],
)
async def test_row_39_addresses_that_are_not_of_the_open_internet(url: str) -> None:
    with pytest.raises(ActionError) as caught:
        await ask(url, HttpPolicy())
    assert caught.value.code == "address_not_allowed"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::808:808", True),
        ("64:ff9b::a00:1", False),
        ("::7f00:1", False),
        ("ff02::1", False),
        ("198.18.0.1", False),
        ("240.0.0.1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


async def test_row_40_a_redirect_into_the_private_network_is_stopped_at_its_hop(site: Site) -> None:
    site.replies["/go"] = moved("http://169.254.169.254/latest/meta-data")
    site.replies["/back"] = moved("http://127.0.0.1:1/")
    for path in ("/go", "/back"):
        with pytest.raises(ActionError) as caught:
            await ask(site.url(path), trusting(site))
        assert caught.value.code == "address_not_allowed"


async def test_row_40_the_address_that_was_judged_is_the_one_connected_to(site: Site) -> None:
    """A name that answers differently a moment later gets no second question."""
    site.replies["/"] = plain(b"{}")
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    policy = HttpPolicy(allowed_hosts=frozenset({"shop.example"}), resolve=resolve)
    assert (await ask(site.url("/", "shop.example"), policy)).status == 200
    assert asked == ["shop.example"]
    assert site.requests[0].headers["host"] == f"shop.example:{site.port}"


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"]])
async def test_row_40_one_private_address_among_several_is_enough_to_refuse(addresses: list[str]) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return addresses

    with pytest.raises(ActionError) as caught:
        await ask("http://shop.example/", HttpPolicy(resolve=resolve))
    assert caught.value.code == "address_not_allowed"


async def test_a_name_without_an_address_has_done_nothing() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise OSError

    with pytest.raises(NotDone) as caught:
        await ask("http://shop.example/", HttpPolicy(resolve=resolve), method="POST")
    assert caught.value.code == "http_unreachable"


async def test_only_the_listed_hosts_where_there_is_a_list() -> None:
    with pytest.raises(ActionError) as caught:
        await ask("http://8.8.8.8/", HttpPolicy(only=frozenset({"shop.example"})))
    assert caught.value.code == "address_not_allowed"


@pytest.mark.parametrize(
    "asked",
    [
        {"url": "http://user:pass@example.org/"},
        {"url": "http://user@example.org/"},
        {"url": "http://example.org/\r\nX-Evil: 1"},
        {"url": "http://example.org/ x"},
        {"url": "http://exämple.org/"},
        {"url": "http://[::1"},
        {"url": "http://example.org:99999/"},
        {"url": "http://e.org/" + "a" * 9000},
        {"headers": {"X-A": "1\r\nX-Evil: 1"}},
        {"headers": {"X-A\r\nX-Evil": "1"}},
        {"headers": {"X A": "1"}},
        {"headers": {"X-A": "a\x00b"}},
        {"headers": {"": "1"}},
        {"headers": {"Host": "internal"}},
        {"headers": {"hOsT": "internal"}},
        {"headers": {"Content-Length": "5"}},
        {"headers": {"Transfer-Encoding": "chunked"}},
        {"headers": {"Proxy-Authorization": "x"}},
        {"headers": {"Idempotency-Key": "mine"}},
        {"headers": {f"X-{n}": "1" for n in range(51)}},
        {"method": "CONNECT"},
        {"method": "get"},
        {"body": {}, "text": "both"},
        {"proxy": "http://127.0.0.1"},
    ],
)
def test_row_41_requests_that_smuggle(asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        parse_input(HttpRequest, {"url": "http://example.org/", **asked})


async def test_row_42_a_reply_without_end(site: Site) -> None:
    async def endless(writer: Any) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    site.replies["/"] = endless
    with pytest.raises(Unusable) as caught:
        await ask(site.url("/"), trusting(site))
    assert (caught.value.code, caught.value.message) == ("output_too_large", "The reply is larger than 5 MB.")


async def test_row_42_a_reply_that_drips_for_ever(site: Site) -> None:
    """Each byte comes in time, the reply never: the limit is on the whole."""

    async def drip(writer: Any) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    site.replies["/"] = drip
    with pytest.raises(Retryable) as caught:
        await ask(site.url("/"), trusting(site, seconds=0.2))
    assert caught.value.code == "timeout"
    with pytest.raises(Uncertain) as unsure:
        await ask(site.url("/"), trusting(site, seconds=0.2), method="POST")
    assert unsure.value.code == "timeout"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip"])
async def test_row_42_a_small_reply_that_unpacks_to_gigabytes(site: Site, encoding: str) -> None:
    bomb = gzip.compress(b"\0" * (50 * 2**20))
    site.replies["/"] = plain(bomb, f"Content-Encoding: {encoding}")
    with pytest.raises(Unusable) as caught:
        await ask(site.url("/"), trusting(site))
    assert caught.value.code == ("output_too_large" if encoding in {"gzip", "deflate"} else "wrong_output")


async def test_a_reply_that_is_compressed_although_not_asked_for_is_read(site: Site) -> None:
    site.replies["/"] = plain(gzip.compress(b'{"a": 1}'), "Content-Encoding: gzip")
    assert (await ask(site.url("/"), trusting(site))).body == {"a": 1}
    assert site.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "reply",
    [
        plain(b"{not json"),
        plain(b"[" * 200_000),
        plain(b"\x89PNG", kind="image/png"),
        plain(b"nonsense", "Content-Encoding: gzip"),
    ],
)
async def test_row_42_a_reply_that_is_not_what_it_says(site: Site, reply: bytes) -> None:
    site.replies["/"] = reply
    with pytest.raises(Unusable) as caught:
        await ask(site.url("/"), trusting(site))
    assert caught.value.code == "wrong_output"


async def test_row_42_bad_tls(tmp_path: Path) -> None:
    """A certificate nobody vouches for is refused; one for another name too; the right one is accepted at its
    address."""
    tls, authority = own_certificate(tmp_path, "shop.example")
    trust = ssl.create_default_context(cafile=str(authority))

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with a_site(tls) as site:
        site.replies["/"] = plain(b"{}")
        hosts = frozenset({"shop.example", "other.example"})
        for host, context in (("shop.example", None), ("other.example", trust)):
            with pytest.raises(ActionError) as caught:
                await ask(site.url("/", host), HttpPolicy(allowed_hosts=hosts, resolve=resolve, tls=context))
            assert caught.value.code == "bad_tls"
        policy = HttpPolicy(allowed_hosts=hosts, resolve=resolve, tls=trust)
        assert (await ask(site.url("/", "shop.example"), policy)).status == 200
        assert len(site.requests) == 1


async def test_a_redirect_to_another_host_does_not_take_credentials_along(site: Site) -> None:
    site.replies["/here"] = moved("/there")
    site.replies["/there"] = moved(site.url("/other", "localhost"))
    site.replies["/other"] = plain(b"{}")
    policy = trusting(site, allowed_hosts=frozenset({"127.0.0.1", "localhost"}))
    await ask(site.url("/here"), policy, headers={"Authorization": "Bearer secret"})
    assert [request.headers.get("authorization") for request in site.requests] == [
        "Bearer secret",
        "Bearer secret",
        None,
    ]


@pytest.mark.parametrize("location", ["//user:pass@127.0.0.1/", "http://[::1", "/round"])
async def test_redirects_that_are_not_followed(site: Site, location: str) -> None:
    site.replies["/round"] = moved(location)
    with pytest.raises(ActionError) as caught:
        await ask(site.url("/round"), trusting(site))
    assert caught.value.code == "redirect_refused"
    assert len(site.requests) <= 4


async def test_a_redirected_post_is_not_sent_again(site: Site) -> None:
    site.replies["/"] = moved("/elsewhere", "307 Temporary Redirect")
    with pytest.raises(ActionError) as caught:
        await ask(site.url("/"), trusting(site), method="POST", body={})
    assert caught.value.code == "redirect_refused"
    assert len(site.requests) == 1


@pytest.mark.parametrize(
    ("status", "method", "error"),
    [
        ("404 Not Found", "GET", ActionError),
        ("400 Bad Request", "POST", ActionError),
        ("503 Service Unavailable", "GET", Retryable),
        ("429 Too Many Requests", "PUT", Retryable),
        ("429 Too Many Requests", "POST", ActionError),
        ("500 Internal Server Error", "POST", Uncertain),
    ],
)
async def test_an_answer_that_is_a_no_fails_the_step(site: Site, status: str, method: str, error: type) -> None:
    site.replies["/"] = plain(b"{}", "Retry-After: 7", status=status)
    with pytest.raises(ActionError) as caught:
        await ask(site.url("/"), trusting(site), method=method)
    assert type(caught.value) is error
    assert caught.value.code == "http_status"
    assert status[:3] in caught.value.message
    if isinstance(caught.value, Retryable):
        assert caught.value.after == 7


async def test_a_lost_connection_is_tried_again_only_where_that_is_safe(site: Site) -> None:
    site.replies["/"] = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
    with pytest.raises(Retryable):
        await ask(site.url("/"), trusting(site))
    with pytest.raises(Uncertain):
        await ask(site.url("/"), trusting(site), method="POST")


async def test_a_server_that_is_not_there_has_done_nothing() -> None:
    with pytest.raises(NotDone) as caught:
        await ask("http://127.0.0.1:1/", HttpPolicy(allowed_hosts=frozenset({"127.0.0.1:1"})), method="POST")
    assert caught.value.code == "http_unreachable"


async def test_proxies_of_the_environment_are_not_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve the name again, and reach what we may not."""
    site.replies["/"] = plain(b"{}")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await ask(site.url("/"), trusting(site))).status == 200
    assert httpx2.URL(site.url("/")).port == site.port
