"""The console in a real browser, against the whole Holdfast that a user starts. The stories stand in web/e2e."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.house import ROOT, Whole
from tests.support.browser import CHROMIUM

TOLD = {path.stem for path in (ROOT / "web" / "e2e").glob("*.mjs")} - {"harness"}
# One Holdfast hears all of them, one after the other. The last fills the lists of everybody who comes after it.
STORIES = sorted(TOLD, key=lambda name: (name == "long", name))
NODE = Path(sys.executable).with_name("node")


def lacking() -> str:
    """What is missing to open the console in a browser, said where the tests are skipped."""
    if not CHROMIUM.exists():
        return "no Chromium here: apt-get install chromium"
    if not (ROOT / "web" / "dist" / "index.html").exists():
        return "the console is not built: make .make/console"
    return "" if (ROOT / "web" / "node_modules").exists() else "web/node_modules is missing: make .make/console"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """A Holdfast of its own: these stories use up what `make run` leaves waiting for a newcomer."""
    house = Whole(tmp_path_factory.mktemp("console") / "home")
    house.start_up()
    yield house
    assert house.program.end() == 0, house.program.tail()


@pytest.mark.server
@pytest.mark.skipif(bool(lacking()), reason=lacking() or "all is there")
@pytest.mark.parametrize("name", STORIES)
def test_a_story_told_by_clicking(fresh: Whole, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each ends well, without an error in the console, a violation of the policy, or anything axe finds.

    What a story measured is printed, and judged by nobody.
    """
    command = [str(NODE), f"e2e/{name}.mjs", fresh.url]
    told = subprocess.run(command, cwd=ROOT / "web", capture_output=True, text=True, timeout=480, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    if figures := told.stdout.splitlines()[:-1]:
        with capsys.disabled():
            print("", *figures, sep="\n  ")
