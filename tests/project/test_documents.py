"""The documents name what is there: paths, verbs, commands, decisions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]+\]\(([^)#:]+)\)")
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|toml|yml|yaml|lock|json))`")
MADE = (".holdfast", ".venv", ".make", "web/screenshots", "https:")
"""Folders that running makes; their files are named in documents and are not tracked."""


def named(document: Path) -> list[str]:
    """Paths that the document links to or sets in code, relative to the project or to the document."""
    text = document.read_text()
    return [name for name in (*LINK.findall(text), *NAMED.findall(text)) if not name.startswith(MADE)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_in_documents_exist(document: Path) -> None:
    missing = [name for name in named(document) if not any((base / name).exists() for base in (ROOT, document.parent))]
    assert missing == []


def test_the_readme_names_enough_to_be_tested() -> None:
    assert len(named(ROOT / "README.md")) > 10


def test_verbs_in_the_readme_are_verbs_of_the_makefile() -> None:
    verbs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    used = set(re.findall(r"`make ([a-z]+)`", (ROOT / "README.md").read_text()))
    assert {"run", "test", "check"} <= used <= verbs


def test_continuous_integration_runs_what_a_person_runs() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()


def test_every_decision_stands_in_the_list_and_says_what_was_turned_down() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text()
    pages = sorted(folder.glob("0*.md"))
    assert [page.name for page in pages if page.name not in index] == []
    parts = ("**What forced it.**", "**Decided.**", "**Turned down.**", "**Costs.**", "**Held in place by**")
    assert [page.name for page in pages if any(part not in page.read_text() for part in parts)] == []
