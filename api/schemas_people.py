"""People, sources, the activity log and the service's health, as they go out."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from api.schemas_out import Out


class LogEntry(Out):
    """One interaction. `code` says why, where the outcome is refused."""

    id: int
    at: str
    user: str | None
    teams: list[str]
    action: str
    type: Literal["read", "write"]
    via: str
    outcome: Literal["ok", "refused"]
    code: str | None
    definition: str | None
    run: str | None
    step: str | None
    record: str | None
    trace_id: str | None
    detail: dict[str, Any] | None


class Me(Out):
    """The caller."""

    id: str
    name: str
    email: str | None
    roles: list[str]
    teams: list[str]
    grants: list[str]
    deny: list[str]


class User(Out):
    id: str
    name: str
    email: str | None
    active: bool
    roles: list[str]
    teams: list[str]


class Team(Out):
    id: str
    name: str


class RoleView(Out):
    """Grants and denials are patterns over the operations of the permission table."""

    id: str
    name: str
    grants: list[str]
    deny: list[str]
    scopes: dict[str, Any]
    built_in: bool


class TokenView(Out):
    """A token without its text, which is shown once, when it is made. `grants`: what it is for; null: all."""

    id: str
    user: str
    name: str
    grants: list[str] | None
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class ClosingReason(Out):
    key: str
    title: str
    active: bool


class Source(Out):
    id: str
    read_only: bool


class CollectionName(Out):
    id: str
    source: str
    name: str


class Collection(BaseModel):
    """A collection's fields and relations, as far as the caller's scopes show them."""

    id: str
    fields: list[dict[str, Any]]
    relations: list[dict[str, Any]]
    read_only: bool
    scopes: dict[str, Any] = {}


class Health(Out):
    """`checks` says which part does not answer."""

    status: Literal["ok", "unavailable"]
    checks: dict[str, bool]
