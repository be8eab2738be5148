"""The door's seal: the workflow believes a command because the door sealed it, and not because it came as a signal.

Temporal's own tools can signal any run, and its server may stand without authentication on a loopback address. So each
command is sealed with Ed25519 over its canonical text together with run, actor and time (definitions/canonical.py);
the public keys travel in the start argument of the run. A signal without a valid seal is judged as the actor
`temporal-cli`.

Ed25519 and not a shared secret: the history, which holds the start argument, may be read by people who may not command.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.store import key_files
from definitions.canonical import seal_text
from definitions.wire import Actor, Envelope

KEY_FILE = "signing.key"


@dataclass(frozen=True, slots=True)
class Signer:
    """Holds the private key. `earlier` are public keys of before a rotation that are still to be believed."""

    key: Ed25519PrivateKey
    earlier: tuple[str, ...] = ()

    @classmethod
    def load(cls, home: Path) -> Signer:
        """The key in `home`, made there (0600, whole or not at all) when there is none yet."""
        path = home / KEY_FILE
        if not path.exists():
            key_files.create(path, [_new_key()])
        return cls(Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_text().strip())))

    @classmethod
    def fresh(cls) -> Signer:
        """A key that lives as long as the process."""
        return cls(Ed25519PrivateKey.generate())

    @property
    def public_keys(self) -> tuple[str, ...]:
        """Base64 of the raw public keys, the present one first: `RunStart.keys`."""
        raw = self.key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return (base64.b64encode(raw).decode(), *self.earlier)

    def seal(self, run: str, command: dict[str, Any], actor: Actor, at: str) -> Envelope:
        """The command as it travels to one run, sealed."""
        text = seal_text(run, command, actor.to_json(), at)
        return Envelope(command, actor, at, base64.b64encode(self.key.sign(text)).decode())


def _new_key() -> str:
    raw = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    return base64.b64encode(raw).decode()
