"""What is killed: Temporal, PostgreSQL, a worker and the API, each a process of its own that is started again."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.acceptance.house import Parts
from tests.support.servers import PostgresServer

PARTS = ("worker", "api", "temporal", "postgres")
LOOK_EVERY = 0.25


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
        self.house = Parts(folder, ("tests.chaos.actions",), **settings)
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

    def _watch(self) -> None:
        """A program of ours that ended by itself, as one that found no database at its start, is started again."""
        while not self._over.wait(LOOK_EVERY):
            with self._lock, contextlib.suppress(OSError):
                for program in (self.house.worker, self.house.api):
                    if program.process is not None and program.process.poll() is not None:
                        program.end()
                        program.start()
