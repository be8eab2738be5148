"""Data sources as the caller's scopes show them: what is hidden by scope is not named either."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query, Response

from api.doors import Calling, asks
from api.paging import Cursor, Few, Limit, Search, listing, short
from api.record_errors import as_problems, read_record, rights
from api.record_filters import pairs, typed
from api.routing import READS, answer, router
from api.schemas_out import Page
from api.schemas_people import Collection, CollectionName, Source
from definitions.effects import visible_fields

routes = router("/v1/sources", "records")

Name = Annotated[str, Path(max_length=100)]
Where = Annotated[
    list[str] | None,
    Query(max_length=20, description="`field:value`, repeated; `field:` alone where the field is to be empty."),
]
RecordId = Annotated[str, Path(max_length=200)]


@routes.get("", response_model=Page[Source], responses=READS)
@asks("source.view")
async def list_sources(caller: Calling, limit: Few = None, cursor: Cursor = None) -> Response:
    """The configured sources."""
    sources = [dict(source) for source in caller.house.records.sources()]
    return answer(short(sources, "id", "sources", limit, cursor))


@routes.get("/{source}/collections", response_model=Page[CollectionName], responses=READS)
@asks("source.view")
async def list_collections(source: Name, caller: Calling, limit: Few = None, cursor: Cursor = None) -> Response:
    """The collections of a source."""
    with as_problems():
        names = await caller.house.records.collections(source)
    collections = [{"id": f"{source}.{name}", "source": source, "name": name} for name in names]
    return answer(short(collections, "id", "collections", limit, cursor))


@routes.get("/{source}/collections/{collection}", response_model=Collection, responses=READS)
@asks("source.view")
async def get_collection(source: Name, collection: Name, caller: Calling) -> Response:
    """A collection: its fields, relations, and how far the caller's scopes reach."""
    name = f"{source}.{collection}"
    scopes, _ = await rights(caller)
    with as_problems():
        shape = dict(await caller.house.records.describe(name))
    shown = visible_fields(scopes, name, [field["name"] for field in shape["fields"]])
    fields = [field for field in shape["fields"] if field["name"] in shown]
    limits: dict[str, Any] = {"rows": name in scopes.rows, "fields": name in scopes.fields}
    return answer({**shape, "fields": fields, "scopes": limits})


@routes.get("/{source}/collections/{collection}/rows", response_model=Page[dict[str, Any]], responses=READS)
@asks("source.read")
async def list_rows(
    *,
    source: Name,
    collection: Name,
    caller: Calling,
    q: Search = None,
    where: Where = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Rows the caller may see, in the order of their keys. Every `where` must hold; of one field, any of its values."""
    caller.allow("source.read")
    scopes, me = await rights(caller)
    caller.about.record = f"{source}.{collection}"
    with as_problems():
        wanted = typed(pairs(where), dict(await caller.house.records.describe(f"{source}.{collection}"))["fields"])
        rows, following = await caller.house.records.rows(
            f"{source}.{collection}", q=q, where=wanted, limit=limit, cursor=cursor, scopes=scopes, me=me
        )
    caller.house.reads.note(caller.who, caller.about)
    return answer(listing(rows, following))


@routes.get("/{source}/collections/{collection}/rows/{record}", response_model=dict[str, Any], responses=READS)
@asks("source.read")
async def get_row(source: Name, collection: Name, record: RecordId, caller: Calling) -> Response:
    """One record's fields, as far as the caller may see them."""
    caller.about.record = f"{source}.{collection}/{record}"
    caller.allow("source.read")
    row = await read_record(caller, f"{source}.{collection}", record)
    caller.house.reads.note(caller.who, caller.about)
    return answer(row)
