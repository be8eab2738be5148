"""Secrets of other systems, sealed before they reach a database: what is stolen with a backup says nothing.

AES-256-GCM, a fresh nonce for each seal. What the secret belongs to is bound into it, so that a sealed text copied into
another row (ann's login into ben's) does not open. The key is the installation's: from its settings, or a file in its
home. With another key nothing opens, which reads the same as if there were no secret.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.tracing import log

KEY_FILE = "secret.key"
KEY_BYTES = 32
NONCE_BYTES = 12


class SecretsBox:
    """Seals and opens JSON values."""

    def __init__(self, key: bytes | None, home: Path | None = None) -> None:
        """`key` None: that of the file in `home`, read (or made) when the first secret is met."""
        self._home = home
        self._found = _cipher(key) if key is not None else None

    @classmethod
    def load(cls, home: Path, key: str = "") -> SecretsBox:
        """The box of the key that is set (base64 of 32 bytes), else of the file in `home`, made there (0600) when there
        is none yet. Raises ValueError for a key of another form."""
        return cls(_read(key) if key else None, home)

    @classmethod
    def fresh(cls) -> SecretsBox:
        """A box whose key lives as long as the process."""
        return cls(AESGCM.generate_key(KEY_BYTES * 8))

    def seal(self, value: Any, about: str) -> str:
        """The value as text that only this key opens, and only as what it is `about`."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher().encrypt(nonce, json.dumps(value).encode(), about.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, about: str) -> Any:
        """The value, or None for what this key does not open as that."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            plain = self._cipher().decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode())
        except (InvalidTag, binascii.Error, ValueError):
            log.warning("a secret cannot be opened with this key", action="secret.unreadable", about=about)
            return None
        return json.loads(plain)

    def _cipher(self) -> AESGCM:
        if self._found is None:
            assert self._home is not None
            path = self._home / KEY_FILE
            if not path.exists():
                _create(path)
            self._found = _cipher(_read(path.read_text().strip()))
        return self._found


def _read(key: str) -> bytes:
    try:
        return base64.b64decode(key, validate=True)
    except binascii.Error:
        raise ValueError(f"the key for secrets is base64 of {KEY_BYTES} bytes") from None


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key for secrets has {KEY_BYTES} bytes, not {len(key)}")
    return AESGCM(key)


def _create(path: Path) -> None:
    """Whole or not at all: written aside and linked into place; who comes second keeps the other's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(base64.b64encode(AESGCM.generate_key(KEY_BYTES * 8)).decode() + "\n")
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
