"""What operators do once: migrate, rebuild, publish, hand out a token. Each may be repeated.

`prepare_stack` is `migrate_all` for the embedded stack: it does not wait for Temporal, whose embedded server knows our
search attributes from its command line.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client

from api.store.migrations import migrate
from api.store.seed import add_person
from api.store.store import Store
from api.store.tokens import issue_token
from definitions.wire import SEARCH_ATTRIBUTES
from holdfast.demo import Caller, prepare, prepare_demo
from holdfast.reach import connect_temporal, patiently
from holdfast.safety import refuse, refuse_database
from holdfast.settings import Settings

log = structlog.get_logger("holdfast")


async def migrate_all(settings: Settings) -> None:
    """Tables, roles and search attributes of this release; waits for database and Temporal to be there."""
    refuse(settings)
    await refuse_database(settings)
    await patiently("database", lambda: asyncio.to_thread(migrate, settings.database))
    await prepare(settings)
    await register_search_attributes(await patiently("Temporal", connect_temporal))
    log.info("migrated")


async def prepare_stack(settings: Settings) -> None:
    """The database of the embedded stack, with the demo's records and people where it is on."""
    refuse(settings)
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    await asyncio.to_thread(migrate, settings.database)
    await prepare(settings)
    if settings.demo:
        await prepare_demo(settings)
    log.info("prepared")


async def register_search_attributes(client: Client) -> None:
    """Adds those that the namespace does not know yet: a workflow that sets an unknown one is stuck in a loop."""
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace), retry=True
    )
    missing = {name: kind for name, kind in SEARCH_ATTRIBUTES.items() if name not in known.custom_attributes}
    if missing:
        types = {name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}") for name, kind in missing.items()}
        asked = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=types)
        await client.operator_service.add_search_attributes(asked, retry=True)
        log.info("search_attributes_added", names=sorted(missing))


async def token_for(settings: Settings, person: str, roles: Sequence[str], teams: Sequence[str]) -> str:
    """A new token of that person in plain text, which is shown nowhere else."""
    async with Store(settings.database) as store, store.session() as session:
        await add_person(session, person, name=person, roles=tuple(roles), teams=tuple(teams))
        return (await issue_token(session, person, "command line"))[1]


async def rebuild_all(settings: Settings) -> tuple[str, int]:
    """Folds the read model again from the events. What it did, and exit code 1 where a chain of events is broken."""
    from api.store.rebuild import rebuild

    async with Store(settings.database) as store:
        done = await rebuild(store)
    broken = "".join(
        f"\n{run}: its chain of events is broken from {seq} on" for run, seq in sorted(done.broken.items())
    )
    broken += "".join(f"\n{run}: {why}" for run, why in sorted(done.failed.items()))
    return f"{done.runs} runs rebuilt{broken}", 1 if broken else 0


def publish_files(settings: Settings, files: Sequence[Path], token: str) -> Iterator[str]:
    """Publishes each file, YAML or JSON, and says what it became. Raises DemoFailed with the findings."""
    if not token:
        raise SystemExit("holdfast: set HOLDFAST_TOKEN to the token of somebody who may publish")
    with Caller(settings.url, token) as caller:
        for file in files:
            media_type = "application/json" if file.suffix == ".json" else "application/yaml"
            key = caller.send("/v1/definitions", file.read_bytes(), media_type)["key"]
            published = caller.send(f"/v1/definitions/{key}/publish", b"{}", "application/json")
            yield f"{file}: {key} version {published['version']}"


def openapi_text() -> str:
    """The API's OpenAPI document as it is committed."""
    from api.app import openapi_document

    return json.dumps(openapi_document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
