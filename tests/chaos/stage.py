"""What is harmed: Temporal, PostgreSQL, a worker and the API, each a process of its own.

A part is `killed` and started again; or `frozen`, as by a machine that sleeps or swaps, so that its connections stay
open and nobody answers on them; or, of PostgreSQL, every connection is `cut` again and again. All the while Temporal
closes each connection when it is a few seconds old, as its servers do after five minutes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.acceptance.house import Parts
from tests.support.servers import PostgresServer

PARTS = ("worker", "api", "temporal", "postgres")
KINDS = dict.fromkeys(PARTS, ("killed", "frozen")) | {"postgres": ("killed", "frozen", "cut")}
LOOK_EVERY = 0.25
CUT_EVERY = 0.3
AGES = ('frontend.keepAliveMaxConnectionAge="5s"', 'frontend.keepAliveMaxConnectionAgeGrace="2s"')


class Stage:
    """The parts. Whatever died by itself is started again, as `holdfast run` or a supervisor would."""

    def __init__(self, folder: Path) -> None:
        self.postgres = PostgresServer(durable=True)
        world = folder / "world"
        world.mkdir()
        self.database = self.postgres.create("chaos")
        settings = {
            "HOLDFAST_DATABASE_URL": self.database,
            "HOLDFAST_CHAOS_WORLD": str(world),
            "HOLDFAST_LOG_LEVEL": "warning",
        }
        self.world = world
        self.house = Parts(folder, ("tests.chaos.actions",), AGES, **settings)
        self._lock, self._over = threading.Lock(), threading.Event()

    @contextmanager
    def open(self) -> Iterator[Stage]:
        """Started, and watched over until the end of the block."""
        self.house.start_up()
        watching = threading.Thread(target=self._watch, daemon=True)
        watching.start()
        try:
            yield self
        finally:
            self._over.set()
            watching.join()
            self.house.stop()
            self.postgres.stop()

    def harm(self, part: str, kind: str, seconds: float) -> None:
        """Do it, and let so many seconds pass."""
        match kind:
            case "killed":
                self.kill(part)
                time.sleep(seconds)
            case "frozen":
                self._tell(part, signal.SIGSTOP)
                time.sleep(seconds)
            case "cut":
                self._cut(seconds)

    def mend(self, part: str, kind: str) -> None:
        """Whatever was done, the part serves again after it."""
        match kind:
            case "killed":
                self.start(part)
            case "frozen":
                self._tell(part, signal.SIGCONT)

    def kill(self, part: str) -> None:
        """SIGKILL, as the power that fails. PostgreSQL's children see their postmaster gone and end."""
        with self._lock:
            if part == "temporal" and self.house.temporal.running:
                self.house.temporal.kill()
            elif part == "postgres":
                self.postgres.kill()
            elif part in ("worker", "api"):
                program = getattr(self.house, part)
                if program.process is not None:
                    program.end(signal.SIGKILL)

    def start(self, part: str) -> None:
        """Start it again, where it is not running. Returns when it serves, or at once for our own programs."""
        with self._lock:
            if part == "temporal" and not self.house.temporal.running:
                self.house.temporal.start()
            elif part == "postgres":
                self.postgres.start()
            elif part in ("worker", "api"):
                program = getattr(self.house, part)
                if program.process is None:
                    program.start()

    def _tell(self, part: str, number: signal.Signals) -> None:
        """A signal to all processes of a part that has not ended."""
        with self._lock:
            for pid in self._pids(part):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

    def _pids(self, part: str) -> list[int]:
        if part == "temporal":
            return [self.house.temporal.pid]
        if part == "postgres":
            return self.postgres.pids
        process = getattr(self.house, part).process
        return [] if process is None or process.poll() is not None else [process.pid]

    def _cut(self, seconds: float) -> None:
        """End every session of the database but our own, for so long again and again."""
        deadline = time.monotonic() + seconds
        with psycopg.connect(self.database, autocommit=True) as connection:
            while True:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                if time.monotonic() > deadline:
                    return
                time.sleep(CUT_EVERY)

    def _watch(self) -> None:
        """A program of ours that ended by itself, as one that found no database at its start, is started again."""
        while not self._over.wait(LOOK_EVERY):
            with self._lock, contextlib.suppress(OSError):
                for program in (self.house.worker, self.house.api):
                    if program.process is not None and program.process.poll() is not None:
                        program.end()
                        program.start()
