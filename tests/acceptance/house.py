"""A whole Holdfast of our own: the programs a user starts, with ports and folders of their own, reached over HTTP only.

`Whole` is `holdfast run`, one process to stop. `Parts` are the same programs one by one, so that a test can take one
of them away. Only processes started here are ever stopped, by their pid.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from holdfast.children import spawn
from tests.support.servers import TemporalServer, free_port

ROOT = Path(__file__).parents[2]
START_WITHIN = 90.0


class Client:
    """Calls the API as one of the demo people; answers (status, body)."""

    def __init__(self, url: str, home: Path) -> None:
        self.url, self.home = url, home

    def call(
        self, who: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers or {})
        if who != "nobody":
            request.add_header("Authorization", f"Bearer {self.tokens()[who]}")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, json.loads(text) if text else None

    def tokens(self) -> dict[str, str]:
        return dict(json.loads((self.home / "demo-tokens.json").read_text()))

    def publish(self, document: dict[str, Any]) -> None:
        status, body = self.call("admin", "POST", "/v1/definitions", document)
        assert status in (200, 201), body
        status, body = self.call("admin", "POST", f"/v1/definitions/{document['key']}/publish", {})
        assert status == 201, body

    def start(self, who: str, definition: str, **more: Any) -> dict[str, Any]:
        status, body = self.call(who, "POST", "/v1/runs", {"definition": definition, **more})
        assert status == 201, body
        return dict(body)

    def command(self, who: str, run: str, kind: str, tries: int = 5, **more: Any) -> tuple[int, Any]:
        """Sent again under its id while nobody says what became of it, as on a busy machine."""
        body = {"id": uuid.uuid4().hex, "type": kind, **more}
        for _ in range(tries):
            status, answer = self.call(who, "POST", f"/v1/runs/{run}/commands", body)
            if status != 202:
                break
        return status, answer

    def run(self, run: str, who: str = "lea") -> dict[str, Any]:
        status, body = self.call(who, "GET", f"/v1/runs/{run}")
        assert status == 200, body
        return dict(body)

    def until(self, run: str, holds: Callable[[dict[str, Any]], bool], seconds: float = 40) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while not holds(view := self.run(run)):
            assert time.monotonic() < deadline, view
            time.sleep(0.1)
        return view

    def events(self, run: str) -> list[dict[str, Any]]:
        status, body = self.call("lea", "GET", f"/v1/runs/{run}/events?limit=200")
        assert status == 200, body
        return list(body["items"])


def step(view: dict[str, Any], name: str) -> dict[str, Any]:
    """One step of a RunView."""
    return next(s for s in view["steps"] if s["id"] == name)


class Program:
    """One of our programs in a process group of its own; it dies with the test process, however that ends."""

    def __init__(self, argv: list[str], env: dict[str, str], log: Path) -> None:
        self.argv, self.env, self.log = argv, env, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            env = {**self.env, "PYTHONPATH": str(ROOT)}
            self.process = spawn([sys.executable, "-m", "holdfast", *self.argv], env, output)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(40)
        self.process = None
        return code

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""


class Whole(Client):
    """`holdfast run` in a folder of its own."""

    def __init__(self, home: Path) -> None:
        self.ports = {name: free_port() for name in ("PORT", "TEMPORAL_PORT", "TEMPORAL_UI_PORT")}
        env = {key: value for key, value in os.environ.items() if not key.startswith(("HOLDFAST_", "TEMPORAL_"))}
        env |= {f"HOLDFAST_{name}": str(port) for name, port in self.ports.items()} | {"HOLDFAST_HOME": str(home)}
        self.program = Program(["run"], env, home.with_name(home.name + ".out"))
        super().__init__(f"http://127.0.0.1:{self.ports['PORT']}", home)

    def start_up(self) -> None:
        """Returns when it says that it is ready."""
        said = self.program.tail().count("Holdfast is ready")
        self.program.start()
        deadline = time.monotonic() + START_WITHIN
        while self.program.tail().count("Holdfast is ready") == said:
            assert self.program.process is not None
            assert self.program.process.poll() is None, self.program.tail()
            assert time.monotonic() < deadline, self.program.tail()
            time.sleep(0.1)


class Parts(Client):
    """Temporal, worker and API, each to be stopped, killed and started again by itself.

    `modules` are imported by the worker, `dynamic` are settings of Temporal's own.
    """

    def __init__(
        self, folder: Path, modules: tuple[str, ...] = (), dynamic: tuple[str, ...] = (), **settings: str
    ) -> None:
        home = folder / "home"
        home.mkdir()
        port = free_port()
        super().__init__(f"http://127.0.0.1:{port}", home)
        self.temporal = TemporalServer(folder, dynamic)
        env = {key: value for key, value in os.environ.items() if not key.startswith(("HOLDFAST_", "TEMPORAL_"))}
        self.env = (
            env
            | settings
            | {
                "HOLDFAST_HOME": str(home),
                "HOLDFAST_PORT": str(port),
                "TEMPORAL_ADDRESS": self.temporal.address,
                "HOLDFAST_READY_FILE": str(folder / "worker.ready"),
            }
        )
        self.ready_file = folder / "worker.ready"
        imports = [part for module in modules for part in ("--import", module)]
        self.worker = Program(["worker", *imports], self.env, folder / "worker.log")
        self.api = Program(["api"], self.env, folder / "api.log")

    def start_up(self) -> None:
        """Everything, in the order `holdfast run` does it."""
        self.temporal.start()
        prepare = Program(["prepare"], self.env, self.home / "prepare.log")
        prepare.start()
        assert prepare.process is not None
        assert prepare.process.wait(60) == 0, prepare.tail()
        self.start_worker()
        self.start_api()

    def start_worker(self) -> None:
        self.ready_file.unlink(missing_ok=True)
        self.worker.start()
        self.wait_for(self.ready_file.exists, self.worker)

    def start_api(self) -> None:
        self.api.start()
        self.wait_for(self.api_answers, self.api)

    def mend(self) -> None:
        """Start what is not running."""
        if not self.temporal.running:
            self.temporal.start()
        if self.worker.process is None:
            self.start_worker()
        if self.api.process is None:
            self.start_api()

    def api_answers(self) -> bool:
        try:
            return self.call("nobody", "GET", "/healthz")[0] == 200
        except OSError:
            return False

    def wait_for(self, holds: Callable[[], bool], program: Program) -> None:
        deadline = time.monotonic() + START_WITHIN
        while not holds():
            assert program.process is not None
            assert program.process.poll() is None, program.tail()
            assert time.monotonic() < deadline, program.tail()
            time.sleep(0.05)

    def stop(self) -> None:
        """Everything that still runs."""
        for program in (self.api, self.worker):
            if program.process is not None:
                program.end(signal.SIGKILL)
        self.temporal.stop()
