"""docs/findings.md is the page of every code: what the API answers with can be looked up there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from definitions.findings import CODES
from definitions.forms import PROBLEMS

PAGE = Path(__file__).parents[2] / "docs" / "findings.md"


@pytest.mark.skipif(not PAGE.exists(), reason="the core is tested here without the documentation")
def test_every_code_has_its_paragraph() -> None:
    """One heading for each code, in the words of the code itself; none for a code that does not exist."""
    text = PAGE.read_text(encoding="utf-8")
    findings, answers = text.split("\n## Answers\n")
    for part, codes in ((findings, CODES), (answers, PROBLEMS)):
        written = dict(re.findall(r"^### `([a-z_]+)`\n\n(.+)$", part, re.MULTILINE))
        wrong = {code: (written.get(code), codes.get(code)) for code in {**written, **codes}}
        wrong = {code: both for code, both in wrong.items() if both[0] != both[1]}
        assert not wrong, (
            f"docs/findings.md: one `### code`, an empty line, and the code's own words. (page, code): {wrong}"
        )
