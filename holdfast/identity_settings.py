"""Settings of who may come in, and of what is never kept in plain text."""

from __future__ import annotations

import ipaddress
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures that a public key proves. None with a shared secret: a public key must never be taken for one."""


class Unsafe(Exception):
    """It must not start like this; one line for each thing to change."""


class OidcSettings(BaseModel):
    """One OIDC issuer. `roles` and `teams` say what a group of theirs is here."""

    issuer: str
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = None
    audience: str = ""
    algorithms: tuple[Algorithm, ...] = Field(("RS256", "ES256"), min_length=1)
    title: str = ""
    scope: str = "openid profile email"
    name_claim: str = "preferred_username"
    groups_claim: str = "groups"
    roles: dict[str, tuple[str, ...]] = {}
    teams: dict[str, tuple[str, ...]] = {}
    create: bool = True

    @field_validator("issuer")
    @classmethod
    def _safe(cls, value: str) -> str:
        """Only by TLS, but for a server on this machine."""
        parts = urlsplit(value)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise ValueError("the issuer is reached by https")
        return value


class IdentityFields(BaseModel):
    """The part of the settings that is about people and secrets."""

    public_url: str = Field(
        "", description="Where people reach Holdfast, such as https://flows.example; empty: the API."
    )
    oidc: OidcSettings | None = Field(
        None,
        description='An OIDC issuer, as JSON: {"issuer": "https://…", "client_id": "…", "roles": {"crew": ["lead"]}}.',
    )

    proxies: tuple[str, ...] = Field(
        (), description="Addresses of proxies before the API, whose word counts for where a call comes from."
    )
    calls_per_minute: int = Field(
        30_000, ge=0, description="Calls that one process takes from one person in a minute; 0: any number."
    )
    payload_keys: SecretStr | None = Field(
        None,
        description="Keys that seal what Temporal keeps, as id:base64 by commas, the sealing one first; unset: plain.",
    )
    payloads_sealed: bool = Field(False, description="Whether to refuse to start without HOLDFAST_PAYLOAD_KEYS.")
    retention_days: int = Field(
        0, ge=0, le=3650, description="Days that Temporal must keep closed runs, or nothing starts; 0: any."
    )
    production: bool = Field(False, description="Whether to refuse to start with what is only for trying out.")

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/")):
            raise ValueError("an address such as https://flows.example")
        return value.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether only this machine answers under that name."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
