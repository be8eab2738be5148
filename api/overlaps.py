"""What a document is checked against of other definitions: those that opening a record starts already, so that no two
start at once (checks/opened.py), and those that its steps run as children (checks/called.py).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.store.tables import DefinitionRow, VersionRow


async def opened(session: AsyncSession, document: Any) -> dict[str, dict[str, Any]]:
    """The newest published documents on the same collection, by key; {} for one that opening does not start."""
    if not isinstance(document, dict) or not isinstance(document.get("record"), str) or not _is_opened(document):
        return {}
    newest = (col(VersionRow.key) == col(DefinitionRow.key)) & (col(VersionRow.version) == col(DefinitionRow.version))
    others = select(VersionRow).join(DefinitionRow, newest).where(col(DefinitionRow.archived_at).is_(None))
    rows = (await session.exec(others.where(col(DefinitionRow.record) == document["record"]))).all()
    return {row.key: row.document for row in rows}


async def called(session: AsyncSession, document: Any) -> dict[str, dict[int, dict[str, Any]]]:
    """Of each definition that a `workflow` step names: its newest document and those that are pinned, by version."""
    named = _named(document)
    if not named:
        return {}
    rows = (await session.exec(select(DefinitionRow).where(col(DefinitionRow.key).in_(named)))).all()
    found: dict[str, dict[int, dict[str, Any]]] = {row.key: {} for row in rows}
    live = {row.key: row.version for row in rows if row.version and row.archived_at is None}
    wanted = or_(*(_is_version(key, [version, *named[key]]) for key, version in live.items())) if live else false()
    for version in (await session.exec(select(VersionRow).where(wanted))).all():
        found[version.key][version.version] = version.document
    return found


def _is_version(key: str, versions: list[int]) -> ColumnElement[bool]:
    return and_(col(VersionRow.key) == key, col(VersionRow.version).in_(versions))


def _named(document: Any) -> dict[str, list[int]]:
    """The definitions that steps run, each with the versions that are pinned."""
    steps = document.get("steps") if isinstance(document, dict) else None
    found: dict[str, list[int]] = {}
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict) and step.get("kind") == "workflow" and isinstance(step.get("definition"), str):
            pinned = step.get("version")
            versions = [pinned] if isinstance(pinned, int) and 0 < pinned < MAX_VERSION else []
            found.setdefault(step["definition"], []).extend(versions)
    return found


MAX_VERSION = 2**31


def _is_opened(document: dict[str, Any]) -> bool:
    start = document.get("start")
    triggers = start.get("triggers") if isinstance(start, dict) else None
    return isinstance(triggers, list) and any(isinstance(t, dict) and t.get("type") == "opened" for t in triggers)
