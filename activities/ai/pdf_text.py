"""A PDF's pages and text, read in a process of its own that can be killed.

A PDF is a program in disguise: it can claim to be enormous, refer to itself and cost hours. So a child with limits on
memory and time reads it, without a network, a file to write to or anything of ours imported: this file is run by its
path. It reads a line of JSON {pages, characters, text} and the bytes, and writes {pages, text} or {code, message}.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO
from typing import Any, BinaryIO

SECONDS = 20
"""Of processor time, and of waiting."""
MEMORY = 1024**3
"""Bytes of address space."""


def read_pdf(content: bytes, pages: int, characters: int, text: bool) -> dict[str, Any]:
    """How many pages there are, and their text where it is asked for. A text beyond `characters` is an error."""
    from pypdf import PdfReader

    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            return {"code": "input_unreadable", "message": "needs a password"}
        count = len(reader.pages)
        if count > pages:
            return {"code": "input_too_large", "message": f"has {count} pages; at most {pages} are read"}
        found = "\n\n".join(page.extract_text() for page in reader.pages) if text else ""
    except Exception:
        return {"code": "input_unreadable", "message": "is not a PDF that can be read"}
    if len(found) > characters:
        return {"code": "input_too_large", "message": f"holds more than {characters} characters"}
    return {"pages": count, "text": found}


def main(given: BinaryIO, answer: BinaryIO) -> None:
    """The child's whole life."""
    _limit()
    asked = json.loads(given.readline())
    found = read_pdf(given.read(), asked["pages"], asked["characters"], asked["text"])
    answer.write(json.dumps(found).encode())


def _limit() -> None:
    import resource

    for name, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(name)
        resource.setrlimit(name, (most, hard if hard != resource.RLIM_INFINITY and hard < most else most))


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
