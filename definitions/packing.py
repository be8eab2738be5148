"""What is carried from one workflow run to the next, small enough for an argument: as it is, or compressed."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from definitions.canonical import canonical

READABLE = 64 * 1024
"""Bytes of JSON up to which what is carried stands in the history as it is."""


def packed(value: dict[str, Any], readable: int = READABLE) -> dict[str, Any]:
    """The value while it is small enough to be read in Temporal's UI, else compressed to some tenth of its size."""
    text = canonical(value).encode()
    if len(text) <= readable:
        return value
    return {"zlib": base64.b64encode(zlib.compress(text, 6)).decode()}


def unpacked(value: dict[str, Any]) -> dict[str, Any]:
    """What `packed` was given."""
    if "zlib" not in value:
        return value
    return dict(json.loads(zlib.decompress(base64.b64decode(value["zlib"]))))
