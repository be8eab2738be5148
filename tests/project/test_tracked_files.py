"""What is in the repository works anywhere: it names no package index and no path of somebody's machine."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("definitions", "activities", "api", "workers", "holdfast")

# Written in pieces, so that this file does not name what it forbids.
INDEXES = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry.npm" + "js.org",
    "registry.yarn" + "pkg.com",
    "arti" + "factory",
)
MACHINES = ("/wor" + "k/main", "/wor" + "k/shared", "/ro" + "ot/", "/ho" + "me/")
FORBIDDEN = re.compile("|".join(re.escape(text) for text in (*INDEXES, *MACHINES)), re.IGNORECASE)


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git working copy, so nothing is tracked")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def naming(text: str) -> list[str]:
    return sorted({found.group() for found in FORBIDDEN.finditer(text)})


def test_no_tracked_file_names_an_index_or_a_machine() -> None:
    found = {str(path.relative_to(ROOT)): naming(path.read_bytes().decode(errors="replace")) for path in tracked()}
    assert {name: words for name, words in found.items() if words} == {}


def test_the_lock_is_hashes_and_versions_only() -> None:
    """Each line is a package with its exact version (and perhaps a marker), or a hash of one of its files."""
    package = re.compile(r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,_-]+\])?==[^\s;]+( ; [^\\]+)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert [line for line in lines if not package.fullmatch(line) and not digest.fullmatch(line)] == []
    assert len(lines) > 100


@pytest.mark.parametrize("text", ["index-url = https://" + INDEXES[0], "open('" + MACHINES[0] + "/x')"])
def test_the_alarm_is_seen(text: str) -> None:
    assert naming(text)


def modules() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES]


def test_modules_open_with_their_theory_and_stay_short() -> None:
    """A file beyond 400 lines or a function beyond 60 holds more than one idea; migrations are generated."""
    found: list[str] = []
    for path in modules():
        name, text = str(path.relative_to(ROOT)), path.read_text()
        tree = ast.parse(text)
        if tree.body and not ast.get_docstring(tree):
            found.append(f"{name}: says nothing about itself")
        if "migrations/versions" in name:
            continue
        if (lines := text.count("\n")) > 400:
            found.append(f"{name}: {lines} lines")
        found += [
            f"{name}:{node.lineno} {node.name}: {size} lines"
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and (size := (node.end_lineno or 0) - node.lineno + 1) > 60
        ]
    assert found == []
