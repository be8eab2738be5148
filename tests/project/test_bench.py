"""The bench starts, measures both sides and writes what it found. How fast they were is nobody's business here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PER_STEP = {"events_per_step", "bytes_per_step", "actions_per_step"}


@pytest.mark.server
def test_the_bench_writes_figures_of_both_sides(tmp_path: Path) -> None:
    output = tmp_path / "latest.json"
    small = {"BENCH_RUNS": "2", "BENCH_STEPS": "2", "BENCH_REPEAT": "1", "BENCH_PARTS": "automatic"}
    env = {**os.environ, **small, "BENCH_OUTPUT": str(output)}
    done = subprocess.run(
        [sys.executable, "-m", "bench"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "automatic steps/s, 2 runs" in done.stdout and "by hand" in done.stdout
    found = json.loads(output.read_text())
    assert set(found) == {"automatic"}
    figures = found["automatic"]
    assert {"ratio", "one_run_ratio", "cpu_ratio"} <= set(figures) and set(figures) >= PER_STEP
    assert set(figures["by_hand"]) >= PER_STEP
    for each in ("steps_per_second", "one_run_steps_per_second", "cpu_ms_per_step"):
        assert set(figures[each]) >= {"ours", "by-hand"}


def test_a_part_nobody_knows_is_refused() -> None:
    env = {**os.environ, "BENCH_PARTS": "automatic,speed"}
    command = [sys.executable, "-c", "from bench.plan import Plan; Plan.from_environment()"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "speed is none of automatic, human" in done.stderr
