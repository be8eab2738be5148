"""The one input gate: bytes become a value here, or are refused with a code, before anything else looks at them.

Python's own JSON reader is too kind for a door: it overflows on depth, takes NaN, keeps the last of two equal keys, and
lets through NUL and half a surrogate pair, which SQLite stores and PostgreSQL refuses. So that both databases hold the
same, the order is: kind of content, size, UTF-8, depth (measured without parsing), then a reader told to be strict,
then one walk over the texts.

Numbers beyond ±2^53 are refused: JavaScript and JSON columns would round them.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from api.problems import ApiError, Invalid, Malformed, TooLarge, WrongMediaType

MAX_BODY = 5 * 1024 * 1024
"""Bytes of any body: a definition of 10,000 steps takes about half of it."""

MAX_DEPTH = 32
"""Levels of arrays and objects (RELIABILITY.md, bad input 1)."""

MAX_INTEGER = 2**53
BODY_DEADLINE = 20.0
"""Seconds a body may take to arrive; one that never ends is 408."""

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
# Possessive and with an optional end: an unclosed text costs one pass, not one per quote.
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_SQUARE = bytes.maketrans(b"{}", b"[]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


async def read_body(request: Request, limit: int = MAX_BODY) -> bytes:
    """The whole body, never more than `limit` bytes in memory. 413, 408."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise too_large(limit)
    chunks = bytearray()
    try:
        async with asyncio.timeout(BODY_DEADLINE):
            async for chunk in request.stream():
                chunks += chunk
                if len(chunks) > limit:
                    raise too_large(limit)
    except TimeoutError:
        raise ApiError("The body did not arrive in time.", status=408, code="body_timeout") from None
    except ClientDisconnect:
        raise Malformed("The caller went away before the body ended.", code="incomplete_body") from None
    return bytes(chunks)


def too_large(limit: int) -> TooLarge:
    size = f"{limit // (1024 * 1024)} MB" if limit >= 1024 * 1024 else f"{limit // 1024} KB"
    return TooLarge(f"The body is larger than the max {size}.")


def content_kind(headers: Mapping[str, str], allowed: tuple[str, ...]) -> str:
    """The media type without parameters; 415 when it is not in `allowed`, or the body is compressed."""
    if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise WrongMediaType("Compressed bodies are not taken.")
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in allowed:
        raise WrongMediaType(f"Send {' or '.join(allowed)}, not {kind[:60] or 'a body without Content-Type'}.")
    return kind


def parse_json(raw: bytes) -> Any:
    """The value in some bytes of JSON. 400 malformed, too_deep, duplicate_key, not_utf8; 422 what cannot be kept."""
    text = decode(raw)
    if is_too_deep(raw):
        raise too_deep()
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Malformed(f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    check_texts(text, value)
    return value


def decode(raw: bytes) -> str:
    """The bytes as UTF-8 text; a byte order mark is skipped. 400 not_utf8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.", code="not_utf8") from None


def is_too_deep(raw: bytes) -> bool:
    """Whether brackets nest deeper than MAX_DEPTH, found without parsing and without recursion.

    Texts and everything that is no bracket are dropped; each pass then takes away the innermost level, so a value of
    depth n is gone after n passes. What cannot be taken away is malformed and left to the parser, unless it is long.
    """
    brackets = _STRING.sub(b"", raw).translate(_SQUARE, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return b"[]" in brackets or brackets.count(b"[") > MAX_DEPTH


def too_deep() -> Malformed:
    return Malformed(f"Nested deeper than {MAX_DEPTH} levels.", code="too_deep")


def check_texts(text: str, value: Any) -> None:
    """Refuses control characters and half surrogate pairs in any key or value, by path. 422.

    The walk is only made when the source holds an escape or a raw control character: most bodies hold neither.
    """
    if "\\u" in text or _CONTROL.search(text):
        check_value(value)


def check_value(value: Any) -> None:
    """The walk itself, over a value from anywhere. Raises Invalid with every finding."""
    errors = list(_findings(value, ""))
    if errors:
        raise Invalid(errors[0]["message"], code=errors[0]["code"], errors=errors[:100])


def text_code(text: str) -> str | None:
    """What is wrong with one text: `control_char`, `lone_surrogate` or nothing."""
    if _CONTROL.search(text):
        return "control_char"
    return "lone_surrogate" if _SURROGATE.search(text) else None


_MESSAGES = {
    "control_char": "Holds a control character (such as U+0000) that cannot be kept.",
    "lone_surrogate": "Holds half of a surrogate pair, which is no text.",
}


def _findings(value: Any, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    match value:
        case str():
            if code := text_code(value):
                found.append({"path": path, "code": code, "message": _MESSAGES[code]})
        case dict():
            for key, item in value.items():
                if code := text_code(key):
                    found.append({"path": path, "code": code, "message": "A key: " + _MESSAGES[code]})
                    continue
                found += _findings(item, f"{path}/{key}")
        case list():
            for index, item in enumerate(value):
                found += _findings(item, f"{path}/{index}")
        case _:
            pass
    return found


def check_text(text: str, what: str) -> None:
    """The same check for a text outside a body: a path part, a query value, a header. 422."""
    if code := text_code(text):
        raise Invalid(f"{what}: {_MESSAGES[code]}", code=code, errors=[{"path": what, "code": code, "message": code}])


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Malformed(f"The key {ascii(twice)[:80]} stands twice in one object.", code="duplicate_key")
    return members


def parse_integer(digits: str) -> int:
    """An integer within ±2^53. 422 number_too_large; the length is looked at first (5,000 digits cost seconds)."""
    if len(digits) > 20 or not -MAX_INTEGER <= int(digits) <= MAX_INTEGER:
        raise Invalid(f"The number {digits[:20]}… is beyond ±2^53.", code="number_too_large")
    return int(digits)


def parse_float(digits: str) -> float:
    """A finite number. 422 not_finite for 1e999."""
    number = float(digits)
    if not math.isfinite(number):
        raise Invalid(f"The number {digits[:20]} is not finite.", code="not_finite")
    return number


def _constant(name: str) -> NoReturn:
    raise Invalid(f"{name} is not a number that can be kept.", code="not_finite")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=parse_integer, parse_float=parse_float, parse_constant=_constant
)
