"""Files of keys in an installation's home: a line each, for their owner alone (0600), there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path


def create(path: Path, keys: Sequence[str]) -> None:
    """Two processes may begin at once: written aside and linked into place, so who comes second keeps the other's."""
    aside = _aside(path, keys)
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def replace(path: Path, keys: Sequence[str]) -> None:
    """Other keys in the place of those that are there."""
    os.replace(_aside(path, keys), path)


def _aside(path: Path, keys: Sequence[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(keys) + "\n")
    return aside
