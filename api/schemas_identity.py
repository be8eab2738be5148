"""People, teams, roles, tokens and secrets, as they come in; and what is told once."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.permissions import unknown_grants
from api.schemas import Body, Instant, Name
from api.schemas_out import Out
from api.schemas_people import TokenView
from api.schemas_registers import Email, Slug, Title
from api.store.sessions import MAX_PASSWORD, MIN_PASSWORD

PersonId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._@+-]{0,99}$", description="Small letters and digits.")]


def _known(pattern: str) -> str:
    if unknown_grants([pattern]):
        raise PydanticCustomError("unknown_grant", "This names no operation.")
    return pattern


def _unique(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise PydanticCustomError("duplicate", "Name each one once.")
    return values


Grant = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_known)]
Grants = Annotated[list[Grant], Field(max_length=200), AfterValidator(_unique)]
Names = Annotated[list[Name], Field(max_length=100), AfterValidator(_unique)]
Globs = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=500)]
Condition = Annotated[str, Field(min_length=1, max_length=1000, description="CEL over `row` and `me`.")]
Collection = Annotated[str, Field(min_length=3, max_length=200, pattern=r"^[^.\s]+\.[^\s]+$")]
Password = Annotated[str, Field(min_length=MIN_PASSWORD, max_length=MAX_PASSWORD)]


class NewUser(Body):
    """Somebody new; without a role they see nothing."""

    id: PersonId
    name: Title
    email: Email | None = None
    roles: Names = []
    teams: Names = []


class ChangedUser(Body):
    """What is not named stays; `roles` and `teams` are the whole list. People are switched off, never deleted."""

    name: Title | None = None
    email: Email | None = None
    active: bool | None = None
    roles: Names | None = None
    teams: Names | None = None


class NewTeam(Body):
    id: Slug
    name: Title


class ChangedTeam(Body):
    name: Title


class ScopesOfRole(Body):
    """What is not named is not limited; a collection with an empty list of fields shows none."""

    rows: Annotated[dict[Collection, Condition], Field(max_length=200)] = {}
    fields: Annotated[dict[Collection, Globs], Field(max_length=200)] = {}
    actions: Globs | None = None
    tools: Globs | None = None


class NewRole(Body):
    id: Slug
    name: Title | None = None
    grants: Grants = []
    deny: Grants = []
    scopes: ScopesOfRole = ScopesOfRole()


class ChangedRole(Body):
    """What is not named stays."""

    name: Title | None = None
    grants: Grants | None = None
    deny: Grants | None = None
    scopes: ScopesOfRole | None = None


class NewToken(Body):
    """A token of one's own, or of somebody else for those who manage tokens. `grants`: what it is for, by operation."""

    name: Title
    user: PersonId | None = None
    expires_at: Instant | None = None
    grants: Grants | None = None


class MadeToken(TokenView):
    """`token` is its text, told this once; null where the same Idempotency-Key is answered again."""

    token: str | None


class SignInLink(Out):
    """The link to hand over, told this once; it sets one password and ends."""

    user: str
    link: str | None
    expires_at: str


class FirstPassword(Body):
    """What the link's page sends."""

    token: Annotated[str, Field(min_length=1, max_length=200)]
    password: Password


class NewSecret(Body):
    """`teams` may use it (none = all); `hosts` are the only ones it is sent to (none = any)."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,99}$")]
    value: Annotated[str, Field(min_length=8, max_length=10_000)]
    teams: Names = []
    hosts: Annotated[list[Annotated[str, Field(pattern=r"^[a-z0-9.:\[\]-]{1,253}$")]], Field(max_length=50)] = []


class SecretView(Out):
    """A secret without its value, which is never read back."""

    name: str
    teams: list[str]
    hosts: list[str]
    changed_by: str
    changed_at: str


def scopes_json(scopes: ScopesOfRole) -> dict[str, Any]:
    """As a role keeps them: only what limits something."""
    return {name: value for name, value in scopes.model_dump().items() if value is not None and value != {}}
