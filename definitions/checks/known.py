"""What the installation has, as far as it is known where a definition is checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Known:
    """Names a definition may refer to. None means: not known here, so not checked; empty means: there are none.

    `actions`: name -> ActionInfo JSON as workers announce it ({name, title, input, output, contract, undo}; input and
    output are JSON Schemas). `collections`: "source.collection" -> {fields: {name: expression type}, relations: {name:
    …}, read_only, key?: the field that names a row}. `opened`: documents by key that opening a record of the same
    collection may start. `served`: names of the actions that a live worker serves now. `mcp`: MCP server -> {tools:
    {name: tool}} (definitions/tools.py), of what is switched on. `called`: of definitions that `workflow` steps name,
    their documents by version, the newest and those that are pinned; {} for one that is not published.
    `secrets`: the teams each is for, by name; none = all. `people`: those whom triggers act as and who may act.
    `crons`: what is wrong with the times of schedules, by text; only of those that cannot be read.
    """

    actions: Mapping[str, Mapping[str, Any]] | None = None
    collections: Mapping[str, Mapping[str, Any]] | None = None
    closing_reasons: Collection[str] | None = None
    roles: Collection[str] | None = None
    teams: Collection[str] | None = None
    inboxes: Collection[str] | None = None
    definitions: Collection[str] | None = None
    sources: Collection[str] | None = None
    calendars: Collection[str] | None = None
    opened: Mapping[str, Mapping[str, Any]] | None = None
    served: Collection[str] | None = None
    mcp: Mapping[str, Mapping[str, Any]] | None = None
    secrets: Mapping[str, tuple[str, ...]] | None = None
    called: Mapping[str, Mapping[int, Mapping[str, Any]]] | None = None
    people: Collection[str] | None = None
    crons: Mapping[str, str] | None = None

    def action(self, name: str) -> Mapping[str, Any] | None:
        """The announced action, if actions are known and it is one."""
        return (self.actions or {}).get(name)

    def tool(self, server: str, name: str | None) -> Mapping[str, Any] | None:
        """The tool of that MCP server, if tools are known and it is one that may be called."""
        tools: Mapping[str, Any] = ((self.mcp or {}).get(server) or {}).get("tools") or {}
        return tools.get(name or "")

    def fields(self, collection: str | None) -> Mapping[str, str] | None:
        """The collection's fields with their expression types, if they are known."""
        found = (self.collections or {}).get(collection or "")
        return found.get("fields", {}) if found is not None else None


NOTHING_KNOWN = Known()
