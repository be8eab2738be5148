"""Child processes: they end when asked, come back when they die, and never outlive their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from holdfast import children
from holdfast.children import FIRST_PAUSE, LONGEST_PAUSE, STEADY_AFTER, Child, ending
from tests.support.processes import alive, until

SLEEP = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


def child(tmp_path: Path, program: str) -> Child:
    return Child("part", [sys.executable, "-c", program], os.environ, tmp_path / "log" / "part.log")


def started(part: Child) -> Child:
    part.start()
    assert until(lambda: part.log.read_text().endswith("up\n"), 20)
    return part


def test_a_child_ends_when_asked(tmp_path: Path) -> None:
    part = started(child(tmp_path, SLEEP))
    part.stop(within=20)
    assert not part.alive
    assert part.process is not None
    assert ending(part.process.returncode) == "SIGTERM"


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    part = started(child(tmp_path, STUBBORN))
    part.stop(within=0.2)
    assert part.process is not None
    assert ending(part.process.returncode) == "SIGKILL"


def test_a_child_that_dies_is_started_again_ever_later(tmp_path: Path) -> None:
    """The clock is the caller's, so the pauses are seen without waiting for them."""
    part = child(tmp_path, "raise SystemExit(3)")
    part.start()
    pauses = []
    now = part.started
    for _ in range(9):
        assert until(lambda: not part.alive, 20)
        said = part.look_after(now) or ""
        assert "exit code 3" in said
        assert part.look_after(part.due - 0.01) is None, "its pause is not over"
        pauses.append(part.due - now)
        part.look_after(part.due)
        now = part.started
    assert pauses[:3] == pytest.approx([FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE])
    assert pauses[-1] == pytest.approx(LONGEST_PAUSE)
    part.stop(5)


def test_after_a_good_while_the_first_pause_is_short_again(tmp_path: Path) -> None:
    part = child(tmp_path, "pass")
    part.start()
    part.deaths = 7
    assert until(lambda: not part.alive, 20)
    later = part.started + STEADY_AFTER + 1
    part.look_after(later)
    assert part.due - later == pytest.approx(FIRST_PAUSE)


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """SIGKILL leaves the parent no time to stop anybody: the kernel does it."""
    program = (
        "import os, pathlib, sys, time\n"
        "from holdfast.children import Child\n"
        f"part = Child('part', [sys.executable, '-c', {SLEEP!r}], os.environ, pathlib.Path(sys.argv[1]))\n"
        "part.start()\nprint(part.process.pid, flush=True)\ntime.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, tmp_path / "log"], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert alive(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert until(lambda: not alive(pid), 20)


def test_a_log_is_turned_over_before_it_fills_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "LOG_LIMIT", 10)
    part = child(tmp_path, "print('second')")
    part.log.parent.mkdir()
    part.log.write_text("a long first life\n")
    part.start()
    assert until(lambda: not part.alive, 20)
    assert part.log.read_text() == "second\n"
    assert part.log.with_suffix(".log.1").read_text() == "a long first life\n"
    assert time.monotonic() > part.started
