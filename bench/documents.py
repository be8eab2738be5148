"""The two definitions that are measured, of any length."""

from __future__ import annotations

from typing import Any

from bench.actions import NAME


def automatic(steps: int) -> dict[str, Any]:
    """Actions one after the other, which nobody is asked about."""
    names = [f"s{n}" for n in range(steps)]
    chain = [
        {"id": name, "kind": "action", "title": "Nothing", "action": NAME, "execute": "automatic", "with": {"n": n}}
        for n, name in enumerate(names)
    ]
    return _document(f"bench-automatic-{steps}", chain)


def human(steps: int) -> dict[str, Any]:
    """Steps with one field each, which a person fills in one after the other."""
    fields = [{"id": "note", "type": "text", "required": True}]
    chain = [{"id": f"s{n}", "kind": "task", "title": f"Step {n}", "fields": fields} for n in range(steps)]
    return _document(f"bench-human-{steps}", chain)


def _document(key: str, steps: list[dict[str, Any]]) -> dict[str, Any]:
    return {"holdfast": 1, "key": key, "name": key, "start": {"one_per_record": False}, "steps": steps}
