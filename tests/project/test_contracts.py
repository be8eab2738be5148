"""The contracts between the packages hold, leave nothing out, and are seen to bite."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES: list[str] = PROJECT["tool"]["importlinter"]["root_packages"]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter on that folder, whose packages win over the installed ones."""
    return subprocess.run([BIN / "lint-imports", "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the code, to be damaged."""
    for name in PACKAGES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


def test_every_package_has_its_place() -> None:
    """A new package at the top that nobody put into the contracts would be free to import anything."""
    found = {entry.parent.name for entry in ROOT.glob("*/__init__.py")}
    layers = [
        part.strip() for layer in PROJECT["tool"]["importlinter"]["contracts"][0]["layers"] for part in layer.split("|")
    ]
    assert found - {"tests", "bench"} == set(PACKAGES) == set(layers)
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == PACKAGES
    assert PROJECT["tool"]["mypy"]["packages"] == PACKAGES


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("definitions/wire.py", "import time", "definitions is pure"),
        ("definitions/canonical.py", "import asyncio", "definitions is pure"),
        ("definitions/contracts.py", "import random", "definitions is pure"),
        ("definitions/wire.py", "import temporalio.workflow", "definitions is pure"),
        ("definitions/wire.py", "import activities", "one way through the house"),
        ("definitions/canonical.py", "import cel_expr_python", "only the compiler"),
        ("activities/ports.py", "import api", "one way through the house"),
        ("activities/ports.py", "import workers", "one way through the house"),
        ("activities/ports.py", "import sqlmodel", "an effect knows neither"),
        ("api/permissions.py", "import activities", "the api needs none"),
        ("api/permissions.py", "import workers", "one way through the house"),
        ("workers/inbox.py", "import api", "one way through the house"),
        ("workers/inbox.py", "import fastapi", "the workflow shell"),
    ],
)
def test_a_forbidden_import_raises_the_alarm(copy: Path, module: str, line: str, contract: str) -> None:
    with (copy / module).open("a") as file:
        file.write(f"\n{line}  # noqa\n")
    done = lint_imports(copy)
    broken = [row for row in done.stdout.splitlines() if " BROKEN" in row]
    assert done.returncode == 1, done.stdout
    assert any(row.startswith(contract) for row in broken), broken


def test_a_clock_in_the_core_raises_the_alarm(copy: Path) -> None:
    """import-linter sees modules; that `datetime` is imported is fine, that its clock is read is not."""
    (copy / "definitions" / "late.py").write_text(
        '"""x"""\n\nfrom datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n'
    )
    done = subprocess.run(
        [BIN / "ruff", "check", "--no-cache", "definitions/late.py"],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "TID251" in done.stdout, done.stdout
    assert "take the time from the message" in done.stdout
