"""Every definition of docs/triggers.md is one that would be published as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.yaml_text import parse_yaml
from definitions.checks import check

PAGE = Path(__file__).parents[2] / "docs" / "triggers.md"
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: re.search(r"key: (\S+)", text)[1])
def test_an_example_is_a_definition_without_a_finding(text: str) -> None:
    report = check(parse_yaml(text.encode()))
    assert [(each.code, each.path) for each in (*report.findings, *report.warnings)] == []


def test_there_are_examples_of_every_trigger_that_is_told_here() -> None:
    told = {kind for text in EXAMPLES for kind in re.findall(r"type: (webhook|event|schedule)", text)}
    assert told == {"webhook", "event", "schedule"}
