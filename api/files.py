"""Uploaded files: taken in, found again, given to whoever may see them.

A file belongs to who uploaded it, and to everybody who sees a run that refers to it. That a run refers to it is told by
the door, when a command names the file: never by what stands in an answer, which anybody could write.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, true
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api import pictures, sniffing
from api.permissions import Reach, Who, reaches
from api.problems import ApiError, Invalid, TooLarge, Unavailable, WrongMediaType
from api.store.file_tables import FileLinkRow, FileRow
from api.store.keys import shared_with
from api.store.tables import RunRow
from api.tracing import log
from definitions.times import rfc3339

if TYPE_CHECKING:
    from api.house import House

NAME_LENGTH = 200
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that a name has no use for: they break headers, terminals, or the order of what is read."""


def label(name: str | None) -> str:
    """A file's name as it is shown: the last part of a path, without what could mislead. Nothing is stored under it."""
    last = re.split(r"[/\\]", name or "")[-1]
    return _UNWANTED.sub("", last).strip(" .")[:NAME_LENGTH] or "file"


async def take(house: House, who: Who, name: str, content: bytes) -> tuple[bool, FileRow]:
    """The file of these bytes, and whether it is new: the same person's same bytes are one file.

    Raises ApiError: 413, 415, 422, 503.
    """
    if not content:
        raise Invalid("The file is empty.", code="empty_file")
    if len(content) > house.config.file_limit:
        raise TooLarge(f"A file may have {house.config.file_limit} bytes.")
    source = hashlib.sha256(content).hexdigest()
    if (known := await _known(house, who, source)) is not None:
        return False, known
    row = await _stored(house, who, label(name), content, source)
    try:
        async with house.store.session() as session:
            session.add(row)
    except IntegrityError:  # the same bytes came twice at once, and the other one was faster
        known = await _known(house, who, source)
        assert known is not None
        return False, known
    return True, row


async def _known(house: House, who: Who, source: str) -> FileRow | None:
    query = select(FileRow).where(col(FileRow.uploaded_by) == who.id, col(FileRow.source_sha256) == source)
    async with house.store.reading() as session:
        return (await session.exec(query)).first()


async def _stored(house: House, who: Who, name: str, content: bytes, source: str) -> FileRow:
    """The row of a file whose bytes are in the blob store by now."""
    type_ = sniffing.type_of(content, name)
    if type_ is None:
        raise WrongMediaType(f"Files of this kind are not taken. Taken are {', '.join(sniffing.TAKEN)}.")
    size: dict[str, int] = {}
    if type_ in sniffing.PICTURES:
        content, size = await _cleaned(house, content, type_)
    name_of = f"file-{uuid.uuid4().hex}"
    if house.blobs is None:
        raise Unavailable("There is no store for files.")
    try:
        sha256 = await house.blobs.put(name_of, content)
    except Exception as failure:
        log.error("a file could not be stored", action="file.not_stored", error=type(failure).__name__)
        raise Unavailable("The blob store does not answer.") from None
    return FileRow(
        id=name_of,
        name=name,
        type=type_,
        size=len(content),
        sha256=sha256,
        source_sha256=source,
        uploaded_by=who.id,
        uploaded_at=datetime.now(UTC),
        **size,
    )


async def _cleaned(house: House, content: bytes, type_: str) -> tuple[bytes, dict[str, int]]:
    try:
        picture = await pictures.cleaned(content, type_, house.config.picture_pixels)
    except pictures.Refused as refused:
        status = 413 if refused.code == "too_many_pixels" else 422
        raise ApiError(refused.message, code=refused.code, status=status) from None
    return picture.content, {"width": picture.width, "height": picture.height}


async def readable(session: AsyncSession, who: Who, ids: Sequence[str]) -> dict[str, FileRow]:
    """Those of the files that this person may read, by id."""
    query = select(FileRow).where(col(FileRow.id).in_(list(ids)), _may_read(who))
    return {row.id: row for row in (await session.exec(query)).all()}


def _may_read(who: Who) -> ColumnElement[bool]:
    own = col(FileRow.uploaded_by) == who.id
    if not reaches(who, "run.view"):  # of EXISTS (… AND false) SQLAlchemy leaves no tables, which SQLite refuses
        return own
    run = and_(col(FileLinkRow.file) == col(FileRow.id), col(FileLinkRow.run) == col(RunRow.id), _sees(who))
    return or_(own, exists().where(run))


def _sees(who: Who) -> ColumnElement[bool]:
    """SQL for the runs within this person's sight."""
    found = reaches(who, "run.view")
    if Reach.ALL in found:
        return true()
    shared = shared_with(col(RunRow.teams_key), who.teams)
    if Reach.TEAM in found:
        return shared
    return and_(shared, col(RunRow.started_by) == who.id) if Reach.OWN in found else false()


def about(row: FileRow) -> dict[str, Any]:
    """A file as the API tells of it."""
    names = ("id", "name", "type", "size", "sha256", "width", "height", "uploaded_by")
    return {**{name: getattr(row, name) for name in names}, "uploaded_at": rfc3339(row.uploaded_at)}


def reference(row: FileRow) -> dict[str, Any]:
    """A file as it stands in an answer: `{file, name, type, size, sha256}`."""
    return {"file": row.id, **{name: getattr(row, name) for name in ("name", "type", "size", "sha256")}}
