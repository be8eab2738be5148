"""Saved views, coming in and going out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas import Body, Names, Values
from api.schemas_out import Out

ViewKind = Literal["tasks", "runs"]
Title = Annotated[str, Field(min_length=1, max_length=200)]


class NewView(Body):
    """`POST /v1/views`. `filters` are query parameters of the list, by name, without `limit` and `cursor`."""

    name: Title
    kind: ViewKind
    filters: Values = {}
    shared_with: Names = []


class ChangedView(Body):
    """`PATCH /v1/views/{id}`: what is not named stays."""

    name: Title | None = None
    filters: Values | None = None
    shared_with: Names | None = None


class Counted(Out):
    """How many rows a list has for the caller: at most 99, and whether there are more."""

    count: int
    more: bool


class View(Out):
    """A saved view. `shared_with` are teams; `mine` is false for what somebody else shares.

    `count` is how many rows the list has for the caller, at most 99, and `more` whether there are more; both are null
    unless counts were asked for. `default`: the list opens with it for the caller, one view of a kind at most.
    """

    id: str
    name: str
    kind: ViewKind
    filters: dict[str, Any]
    shared_with: list[str]
    owner: str
    mine: bool
    default: bool
    count: int | None
    more: bool | None
