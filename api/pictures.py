"""Pictures are decoded and written anew, in a process of their own that can be killed.

What a camera or a stranger sends is parsed by C code that has had holes, can claim to be enormous, and carries where it
was taken. So a child with limits on memory and time decodes it, after looking at its size in pixels; what is kept is
what the decoder saw: the right way up, the first frame, without anything that stood beside the pixels. A file that is a
picture and something else at once is only a picture afterwards.

Run as a module this is the child: it reads a line of JSON and the bytes, and writes the same.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
SECONDS = 20
"""Of processor time, and of waiting: a phone's picture takes well under one."""

MEMORY = 2 * 1024**3
"""Bytes of address space; what a picture of the allowed size needs is far below."""

QUALITY = 88


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept."""

    content: bytes
    type: str
    width: int
    height: int


class Refused(Exception):
    """Not a picture that can be kept: `too_many_pixels`, or `damaged_file`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


async def cleaned(content: bytes, type_: str, pixels: int) -> Picture:
    """The picture, decoded and written anew by a child process. Raises Refused."""
    head = json.dumps({"type": type_, "pixels": pixels}).encode() + b"\n"
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api.pictures", stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(SECONDS):
            answer, _ = await child.communicate(head + content)
    except TimeoutError:
        answer = b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    line, _, written = answer.partition(b"\n")
    if child.returncode != 0 or not line:
        raise Refused("damaged_file", "The picture cannot be decoded.")
    told = json.loads(line)
    if "code" in told:
        raise Refused(told["code"], told["message"])
    return Picture(written, type_, told["width"], told["height"])


def rewritten(content: bytes, type_: str, pixels: int) -> Picture:
    """The same in this process. Raises Refused."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit stands before the decoder, and says so
    try:
        with Image.open(BytesIO(content), formats=[FORMATS[type_]]) as image:
            if image.width * image.height > pixels:
                text = f"The picture has {image.width} x {image.height} pixels; at most {pixels} are taken."
                raise Refused("too_many_pixels", text)
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert(_mode(upright.mode, type_))
    except (OSError, SyntaxError, ValueError, MemoryError, EOFError, OverflowError):
        raise Refused("damaged_file", "The picture cannot be decoded.") from None
    plain.info.clear()  # what stood beside the pixels would be written again: comments, profiles, places
    out = BytesIO()
    options: dict[str, Any] = {} if type_ == "image/png" else {"quality": QUALITY}
    plain.save(out, FORMATS[type_], **options)
    return Picture(out.getvalue(), type_, plain.width, plain.height)


def _mode(mode: str, type_: str) -> str:
    """How the pixels are kept: grey or colour, with transparency where the format has it."""
    if mode in ("1", "L", "I", "I;16", "F"):
        return "L"
    transparent = mode in ("LA", "PA", "P", "RGBA", "RGBa", "La")
    return "RGBA" if transparent and type_ != "image/jpeg" else "RGB"


def main(given: BinaryIO, answer: BinaryIO) -> None:
    """The child's whole life."""
    _limit()
    asked = json.loads(given.readline())
    try:
        picture = rewritten(given.read(), asked["type"], asked["pixels"])
    except Refused as refused:
        answer.write(json.dumps({"code": refused.code, "message": refused.message}).encode() + b"\n")
        return
    answer.write(json.dumps({"width": picture.width, "height": picture.height}).encode() + b"\n" + picture.content)


def _limit() -> None:
    """What the kernel holds this process to. It writes no file, starts no process, and ends when its time is over."""
    import resource

    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for name, most in limits.items():
        _, hard = resource.getrlimit(name)
        resource.setrlimit(name, (most, hard if hard != resource.RLIM_INFINITY and hard < most else most))


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
