"""Who signs in by somebody else's word, by a link of one use, and what is kept secret by name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from api.store.columns import Instant, Json, code, counter
from api.store.row import Row, instant_column


class IdentityRow(Row, table=True):
    """A person as an OIDC issuer knows them. `groups` are those of the newest token, which was issued at `issued`."""

    __tablename__ = "identities"

    issuer: str = Field(primary_key=True, sa_type=code())
    subject: str = Field(primary_key=True, sa_type=code())
    user: str = Field(foreign_key="users.id", sa_type=code(), index=True)
    groups: list[str] = Field(default_factory=list, sa_type=Json)
    issued: int = Field(sa_type=counter())


class SetupLinkRow(Row, table=True):
    """A link by which somebody sets a first password. Only the SHA-256 of it is kept; `used_at` ends it."""

    __tablename__ = "setup_links"
    __table_args__ = (Index("setup_links_by_end", "expires_at"),)

    hash: str = Field(primary_key=True, sa_type=code())
    user: str = Field(foreign_key="users.id", sa_type=code(), index=True)
    made_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = instant_column()


class SecretRow(Row, table=True):
    """A secret of another system by its name, sealed (secrets_box.py).

    `teams` may use it (none named = all); `hosts` are where it may be sent (none named = anywhere).
    """

    __tablename__ = "secrets"

    name: str = Field(primary_key=True, sa_type=code())
    sealed: str = Field(sa_type=code())
    teams: list[str] = Field(default_factory=list, sa_type=Json)
    hosts: list[str] = Field(default_factory=list, sa_type=Json)
    changed_by: str = Field(sa_type=code())
    changed_at: datetime = Field(sa_type=Instant)
