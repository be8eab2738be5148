"""Heads of chains kept outside of the database, so that an end that was cut off is found.

A chain of hashes proves that nothing before its head was changed; it cannot prove that the head is the last one. Who
may write in the database can take the newest rows away and put the head back. So the head of each run's chain, and of
the log's, is written down elsewhere too: in a folder or a bucket of its own, by `seq` and `link`. Before an anchor is
moved on, the old one is held against the record: what no longer leads there is an alarm and leaves the anchor alone.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Protocol


class Anchors(Protocol):
    """Small texts by name, outside of the database. Each may raise OSError where they cannot be reached."""

    async def put(self, name: str, content: bytes) -> None:
        """Writes it, over what was there."""
        ...

    async def get(self, name: str) -> bytes | None:
        """What was written last; None where nothing was."""
        ...

    async def names(self, folder: str) -> list[str]:
        """Every name in a folder, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: `of` is a run's id or `log`, `seq` its last place, `link` what stands there."""

    of: str
    seq: int
    link: str
    at: str

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Head:
        """Raises ValueError for what is no anchor."""
        try:
            row = json.loads(content)
            return cls(str(row["of"]), int(row["seq"]), str(row["link"]), str(row["at"]))
        except (TypeError, KeyError) as error:
            raise ValueError("this is no anchor") from error


def run_name(run: str) -> str:
    """Where a run's head stands."""
    return f"runs/{run}"


def day_name(day: str) -> str:
    """Where the log's head of a day (2026-11-21) stands."""
    return f"log/{day}"


async def head(anchors: Anchors, name: str) -> Head | None:
    """The head under a name; None where there is none. Raises ValueError where it is no longer one."""
    content = await anchors.get(name)
    return Head.from_bytes(content) if content is not None else None
