"""Where anchors lie: a folder beside the database, or a bucket that whoever runs the database cannot write to."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore

from activities.blobs import open_bucket

NAME = re.compile(r"(runs|log)/[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class StoredAnchors:
    """`Anchors` of api/anchors.py over an object store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, name: str, content: bytes) -> None:
        """Writes it whole or not at all. Raises OSError."""
        try:
            await obstore.put_async(self._store, _checked(name), content)
        except BaseError as error:
            raise OSError(str(error)) from error

    async def get(self, name: str) -> bytes | None:
        """What was written last. Raises OSError."""
        try:
            found = await obstore.get_async(self._store, _checked(name))
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None
        except BaseError as error:
            raise OSError(str(error)) from error

    async def names(self, folder: str) -> list[str]:
        """Every name in a folder, in order. Raises OSError."""
        try:
            return sorted([row["path"] async for page in obstore.list(self._store, folder) for row in page])
        except BaseError as error:
            raise OSError(str(error)) from error


def _checked(name: str) -> str:
    """Raises ValueError for a name that could lead out of its place."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name[:80]!r} cannot be the name of an anchor")
    return name


def open_anchors(url: str, folder: Path) -> StoredAnchors:
    """Those at `s3://bucket/prefix` or `file:///folder`; in `folder`, which is made, where no URL is set.

    Raises ValueError for another URL.
    """
    parts = urlsplit(url)
    if not url:
        return StoredAnchors(LocalStore(folder.absolute(), mkdir=True))
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path:
        return StoredAnchors(LocalStore(Path(unquote(parts.path)).absolute(), mkdir=True))
    if parts.scheme == "s3" and parts.netloc:
        return StoredAnchors(open_bucket(url))
    raise ValueError("anchors are kept at s3://bucket/prefix or file:///folder")
