"""Secrets of MCP servers at rest, and sign-ins that belong to who began them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from api.store.mcp_servers import SERVERS, SqlServers, remove
from api.store.secrets import SqlSecrets
from api.store.secrets_box import KEY_FILE, SecretsBox
from api.store.store import Store

ROW = {
    "id": "tickets",
    "title": "Tickets",
    "transport": "http",
    "program": None,
    "url": "https://mcp.example/mcp",
    "auth": "oauth",
    "active": True,
    "enabled": ["echo"],
    "tools": {"echo": {"name": "echo", "schema_hash": "1"}},
    "secrets": [],
    "read_at": None,
    "changed_by": "admin",
}


@pytest.fixture
async def servers(store: Store) -> SqlServers:
    await store.transact(lambda c: c.execute(SERVERS.insert(), {**ROW, "changed_at": datetime.now(UTC)}))
    return SqlServers(store, SecretsBox.fresh())


def test_a_sealed_secret_opens_only_as_what_it_is_about() -> None:
    box = SecretsBox.fresh()
    sealed = box.seal({"token": "s3cret"}, "mcp/tickets/login/ann")
    assert "s3cret" not in sealed
    assert "s3cret" not in base64.b64decode(sealed).decode("latin-1")
    assert box.open(sealed, "mcp/tickets/login/ann") == {"token": "s3cret"}
    assert box.open(sealed, "mcp/tickets/login/ben") is None
    assert SecretsBox.fresh().open(sealed, "mcp/tickets/login/ann") is None
    assert box.open(sealed[:-8] + "AAAAAAA=", "mcp/tickets/login/ann") is None
    assert box.open("no base64!", "mcp/tickets/login/ann") is None
    assert box.seal(1, "a") != box.seal(1, "a"), "a nonce is used once"


def test_the_key_is_made_once_and_readable_by_the_owner_only(tmp_path: Path) -> None:
    sealed = SecretsBox.load(tmp_path).seal("x", "a")
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert SecretsBox.load(tmp_path).open(sealed, "a") == "x"
    key = base64.b64encode(b"k" * 32).decode()
    assert SecretsBox.load(tmp_path, key).open(sealed, "a") is None
    for wrong in ("short", base64.b64encode(b"k" * 16).decode(), "not base64"):
        with pytest.raises(ValueError, match="32 bytes"):
            SecretsBox.load(tmp_path, wrong)


async def test_a_server_and_what_is_kept_for_it(store: Store, servers: SqlServers) -> None:
    found = await servers.server("tickets")
    assert (found.url, found.offered(), found.auth) == ("https://mcp.example/mcp", ["echo"], "oauth")
    with pytest.raises(LookupError):
        await servers.server("other")
    assert await servers.login("tickets", "ann") is None
    await servers.keep_login("tickets", "ann", {"access_token": "at-1"})
    await servers.keep_login("tickets", "ann", {"access_token": "at-2"})
    await servers.keep_login("tickets", "ben", {"access_token": "at-3"})
    assert await servers.login("tickets", "ann") == {"access_token": "at-2"}
    stored = await store.look(lambda c: c.execute(text("SELECT sealed FROM mcp_secrets")).scalars().all())
    assert not any("at-" in row for row in stored)
    await servers.keep_login("tickets", "ann", None)
    assert await servers.login("tickets", "ann") is None
    await store.transact(lambda c: remove(c, "tickets"))
    assert await servers.login("tickets", "ben") is None


async def test_a_sign_in_is_finished_once_and_by_who_began_it(store: Store, servers: SqlServers) -> None:
    kept = {"client": {"client_id": "c"}, "verifier": "v"}
    await servers.begin("tickets", "ann", "state-1", kept)
    assert await servers.begun("ben", "state-1") is None
    assert await servers.begun("ann", "state-2") is None
    assert await servers.begun("ann", "state-1") == ("tickets", kept)
    assert await servers.begun("ann", "state-1") is None
    assert await servers.client("tickets") == {"client_id": "c"}
    await servers.begin("tickets", "ann", "state-3", kept)
    await store.transact(lambda c: c.execute(text("UPDATE mcp_signing_in SET expires_at = '2020-01-01 00:00:00+00'")))
    assert await servers.begun("ann", "state-3") is None


async def test_a_secret_of_a_server_may_be_one_of_the_house_by_name(store: Store) -> None:
    """What it is now is what is sent; at a host that it is not for, and when it is gone, there is none."""
    box = SecretsBox.fresh()
    servers, secrets = SqlServers(store, box), SqlSecrets(store, box)
    await store.transact(lambda c: c.execute(SERVERS.insert(), {**ROW, "changed_at": datetime.now(UTC)}))
    given = {"X-Own": "plain", "Authorization": {"secret": "CRM"}}
    await store.transact(lambda c: servers.keep(c, ROW["id"], "secrets", "", given))
    assert await servers.secrets(ROW["id"]) == {"X-Own": "plain"}
    host = urlsplit(str(ROW["url"])).hostname
    for value, hosts, sent in (("first", [], True), ("second", [host], True), ("third", ["elsewhere"], False)):
        row = {"name": "CRM", "teams": [], "hosts": hosts}
        await store.transact(lambda c, row=row, value=value: secrets.keep(c, row, value, "admin"))
        assert await servers.secrets(ROW["id"]) == {"X-Own": "plain"} | ({"Authorization": value} if sent else {})
