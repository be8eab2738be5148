"""What an effect hands back goes through the same gate as what comes in from outside (RELIABILITY.md, rule 17).

A value that SQLite would take and PostgreSQL refuse (NaN, NUL, half a surrogate pair) would split the two databases and
poison a projection; one that is too large would end the run. Both are refused here, where only a step is at stake.
"""

from __future__ import annotations

import json
import math
from typing import Any

from activities.errors import Unusable
from definitions.references import KEY
from definitions.wire import RESULT_LIMIT

MAX_DEPTH = 32
MAX_INTEGER = 2**53
"""Beyond it a JSON number changes its value on the way through a browser."""


def checked_result(value: Any, limit: int = RESULT_LIMIT) -> dict[str, Any]:
    """`value` as it may be kept. Raises Unusable: `wrong_output`, or `output_too_large` for > `limit` bytes."""
    if not isinstance(value, dict):
        raise Unusable("wrong_output", f"The result is a {type(value).__name__}, not an object.")
    if problem := _problem(value, "", 0):
        raise Unusable("wrong_output", f"The result cannot be stored: {problem}.")
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode())
    if size > limit:
        raise Unusable(
            "output_too_large", f"The result is too large: {shown_size(size)}, and {shown_size(limit)} is the limit."
        )
    return value


def _problem(value: Any, path: str, depth: int) -> str | None:
    """The first thing that JSON, PostgreSQL or a browser would not take, with its path; None when all is well."""
    if depth > MAX_DEPTH:
        return f"{path[:80] or '/'} is nested deeper than {MAX_DEPTH}"
    match value:
        case None | bool():
            return None
        case int():
            return f"{path or '/'} is an integer beyond 2^53" if abs(value) > MAX_INTEGER else None
        case float():
            return None if math.isfinite(value) else f"{path or '/'} is not a finite number"
        case str():
            return _text_problem(value, path)
        case dict():
            return _member_problem(value, path, depth)
        case list() | tuple():
            parts = (_problem(item, f"{path}/{index}", depth + 1) for index, item in enumerate(value))
            return next((found for found in parts if found), None)
        case _:
            return f"{path or '/'} is a {type(value).__name__}"


def _member_problem(value: dict[Any, Any], path: str, depth: int) -> str | None:
    for key, member in value.items():
        if not isinstance(key, str):
            return f"{path or '/'} has a key that is not text"
        if key == KEY:
            return f"{path or '/'} uses the key {KEY}, which is reserved"
        if found := _text_problem(key, f"{path} (a key)") or _problem(member, f"{path}/{key}", depth + 1):
            return found
    return None


def _text_problem(value: str, path: str) -> str | None:
    if "\x00" in value:
        return f"{path or '/'} holds a NUL character"
    try:
        value.encode()
    except UnicodeEncodeError:
        return f"{path or '/'} holds half a surrogate pair"
    return None


def shown_size(count: int) -> str:
    """A number of bytes, for people."""
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{count / 2**10:.0f} KB"
