"""What stands around a measurement: one Temporal server, one database, an API process, and a worker process per side.

The server has the settings of `holdfast run` (a file in WAL mode). Everything is started from the main thread, so that
it dies with this process however that ends.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.worker import SIDES
from holdfast.children import spawn
from tests.support.servers import TemporalServer, free_port

ROOT = Path(__file__).parents[1]
START_WITHIN = 60.0
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Program:
    """A process of the stage, with its log."""

    argv: list[str]
    log: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self, ready: Callable[[], bool]) -> None:
        """Returns when `ready` says so. Raises RuntimeError with the end of its log when it does not become so."""
        with self.log.open("ab") as output:
            self.process = spawn([sys.executable, *self.argv], self.env, output)
        deadline = time.monotonic() + START_WITHIN
        while not ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.argv} did not start:\n{self.log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """SIGTERM, and waits."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def cpu(self) -> float:
        """Seconds of processor time it has used."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def memory(self) -> int:
        """Bytes it has resident."""
        assert self.process is not None
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * _PAGE


class Stage:
    """All of it, in a folder of its own."""

    def __init__(self, folder: Path, profile: str = "") -> None:
        self.folder, self.home = folder, folder / "home"
        self.home.mkdir(parents=True)
        self.temporal = TemporalServer(folder)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HOLDFAST_", "TEMPORAL_"))}
        settings = {"HOLDFAST_HOME": str(self.home), "HOLDFAST_PORT": str(port), "HOLDFAST_TASK_QUEUE": "ours"}
        self.env = {**kept, **settings, "TEMPORAL_ADDRESS": self.temporal.address, "PYTHONPATH": str(ROOT)}
        if profile:
            self.env["BENCH_PROFILE"] = profile
        self.workers: dict[str, Program] = {}
        self._extra: list[Program] = []
        self.api = Program(["-m", "holdfast", "api"], folder / "api.log", self.env)

    def cpu(self) -> float:
        """Seconds of processor time that API and workers have used."""
        return sum(program.cpu() for program in (self.api, *self.workers.values()))

    def start(self) -> None:
        """Server, database, demo people, both workers, API."""
        self.temporal.start()
        prepare = [sys.executable, "-m", "holdfast", "prepare"]
        subprocess.run(prepare, env=self.env, check=True, capture_output=True)  # noqa: S603 - our own program
        for side in SIDES:
            self.start_worker(side)
        self.api.start(self._api_answers)

    def start_worker(self, side: str) -> Program:
        """A worker for that side, which becomes *the* worker of it; the former one is left as it is."""
        ready = self.folder / f"{side}.ready"
        ready.unlink(missing_ok=True)
        program = Program(["-m", "bench.worker", side, str(ready)], self.folder / f"{side}.log", self.env)
        program.start(ready.exists)
        self._extra.append(program)
        self.workers[side] = program
        return program

    def restart_worker(self, side: str) -> None:
        """A polite stop and a new worker, which knows no run yet."""
        self.workers[side].stop()
        self.start_worker(side)

    def tokens(self) -> dict[str, str]:
        """Of the demo people."""
        return dict(json.loads((self.home / "demo-tokens.json").read_text()))

    def stop(self) -> None:
        """All that still runs."""
        self.api.kill()
        for program in self._extra:
            if program.process is not None and program.process.poll() is None:
                program.stop()
        self.temporal.stop()

    def _api_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as reply:  # noqa: S310 - loopback
                return bool(reply.status == 200)
        except OSError:
            return False
