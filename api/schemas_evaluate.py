"""Expressions tried out while they are written: what is asked, and what they come to."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from api.schemas import Body, Values
from api.schemas_out import Out

Pointer = Annotated[str, Field(max_length=1000)]


class Evaluate(Body):
    """`POST /v1/definitions/evaluate`. `document` may be wrong elsewhere; `path` is where the expression stands in it
    (a JSON pointer), which decides what is in scope; `scope` are the values to try it with, as a simulation gives them.
    """

    document: Any
    path: Pointer = ""
    expression: Annotated[str, Field(max_length=20_000)]
    scope: Values = {}


class Evaluated(Out):
    """What it comes to. `absent`: it reads what is not there. `code`: it is no expression; `position` is where.

    `names` are what may be read there, with their types.
    """

    value: Any
    type: str | None
    absent: bool
    reason: str | None
    code: str | None
    position: int | None
    names: dict[str, str]
