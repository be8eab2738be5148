"""Several roles' scopes as one: each role adds what it grants.

A role without a limit on something lifts it, since the person could act by that role alone. Roles that grant nothing
are not asked at all: wearing a badge must not open rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from definitions.effects import Scopes


class Granting(NamedTuple):
    """What is read of a role that grants something: `scopes` as authored (API.md), `trees` its row expressions frozen,
    by collection."""

    scopes: dict[str, Any] | None
    trees: dict[str, Any] | None


def joined(roles: Sequence[Granting]) -> Scopes:
    """The scopes of a person with these roles, of which there is at least one."""
    rows = [{name: [tree] for name, tree in (role.trees or {}).items()} for role in roles]
    fields = [dict((role.scopes or {}).get("fields") or {}) for role in roles]
    return Scopes(
        rows=_limited_by_all(rows),
        fields=_limited_by_all(fields),
        actions=_patterns(roles, "actions"),
        tools=_patterns(roles, "tools"),
    )


def _patterns(roles: Sequence[Granting], name: str) -> list[str] | None:
    """What any role's patterns cover; None where a role has no such limit."""
    found = [(role.scopes or {}).get(name) for role in roles]
    if any(globs is None for globs in found):
        return None
    return _once(glob for globs in found for glob in globs or ())


def _limited_by_all(limits: Sequence[dict[str, list[Any]]]) -> dict[str, list[Any]]:
    """The collections that every role limits, with all that is allowed by any of them."""
    shared = [name for name in limits[0] if all(name in limit for limit in limits)]
    return {name: _once(item for limit in limits for item in limit[name]) for name in shared}


def _once(values: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
