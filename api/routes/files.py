"""Files: pictures and documents that answers refer to. Uploaded first, then named in an answer by their id."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path, Request, Response
from sqlmodel import col, select
from starlette.datastructures import UploadFile

from api.activity import entry
from api.doors import MULTIPART, Caller, Calling, asks
from api.files import about, readable, take
from api.house import Config
from api.paging import Cursor, Limit, Order, cut, listing
from api.problems import Invalid, NotFound, Unavailable
from api.reads import seen_run
from api.routing import READS, WRITES, answer, problems, router
from api.schemas_files import FileInfo
from api.schemas_out import Page
from api.store.file_tables import FileLinkRow, FileRow

routes = router("/v1", "files")

AT_ONCE = 8
"""Uploads that one process works on at a time: each holds its file in memory, and a picture costs a processor."""

FileId = Annotated[str, Path(max_length=100)]
BODY = {
    "required": True,
    "content": {
        MULTIPART: {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
                "required": ["file"],
            }
        }
    },
}
KNOWN: dict[int | str, dict[str, Any]] = {200: {"description": "You sent these bytes before.", "model": FileInfo}}
BYTES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
}


def _room(config: Config) -> int:
    """Bytes of a body that holds one file, with what stands around it."""
    return config.file_limit + 64 * 1024


@routes.post(
    "/files",
    response_model=FileInfo,
    status_code=201,
    responses={**WRITES, **KNOWN, **problems(429)},
    openapi_extra={"requestBody": BODY},
)
@asks("file.upload", accepts=(MULTIPART,), limit=_room, at_once=AT_ONCE)
async def upload(request: Request, caller: Calling) -> Response:
    """Takes one file in the part `file`. What it is follows from its bytes; a picture is decoded and written anew."""
    async with request.form(max_files=1, max_fields=0) as form:
        sent = form.get("file")
        if not isinstance(sent, UploadFile):
            errors = [{"path": "/file", "code": "required", "message": "Send one file in the part 'file'."}]
            raise Invalid("Send one file in the part 'file'.", errors=errors)
        new, row = await take(caller.house, caller.who, sent.filename or "", await sent.read())
    caller.about.detail = {"file": row.id}
    async with caller.house.store.session() as session:
        session.add(entry(caller.who, caller.about, "write"))
    caller.about.logged = True
    return answer(about(row), 201 if new else 200)


@routes.get("/files/{file}", response_class=Response, responses={**READS, **problems(503), **BYTES})
@asks("file.view")
async def download(file: FileId, caller: Calling) -> Response:
    """The bytes of a file, for who uploaded it and for who sees a run that refers to it. Never shown in place."""
    row = await _found(caller, file)
    assert caller.house.blobs is not None
    try:
        content = await caller.house.blobs.get(row.id, row.sha256)
    except LookupError:
        raise NotFound("file") from None
    except Exception:
        raise Unavailable("The blob store does not answer.") from None
    caller.house.reads.note(caller.who, caller.about)
    return Response(content, media_type=row.type, headers=_headers(row.name))


@routes.get("/files/{file}/about", response_model=FileInfo, responses=READS)
@asks("file.view")
async def get_file(file: FileId, caller: Calling) -> Response:
    """What is known of a file."""
    return answer(about(await _found(caller, file)))


@routes.get("/runs/{run}/files", response_model=Page[FileInfo], responses=READS)
@asks("run.view")
async def list_files(run: str, caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The files that a run refers to."""
    await seen_run(caller, run)
    caller.house.reads.note(caller.who, caller.about)
    order = Order("files", (col(FileRow.id),))
    query = select(FileRow).join(FileLinkRow, col(FileLinkRow.file) == col(FileRow.id))
    query = order.page(query.where(col(FileLinkRow.run) == run), limit, cursor)
    async with caller.house.store.reading() as session:
        rows = (await session.exec(query)).all()
    shown, following = cut(rows, limit, "files", lambda row: (row.id,))
    return answer(listing([about(row) for row in shown], following))


async def _found(caller: Caller, file: str) -> FileRow:
    caller.about.detail = {"file": file[:100]}
    async with caller.house.store.reading() as session:
        found = await readable(session, caller.who, [file])
    if file not in found or caller.house.blobs is None:
        raise NotFound("file")
    return found[file]


def _headers(name: str) -> dict[str, str]:
    """Saved and never opened in place: no page of ours may run what somebody uploaded."""
    plain = "".join(char if char.isascii() and char not in '"\\%' else "_" for char in name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
