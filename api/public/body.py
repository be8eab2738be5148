"""What somebody outside sent: JSON from a program, a form from a browser, with or without files.

The same gate as everywhere: size before anything is read, strict JSON, clean texts. Files are taken in the way people's
uploads are (their bytes decide what they are, pictures are written anew) and belong to the link they came by, which may
bring only so many. Sent again, the same bytes are the same file, so that sending a form twice says the same twice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from api import gate
from api.doors import JSON, MULTIPART, GatedRequest
from api.files import readable, take
from api.house import House
from api.permissions import Who
from api.problems import ApiError, Malformed
from api.public.sent import Raw
from api.store.file_tables import FileRow

FORM = "application/x-www-form-urlencoded"
PER_LINK = 60
"""Files that may come by one link, those of refused attempts included."""

MAX_FIELDS = 5_000
TEXTS_LIMIT = 2 * 1024 * 1024


@dataclass(slots=True)
class Sent:
    """`output` where a program sent values, else the texts of the controls in `raw`.

    `files` are those that came along, by the name of their control; `grow` is the table that wants another row.
    `flat`: a program sent the fields themselves, and not `{output: …}`.
    """

    raw: Raw = field(default_factory=dict)
    output: dict[str, Any] | None = None
    files: list[tuple[str, str, bytes]] = field(default_factory=list)
    grow: str = ""
    flat: bool = True


async def read(request: Request, house: House) -> Sent:
    """The body of a POST. Raises ApiError: 400, 408, 413, 415, 422."""
    content = await gate.read_body(request, 2 * house.config.file_limit + TEXTS_LIMIT)
    if not content:
        return Sent()
    kind = gate.content_kind(request.headers, (JSON, FORM, MULTIPART))
    if kind != MULTIPART and len(content) > TEXTS_LIMIT:
        raise gate.too_large(TEXTS_LIMIT)
    if kind == JSON:
        return _of_json(gate.parse_json(content))
    gated = GatedRequest(request, content, None)
    async with gated.form(max_files=PER_LINK, max_fields=MAX_FIELDS, max_part_size=TEXTS_LIMIT) as form:
        return await _of_form(form)


def _of_json(value: Any) -> Sent:
    """`{output: {…}}` as commands have it, or the fields themselves."""
    if not isinstance(value, dict):
        raise Malformed("Send a map of fields.")
    inner = value.get("output")
    wrapped = set(value) == {"output"} and isinstance(inner, dict)
    return Sent(output=inner if wrapped else value, flat=not wrapped)


async def _of_form(form: FormData) -> Sent:
    sent = Sent()
    for name, value in form.multi_items():
        gate.check_text(name, "form")
        if isinstance(value, UploadFile):
            content = await value.read()
            if content or value.filename:
                sent.files.append((name, value.filename or "", content))
        else:
            gate.check_text(value, name)
            sent.raw.setdefault(name, []).append(value)
    sent.grow = (sent.raw.get("_add") or [""])[0]
    return sent


async def take_files(house: House, who: Who, sent: Sent) -> list[dict[str, str]]:
    """Takes the files in, and puts their ids among the texts. What is wrong with one is told at its control."""
    problems: list[dict[str, str]] = []
    for name, filename, content in sent.files:
        try:
            await _room_for_one(house, who)
            _, row = await take(house, who, filename, content)
        except ApiError as error:
            if error.http_status == 503:
                raise
            problems.append({"path": _path(name), "code": error.code, "message": error.detail})
        else:
            sent.raw.setdefault(f"{name}.kept", []).append(row.id)
    return problems


async def _room_for_one(house: House, who: Who) -> None:
    async with house.store.reading() as session:
        count = select(func.count()).where(col(FileRow.uploaded_by) == who.id)
        if (await session.exec(count)).one() >= PER_LINK:
            raise ApiError("Too many files were sent by this link.", status=422, code="too_many_files")


async def known_files(house: House, who: Who, sent: Sent) -> None:
    """The ids of files that came by this link before; others are passed over. Stores nothing."""
    for name, _, content in sent.files:
        source = hashlib.sha256(content).hexdigest()
        query = select(FileRow.id).where(col(FileRow.uploaded_by) == who.id, col(FileRow.source_sha256) == source)
        async with house.store.reading() as session:
            found = (await session.exec(query)).first()
        if found is not None:
            sent.raw.setdefault(f"{name}.kept", []).append(found)


async def names_of(house: House, who: Who, raw: Raw) -> dict[str, str]:
    """File id -> name, of those among the texts that came by this link."""
    held = [file for name, files in raw.items() if name.endswith(".kept") for file in files]
    if not held:
        return {}
    async with house.store.reading() as session:
        found = await readable(session, who, held[:MAX_FIELDS])
    return {file: row.name for file, row in found.items()}


def _path(name: str) -> str:
    """Where the control of that name stands in the answer: `papers.0.scan` is `/output/papers/0/scan`."""
    return "/output/" + name.replace(".", "/")
