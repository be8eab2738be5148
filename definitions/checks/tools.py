"""MCP servers and their tools against what administrators switched on; what is pinned against a tool's own schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from definitions.checks.actions import Call, check_inputs
from definitions.checks.subject import Subject
from definitions.expressions.compiler import Compiled
from definitions.findings import Finding
from definitions.model import McpStep
from definitions.modes import mode_of
from definitions.tools import pinned_tool


def check_tools(subject: Subject, compiled: Mapping[str, Compiled]) -> Iterator[Finding]:
    """Every server and tool that a definition names."""
    if subject.known.mcp is None:
        return
    for index, pointer, step in subject.steps():
        if isinstance(step, McpStep):
            yield from _step(subject, pointer, step, compiled, index in subject.gaps)


def _step(
    subject: Subject, pointer: str, step: McpStep, compiled: Mapping[str, Compiled], broken: bool
) -> Iterator[Finding]:
    servers = subject.known.mcp or {}
    if step.server not in servers:
        message = f"there is no MCP server {step.server!r}"
        yield Finding("unknown_server", f"{pointer}/server", message, _there_are(servers))
        return
    tools: Mapping[str, Any] = servers[step.server].get("tools") or {}
    named = [(f"{pointer}/tools/{place}", name) for place, name in enumerate(step.tools)]
    named += [(f"{pointer}/tool", step.tool)] if step.tool is not None else []
    for path, name in named:
        if name not in tools:
            message = f"the MCP server {step.server!r} has no tool {name!r} that is switched on"
            yield Finding("unknown_tool", path, message, _there_are(tools))
    tool = subject.known.tool(step.server, pinned_tool(step.tool, step.tools))
    if tool is not None:
        asked = broken or step.instruction is not None or mode_of(step, {}) == "assisted"
        call = Call(f"{step.server}/{tool['name']}", step.with_, pointer, partial=asked)
        yield from check_inputs(call, tool.get("input_schema") or {}, compiled)


def _there_are(names: Iterable[str]) -> str:
    known = sorted(names)
    return f"There are {', '.join(known[:30])}." if known else "There are none yet."
