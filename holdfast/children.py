"""Child processes that never outlive their parent and are started again when they die.

Three ways to end, each with its own rule. Asked to (SIGTERM to the parent): the child gets SIGTERM and time. The child
dies by itself: it is started again, at once the first time and then ever later, so that a broken one does not burn the
machine. The parent is killed: the kernel kills the child (PR_SET_PDEATHSIG, Linux), for a worker without anybody who
watches over it would go on doing effects that nobody expects.

Each child leads its own session: Ctrl-C in a terminal reaches the parent only, and the parent stops them in order.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 15.0
STEADY_AFTER = 30.0
"""A child that lived this long had a good start: its next death is its first."""

LOG_LIMIT = 16 * 1024 * 1024
PR_SET_PDEATHSIG = 1

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Child:
    """One process to keep alive. `log` takes its standard output and error."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    due: float = field(default=0.0, repr=False)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Starts it now; whatever a former one said stays in the log."""
        with _open_log(self.log) as log:
            self.process = spawn(self.argv, self.env, log)
        self.started = time.monotonic()

    def look_after(self, now: float) -> str | None:
        """Starts a dead child again when its pause is over. Returns a line for people when it was just found dead."""
        if self.alive or self.process is None:
            return None
        if self.due:
            if now >= self.due:
                self.due = 0.0
                self.start()
            return None
        self.deaths = 1 if now - self.started > STEADY_AFTER else self.deaths + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self.deaths - 1))
        self.due = now + pause
        return (
            f"{self.name} ended ({ending(self.process.returncode)}), starting it again in {pause:g} s: see {self.log}"
        )

    def stop(self, within: float) -> None:
        """SIGTERM, and SIGKILL for one that is still there `within` seconds later."""
        if self.process is None or not self.alive:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def spawn(
    argv: Sequence[str], env: Mapping[str, str], output: IO[bytes] | int, user: str | None = None
) -> subprocess.Popen[bytes]:
    """Starts a process that dies with this one, as another `user` where given (which needs root)."""
    parent = os.getpid()
    return subprocess.Popen(  # noqa: S603 - the commands are our own
        list(argv),
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=user,
        preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509 - the parent has one thread, see holdfast/stack.py
    )


def ending(code: int | None) -> str:
    """How a process ended, for people: `exit code 3`, `SIGKILL`."""
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def _die_with(parent: int) -> None:
    """Runs in the child before it becomes the program. A parent that is gone already will send no signal."""
    # A shell's background job ignores SIGINT and hands that on; a session of its own hears no terminal anyway.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _open_log(path: Path) -> IO[bytes]:
    """The log to append to. One generation is kept; what grows without bound fills somebody's disk in a year."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(path.suffix + ".1"))
    return path.open("ab")
