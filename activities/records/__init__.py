"""Records: the rows of somebody else's database, reached through SQLAlchemy and bounded by the acting person's
scopes."""

from __future__ import annotations

from activities.records.errors import RecordError
from activities.records.records import Records
from activities.records.sources import SourceConfig

__all__ = ["RecordError", "Records", "SourceConfig"]
