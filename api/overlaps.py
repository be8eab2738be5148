"""What opening a record starts already, for the check that two definitions do not start at once (checks/opened.py)."""

from __future__ import annotations

from typing import Any

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


def _is_opened(document: dict[str, Any]) -> bool:
    start = document.get("start")
    triggers = start.get("triggers") if isinstance(start, dict) else None
    return isinstance(triggers, list) and any(isinstance(t, dict) and t.get("type") == "opened" for t in triggers)
