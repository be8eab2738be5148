"""MCP servers, as they come in and go out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from api.schemas import Body
from api.schemas_out import Out
from api.schemas_registers import Slug, Title

Auth = Literal["none", "static", "oauth"]
Transport = Literal["stdio", "http"]
ToolName = Annotated[str, Field(min_length=1, max_length=200)]
Tools = Annotated[list[ToolName], Field(max_length=500)]


def _url(text: str) -> str:
    scheme, _, rest = text.partition("://")
    host = rest.partition("/")[0]
    if scheme not in ("http", "https") or not host or "@" in host or not text.isascii() or not text.isprintable():
        raise ValueError("must be an address such as https://mcp.example.com/mcp, without a user name")
    return text


def _secret(value: Any) -> Any:
    """A text for one line, or the name of one of the house's secrets. One check, so that a mistake has one place."""
    match value:
        case {"secret": str(name)} if len(value) == 1 and 1 <= len(name) <= 100:
            return value
        case str() if 1 <= len(value) <= SECRET_LENGTH and value.isascii() and value.isprintable():
            return value
    raise ValueError(f'must be 1 to {SECRET_LENGTH} printable ASCII characters on one line, or {{"secret": NAME}}')


SECRET_LENGTH = 8000
Url = Annotated[str, Field(max_length=2000), AfterValidator(_url)]
SecretName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,99}$")]
_NAME = {"type": "string", "minLength": 1, "maxLength": 100}
_SHAPES: list[dict[str, Any]] = [
    {"type": "string", "minLength": 1, "maxLength": SECRET_LENGTH, "pattern": "^[ -~]+$"},
    {"type": "object", "properties": {"secret": _NAME}, "required": ["secret"], "additionalProperties": False},
]
Secret = Annotated[Any, BeforeValidator(_secret), WithJsonSchema({"anyOf": _SHAPES})]
"""A value, or one of the secrets of the house (/v1/secrets) by its name."""
Secrets = Annotated[
    dict[SecretName, Secret],
    Field(max_length=20, description="Headers by name, or variables of a program. Never answered again."),
]


class McpSettings(Body):
    """Where the server is: `program` names one that the installation has, `url` where it is behind HTTP.

    `auth`: none; static, by the secrets of the installation; oauth, where everybody signs in for themselves.
    """

    title: Title
    transport: Transport
    program: Annotated[str, Field(max_length=100)] | None = None
    url: Url | None = None
    auth: Auth = "none"
    secrets: Secrets | None = None


class NewMcpServer(McpSettings):
    id: Slug


class ChangedMcpServer(Body):
    """What is not named stays. `accepted`: the tools whose own promises (reads only, may be repeated) are believed."""

    title: Title | None = None
    active: bool | None = None
    enabled: Tools | None = None
    accepted: Tools | None = None


class McpServer(Out):
    """`signed_in` is about who asks; null where nobody needs to. `program`, `url` and `secrets` (their names) are for
    those who set servers up."""

    id: str
    title: str
    transport: Transport
    program: str | None
    url: str | None
    auth: Auth
    active: bool
    enabled: list[str]
    secrets: list[str]
    read_at: str | None
    signed_in: bool | None


class McpTool(Out):
    """A tool as it was read last. `schema_hash` is what an approval of a call is bound to."""

    name: str
    title: str
    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None = None
    hints: dict[str, bool]
    accepted: bool
    enabled: bool
    schema_hash: str


class McpServerTools(McpServer):
    tools: list[McpTool]


class McpChanges(Out):
    """What reading the tools anew found. What was added or changed is not switched on."""

    server: McpServerTools
    added: list[str]
    removed: list[str]
    changed: list[str]


class McpLogin(Out):
    """Where to send the browser."""

    url: str


class McpSignedIn(Out):
    server: str
    signed_in: bool
