"""MCP servers, the tools of theirs that were looked at, and what is kept secret for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from api.store.columns import Instant, Json, code
from api.store.row import Row, instant_column


class McpServerRow(Row, table=True):
    """One server. `tools` are those that an administrator read last, by name (definitions/tools.py), `enabled` those
    that may be called; `secrets` are the names of the secrets that are kept, not their values.
    """

    __tablename__ = "mcp_servers"

    id: str = Field(primary_key=True, sa_type=code())
    title: str = Field(default="", sa_type=code())
    transport: str = Field(sa_type=code())
    program: str | None = Field(default=None, sa_type=code())
    url: str | None = Field(default=None, sa_type=code())
    auth: str = Field(default="none", sa_type=code())
    active: bool = True
    enabled: list[str] = Field(default_factory=list, sa_type=Json)
    tools: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    secrets: list[str] = Field(default_factory=list, sa_type=Json)
    read_at: datetime | None = instant_column()
    changed_by: str = Field(sa_type=code())
    changed_at: datetime = Field(sa_type=Instant)


class McpSecretRow(Row, table=True):
    """Something sealed (secrets_box.py): `kind` is `secrets` or `client` of the installation, where `person` is empty,
    or somebody's `login`."""

    __tablename__ = "mcp_secrets"

    server: str = Field(primary_key=True, foreign_key="mcp_servers.id", sa_type=code())
    kind: str = Field(primary_key=True, sa_type=code())
    person: str = Field(primary_key=True, sa_type=code())
    sealed: str = Field(sa_type=code())
    changed_at: datetime = Field(sa_type=Instant)


class McpSigningInRow(Row, table=True):
    """A sign-in that somebody has begun: `state` is the SHA-256 of what the browser will bring back."""

    __tablename__ = "mcp_signing_in"
    __table_args__ = (Index("mcp_signing_in_by_end", "expires_at"),)

    state: str = Field(primary_key=True, sa_type=code())
    server: str = Field(foreign_key="mcp_servers.id", sa_type=code())
    person: str = Field(sa_type=code())
    sealed: str = Field(sa_type=code())
    expires_at: datetime = Field(sa_type=Instant)
