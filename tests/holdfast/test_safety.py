"""Row 60 of the bad inputs: what is missing or dangerous is refused at the start, in one line each."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from holdfast.identity_settings import Unsafe
from holdfast.safety import refuse, refuse_database, refuse_retention
from holdfast.settings import Settings
from tests.support.servers import PostgresServer

KEY = base64.b64encode(bytes(range(7, 39))).decode()
SAFE: dict[str, Any] = {
    "production": True,
    "demo": False,
    "secret_key": KEY,
    "payload_keys": f"k1:{KEY}",
    "public_url": "https://flows.example",
}


def told(**changes: Any) -> list[str]:
    try:
        refuse(Settings(**changes))
    except Unsafe as error:
        return str(error).splitlines()
    return []


def test_what_is_fine_is_not_refused() -> None:
    assert told() == [], "for trying out"
    assert told(**SAFE) == []
    oidc = {"issuer": "https://issuer.example", "client_id": "c", "client_secret": "s3cret"}
    assert told(**SAFE, oidc=oidc) == []


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"secret_key": base64.b64encode(b"\0" * 32).decode()}, "HOLDFAST_SECRET_KEY"),
        ({"secret_key": "changeme"}, "HOLDFAST_SECRET_KEY"),
        ({"payload_keys": f"k1:{base64.b64encode(b'abcd' * 8).decode()}"}, "HOLDFAST_PAYLOAD_KEYS"),
        ({"payload_keys": "k1:nothing"}, "HOLDFAST_PAYLOAD_KEYS"),
        ({"payloads_sealed": True}, "HOLDFAST_PAYLOADS_SEALED"),
        ({"database_url": "mysql://root:hunter2@localhost/x"}, "HOLDFAST_DATABASE_URL"),
        ({"database_url": "no address hunter2"}, "HOLDFAST_DATABASE_URL"),
        (SAFE | {"demo": True}, "HOLDFAST_DEMO"),
        (SAFE | {"secret_key": None}, "HOLDFAST_SECRET_KEY"),
        (SAFE | {"payload_keys": None}, "HOLDFAST_PAYLOAD_KEYS"),
        (SAFE | {"public_url": "http://flows.example"}, "HOLDFAST_PUBLIC_URL"),
        (SAFE | {"oidc": {"issuer": "https://issuer.example", "client_id": "c"}}, "HOLDFAST_OIDC"),
    ],
)
def test_one_line_names_the_variable_and_shows_no_secret(changes: dict[str, Any], variable: str) -> None:
    (line,) = told(**changes)
    assert line.startswith(f"{variable}: ")
    assert "hunter2" not in line and KEY not in line


def test_everything_is_told_at_once() -> None:
    assert len(told(production=True, secret_key="changeme", database_url="mysql://x/y")) == 5


@pytest.mark.parametrize("command", ["api", "worker", "migrate", "run"])
def test_no_command_starts(tmp_path: Path, command: str) -> None:
    """The process ends with the lines and nothing else: no trace, and nothing left behind."""
    given = {"HOME": str(tmp_path / "home"), "PRODUCTION": "true", "DEMO": "false", "SECRET_KEY": KEY}
    given |= {"PAYLOAD_KEYS": f"k1:{KEY}"}
    env = {**os.environ, **{f"HOLDFAST_{name}": value for name, value in given.items()}}
    env["TEMPORAL_ADDRESS"] = "127.0.0.1:1"
    argv = [sys.executable, "-m", "holdfast", command]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=env, timeout=60)
    assert done.returncode == 1
    assert "HOLDFAST_PUBLIC_URL: " in done.stderr and "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*.db"))


@pytest.mark.parametrize("issuer", ["http://issuer.example", "ftp://issuer.example", "issuer.example"])
def test_an_issuer_is_reached_by_tls(issuer: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Settings(oidc={"issuer": issuer, "client_id": "c"})
    with pytest.raises(ValueError):
        Settings(oidc={"issuer": "https://issuer.example", "client_id": "c", "algorithms": ["HS256"]})


async def test_a_database_that_refuses_is_not_waited_for(postgres_server: PostgresServer) -> None:
    url = postgres_server.create("safety")
    await refuse_database(Settings(database_url=url))
    with pytest.raises(Unsafe, match="HOLDFAST_DATABASE_URL") as raised:
        await refuse_database(Settings(database_url=url.replace("safety", "no_such_database")))
    assert "no_such_database" not in str(raised.value)


async def test_temporal_must_keep_runs_as_long_as_the_policy_wants(temporal_client: Client) -> None:
    """The server of the tests keeps them for a day."""
    await refuse_retention(Settings(), temporal_client)
    await refuse_retention(Settings(retention_days=1), temporal_client)
    with pytest.raises(Unsafe, match="keeps closed runs for 1 days, and the policy wants 30"):
        await refuse_retention(Settings(retention_days=30), temporal_client)
