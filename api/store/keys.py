"""Keys that the database compares: one text for one thing, made in one place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, func, or_

from definitions.canonical import digest


def open_key(definition: str, collection: str, record: str) -> str:
    """What only one open run may hold: 64 hex digits for (definition, record)."""
    return digest([definition, collection, record])


def teams_key(teams: Iterable[str]) -> str:
    """`|a|b|` in order, or nothing for everybody: few distinct values, and one can be looked for inside."""
    named = sorted(set(teams))
    return f"|{'|'.join(named)}|" if named else ""


def shared_with(column: Any, teams: Iterable[str]) -> ColumnElement[bool]:
    """SQL: rows of everybody or of one of these teams, by their `teams_key` column.

    `replace` and not LIKE, which SQLite compares without regard to case: team `Ops` would see what is of team `ops`.
    """
    return or_(column == "", *(func.replace(column, f"|{team}|", "") != column for team in sorted(set(teams))))
