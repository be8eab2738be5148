"""Pictures, PDFs and texts that go to a model beside the words: by id, as far as the acting person may see them.

What a file is was found in its bytes when it was uploaded, and is looked at once more here. One that is too large, or
cannot be read, is no reason to answer without it: the model would be sure of what it did not see. So the step asks a
person. A file that the person may not see, or of a kind that no model takes, is told by its absence.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from activities.ai import pdf_text
from activities.ai.ports import FileInfo, Files
from activities.ai.settings import AiSettings
from activities.errors import ActionError, NotDone
from activities.ports import BlobMissing, Blobs

PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
PDF = "application/pdf"
TEXTS = ("text/plain", "text/csv")

PICTURE_TOKENS, PAGE_TOKENS = 1_500, 1_500
"""What a picture and a page probably take; only for what is set aside before the answer says what it was."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One file as it goes along: as bytes (`data`, base64) or as `text`. `tokens` is what it will probably take."""

    info: FileInfo
    label: str
    data: str = ""
    text: str = ""
    tokens: int = 0

    @property
    def url(self) -> str:
        """The bytes as a data URL."""
        return f"data:{self.info.type};base64,{self.data}"

    @property
    def is_picture(self) -> bool:
        return self.info.type in PICTURES

    def kept(self) -> dict[str, Any]:
        """What is remembered of it: not its bytes, but which they were."""
        return {"file": self.info.id, "type": self.info.type, "sha256": self.info.sha256, "as": self.label}


@dataclass(frozen=True, slots=True)
class Enclosures:
    """The files that go along, and a line for each that does not."""

    enclosed: tuple[Enclosed, ...] = ()
    left_out: tuple[str, ...] = ()


class Enclosing:
    """Makes enclosures of the files that a question names."""

    def __init__(self, files: Files, blobs: Blobs, settings: AiSettings) -> None:
        self._files, self._blobs, self._settings = files, blobs, settings

    async def enclose(self, asked: Sequence[dict[str, Any]], actor: str) -> Enclosures:
        """The named files. Raises ActionError `input_too_large`, `input_unreadable`; NotDone where a store is away."""
        wanted = list({str(each["id"]): each for each in asked}.values())
        if len(wanted) > self._settings.max_files:
            raise _too_large(f"There are {len(wanted)} files; at most {self._settings.max_files} go to a model.")
        found = await self._readable(actor, [str(each["id"]) for each in wanted])
        enclosed: list[Enclosed] = []
        left_out: list[str] = []
        for each in wanted:
            info = found.get(str(each["id"]))
            if info is None or info.type not in (*PICTURES, PDF, *TEXTS):
                left_out.append(_place(each))
            else:
                enclosed.append(await self._one(info, _place(each)))
        return Enclosures(tuple(enclosed), tuple(left_out))

    async def _readable(self, actor: str, ids: list[str]) -> Mapping[str, FileInfo]:
        if not ids:
            return {}
        try:
            return await self._files.readable(actor, ids)
        except Exception:
            raise NotDone("Files cannot be looked up at the moment.", code="ledger_unavailable") from None

    async def _one(self, info: FileInfo, label: str) -> Enclosed:
        if info.size > self._settings.max_bytes:
            most = self._settings.max_bytes / 2**20
            raise _too_large(f"{info.name!r} has {info.size / 2**20:.1f} MB; at most {most:.1f} MB go to a model.")
        content = await self._content(info)
        if info.type in TEXTS:
            text = content.decode("utf-8", errors="replace")
            return Enclosed(info, label, text=text, tokens=len(text) // 4)
        if info.type == PDF:
            return await self._pdf(info, label, content)
        await asyncio.to_thread(_look, info, content, self._settings.max_pixels)
        return Enclosed(info, label, data=base64.b64encode(content).decode(), tokens=PICTURE_TOKENS)

    async def _content(self, info: FileInfo) -> bytes:
        try:
            return await self._blobs.get(info.id, info.sha256)
        except BlobMissing:
            raise ActionError("input_unreadable", f"The bytes of {info.name!r} are no longer there.") from None
        except Exception:
            raise NotDone("The blob store does not answer.", code="blobs_unavailable") from None

    async def _pdf(self, info: FileInfo, label: str, content: bytes) -> Enclosed:
        whole = self._settings.takes_pdf
        found = await pages_of(content, self._settings.max_pages, self._settings.max_input, text=not whole)
        if "code" in found:
            raise ActionError(found["code"], f"{info.name!r} {found['message']}.")
        tokens = found["pages"] * PAGE_TOKENS
        if whole:
            return Enclosed(info, label, data=base64.b64encode(content).decode(), tokens=tokens)
        return Enclosed(info, label, text=found["text"], tokens=tokens)


async def pages_of(content: bytes, pages: int, characters: int, *, text: bool) -> dict[str, Any]:
    """What pdf_text.py finds, in a child process; a code and a message where it finds nothing."""
    if not content.startswith(b"%PDF-"):
        return {"code": "input_unreadable", "message": "is not a PDF"}
    head = json.dumps({"pages": pages, "characters": characters, "text": text}).encode() + b"\n"
    pipe = asyncio.subprocess.PIPE
    program = str(Path(pdf_text.__file__))
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", program, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(pdf_text.SECONDS):
            answer, _ = await child.communicate(head + content)
    except TimeoutError:
        answer = b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0 or not answer:
        return {"code": "input_unreadable", "message": "cannot be read within the limits"}
    return dict(json.loads(answer))


def _look(info: FileInfo, content: bytes, most: int) -> None:
    """Reads the head of a picture: whether it is one of its type, and how many pixels it claims."""
    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=[PICTURES[info.type]]) as picture:
            pixels = picture.width * picture.height
    except Exception:
        raise ActionError("input_unreadable", f"{info.name!r} is not a picture that can be read.") from None
    if pixels > most:
        raise _too_large(f"{info.name!r} has {pixels} pixels; at most {most} go to a model.")


def _too_large(text: str) -> ActionError:
    return ActionError("input_too_large", text)


def _place(asked: dict[str, Any]) -> str:
    """Where it was answered, as an expression would name it; its own name is a stranger's text."""
    step, field = asked.get("step"), asked.get("field")
    return f"steps.{step}.output.{field}" if step else f"inputs.{field}"
