"""Drafts: what an author works on before it is published. One per definition, guarded by its digest (`draft_etag`), so
that nobody overwrites what somebody else has just saved. A draft may hold mistakes; a version may not.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from api.activity import entry
from api.idempotency import Once
from api.permissions import Subject
from api.problems import ApiError, Conflict, Invalid, NotFound
from api.publishing import checked, etag
from api.store.tables import DefinitionRow, VersionRow
from definitions.times import rfc3339

if TYPE_CHECKING:
    from api.doors import Caller

KEY = re.compile(r"[a-z][a-z0-9-]{0,62}")


def key_of(document: Any) -> str:
    """The key under which a document is kept; without a readable one there is nowhere to put it. 422."""
    if not isinstance(document, dict):
        raise _wrong("", "not_a_document", "A definition is a map of keys.")
    key = document.get("key")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise _wrong("/key", "wrong_form", "A key is a lower-case letter, then letters, digits or dashes, 63 at most.")
    return key


def subject_of_definition(row: DefinitionRow) -> Subject:
    """A definition as the permission table sees it; one that was never published has the teams of its draft."""
    teams = row.teams if row.version else row.draft_teams
    return Subject(teams=tuple(teams or ()), owner=row.draft_by)


async def seen_definition(caller: Caller, key: str, operation: str = "definition.view") -> DefinitionRow:
    """The definition, for a caller who may do `operation` with it. 404, 403.

    A draft that was never published is there only for those who may edit it.
    """
    caller.about.definition = key
    async with caller.house.store.reading() as session:
        row = await session.get(DefinitionRow, key)
    if row is None:
        raise NotFound("definition")
    subject = subject_of_definition(row)
    if row.version == 0 and not caller.may("definition.edit", subject):
        raise NotFound("definition")
    caller.allow(operation, subject, "definition")
    return row


async def published_version(caller: Caller, key: str, version: int) -> VersionRow:
    """A version, by number. 404."""
    async with caller.house.store.reading() as session:
        row = await session.get(VersionRow, (key, version))
    if row is None:
        raise NotFound("version of this definition")
    return row


async def set_archived(caller: Caller, key: str, at: datetime | None) -> DefinitionRow:
    """Archives a definition, or with None brings it back; one that is archived keeps the time at which it was."""
    async with caller.house.store.session() as session:
        row = await session.get(DefinitionRow, key, with_for_update=True)
        assert row is not None
        row.archived_at = (row.archived_at or at) if at else None
        session.add(row)
        session.add(entry(caller.who, caller.about, "write"))
    caller.about.logged = True
    return row


async def save_draft(
    caller: Caller, document: dict[str, Any], once: Once, if_match: str | None = None
) -> tuple[int, dict[str, Any]]:
    """Creates (201) or replaces (200) the draft of the document's key. `if_match` None: whatever stands there."""
    key = key_of(document)
    caller.about.definition = key
    report = await checked(caller.house, document)
    row = await _existing(caller, key)
    if row is not None and if_match is not None and if_match != await current_etag(caller, row):
        raise Conflict("Somebody saved it since you read it.", code="draft_changed", draft_etag=row.draft_etag)
    status = 200 if row is not None else 201
    said = {"findings": [f.to_json() for f in report.findings], "warnings": [f.to_json() for f in report.warnings]}
    body = {"key": key, "draft_etag": etag(document), **said}
    await _write(caller, key, document, row.draft_etag if row else None, status, body, once)
    return status, body


async def current_etag(caller: Caller, row: DefinitionRow) -> str | None:
    """The digest of the draft, or of the newest version where there is no draft: what an author began from."""
    if row.draft_etag is not None or row.version == 0:
        return row.draft_etag
    async with caller.house.store.reading() as session:
        newest = await session.get(VersionRow, (row.key, row.version))
    return etag(newest.document) if newest else None


NO_DRAFT = {"draft_document": None, "draft_etag": None, "draft_by": None, "draft_at": None}
"""What somebody who may not edit is shown of a draft."""


async def draft_view(caller: Caller, row: DefinitionRow) -> dict[str, Any]:
    """The draft as its editors see it, and whose hand was the last."""
    by, at = (row.draft_by, row.draft_at) if row.draft is not None else (None, None)
    return {
        "draft_document": row.draft,
        "draft_etag": await current_etag(caller, row),
        "draft_by": by,
        "draft_at": rfc3339(at) if at else None,
    }


async def _existing(caller: Caller, key: str) -> DefinitionRow | None:
    async with caller.house.store.reading() as session:
        row = await session.get(DefinitionRow, key)
    if row is not None:
        caller.allow("definition.edit", subject_of_definition(row), "definition")
    return row


async def _write(  # noqa: PLR0917
    caller: Caller,
    key: str,
    document: dict[str, Any],
    expected: str | None,
    status: int,
    answer: dict[str, Any],
    once: Once,
) -> None:
    now = datetime.now(UTC)
    try:
        async with caller.house.store.session() as session:
            row = await session.get(DefinitionRow, key, with_for_update=True)
            if row is not None and row.draft_etag != expected:
                raise Conflict("Somebody saved it at the same moment.", code="draft_changed", draft_etag=row.draft_etag)
            row = row or DefinitionRow(key=key, created_at=now)
            row.draft, row.draft_etag, row.draft_by, row.draft_at = document, answer["draft_etag"], caller.who.id, now
            row.draft_teams = _names(document.get("teams"))
            if row.version == 0:
                row.name = str(document.get("name", ""))[:200]
            session.add(row)
            session.add(entry(caller.who, caller.about, "write", at=now))
            once.remember(session, status, answer)
    except IntegrityError:
        raise Conflict("Somebody made a draft of this key at the same moment.", code="draft_changed") from None
    caller.about.logged = True


def required_match(value: str | None) -> str:
    """The `If-Match` a change must carry. 428."""
    if not value:
        raise ApiError("Send If-Match with the draft_etag you read.", status=428, code="precondition_required")
    return value.strip().removeprefix("W/").strip('"')


def _names(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _wrong(path: str, code: str, message: str) -> Invalid:
    return Invalid(message, code=code, errors=[{"path": path, "code": code, "message": message}])
