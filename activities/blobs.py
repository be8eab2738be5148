"""The blob store: a folder on this machine, or a bucket that speaks S3, behind one port and through one library.

A blob lies under `<run>/<sha256 of its bytes>`. So storing it twice stores it once, what is read can be held against
its name, and everything of one run can be found (and one day deleted) by its prefix. Several workers on several
machines need a bucket, or a folder that all of them see.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore, ObjectStore, S3Store

from activities.ports import BlobMissing
from definitions.references import SHA256

PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
"""What the id of a run looks like that may be part of a path."""

CONNECT_WITHIN = timedelta(seconds=3)
ANSWER_WITHIN = timedelta(seconds=20)
RETRY_WITHIN = timedelta(seconds=15)
"""How long a bucket may take: a step waits for it, and Temporal will try the step again (obstore's own: 3 minutes)."""


class StoredBlobs:
    """`Blobs` over an object store. `folder` is where it lies when it is on this machine."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    async def put(self, run: str, content: bytes) -> str:
        """Stores the bytes and returns their SHA-256. They are on the disk, or in the bucket, when this returns."""
        sha256 = hashlib.sha256(content).hexdigest()
        await obstore.put_async(self._store, place(run, sha256), content)
        if self._folder is not None:
            await asyncio.to_thread(_settle, self._folder / run / sha256)
        return sha256

    async def get(self, run: str, sha256: str) -> bytes:
        """The bytes. Raises BlobMissing when they are not there, or are no longer what they were."""
        try:
            found = await obstore.get_async(self._store, place(run, sha256))
            content = bytes(await found.bytes_async())
        except FileNotFoundError:
            raise BlobMissing(run, sha256) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BlobMissing(run, sha256)
        return content


def open_blobs(url: str, folder: Path) -> StoredBlobs:
    """The store at `s3://bucket/prefix` or `file:///folder`; in `folder`, which is made, where no URL is set.

    A bucket's keys, region and endpoint are read from the usual AWS_* variables. Raises ValueError for another URL.
    """
    parts = urlsplit(url)
    match parts.scheme:
        case "":
            if url:
                raise ValueError("a blob store is s3://bucket/prefix or file:///folder")
            return open_folder(folder)
        case "file" if parts.netloc in ("", "localhost") and parts.path:
            return open_folder(Path(unquote(parts.path)))
        case "s3" if parts.netloc:
            return StoredBlobs(open_bucket(url))
        case _:
            raise ValueError(f"a blob store is s3://bucket/prefix or file:///folder, not {parts.scheme}:")


def open_folder(folder: Path) -> StoredBlobs:
    """Blobs as files, one folder for each run."""
    whole = folder.absolute()
    return StoredBlobs(LocalStore(whole, mkdir=True), whole)


def open_bucket(url: str) -> S3Store:
    """The bucket, with our patience. An endpoint without TLS is taken only where its own URL says http://."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    return S3Store.from_url(
        url,
        client_options={
            "connect_timeout": CONNECT_WITHIN,
            "timeout": ANSWER_WITHIN,
            "allow_http": endpoint.startswith("http://"),
        },
        retry_config={"max_retries": 3, "retry_timeout": RETRY_WITHIN},
    )


def place(run: str, sha256: str) -> str:
    """The key of a blob. Raises ValueError for what is no run's id or no digest: neither can lead out of its place."""
    if not PREFIX.fullmatch(run):
        raise ValueError(f"{run[:80]!r} cannot be the id of a run with large values")
    if not SHA256.fullmatch(sha256):
        raise ValueError("a blob is named by its SHA-256, in hex")
    return f"{run}/{sha256}"


def _settle(file: Path) -> None:
    """Waits until a file and its name are on the disk: the run's record will soon speak of it for good."""
    for each in (file, file.parent, file.parent.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
