"""`holdfast run`: everything on one machine, in one process to stop.

The parent does nothing but start, watch and stop: it has one thread, opens no database and speaks to nobody but the
API's readiness check, so that there is little in it that could fail. Work that is done once (migrate, seed, publish)
happens in short-lived children that run this program's other commands, the same that a large installation runs by hand.

Start: Temporal and the database side by side, then the worker, then the API once the worker has announced its actions
(so that who sees `/readyz` can publish), then the demo. Stop: the reverse. Every step is safe to do again, so the
program goes on where it was, however it ended.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from holdfast.children import Child, ending
from holdfast.settings import Settings
from holdfast.temporal_server import answers, server_command

START_WITHIN = 90.0
"""Seconds one part may take until it is up; a slow, cold disk takes some thirty."""

PORT_WITHIN = 3.0
"""Seconds a port may still be held by a former stack that was killed a moment ago."""

STOP_SHARES = {"api": 0.3, "worker": 0.45, "temporal": 0.25}
"""How the time to stop is shared out: the worker may be waiting for an effect."""


class CannotRun(Exception):
    """The stack cannot start here; the message says what to change."""


class Stopped(Exception):
    """A signal asked for the end while something was being waited for."""


class Stack:
    """The processes of one `holdfast run`. Use: `Stack(settings).run()`, which returns the exit code."""

    def __init__(self, settings: Settings, environ: Mapping[str, str] = os.environ) -> None:
        self.settings = settings
        self.embedded = not environ.get("TEMPORAL_ADDRESS")
        self.env = self._environment(environ)
        self.children: list[Child] = []
        self.signals = 0
        self._wake, self._waker = os.pipe()

    def run(self) -> int:
        """Starts everything, watches over it until SIGTERM or SIGINT, stops everything. Raises CannotRun."""
        with self._lock():
            self._listen()
            try:
                self._start()
                self._watch()
            except Stopped:
                pass
            finally:
                self._stop()
        return 0

    # Start

    def _start(self) -> None:
        self._refuse_what_cannot_be()
        say(f"Starting Holdfast in {_short(self.settings.home.absolute())}")
        if self.embedded:
            self._begin(
                "temporal", server_command(*self._temporal_ports(), self.settings.home.absolute() / "temporal.db")
            )
        self._once("prepare")
        if self.embedded:
            port = self.settings.temporal_port
            self._until(lambda: answers("127.0.0.1", port), "Temporal accepts connections")
        ready = self.settings.home.absolute() / "worker.ready"
        ready.unlink(missing_ok=True)
        self._begin("worker", self._program("worker"), {"HOLDFAST_READY_FILE": str(ready)})
        self._until(ready.exists, "the worker has announced its actions")
        self._begin("api", self._program("api"))
        self._until(self._api_is_ready, "the API is ready")
        if self.settings.demo:
            self._once("demo")
        self._say_where()

    def _temporal_ports(self) -> tuple[int, int]:
        return self.settings.temporal_port, self.settings.temporal_ui_port

    def _refuse_what_cannot_be(self) -> None:
        settings = self.settings
        if settings.demo and not settings.loopback:
            raise CannotRun(
                f"demo people have tokens in a file: not on {settings.host}. "
                "Set HOLDFAST_DEMO=false, or HOLDFAST_HOST=127.0.0.1."
            )
        ports = {"HOLDFAST_PORT": settings.port}
        if self.embedded:
            ports |= dict(
                zip(("HOLDFAST_TEMPORAL_PORT", "HOLDFAST_TEMPORAL_UI_PORT"), self._temporal_ports(), strict=True)
            )
        for name, port in ports.items():
            self._await_free(name, port)

    def _await_free(self, name: str, port: int) -> None:
        deadline = time.monotonic() + PORT_WITHIN
        while answers("127.0.0.1", port):
            if time.monotonic() > deadline:
                raise CannotRun(f"port {port} is taken by another program: set {name} to a free one")
            self._rest(0.1)

    def _begin(self, name: str, argv: list[str], extra: Mapping[str, str] | None = None) -> None:
        child = Child(name, argv, {**self.env, **(extra or {})}, self.settings.log_folder / f"{name}.log")
        self.children.append(child)
        child.start()

    def _once(self, command: str) -> None:
        """Runs one of our own commands to its end; its failure ends the start."""
        child = Child(command, self._program(command), self.env, self.settings.log_folder / f"{command}.log")
        child.start()
        try:
            self._until(lambda: not child.alive, f"`holdfast {command}` has ended")
        finally:
            child.stop(5)
        code = child.process.returncode if child.process else None
        if code:
            raise CannotRun(
                f"`holdfast {command}` failed ({ending(code)}): {_last_line(child.log)} (all of it: {child.log})"
            )

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        """Waits for it, looking after the children meanwhile."""
        deadline = time.monotonic() + START_WITHIN
        while not holds():
            if time.monotonic() > deadline:
                raise CannotRun(f"waited {START_WITHIN:g} s in vain until {what}: see {self.settings.log_folder}")
            self._look_after_children()
            self._rest(0.05)

    def _api_is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.settings.url}/readyz", timeout=2) as answer:  # noqa: S310
                return int(answer.status) == 200
        except (OSError, urllib.error.URLError):
            return False

    # Watch, stop

    def _watch(self) -> None:
        while True:
            self._look_after_children()
            self._rest(1.0)

    def _look_after_children(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if line := child.look_after(now):
                say(line)

    def _rest(self, seconds: float) -> None:
        """Sleeps until a signal or a child's end; raises Stopped when a signal asked for the end."""
        if select.select([self._wake], [], [], seconds)[0]:
            os.read(self._wake, 4096)
        if self.signals:
            raise Stopped

    def _listen(self) -> None:
        def asked(_number: int, _frame: object) -> None:
            self.signals += 1
            if self.signals > 1:  # a second Ctrl-C means it: the children die with us
                os._exit(130)

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup meant it
                signal.signal(number, asked)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        os.set_blocking(self._waker, False)
        os.set_blocking(self._wake, False)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)

    def _stop(self) -> None:
        if self.children:
            say("stopping")
        for child in reversed(self.children):
            child.stop(self.settings.stop_within * STOP_SHARES.get(child.name, 0.2))

    # What the parts are given, what people are told

    def _environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        env = dict(environ) | {"HOLDFAST_HOME": str(self.settings.home.absolute()), "PYTHONUNBUFFERED": "1"}
        if self.embedded:
            env["TEMPORAL_ADDRESS"] = f"127.0.0.1:{self.settings.temporal_port}"
            env.setdefault("HOLDFAST_TEMPORAL_UI_URL", f"http://127.0.0.1:{self.settings.temporal_ui_port}")
        return env

    def _program(self, command: str) -> list[str]:
        return [sys.executable, "-m", "holdfast", command]

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """One stack per home. The kernel lets go of the lock when we die, whatever way."""
        home = self.settings.home
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (home / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotRun(
                    f"another Holdfast runs in {home.absolute()}: set HOLDFAST_HOME to another folder"
                ) from None
            yield

    def _say_where(self) -> None:
        settings = self.settings
        lines = ["Holdfast is ready. Ctrl-C stops it.", f"  API          {settings.url}  (docs: {settings.url}/docs)"]
        if self.embedded:
            lines.append(f"  Temporal UI  http://127.0.0.1:{settings.temporal_ui_port}")
        lines.append(f"  logs         {_short(settings.log_folder)}")
        if settings.demo:
            tokens = _short(settings.tokens_file)
            lines += [
                f"  tokens       {tokens}  (admin, ann, ben, lea, cy, vic, oda)",
                "  a refund waits for a lead; as lea, see it:",
                f'    curl -s {settings.url}/v1/tasks -H "Authorization: Bearer $(python3 -c '
                f"\"import json; print(json.load(open('{tokens}'))['lea'])\")\"",
            ]
        say("\n".join(lines))


def say(text: str) -> None:
    """A line for the person at the terminal. A closed terminal is no reason to stop."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def _short(path: Path) -> str:
    """As a person in this folder would type it."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else "it said nothing"
