"""Nothing in the engine depends on the order in which Python's hashes fall: two processes with different seeds tell the
same 200 random stories, event by event; and a process that lets a set decide is found out.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TELL = """
from tests.engine.test_properties import TOLD, held
held(200, derandomize=True, database=None)()
print(TOLD.hexdigest())
"""
DAMAGE = """
from definitions.engine.turn import Turn

def look_at(self, steps):
    self._queued |= {step: None for step in set(steps)}

def next_due(self):
    step = next(iter(set(self._queued)), None)
    self._queued.pop(step, None)
    return self.graph.nodes[step] if step else None

Turn.look_at, Turn.next_due = look_at, next_due
"""


def told(seed: str, before: str = "") -> str:
    """The digest of the stories in a process of its own with that hash seed."""
    env = {**os.environ, "PYTHONHASHSEED": seed}
    found = subprocess.run(
        [sys.executable, "-c", before + TELL],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-3000:]
    return found.stdout.strip().splitlines()[-1]


def test_two_hash_seeds_tell_the_same_stories() -> None:
    assert told("1") == told("4242")


def test_a_set_that_decides_is_found_out() -> None:
    assert len({told(seed, DAMAGE) for seed in ("1", "2", "3")}) > 1
