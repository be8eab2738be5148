"""Definitions: checked, drafted, published, looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request, Response
from sqlmodel import col, select

from api.doors import JSON, YAML, Calling, GatedRequest, asks
from api.drafts import (
    NO_DRAFT,
    draft_view,
    published_version,
    required_match,
    save_draft,
    seen_definition,
    set_archived,
    subject_of_definition,
)
from api.idempotency import KeyHeader, Once
from api.paging import Cursor, Limit, Order, Search, cut, listing
from api.problems import Conflict, Invalid
from api.publishing import checked, publish
from api.reads import containing
from api.routing import READS, WRITES, answer, problems, router
from api.schemas import Copy, Nothing
from api.schemas_definitions import (
    Checked,
    DefinitionDetail,
    DefinitionSummary,
    DraftSaved,
    PublishedVersion,
)
from api.schemas_out import Page
from api.store.tables import DefinitionRow
from api.templates import template_document

routes = router("/v1/definitions", "definitions")

DOCUMENT = {"type": "object", "description": "A definition (LANGUAGE.md)."}
TAKES_DOCUMENT = {"requestBody": {"content": {JSON: {"schema": DOCUMENT}, YAML: {"schema": {"type": "string"}}}}}
EITHER = (JSON, YAML)


def _document(request: Request) -> Any:
    """The document in the body, JSON or YAML; None without a body."""
    return request.value if isinstance(request, GatedRequest) else None


TheDocument = Annotated[Any, Depends(_document)]


def _needed(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        error = {"path": "", "code": "not_a_document", "message": "A definition is a map of keys."}
        raise Invalid("Send a definition: a map of keys.", code="not_a_document", errors=[error])
    return document


@routes.post("/validate", response_model=Checked, responses=WRITES, openapi_extra=TAKES_DOCUMENT)
@asks("definition.validate", accepts=EITHER)
async def validate(document: TheDocument, caller: Calling) -> Response:
    """Every finding of a document at once; 200 for whatever could be read."""
    report = await checked(caller.house, document)
    findings = [finding.to_json() for finding in report.findings]
    warnings = [finding.to_json() for finding in report.warnings]
    return answer({"valid": not findings, "findings": findings, "warnings": warnings})


CREATED: dict[int | str, dict[str, Any]] = {201: {"model": DraftSaved, "description": "A new draft."}}


@routes.post("", response_model=DraftSaved, responses={**WRITES, **CREATED}, openapi_extra=TAKES_DOCUMENT)
@asks("definition.create", accepts=EITHER)
async def create(
    *,
    document: TheDocument,
    caller: Calling,
    template: Annotated[str | None, Query(max_length=100)] = None,
    key: Annotated[str | None, Query(max_length=63)] = None,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Creates or replaces the draft of the document's key, or makes one from a template."""
    if template is not None:
        document = {**template_document(template), **({"key": key} if key else {})}
    once = Once.of(idempotency_key, caller.who, "POST /v1/definitions", document)
    if (before := await once.answered(caller.house.store)) is not None:
        return answer(before[1], before[0])
    status, body = await save_draft(caller, _needed(document), once)
    return answer(body, status)


@routes.get("", response_model=Page[DefinitionSummary], responses=READS)
@asks("definition.view")
async def list_definitions(
    *, caller: Calling, q: Search = None, archived: bool = False, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """The definitions the caller may see, by key. Drafts that were never published are there for those who may edit."""
    order = Order("key", (col(DefinitionRow.key),))
    query = select(DefinitionRow)
    if not archived:
        query = query.where(col(DefinitionRow.archived_at).is_(None))
    if q:
        query = query.where(containing((DefinitionRow.key, DefinitionRow.name), q))
    rows: list[DefinitionRow] = []
    async with caller.house.store.reading() as session:
        # teams stand in the row as JSON, so what may be seen is decided here, by the one function that decides
        while len(rows) <= limit:
            found = (await session.exec(order.page(query, 200, cursor))).all()
            page, cursor = cut(found, 200, "key", lambda row: (row.key,))
            rows += [row for row in page if _listed(caller, row)]
            if cursor is None:
                break
    shown, following = cut(rows, limit, "key", lambda row: (row.key,))
    return answer(listing([_summary(row) for row in shown], following))


def _listed(caller: Calling, row: DefinitionRow) -> bool:
    return caller.may("definition.view" if row.version else "definition.edit", subject_of_definition(row))


def _summary(row: DefinitionRow) -> dict[str, Any]:
    teams = row.teams if row.version else row.draft_teams
    return {
        "key": row.key,
        "name": row.name,
        "record": row.record,
        "teams": teams or [],
        "version": row.version,
        "draft": row.draft is not None,
        "archived": row.archived_at is not None,
    }


@routes.get("/{key}", response_model=DefinitionDetail, responses=READS)
@asks("definition.view")
async def get_definition(key: str, caller: Calling) -> Response:
    """A definition with its newest published document; the draft is shown to those who may edit it."""
    row = await seen_definition(caller, key)
    newest = await published_version(caller, key, row.version) if row.version else None
    body = {**_summary(row), "document": newest.document if newest else None}
    editor = caller.may("definition.edit", subject_of_definition(row))
    return answer({**body, **(await draft_view(caller, row) if editor else NO_DRAFT)})


STALE = problems(400, 401, 403, 404, 409, 413, 415, 422, 428, 503)


@routes.put("/{key}/draft", response_model=DraftSaved, responses=STALE, openapi_extra=TAKES_DOCUMENT)
@asks("definition.edit", accepts=EITHER)
async def put_draft(
    key: str, document: TheDocument, caller: Calling, if_match: Annotated[str | None, Header(max_length=200)] = None
) -> Response:
    """Replaces the draft that was read; 409 `draft_changed` when somebody saved since, 428 without `If-Match`."""
    match = required_match(if_match)
    await seen_definition(caller, key, "definition.edit")
    if _needed(document).get("key") != key:
        error = {"path": "/key", "code": "wrong_value", "message": f"The key of this definition is {key}."}
        raise Invalid("A definition keeps its key; duplicate it to have another.", code="wrong_key", errors=[error])
    _, body = await save_draft(caller, document, Once(None, caller.who.id, ""), match)
    return answer(body)


@routes.post("/{key}/publish", response_model=PublishedVersion, status_code=201, responses=WRITES)
@asks("definition.publish")
async def publish_draft(
    key: str, caller: Calling, body: Nothing | None = None, idempotency_key: KeyHeader = None
) -> Response:
    """Freezes the draft into the next version; 422 with every finding when there is one."""
    await seen_definition(caller, key, "definition.publish")
    once = Once.of(idempotency_key, caller.who, f"POST /v1/definitions/{key}/publish", {})
    if (before := await once.answered(caller.house.store)) is not None:
        return answer(before[1], before[0])
    return answer(await publish(caller, key, once), 201)


@routes.post("/{key}/duplicate", response_model=DraftSaved, responses={**WRITES, **CREATED})
@asks("definition.create")
async def duplicate(key: str, body: Copy, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """A draft under another key with the same content: the draft's, or that of the newest version."""
    row = await seen_definition(caller, key)
    source = row.draft if row.draft is not None and caller.may("definition.edit", subject_of_definition(row)) else None
    document = source or (await published_version(caller, key, row.version)).document
    once = Once.of(idempotency_key, caller.who, f"POST /v1/definitions/{key}/duplicate", body.model_dump())
    if (before := await once.answered(caller.house.store)) is not None:
        return answer(before[1], before[0])
    await _must_be_free(caller, body.key)
    copy = {**document, "key": body.key, **({"name": body.name} if body.name else {})}
    status, saved = await save_draft(caller, copy, once)
    return answer(saved, status)


async def _must_be_free(caller: Calling, key: str) -> None:
    async with caller.house.store.reading() as session:
        if await session.get(DefinitionRow, key) is not None:
            raise Conflict("This key is taken.", code="key_taken")


@routes.post("/{key}/archive", response_model=DefinitionSummary, responses=WRITES)
@asks("definition.archive")
async def archive(key: str, caller: Calling, body: Nothing | None = None) -> Response:
    """Nobody can start it any more; open runs go on, and nothing is deleted. Again is the same."""
    return await _set_archived(caller, key, datetime.now(UTC))


@routes.post("/{key}/unarchive", response_model=DefinitionSummary, responses=WRITES)
@asks("definition.archive")
async def unarchive(key: str, caller: Calling, body: Nothing | None = None) -> Response:
    """It can be started again."""
    return await _set_archived(caller, key, None)


async def _set_archived(caller: Calling, key: str, at: datetime | None) -> Response:
    await seen_definition(caller, key, "definition.archive")
    row = await set_archived(caller, key, at)
    return answer(_summary(row))
