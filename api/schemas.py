"""The shapes that come in. Strict (no text becomes a number) and closed (an unknown key is a finding, so nobody can
name another actor, team or status in a body). What goes out is described in api/schemas_out.py.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from definitions.times import parse_date, parse_instant, rfc3339


class Body(BaseModel):
    """A body taken from outside."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_NAIVE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?", re.ASCII)


def _instant(value: Any) -> str:
    """A time with its zone, as RFC 3339 in UTC."""
    if not isinstance(value, str):
        raise PydanticCustomError("not_a_time", "Give a time as text, such as 2026-11-30T09:00:00Z.")
    try:
        return rfc3339(parse_instant(value))
    except ValueError:
        pass
    if _NAIVE.fullmatch(value):
        raise PydanticCustomError("naive_time", "A time needs its zone: add Z or an offset such as +05:00.")
    raise PydanticCustomError("not_a_time", "Not a time. Give one such as 2026-11-30T09:00:00Z.")


def due_text(value: Any) -> Any:
    """A local date stays a date, an instant goes to UTC."""
    if isinstance(value, str) and len(value) == 10:
        try:
            return parse_date(value).isoformat()
        except ValueError:
            raise PydanticCustomError("not_a_time", "Not a date. Give one such as 2026-11-30.") from None
    return None if value is None else _instant(value)


Instant = Annotated[str, BeforeValidator(_instant)]
Due = Annotated[str | None, BeforeValidator(due_text)]

Key = Annotated[str, Field(min_length=1, max_length=200)]
"""An Idempotency-Key, or the id of a command."""

Name = Annotated[str, Field(min_length=1, max_length=100)]
"""An id inside a definition, of a person, team, label or collection."""

Reason = Annotated[str, Field(max_length=10_000)]
Values = dict[str, Any]


def _unique(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise PydanticCustomError("duplicate", "Name each one once.")
    return values


Names = Annotated[list[Name], Field(max_length=100), AfterValidator(_unique)]


class Nothing(Body):
    """For calls that take no body; `{}` is fine."""


class AssignRun(Body):
    """Who works on a run or a step."""

    users: Names = []
    teams: Names = []
    partners: Names = []


class StartRun(Body):
    """`POST /v1/runs`."""

    definition: Name
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    record: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    inputs: Values = {}
    purposes: Names = []
    assign: dict[Name, AssignRun] = {}
    labels: Names = []
    source: Literal["list", "record", "summary", "workspace", "api"] = "api"
    on_open: Literal["resume", "conflict", "start"] | None = None


class TryAction(Body):
    """`POST /v1/actions/{action}/try`: what the action is given."""

    given: Annotated[Values, Field(alias="with")] = {}


class Copy(Body):
    """`POST /v1/definitions/{key}/duplicate`."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class Imported(Body):
    """`POST /v1/definitions/import`: what an export gave."""

    holdfast: Literal[1]
    definitions: Annotated[list[Values], Field(min_length=1, max_length=100)]
    needs: Values = {}
