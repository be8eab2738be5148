"""What ships with Holdfast: templates of definitions, ready steps to build from, and the sample records they work on.

The only part of `definitions` that reads files, and only those of its own package.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

HERE = "definitions.catalog"
SUFFIX = ".yaml"


def template_ids() -> tuple[str, ...]:
    """The templates there are, by name."""
    return _names(_templates())


def template_text(id: str) -> str:
    """A template as YAML text, comments and all. Raises KeyError for a template that does not exist."""
    if id not in template_ids():
        raise KeyError(id)
    return (_templates() / f"{id}{SUFFIX}").read_text(encoding="utf-8")


def demo_sql() -> str:
    """Tables and rows of the source `demo`, in SQL that SQLite and PostgreSQL both take."""
    return (files(HERE) / "demo.sql").read_text(encoding="utf-8") + work_sql()


def work_sql() -> str:
    """The part of it that may be run again: tables that came later, made where they are missing."""
    return (files(HERE) / "work.sql").read_text(encoding="utf-8")


def snippet_ids() -> tuple[str, ...]:
    """The ready steps of the work-order palette there are, by name."""
    return _names(files(HERE) / "snippets")


def snippet_text(id: str) -> str:
    """A snippet as YAML text: `{name, description, group, steps}`. Raises KeyError for one that does not exist."""
    if id not in snippet_ids():
        raise KeyError(id)
    return (files(HERE) / "snippets" / f"{id}{SUFFIX}").read_text(encoding="utf-8")


def _names(folder: Traversable) -> tuple[str, ...]:
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)))


def _templates() -> Traversable:
    return files(HERE) / "templates"
