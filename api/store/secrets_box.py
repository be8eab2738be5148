"""Secrets of other systems, sealed before they reach a database: what is stolen with a backup says nothing.

AES-256-GCM, a fresh nonce for each seal. What the secret belongs to is bound into it, so that a sealed text copied into
another row (ann's login into ben's) does not open. The keys are the installation's: from its settings, or a file in its
home. The first one seals, all of them open: so a key is changed by putting a new one first and sealing everything anew
(`holdfast secrets rotate`). With none of the right keys nothing opens, which reads as if there were no secret.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.store import key_files
from api.tracing import log

KEY_FILE = "secret.key"
KEY_BYTES = 32
NONCE_BYTES = 12


class SecretsBox:
    """Seals and opens JSON values."""

    def __init__(self, keys: Sequence[bytes] = (), home: Path | None = None) -> None:
        """Without `keys`: those of the file in `home`, read (or made) when a secret is met, and when it changed."""
        self._home = home
        self._ciphers = [_cipher(key) for key in keys]
        self._read_at = 0

    @classmethod
    def load(cls, home: Path, key: str = "") -> SecretsBox:
        """The box of the keys that are set (base64 of 32 bytes each, by commas, the sealing one first), else of the
        file in `home`, made there (0600) when there is none yet. Raises ValueError for a key of another form."""
        return cls([_read(each.strip()) for each in key.split(",")] if key else (), home)

    @classmethod
    def fresh(cls) -> SecretsBox:
        """A box whose key lives as long as the process."""
        return cls([AESGCM.generate_key(KEY_BYTES * 8)])

    def seal(self, value: Any, about: str) -> str:
        """The value as text that only this key opens, and only as what it is `about`."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._known()[0].encrypt(nonce, json.dumps(value).encode(), about.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, about: str) -> Any:
        """The value, or None for what none of the keys opens as that."""
        with contextlib.suppress(binascii.Error, ValueError):
            raw = base64.b64decode(sealed, validate=True)
            for cipher in self._known():
                with contextlib.suppress(InvalidTag):
                    return json.loads(cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode()))
        log.warning("a secret cannot be opened with this key", action="secret.unreadable", about=about)
        return None

    def _known(self) -> list[AESGCM]:
        """The keys, the sealing one first. Another process may have changed the file's."""
        if self._home is None or (self._ciphers and not self._read_at):
            return self._ciphers
        path = self._home / KEY_FILE
        if not path.exists():
            key_files.create(path, [_fresh()])
        if (changed := path.stat().st_mtime_ns) != self._read_at:
            self._ciphers = [_cipher(_read(line)) for line in path.read_text().split()]
            self._read_at = changed
        return self._ciphers


def add_key(home: Path) -> None:
    """A new key, which seals from now on; those of before still open."""
    path = home / KEY_FILE
    key_files.replace(path, [_fresh(), *(path.read_text().split() if path.exists() else ())])


def forget_keys(home: Path) -> None:
    """All but the sealing key are gone: whatever was sealed with one of them stays shut."""
    path = home / KEY_FILE
    key_files.replace(path, path.read_text().split()[:1])


def _read(key: str) -> bytes:
    try:
        return base64.b64decode(key, validate=True)
    except binascii.Error:
        raise ValueError(f"the key for secrets is base64 of {KEY_BYTES} bytes") from None


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key for secrets has {KEY_BYTES} bytes, not {len(key)}")
    return AESGCM(key)


def _fresh() -> str:
    return base64.b64encode(AESGCM.generate_key(KEY_BYTES * 8)).decode()
