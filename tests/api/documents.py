"""Definitions the API tests run: small, each for one thing."""

from __future__ import annotations

import uuid
from typing import Any


def key(stem: str) -> str:
    """A key that no other test uses."""
    return f"{stem}-{uuid.uuid4().hex[:8]}"


def document(stem: str, steps: list[dict[str, Any]], **top: Any) -> dict[str, Any]:
    """A whole document under a key of its own."""
    return {"holdfast": 1, "key": key(stem), "name": stem.capitalize(), "steps": steps, **top}


def two_steps(stem: str = "two", **top: Any) -> dict[str, Any]:
    """A task with a number that must be given, then a decision."""
    fields = [{"id": "n", "type": "number", "required": True}, {"id": "why", "type": "long_text"}]
    task = {"id": "a", "kind": "task", "title": "Count", "fields": fields}
    decision = {"id": "b", "kind": "decision", "title": "Choose", "options": [{"id": "x"}, {"id": "y"}]}
    return document(stem, [task, decision], **top)


def secret(**top: Any) -> dict[str, Any]:
    """One task of the compliance team only."""
    look = {"id": "look", "kind": "task", "title": "Look", "roles": ["compliance-officer"]}
    return document("secret", [look], teams=["compliance"], **top)
