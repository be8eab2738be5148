"""Uploaded files and who may see them, and policy profiles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from api.store.columns import Instant, Json, code
from api.store.tables import Row


class FileRow(Row, table=True):
    """One file. Its bytes lie in the blob store under its id and `sha256`, which is that of what is given out.

    `source_sha256` is that of what was sent: the same person sending the same bytes again gets the same file.
    """

    __tablename__ = "files"
    __table_args__ = (Index("files_by_source", "uploaded_by", "source_sha256", unique=True),)

    id: str = Field(primary_key=True, sa_type=code())
    name: str = Field(sa_type=code())
    type: str = Field(sa_type=code())
    size: int
    sha256: str = Field(sa_type=code())
    source_sha256: str = Field(sa_type=code())
    width: int | None = None
    height: int | None = None
    uploaded_by: str = Field(sa_type=code())
    uploaded_at: datetime = Field(sa_type=Instant)


class FileLinkRow(Row, table=True):
    """A run that refers to a file: whoever sees the run may read the file."""

    __tablename__ = "file_links"

    file: str = Field(primary_key=True, foreign_key="files.id", sa_type=code())
    run: str = Field(primary_key=True, sa_type=code())


class PolicyRow(Row, table=True):
    """The switches of the default profile, or of somebody's own."""

    __tablename__ = "policies"

    id: str = Field(primary_key=True, sa_type=code())
    switches: dict[str, Any] = Field(sa_type=Json)
    changed_by: str = Field(sa_type=code())
    changed_at: datetime = Field(sa_type=Instant)
