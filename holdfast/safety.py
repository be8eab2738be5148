"""What this program refuses to start with: each is one line that says what to change.

Some things are wrong anywhere, such as a key that stands in a manual. The rest is asked where `HOLDFAST_PRODUCTION` is
set: what is fine for trying out would there be noticed only when it is too late.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from google.protobuf.duration_pb2 import Duration
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, DBAPIError
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from api.codec import read_keys
from api.store.store import Store, database_url
from holdfast.identity_settings import Unsafe
from holdfast.settings import Settings

FEW = 8
"""A key with fewer different bytes than that was typed by somebody, or stands in a manual."""

WRONG_FOR_GOOD = ("authentication failed", "does not exist", "no pg_hba.conf entry")
"""What PostgreSQL says of a user, a password and a database that are wrong: waiting does not help."""


def refuse(settings: Settings) -> None:
    """Raises Unsafe with everything about the settings that must be changed first."""
    found = [*_keys(settings), *_database(settings), *(_production(settings) if settings.production else ())]
    if found:
        raise Unsafe("\n".join(found))


def _keys(settings: Settings) -> Iterator[str]:
    secret = settings.secret_key.get_secret_value() if settings.secret_key else ""
    for each in filter(None, secret.split(",")):
        if _is_weak(each.strip()):
            yield "HOLDFAST_SECRET_KEY: this is no key of 32 random bytes in base64. Make one: openssl rand -base64 32"
    try:
        keys = read_keys(settings.payload_keys.get_secret_value() if settings.payload_keys else "")
    except ValueError as error:
        yield f"HOLDFAST_PAYLOAD_KEYS: {error}"
        return
    if any(len(set(key)) < FEW for _, key in keys):
        yield "HOLDFAST_PAYLOAD_KEYS: a key is not random. Make one: openssl rand -base64 32"
    if settings.payloads_sealed and not keys:
        yield "HOLDFAST_PAYLOADS_SEALED: payloads would go to Temporal in plain text. Set HOLDFAST_PAYLOAD_KEYS"


def _is_weak(key: str) -> bool:
    try:
        raw = base64.b64decode(key, validate=True)
    except binascii.Error:
        return True
    return len(raw) != 32 or len(set(raw)) < FEW


def _database(settings: Settings) -> Iterator[str]:
    try:
        database_url(settings.database)
    except (ValueError, ArgumentError):
        yield "HOLDFAST_DATABASE_URL: this is no address of a SQLite or PostgreSQL database"


def _production(settings: Settings) -> Iterator[str]:
    if settings.demo:
        yield "HOLDFAST_DEMO: demo people are for trying out. Set it to false"
    if settings.secret_key is None:
        yield "HOLDFAST_SECRET_KEY: missing. A key in HOLDFAST_HOME lies beside what it seals"
    if not settings.payload_keys:
        yield "HOLDFAST_PAYLOAD_KEYS: missing. Payloads would go to Temporal in plain text"
    if not settings.public_url.startswith("https://"):
        yield "HOLDFAST_PUBLIC_URL: set the https address at which people reach Holdfast"
    if settings.oidc is not None and settings.oidc.client_secret is None:
        yield "HOLDFAST_OIDC: client_secret is missing"


async def refuse_database(settings: Settings) -> None:
    """Raises Unsafe for a user, password or database that is wrong. One that is away may come: that is waited for."""
    async with Store(settings.database) as store:
        try:
            async with store.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except DBAPIError as error:
            if any(words in str(error.orig) for words in WRONG_FOR_GOOD):
                raise Unsafe("HOLDFAST_DATABASE_URL: the database refuses this user, password or name") from None
        except OSError:
            pass


async def refuse_retention(settings: Settings, client: Client) -> None:
    """Raises Unsafe where Temporal forgets closed runs sooner than the policy wants."""
    if not settings.retention_days:
        return
    asked = DescribeNamespaceRequest(namespace=client.namespace)
    found = await client.workflow_service.describe_namespace(asked, retry=True)
    kept: Duration = found.config.workflow_execution_retention_ttl
    if kept.seconds < settings.retention_days * 86_400:
        raise Unsafe(
            f"HOLDFAST_RETENTION_DAYS: Temporal's namespace {client.namespace!r} keeps closed runs for "
            f"{kept.seconds / 86_400:g} days, and the policy wants {settings.retention_days}"
        )
