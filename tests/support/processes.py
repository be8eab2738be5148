"""Looking at processes from outside: is it there, whose child is it, has something come true."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def until(holds: Callable[[], bool], within: float) -> bool:
    """Polls until it holds; whether it did before `within` seconds were over."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def alive(pid: int) -> bool:
    """Whether that process runs; one that is dead and not yet reaped does not."""
    return _stat(pid)[:1] not in ([], ["Z"])


def children_of(parent: int) -> dict[str, int]:
    """The parts of a running stack by name (`temporal`, `worker`, `api`), as process ids."""
    return {_part(pid): pid for pid in started_by(parent)}


def started_by(parent: int) -> list[int]:
    """The processes that one started and that are still there."""
    pids = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if _stat(pid)[1:2] == [str(parent)]]


def _stat(pid: int) -> list[str]:
    """State and parent, as the kernel writes them after the name; nothing for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return []


def _part(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return "gone"
    return (
        "temporal" if "start-dev" in words else words[words.index("holdfast") + 1] if "holdfast" in words else words[0]
    )
