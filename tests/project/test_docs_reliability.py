"""docs/reliability.md: every row names a test that exists, or says that it is unproven and why."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
SPECIFIED = ROOT.parent / "shared" / "RELIABILITY.md"
TABLES = ["Faults", "Bad input", "Attacks"]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
UNPROVEN = re.compile(r"\*unproven\*: \w+")


def rows(part: str) -> dict[int, tuple[str, str]]:
    """The rows of one table: number -> what, and what shows it."""
    text = PAGE.partition(f"\n## {part}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| (\d+) \| (.+?) \| (.+) \|$", text, re.MULTILINE)
    assert len(found) == len({number for number, *_ in found}), "a number stands twice"
    return {int(number): (what, shown) for number, what, shown in found}


def is_name(target: ast.expr) -> TypeGuard[ast.Name]:
    return isinstance(target, ast.Name)


@cache
def defined_in(file: str) -> frozenset[str]:
    """The names that a test file defines: functions, and properties made by hypothesis."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    functions = [each.name for each in nodes if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    made = [target.id for each in nodes if isinstance(each, ast.Assign) for target in each.targets if is_name(target)]
    return frozenset([*functions, *made])


def wrong(shown: str) -> list[str]:
    """What does not hold of the last column of a row."""
    named = NAMED.findall(shown)
    found = [f"there is no {file}::{test}" for file, test in named if test not in defined_in(file)]
    if not named and not UNPROVEN.search(shown):
        found.append("neither a test nor `*unproven*: the reason`")
    return found


@pytest.mark.parametrize("part", TABLES)
def test_every_row_is_shown_or_says_that_it_is_not(part: str) -> None:
    found = {f"{part} {number}": wrong(shown) for number, (_, shown) in rows(part).items()}
    told = {row: problems for row, problems in found.items() if problems}
    assert not told, f"docs/reliability.md: name the test that shows the row now, or say what is unproven. {told}"


@pytest.mark.parametrize("part", TABLES)
def test_the_rows_are_numbered_without_a_gap(part: str) -> None:
    assert list(rows(part)) == list(range(1, len(rows(part)) + 1))


def test_the_rows_are_those_of_the_specification() -> None:
    if not SPECIFIED.exists():
        pytest.skip("the specification is not beside this checkout")
    text = SPECIFIED.read_text(encoding="utf-8")
    faults = text.partition("## Fault matrix")[2].partition("\n## ")[0]
    inputs = text.partition("## Bad inputs")[2].partition("\n## ")[0]
    attacks = text.partition("**Attack cases**")[2].partition("**OWASP map**")[0]
    numbered = re.compile(r"^\| (\d+) \|", re.MULTILINE)
    assert list(rows("Faults")) == [int(number) for number in numbered.findall(faults)]
    assert list(rows("Bad input")) == [int(number) for number in numbered.findall(inputs)]
    written = {int(number) for number in re.findall(r"(?:^|[.)] )(\d{1,2})\. [A-Z`]", attacks, re.MULTILINE)}
    assert set(rows("Attacks")) == written


@pytest.mark.parametrize(
    "shown", ["`tests/api/test_house.py::test_of_nothing`", "`tests/nowhere.py::test_x`", "", "*unproven*", "surely"]
)
def test_a_row_that_claims_too_much_is_noticed(shown: str) -> None:
    """The alarm is seen."""
    assert wrong(shown)
