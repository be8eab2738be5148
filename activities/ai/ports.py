"""What proposals need from outside, as Protocols; the composition root hands in what implements them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from definitions.budget import Limits, ModelCall, ModelCost
from definitions.effects import Scopes


class Budget(Protocol):
    """What was asked of models and what it cost. Every method is one transaction; each may raise."""

    async def reserve(self, call: ModelCall, limits: Limits) -> int | str:
        """Writes the request down with what it will probably take; its number, or why it may not be made."""
        ...

    async def settle(self, number: int, cost: ModelCost) -> None:
        """Writes what became of it. A second time changes nothing."""


class FileInfo(Protocol):
    """An uploaded file. Its bytes stand in the blob store under `id` and `sha256`; `type` was found in them."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def sha256(self) -> str: ...


class Files(Protocol):
    """Uploaded files, with the eyes of one person."""

    async def readable(self, actor: str, ids: Sequence[str]) -> Mapping[str, FileInfo]:
        """Those of the files that this person may see, by id. May raise when the database is away."""
        ...


class Tools(Protocol):
    """The tools of MCP servers (activities/mcp/catalogue.py)."""

    async def tools_of(
        self, server: str, allowed: Sequence[str] = (), scopes: Scopes | None = None
    ) -> list[dict[str, Any]]:
        """[{name, title, description, input_schema, schema_hash}] that the step and these rights allow."""
        ...
