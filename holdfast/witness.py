"""What histories say: replayed against this code, in a process of its own that may be killed.

A replay is code that follows data: a history that was changed, or one of code that is no more, may make it loop or eat
memory. So it happens in a child with a limit of time, far from the API's event loop. The child reads the pieces of one
run from a folder, in order, and writes there what they said.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog

from api.history import Event, Piece, whole
from api.verifying import Said
from holdfast import reach
from holdfast.testify import ANSWER, said_by

log = structlog.get_logger("holdfast.witness")

WITHIN = 120.0
"""Seconds for all pieces of one run."""

AT_ONCE = 2
"""Children of one process at a time; each takes a core while it lives."""


class ChildReplays:
    """`Replays` of api/verifying.py by children of this process."""

    def __init__(self, within: float = WITHIN, at_once: int = AT_ONCE) -> None:
        self.within, self._slots = within, asyncio.Semaphore(at_once)

    async def replay(self, run: str, pieces: Sequence[tuple[Piece, list[Event]]]) -> list[Said]:
        """What each piece says. Raises TimeoutError, and RuntimeError where the child died."""
        with tempfile.TemporaryDirectory(prefix="holdfast-witness-") as name:
            folder = Path(name)
            await asyncio.to_thread(_write, folder, run, pieces)
            async with self._slots:
                await self._child(folder)
            rows = await asyncio.to_thread(_read, folder)
        return [Said(piece.id, **row) for (piece, _), row in zip(pieces, rows, strict=True)]

    async def _child(self, folder: Path) -> None:
        """One child to its end; killed when it takes too long, or when nobody waits for it any more."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast.testify", str(folder)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(self.within):
                code = await child.wait()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if code != 0:
            raise RuntimeError(f"the replay ended with exit code {code}")


class LocalReplays:
    """`Replays` within this process, one at a time: for a command that does nothing else, and is ended by hand."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def replay(self, run: str, pieces: Sequence[tuple[Piece, list[Event]]]) -> list[Said]:
        """What each piece says."""
        async with self._turn:
            rows = [await said_by(run, {"events": events}, reach.converter()) for _, events in pieces]
        return [Said(piece.id, **row) for (piece, _), row in zip(pieces, rows, strict=True)]


def _write(folder: Path, run: str, pieces: Sequence[tuple[Piece, list[Event]]]) -> None:
    (folder / "run").write_text(run)
    for number, (_, events) in enumerate(pieces):
        (folder / f"piece-{number:06}.json").write_bytes(whole(events))


def _read(folder: Path) -> list[dict[str, Any]]:
    return list(json.loads((folder / ANSWER).read_bytes()))
