"""What a newcomer finds: sample records, people with tokens, every template published, a refund waiting for approval.

Everything here may be done again, after a crash at any place too: what is there is left alone. The records are a file
that people change by running refunds, so it is made only where there is none. The templates are published, and the
refund is started, through the API, by the people who would do it: the demo proves the front door each time it opens.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2

from api.store.seed import seed, seed_demo
from api.store.store import Store
from definitions.catalog import demo_sql, template_ids, work_sql
from holdfast.settings import Settings

REFUND = "refund"
WAITING_ORDER = "o2"
"""Its total is above the limit below which a refund pays by itself, so it waits for a lead."""


class DemoFailed(Exception):
    """The API answered something the demo cannot go on with."""


async def prepare_demo(settings: Settings) -> None:
    """Sample records and people; needs the database migrated, and no server."""
    make_sample_records(settings.demo_database, demo_sql(), work_sql())
    async with Store(settings.database) as store:
        tokens = await seed_demo(store, read_tokens(settings.tokens_file))
    write_privately(settings.tokens_file, json.dumps(tokens, indent=1) + "\n")


async def prepare(settings: Settings) -> None:
    """What every installation begins with: built-in roles, closing reasons."""
    async with Store(settings.database) as store:
        await seed(store)


def make_sample_records(path: Path, script: str, later: str = "") -> None:
    """An SQLite file from the script, whole or not at all; of one that is there nothing is changed.

    `later` makes tables that an older release did not have, where they are missing.
    """
    if path.exists():
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(later)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    connection = sqlite3.connect(beside)
    try:
        connection.executescript(script)
        connection.commit()
    finally:
        connection.close()
    beside.replace(path)


def read_tokens(path: Path) -> dict[str, str]:
    """The tokens written before, or none."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return {str(name): str(token) for name, token in found.items()} if isinstance(found, dict) else {}


def write_privately(path: Path, text: str) -> None:
    """Whole or not at all, and readable by the owner only from the first byte on."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)


def publish_demo(settings: Settings, within: float = 60.0) -> None:
    """Publishes every template as admin and starts a refund as ann, each once. Raises DemoFailed, httpx2.HTTPError."""
    tokens = read_tokens(settings.tokens_file)
    with Caller(settings.url, tokens["admin"]) as admin:
        _await_actions(admin, within)
        for template in template_ids():
            if admin.get(f"/v1/definitions/{template}/versions/1") is None:
                admin.post("/v1/definitions", {}, template=template, key=template)
                admin.post(f"/v1/definitions/{template}/publish", {})
    with Caller(settings.url, tokens["ann"]) as ann:
        if not (ann.get("/v1/runs", definition=REFUND, limit="1") or {}).get("items"):
            ann.post("/v1/runs", {"definition": REFUND, "record": WAITING_ORDER, "source": "api"})


def _await_actions(admin: Caller, within: float) -> None:
    """Workers announce their actions at their start; a definition that names one cannot be published before."""
    deadline = time.monotonic() + within
    while not any(found["name"] == "demo.refund" for found in (admin.get("/v1/actions") or {}).get("items", ())):
        if time.monotonic() > deadline:
            raise DemoFailed("no worker has announced demo.refund")
        time.sleep(0.2)


class Caller:
    """One person at the API."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx2.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=20, trust_env=False
        )

    def get(self, path: str, **query: str) -> Any:
        """The answer, or None for 404. Raises DemoFailed for any other problem."""
        reply = self._client.get(path, params=query)
        return None if reply.status_code == httpx2.codes.NOT_FOUND else self._read(reply)

    def post(self, path: str, body: Any, **query: str) -> Any:
        """The answer. A conflict means that what we wanted is there already (None). Raises DemoFailed."""
        reply = self._client.post(path, json=body, params=query)
        return None if reply.status_code == httpx2.codes.CONFLICT else self._read(reply)

    def send(self, path: str, text: bytes, media_type: str) -> Any:
        """Posts a document as it is written. Raises DemoFailed."""
        return self._read(self._client.post(path, content=text, headers={"Content-Type": media_type}))

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def _read(self, reply: httpx2.Response) -> Any:
        if reply.is_success:
            return reply.json()
        raise DemoFailed(
            f"{reply.request.method} {reply.request.url.path} answered {reply.status_code}: {reply.text[:2000]}"
        )
