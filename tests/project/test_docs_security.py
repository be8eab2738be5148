"""docs/security.md names every operation that a role can grant, in the words of the table, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from api.permissions import OPERATIONS

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")


def test_the_operations_are_those_of_the_table() -> None:
    _, _, text = PAGE.partition("<!-- operations -->")
    rows = re.findall(r"^\| `([a-z._]+)` \| (.+?) \| (.*?) ?\|$", text.partition("\n## ")[0], re.MULTILINE)
    wanted = [(each.name, each.title, _without_a_role(each.public, each.everyone)) for each in OPERATIONS.values()]
    assert rows == wanted, "docs/security.md: one row per operation of api/permissions.py, in its order"


def _without_a_role(public: bool, everyone: bool) -> str:
    return "anybody" if public else "whoever is signed in" if everyone else ""
