"""`definitions` passes its tests in an environment that holds its own dependencies and nothing else.

It does so under another hash seed than the other run of the same tests, so that nothing may hang on the order of a set.
The environment is made of the installed files of just those packages, so this needs no network. What the core would
borrow from the rest of the house (a library that happens to be installed, a package of ours) is not there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
OWN = ("pydantic", "cel-expr-python", "protobuf", "pyyaml")
TESTS = ("tests/definitions", "tests/engine")
TESTING = ("pytest", "pytest-asyncio", "pytest-timeout", "hypothesis")


def closure(names: tuple[str, ...]) -> dict[str, Distribution]:
    """Those distributions and all that they need here."""
    found: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        found[name] = distribution(name)
        needs = [Requirement(text) for text in found[name].requires or ()]
        waiting += [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return found


def entries(dist: Distribution) -> Iterator[Path]:
    """What the distribution put into site-packages, at its top."""
    tops = {file.parts[0] for file in dist.files or () if file.parts[0] not in ("..", "__pycache__")}
    return (Path(str(dist.locate_file(top))) for top in sorted(tops))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the core, its tests, and a Python that knows no more than they need."""
    folder = tmp_path_factory.mktemp("alone")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    site = next((folder / "venv" / "lib").glob("python3*/site-packages"))
    for dist in closure((*OWN, *TESTING)).values():
        for entry in entries(dist):
            (site / entry.name).symlink_to(entry)
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "definitions", folder / "definitions", ignore=skipped)
    for tests in TESTS:
        shutil.copytree(ROOT / tests, folder / tests, ignore=skipped)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.defpath, "PYTHONHASHSEED": "20261"}
    program = folder / "venv" / "bin" / "python"
    return subprocess.run([program, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", ["temporalio", "sqlalchemy", "fastapi", "httpx2", "activities", "api", "workers"])
def test_the_environment_holds_nothing_else(alone: Path, module: str) -> None:
    assert "ModuleNotFoundError" in python(alone, "-c", f"import {module}").stderr


@pytest.mark.timeout(900)
def test_the_core_passes_its_tests_there(alone: Path) -> None:
    done = python(alone, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert re.search(r"[1-9]\d* passed", done.stdout), done.stdout[-500:]
