"""The whole stack as a user starts it: `holdfast run` in a folder of its own, on ports of its own.

It is a process tree that is started, killed and started again; what survives is what is in the folder.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import httpx2

from holdfast.children import spawn
from tests.support.servers import free_port

START_WITHIN = 120.0


class LiveStack:
    """`holdfast run`. `settings` are further environment variables, such as HOLDFAST_DATABASE_URL."""

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.port, self.temporal_port, self.ui_port = free_port(), free_port(), free_port()
        self.env = _environment(home, (self.port, self.temporal_port, self.ui_port)) | dict(settings or {})
        self.output = home.parent / f"{home.name}.out"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def temporal_address(self) -> str:
        return f"127.0.0.1:{self.temporal_port}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "the stack was not started"
        return self._process.pid

    def start(self) -> Self:
        """Starts it and returns when it says that it is ready. Raises AssertionError with what it said instead."""
        self.output.unlink(missing_ok=True)
        with self.output.open("wb") as output:
            self._process = spawn([sys.executable, "-m", "holdfast", "run"], self.env, output)
        until(lambda: "is ready" in self.said() or not self.running, START_WITHIN)
        assert self.running, self.evidence()
        assert "is ready" in self.said(), self.evidence()
        return self

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def said(self) -> str:
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def evidence(self) -> str:
        """What it and its parts said last, for the message of a failed test."""
        logs = sorted((self.home / "log").glob("*.log"))
        return "\n".join([self.said(), *(f"--- {log.name}\n{log.read_text(errors='replace')[-2500:]}" for log in logs)])

    def stop(self, within: float = 30.0) -> int:
        """SIGTERM; returns the exit code. Raises subprocess.TimeoutExpired when it does not end."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(within)

    def kill(self) -> None:
        """SIGKILL to the parent, as a power cut: its children must not survive it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def children(self) -> dict[str, int]:
        """Process ids of the parts by name."""
        found: dict[str, int] = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                words = (entry / "cmdline").read_bytes().decode().split("\0")
            except (OSError, ValueError):
                continue
            if parent == self.pid:
                found["temporal" if "start-dev" in words else words[3] if len(words) > 3 else words[0]] = int(
                    entry.name
                )
        return found

    def token(self, person: str) -> str:
        return str(json.loads((self.home / "demo-tokens.json").read_text())[person])

    def call(self, person: str, method: str, path: str, body: Any = None, **query: str) -> httpx2.Response:
        """One request as that person."""
        headers = {"Authorization": f"Bearer {self.token(person)}"}
        with httpx2.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False) as client:
            return client.request(method, path, json=body, params=query)


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
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _environment(home: Path, ports: tuple[int, int, int]) -> dict[str, str]:
    """Ours, without what would lead the stack to somebody else's servers."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HOLDFAST_", "TEMPORAL_"))}
    port, temporal_port, ui_port = (str(number) for number in ports)
    return kept | {
        "HOLDFAST_HOME": str(home),
        "HOLDFAST_PORT": port,
        "HOLDFAST_TEMPORAL_PORT": temporal_port,
        "HOLDFAST_TEMPORAL_UI_PORT": ui_port,
    }
