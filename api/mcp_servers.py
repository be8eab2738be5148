"""MCP servers as administrators set them up, and as everybody sees them.

Two rules hold whoever asks. What is kept secret goes to one place only: another address or program for the server
throws its secrets and logins away. And a tool that is not what it was is switched off, until somebody has looked at it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.exc import IntegrityError

from api.doors import Caller
from api.ports import McpDoor
from api.problems import Conflict, Invalid, NotFound, Unavailable
from api.store.mcp_servers import OF_ALL, SECRETS, SERVERS, SqlServers, row_of
from definitions.times import rfc3339

PLACE = ("transport", "program", "url")


@dataclass(frozen=True, slots=True)
class McpHouse:
    """The registry, and the door to the servers themselves."""

    servers: SqlServers
    door: McpDoor


def house_of(caller: Caller) -> McpHouse:
    """The parts. Raises Unavailable where this installation has none."""
    if caller.house.mcp is None:
        raise Unavailable("This installation is set up without MCP servers.")
    return caller.house.mcp


def found(connection: Connection, id: str) -> Mapping[str, Any]:
    """The row of that id. Raises NotFound."""
    try:
        return row_of(connection, id)
    except LookupError:
        raise NotFound("MCP server") from None


def checked(mcp: McpHouse, row: Mapping[str, Any]) -> None:
    """Returns for a place that a server may be at. Raises Invalid with every mistake."""
    errors = []
    stdio = row["transport"] == "stdio"
    needed, other = ("program", "url") if stdio else ("url", "program")
    if not row[needed]:
        errors.append({"path": f"/{needed}", "code": "required", "message": "says where the server is"})
    if row[other]:
        errors.append({"path": f"/{other}", "code": "unknown_field", "message": "is for another transport"})
    if stdio and row["program"] and row["program"] not in mcp.door.programs():
        message = f"this installation has {', '.join(mcp.door.programs()) or 'no programs'}"
        errors.append({"path": "/program", "code": "unknown_program", "message": message})
    if stdio and row["auth"] == "oauth":
        errors.append({"path": "/auth", "code": "not_an_option", "message": "a program has nobody to sign in to"})
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)


def add(connection: Connection, caller: Caller, row: Mapping[str, Any], secrets: Mapping[str, Any] | None) -> None:
    """Makes a server without tools. Raises Conflict `key_taken`."""
    mcp = house_of(caller)
    checked(mcp, row)
    fresh = {"active": True, "enabled": [], "tools": {}, "secrets": sorted(secrets or {}), **_changed(caller)}
    try:
        with connection.begin_nested():
            connection.execute(insert(SERVERS), {**row, **fresh})
    except IntegrityError:
        raise Conflict("There is one of this key already.", code="key_taken") from None
    if secrets:
        mcp.servers.keep(connection, row["id"], "secrets", OF_ALL, secrets)


def replace(
    connection: Connection, caller: Caller, id: str, row: Mapping[str, Any], secrets: Mapping[str, Any] | None
) -> None:
    """Another title, place or sign-in for a server; secrets that are not named stay, where the place does."""
    mcp, before = house_of(caller), found(connection, id)
    checked(mcp, row)
    values = {**row, **_changed(caller)}
    if any(row[name] != before[name] for name in PLACE) or row["auth"] != before["auth"]:
        connection.execute(delete(SECRETS).where(SECRETS.c.server == id))
        values |= {"tools": {}, "enabled": [], "read_at": None, "secrets": []}
    if secrets is not None:
        mcp.servers.keep(connection, id, "secrets", OF_ALL, secrets or None)
        values["secrets"] = sorted(secrets)
    connection.execute(update(SERVERS).where(SERVERS.c.id == id).values(**values))


def change(connection: Connection, caller: Caller, id: str, given: Mapping[str, Any]) -> None:
    """`enabled` and `accepted` tools, `title`, `active`. Raises Invalid for tools that the server does not have."""
    row = found(connection, id)
    tools = {name: dict(tool) for name, tool in row["tools"].items()}
    errors = [
        {"path": f"/{key}/{place}", "code": "unknown_tool", "message": f"the server has no tool {name!r}"}
        for key in ("enabled", "accepted")
        for place, name in enumerate(given.get(key) or ())
        if name not in tools
    ]
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    if (accepted := given.get("accepted")) is not None:
        for name, tool in tools.items():
            tool["accepted"] = name in accepted
    kept = {name: given[name] for name in ("enabled", "title", "active") if given.get(name) is not None}
    connection.execute(update(SERVERS).where(SERVERS.c.id == id).values(**kept, tools=tools, **_changed(caller)))


def read_anew(connection: Connection, caller: Caller, id: str, now: Mapping[str, Any]) -> dict[str, list[str]]:
    """Pins the tools as they are now; {added, removed, changed}, of which none stays switched on."""
    row = found(connection, id)
    before = row["tools"]
    same = [name for name in now if name in before and now[name]["schema_hash"] == before[name]["schema_hash"]]
    tools = {name: {**tool, "accepted": name in same and before[name]["accepted"]} for name, tool in now.items()}
    enabled = [name for name in row["enabled"] if name in same]
    values = {"tools": tools, "enabled": enabled, "read_at": datetime.now(UTC), **_changed(caller)}
    connection.execute(update(SERVERS).where(SERVERS.c.id == id).values(**values))
    return {
        "added": [name for name in now if name not in before],
        "removed": [name for name in before if name not in now],
        "changed": [name for name in now if name in before and name not in same],
    }


def shown(row: Mapping[str, Any], signed_in: bool, manages: bool) -> dict[str, Any]:
    """The server as it goes out; where it is, and which secrets it has, is for those who set it up."""
    place = {name: row[name] if manages else None for name in PLACE[1:]}
    return {
        "id": row["id"],
        "title": row["title"] or row["id"],
        "transport": row["transport"],
        **place,
        "auth": row["auth"],
        "active": row["active"],
        "enabled": row["enabled"],
        "secrets": row["secrets"] if manages else [],
        "read_at": rfc3339(row["read_at"]) if row["read_at"] else None,
        "signed_in": signed_in if row["auth"] == "oauth" else None,
    }


def with_tools(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tools by name, each with whether it may be called."""
    return [{**row["tools"][name], "enabled": name in row["enabled"]} for name in sorted(row["tools"])]


def known_servers(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What a definition may name: server -> {tools: {name: tool}}, of what is switched on."""
    return {
        row["id"]: {"tools": {name: row["tools"][name] for name in row["enabled"] if name in row["tools"]}}
        for row in rows
        if row["active"]
    }


def _changed(caller: Caller) -> dict[str, Any]:
    return {"changed_by": caller.who.id, "changed_at": datetime.now(UTC)}
