"""Versions: what was published, what changed between two, and definitions out of and into an installation."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from sqlalchemy import or_
from sqlmodel import col, select

from api.doors import YAML, Calling, asks
from api.drafts import key_of, published_version, save_draft, seen_definition
from api.idempotency import KeyHeader, Once
from api.paging import Cursor, Limit, Order, cut, listing
from api.problems import NotFound
from api.routing import READS, WRITES, answer, router
from api.schemas import Imported
from api.schemas_definitions import Change, Export, Import, VersionDetail, VersionSummary
from api.schemas_out import Page
from api.store.tables import DefinitionRow, VersionRow
from api.structure import changes
from api.yaml_out import to_yaml
from definitions.times import rfc3339

routes = router("/v1/definitions", "definitions")


@routes.get("/{key}/versions", response_model=Page[VersionSummary], responses=READS)
@asks("definition.view")
async def list_versions(key: str, caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The versions, newest first."""
    await seen_definition(caller, key)
    order = Order("versions", (col(VersionRow.version),), descending=True)
    query = order.page(select(VersionRow).where(col(VersionRow.key) == key), limit, cursor)
    async with caller.house.store.reading() as session:
        rows = (await session.exec(query)).all()
    shown, following = cut(rows, limit, "versions", lambda row: (row.version,))
    return answer(listing([_summary(row) for row in shown], following))


def _summary(row: VersionRow) -> dict[str, Any]:
    published = {"published_by": row.published_by, "published_at": rfc3339(row.published_at)}
    return {"key": row.key, "version": row.version, "hash": row.hash, **published}


Number = Annotated[int, Query(ge=1, le=2**31 - 1)]


@routes.get("/{key}/versions/{version}", response_model=VersionDetail, responses=READS)
@asks("definition.view")
async def get_version(key: str, version: int, caller: Calling, request: Request) -> Response:
    """A version with its document; `Accept: application/yaml` gives the document as YAML."""
    await seen_definition(caller, key)
    row = await published_version(caller, key, version if 0 < version < 2**31 else 0)
    if YAML in request.headers.get("accept", ""):
        return Response(to_yaml(row.document), media_type=YAML)
    return answer({**_summary(row), "document": row.document})


@routes.get("/{key}/diff", response_model=Page[Change], responses=READS)
@asks("definition.view")
async def diff(
    key: str, caller: Calling, from_: Annotated[int, Query(alias="from", ge=1, le=2**31 - 1)], to: Number
) -> Response:
    """What changed between two versions, by place."""
    await seen_definition(caller, key)
    before, after = await published_version(caller, key, from_), await published_version(caller, key, to)
    return answer(listing(changes(before.document, after.document)))


@routes.get("/{key}/export", response_model=Export, responses=READS)
@asks("definition.export")
async def export(key: str, caller: Calling) -> Response:
    """The newest version with what it refers to by name, to be imported elsewhere."""
    row = await seen_definition(caller, key, "definition.export")
    if row.version == 0:
        raise NotFound("published version of this definition")
    newest = await published_version(caller, key, row.version)
    needs = {"actions": sorted(newest.frozen.get("actions", {})), "teams": newest.document.get("teams", [])}
    return answer({"holdfast": 1, "definitions": [newest.document], "needs": needs})


@routes.post("/import", response_model=Import, responses=WRITES)
@asks("definition.create")
async def import_definitions(body: Imported, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Makes a draft of each definition of an export; a key that is taken gets a number. Answers old key -> new key."""
    once = Once.of(idempotency_key, caller.who, "POST /v1/definitions/import", body.model_dump())
    if (before := await once.answered(caller.house.store)) is not None:
        return answer(before[1], before[0])
    made: dict[str, str] = {}
    for document in body.definitions:
        old = key_of(document)
        made[old] = await _free_key(caller, old)
        await save_draft(caller, {**document, "key": made[old]}, Once(None, caller.who.id, ""))
    async with caller.house.store.session() as session:
        once.remember(session, 200, {"map": made})
    return answer({"map": made})


async def _free_key(caller: Calling, key: str) -> str:
    """The key, or the first `key-2`, `key-3`, … that nobody has."""
    query = select(col(DefinitionRow.key)).where(
        or_(col(DefinitionRow.key) == key, col(DefinitionRow.key).startswith(f"{key}-", autoescape=True))
    )
    async with caller.house.store.reading() as session:
        taken = set((await session.exec(query)).all())
    numbered = (f"{key}-{number}" for number in range(2, len(taken) + 3))
    return key if key not in taken else next(name for name in numbered if name not in taken)
