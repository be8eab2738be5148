"""The site builds without a warning, holds every page, and fetches nothing from anywhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.project.docs_codes import ROOT

CONFIG = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
FETCHED = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["']?(?:https?:)?//|<link\b[^>]*\bhref=["']?(?:https?:)?//"""
)
IMPORTED = re.compile(r"""(?:@import|url\()\s*["']?(?:https?:)?//""")


def build(site: Path, config: Path = ROOT / "mkdocs.yml") -> subprocess.CompletedProcess[str]:
    """As `make docs` does it. Never `--quiet`: mkdocs then counts no warning, and strict finds nothing."""
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--config-file",
        config,
        "--site-dir",
        site,
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0 and "WARNING" not in done.stderr, done.stdout + done.stderr
    return folder


def test_every_page_is_built(site: Path) -> None:
    pages = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    built = [page.with_name("index.html") if page.name == "README.md" else page.with_suffix(".html") for page in pages]
    assert [page for page in built if not (site / page).is_file()] == []
    assert not (site / "drawing").exists(), "what draws is no page"


def test_every_drawing_is_shown(site: Path) -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in site.glob("*.html"))
    assert [path.name for path in (ROOT / "docs/diagrams").iterdir() if f"diagrams/{path.name}" not in text] == []


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    pages = {path: FETCHED.findall(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    styles = {path: IMPORTED.findall(path.read_text(encoding="utf-8")) for path in site.rglob("*.css")}
    assert {path: found for path, found in (pages | styles).items() if found} == {}
    assert len(pages) > 10 and styles


def test_the_site_lands_where_git_does_not_look() -> None:
    assert (CONFIG["docs_dir"], CONFIG["site_dir"]) == ("docs", ".make/site")
    assert ".make/" in (ROOT / ".gitignore").read_text().splitlines()


def test_a_broken_link_is_noticed(tmp_path: Path) -> None:
    """The alarm is seen."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("[gone](nowhere.md) [there](#nothing)\n")
    config = {key: value for key, value in CONFIG.items() if key not in ("nav", "site_dir")}
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump(config))
    done = build(tmp_path / "site", tmp_path / "mkdocs.yml")
    assert done.returncode != 0
    assert "nowhere.md" in done.stderr and "#nothing" in done.stderr


def test_the_verb_is_strict() -> None:
    """`--quiet` would switch the warnings off, and strict with them."""
    (line,) = re.findall(r"mkdocs build.*", (ROOT / "Makefile").read_text())
    assert "--strict" in line and "--quiet" not in line


@pytest.mark.parametrize(
    "line", ['<script src="https://cdn.example/x.js">', "<link rel=stylesheet href='//fonts.example'>"]
)
def test_a_fetch_is_noticed(line: str) -> None:
    assert FETCHED.search(line)
