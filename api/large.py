"""What a run is started with, as its history gets it: the large values of its record and inputs stored apart.

Temporal takes 2 MB for all that a run is started with, and the definition alone may be most of it. They lie under the
run's own id, like the results of its effects, and are stored before the run exists: one that never comes to exist
leaves bytes that nobody can name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from api.house import House
from api.problems import ApiError, Invalid, Unavailable
from definitions.apart import StillTooLarge, set_apart
from definitions.references import KEY, reserved
from definitions.wire import INLINE_LIMIT, RunStart

PARTS = ("record_data", "inputs")


async def stored_apart(house: House, start: RunStart) -> RunStart:
    """The start with references in place of its large values. Raises Invalid, ApiError 413, and Unavailable."""
    request, contents = dict(start.request), list[bytes]()
    for part in PARTS:
        request[part], large = _apart(part, request[part])
        contents += large
    await _store(house, start.run, contents)
    return replace(start, request=request) if contents else start


def _apart(part: str, value: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    if (place := reserved(value)) is not None:
        text = f"The key {KEY} is kept for values that the run itself has stored."
        path = f"/{part}{place}"
        raise Invalid(text, code="reserved_key", errors=[{"path": path, "code": "reserved_key", "message": text}])
    try:
        return set_apart(value, INLINE_LIMIT)
    except StillTooLarge as error:
        text = f"{part} has {error.left // 1024} KB in small values, and {INLINE_LIMIT // 1024} KB is the limit."
        raise ApiError(text, status=413, code="too_large") from None


async def _store(house: House, run: str, contents: list[bytes]) -> None:
    if not contents:
        return
    if house.blobs is None:
        raise Unavailable("A value is too large for a history, and there is no blob store.")
    try:
        for content in contents:
            await house.blobs.put(run, content)
    except Exception:
        raise Unavailable("The blob store does not answer.") from None
