"""One JSON text for one value, so that hashes, seals and golden files mean something."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: Any) -> str:
    """Keys sorted, no spaces, no NaN: equal values give equal text. Raises ValueError for what JSON cannot hold."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def seal_text(run: str, command: dict[str, Any], actor: dict[str, Any], at: str) -> bytes:
    """What the door's seal covers: a command cannot be moved to another run, actor or time."""
    return canonical([run, command, actor, at]).encode()
