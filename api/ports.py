"""What the API asks of parts that it must not import: the records and large values of a run live behind `activities`.

What fits is handed in by the composition root (activities/records/, activities/blobs.py). Records raise errors with
`code`, `message` and `errors`, which api/record_errors.py turns into problems.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from definitions.effects import Scopes
from definitions.tools import Server


class Records(Protocol):
    """Data sources: read with the rights (`scopes`) of one person (`me`), who is told only what those let through."""

    def sources(self) -> Sequence[Mapping[str, Any]]: ...

    async def collections(self, source: str) -> Sequence[str]: ...

    async def describe(self, collection: str) -> Mapping[str, Any]: ...

    async def known(self) -> Mapping[str, Any]: ...

    async def get(
        self,
        collection: str,
        id: str,
        *,
        scopes: Scopes,
        me: Mapping[str, Any],
        fields: Sequence[str] | None = None,
    ) -> dict[str, Any] | None: ...

    async def rows(
        self,
        collection: str,
        *,
        q: str | None = None,
        where: Mapping[str, Any] | None = None,
        limit: int = 50,
        cursor: str | None = None,
        scopes: Scopes,
        me: Mapping[str, Any],
        fields: Sequence[str] | None = None,
    ) -> tuple[list[dict[str, Any]], str | None]: ...


class Blobs(Protocol):
    """The blob store (activities/ports.py): values that are too large for a history, by run, and files, by their id."""

    async def put(self, run: str, content: bytes) -> str:
        """Stores the bytes durably under a run, or a file's id, and returns their SHA-256 in hex."""
        ...

    async def get(self, run: str, sha256: str) -> bytes:
        """The bytes that this run or file stored. Raises LookupError where it stored none such."""
        ...


class McpDoor(Protocol):
    """MCP servers themselves (activities/mcp/door.py). Its errors have `code` and `message`."""

    def programs(self) -> Sequence[str]:
        """The programs that the installation has, by name."""
        ...

    async def tools(self, server: Server, person: str) -> Mapping[str, Mapping[str, Any]]:
        """The server's tools by name, as they are now, asked for in this person's name."""
        ...

    async def begin_login(
        self, server: Server, client: Mapping[str, Any] | None, redirect: str
    ) -> tuple[str, str, dict[str, Any]]:
        """(address for the browser, state, what must be kept); `client` is how we are registered there."""
        ...

    async def finish_login(self, kept: Mapping[str, Any], code: str, issuer: str | None) -> Mapping[str, Any]:
        """The login for the code that the browser brought back."""
        ...
