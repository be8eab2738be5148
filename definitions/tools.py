"""Tools of MCP servers, as far as a definition and a run depend on them: what is pinned, and what it promises.

A server may say anything about its tools, and say something else tomorrow. So what an administrator has seen is pinned
by a hash, over all that a person or a model decides by: description and schema of the arguments. A tool that became
another one is refused until somebody has looked at it again. What a server promises ("this may be repeated") is a hint
of somebody we do not know, and counts only where the administrator accepted it.

A tool, as JSON: {name, title, description, input_schema, output_schema?, hints: {read_only, idempotent}, accepted,
schema_hash}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from definitions.canonical import digest
from definitions.contracts import CALL_A_TOOL, EffectContract, Touches


@dataclass(frozen=True, slots=True)
class Server:
    """An MCP server as it is configured.

    `transport` is stdio (then `program` names one that the installation has) or http (then `url`). `auth`: none,
    static (secrets of the installation) or oauth (everybody signs in for themselves). `tools` are those that were
    pinned, by name; `enabled` are the names of those that may be called.
    """

    id: str
    transport: str
    title: str = ""
    program: str | None = None
    url: str | None = None
    auth: str = "none"
    enabled: Sequence[str] = ()
    tools: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    active: bool = True

    def offered(self, allowed: Sequence[str] = ()) -> list[str]:
        """The tools that may be called: pinned and enabled, and where a step allows only some, allowed by it."""
        return [name for name in self.enabled if name in self.tools and (not allowed or name in allowed)]


def schema_hash(description: str, input_schema: Any) -> str:
    """What is pinned of a tool: 64 hex digits. Raises ValueError for a schema that is no JSON."""
    return digest([description, input_schema])


def contract_of(tool: Mapping[str, Any] | None) -> EffectContract:
    """What a call of this tool promises. Unknown, or with hints that nobody accepted: it acts, and acts once."""
    hints = (tool or {}).get("hints") or {}
    trusted = bool((tool or {}).get("accepted"))
    reads = trusted and bool(hints.get("read_only"))
    repeatable = reads or (trusted and bool(hints.get("idempotent")))
    return replace(CALL_A_TOOL, touches=Touches.NOTHING if reads else Touches.WORLD, repeatable=repeatable)


def pinned_tool(tool: str | None, tools: Sequence[str]) -> str | None:
    """The tool that a step always calls: the one it names, or the only one it allows."""
    return tool or (tools[0] if len(tools) == 1 else None)
