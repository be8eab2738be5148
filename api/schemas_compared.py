"""What rules compared, as it is answered."""

from __future__ import annotations

from typing import Any

from api.schemas_out import Out


class ReadValue(Out):
    """One value that a condition read. `absent`: it was not there, which is not the same as empty."""

    name: str
    value: Any
    absent: bool


class ComparedOption(Out):
    """One option of a decision by rules: its condition, what that read, and whether it was met."""

    option: str
    when: str | bool
    met: bool
    read: list[ReadValue]


class Compared(Out):
    """One decision by rules; options without a condition are not in it."""

    execution: str
    at: str
    options: list[ComparedOption]
