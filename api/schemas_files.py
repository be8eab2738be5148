"""Files and policy profiles, as they come in and go out."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.schemas import Body, Name
from api.schemas_out import Out


class FileInfo(Out):
    """An uploaded file. A form's answer names it by `file`; `sha256` is that of the bytes that are given out."""

    id: str
    name: str
    type: str
    size: int
    sha256: str
    width: int | None
    height: int | None
    uploaded_by: str
    uploaded_at: str


class Policy(Out):
    """A policy profile with a value for every known switch; `own`: it no longer follows the default."""

    id: str
    own: bool
    switches: dict[str, bool | int | float]


class SwitchesBody(Body):
    """Switches to set: true, false or a number. What is not named stays; null takes a switch back."""

    switches: dict[str, Any] = Field(max_length=200)


class PolicyBody(SwitchesBody):
    """The same with the profile: `default`, or somebody's id."""

    id: Name
