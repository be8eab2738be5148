"""The Python of docs/developers.md runs as it stands, and its action is the README's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from api.yaml_text import parse_yaml
from definitions.checks import check

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "developers.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run(program: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: registering an action is done once."""
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("program", blocks(PAGE, "python"), ids=lambda text: text.strip().splitlines()[-1][:40])
def test_a_program_of_the_page_runs(program: str) -> None:
    done = run(program)
    assert done.returncode == 0, done.stderr


def test_the_action_in_ten_lines_is_announced() -> None:
    (program, *_) = blocks(PAGE, "python")
    asked = "\nfrom activities import default_registry\nprint([each['name'] for each in default_registry.catalogue()])"
    assert "shop.ship" in run(program + asked).stdout
    assert program in blocks((ROOT / "README.md").read_text(encoding="utf-8"), "python")


def test_a_step_that_uses_it_is_right() -> None:
    (steps,) = blocks(PAGE, "yaml")
    document = {
        "holdfast": 1,
        "key": "shop",
        "name": "Shop",
        "record": "demo.orders",
        "steps": parse_yaml(steps.encode()),
    }
    assert check(document).findings == ()


def test_a_program_that_fails_is_noticed() -> None:
    """The alarm is seen."""
    assert run(blocks(PAGE, "python")[1] + "\nassert everything.catalogue() == []").returncode == 1
