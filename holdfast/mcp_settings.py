"""Settings of MCP servers: which programs may be started, which private addresses may be asked, and the key of secrets.

Everything else about a server (its tools, who may use them, how it is signed in to) is set through the API. These are
not: a program runs on this machine with our rights.
"""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr


class McpProgram(BaseModel):
    """One program. `secrets` are the names of variables that it gets from the server's secrets, or from ours."""

    command: tuple[str, ...] = Field(min_length=1)
    env: dict[str, str] = {}
    secrets: tuple[str, ...] = ()
    folder: str | None = None


class McpFields(BaseModel):
    """The part of the settings that is about MCP servers."""

    secret_key: SecretStr | None = Field(
        None, description="Base64 of the 32 bytes that seal secrets of other systems; unset: a file in HOME."
    )
    mcp_programs: dict[str, McpProgram] = Field(
        default_factory=dict,
        description='MCP servers that are programs here, as JSON by name: {"crm": {"command": ["crm-mcp"]}}.',
    )
    mcp_allowed: tuple[str, ...] = Field((), description="Private host:port pairs at which MCP servers may be.")
