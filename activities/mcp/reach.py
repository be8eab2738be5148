"""Where MCP servers may be, and what one connection may cost.

A server that is a program runs on our own machine with our own rights. So which programs there are is said by who sets
up the installation, never by who administers it through the API: a server names one of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from activities.errors import ActionError
from activities.outbound import HttpPolicy
from definitions.tools import Server

MAX_BYTES = 4 * 2**20
"""Bytes of one message from a server: twice what a result may have, since JSON escapes."""


@dataclass(frozen=True, slots=True)
class Program:
    """One MCP server that can be started here.

    `env` is what it finds beside a small safe environment. `secrets` are the names of variables whose values come from
    the secrets kept for the server, or else from our own environment.
    """

    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    folder: str | None = None

    def environment(self, secrets: Mapping[str, str]) -> dict[str, str]:
        """What the program is given beside the safe environment. A secret that nobody has is left out."""
        found = {name: secrets.get(name, os.environ.get(name)) for name in self.secrets}
        return {**self.env, **{name: value for name, value in found.items() if value is not None}}


@dataclass(frozen=True, slots=True)
class Reach:
    """The programs by name, the guard of addresses, and how long connecting and listing tools may take, in seconds."""

    programs: Mapping[str, Program] = field(default_factory=dict)
    http: HttpPolicy = field(default_factory=HttpPolicy)
    seconds: float = 30.0
    max_bytes: int = MAX_BYTES

    def program(self, server: Server) -> Program:
        """The program that the server names. Raises ActionError `mcp_program_missing`."""
        found = self.programs.get(server.program or "")
        if found is None:
            text = f"The program {server.program!r} is not set up on this machine (HOLDFAST_MCP_PROGRAMS)."
            raise ActionError("mcp_program_missing", text)
        return found


class Servers(Protocol):
    """The registry of MCP servers and what is kept secret for them. Every method may raise when the database is away.

    A login is {access_token, refresh_token?, expires_at?, token_endpoint, client_id, client_secret?, auth_method?,
    resource?, scope?}; `expires_at` in seconds since 1970.
    """

    async def server(self, id: str) -> Server:
        """Raises LookupError where there is none."""
        ...

    async def secrets(self, server: str) -> dict[str, str]:
        """The installation's own secrets for the server: headers by name, or variables."""
        ...

    async def login(self, server: str, person: str) -> dict[str, object] | None:
        """How this person is signed in there; None for somebody who is not."""
        ...

    async def keep_login(self, server: str, person: str, login: Mapping[str, object] | None) -> None:
        """Keeps it in place of what there was; None forgets it."""
        ...


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to a server on somebody's behalf: which, whose secrets and login, and how far it may go."""

    server: Server
    servers: Servers
    person: str
    reach: Reach


@dataclass(frozen=True, slots=True)
class Mcp:
    """What a worker needs to call tools."""

    servers: Servers
    reach: Reach
