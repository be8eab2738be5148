"""What some bytes are, by what stands in them. The sender's word for it, and the end of the name, count for nothing.

Only what people attach to their work is taken: pictures, PDF, plain text and tables, and the documents of office
programs without macros. Markup that a browser would run (HTML, SVG, XML), scripts, programs and archives are not.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

import puremagic

PICTURES = ("image/jpeg", "image/png", "image/webp")
_OFFICE = "application/vnd.openxmlformats-officedocument."
OFFICE = {
    "word/document.xml": f"{_OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
}
"""A part that stands in a document of that type, and in no other."""

TAKEN = (*PICTURES, "application/pdf", *OFFICE.values(), "text/plain", "text/csv")
"""Every type that a file may be of."""

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_RUNS = re.compile(r"\A\s*(<|#!|%!|MZ)|<(script|html|svg|iframe|body)\b", re.IGNORECASE)
MEMBERS_LIMIT = 10_000


def type_of(content: bytes, name: str) -> str | None:
    """One of TAKEN, or None. `name` only tells a table from other plain text."""
    claims = _claims(content)
    if (picture := next((type_ for type_ in claims if type_ in PICTURES), None)) is not None:
        return picture
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return _text(content, name)


def _claims(content: bytes) -> list[str]:
    """What the signatures at the beginning and end say, the surest first."""
    try:
        return [found.mime_type for found in puremagic.magic_string(content)]
    except (puremagic.PureError, ValueError):
        return []


def _office(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    macros = any(name.lower().endswith(("vbaproject.bin", ".exe", ".dll")) for name in names)
    if macros or "[Content_Types].xml" not in names or len(names) > MEMBERS_LIMIT:
        return None
    return next((type_ for part, type_ in OFFICE.items() if part in names), None)


def _text(content: bytes, name: str) -> str | None:
    """Text that nothing would run: UTF-8, no control characters, no markup and no script."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if _NO_TEXT.search(text) or _RUNS.search(text):
        return None
    return "text/csv" if name.lower().endswith(".csv") else "text/plain"
