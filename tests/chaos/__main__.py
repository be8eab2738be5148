"""`make chaos SEED=7 SECONDS=600 RUNS=200`: one night, its figures, and every promise that was broken.

The folder with the diary and the books is kept when something is wrong; `python -m tests.chaos --judge FOLDER` reads it
again.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.chaos.night import Night, have, judge


def main() -> int:
    """0 when every promise was kept."""
    asked = _asked()
    if asked.judge:
        return _told(judge(asked.judge))
    folder = Path(tempfile.mkdtemp(prefix="holdfast-chaos-"))
    print(f"seed {asked.seed}, {asked.seconds:g} s, {asked.runs} runs at once; files in {folder}", flush=True)
    night = have(folder, asked.seed, asked.seconds, asked.runs)
    _figures(night)
    code = _told(night.problems)
    if code == 0:
        shutil.rmtree(folder, ignore_errors=True)
    return code


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--judge", type=Path)
    return parser.parse_args()


def _figures(night: Night) -> None:
    print(", ".join(f"{part} {kind} {times}x" for (part, kind), times in sorted(night.faults.items())))
    print(f"{night.runs} runs, {night.events} events; {night.acked} answers given, {night.unanswered} never")
    print(f"slowest answer {night.slowest:.1f} s; quiet {night.settled:.1f} s after the last fault")


def _told(problems: list[str]) -> int:
    for line in problems[:50]:
        print(line)
    print("nothing lost" if not problems else f"{len(problems)} promises broken")
    return 1 if problems else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
