"""Whole definitions: templates, acceptance cases, one of each kind."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from definitions.catalog import template_text
from definitions.checks import check
from definitions.model import KINDS
from tests.definitions.mistakes import KNOWN, said
from tests.definitions.samples import case_rows, definition


def test_the_template_is_clean_with_and_without_an_installation() -> None:
    raw = yaml.safe_load(template_text("refund"))
    for known in (None, KNOWN):
        report = check(raw, known)
        assert report.valid and not report.warnings and report.document is not None
        assert set(report.expressions) == {
            "/steps/1/options/0/when",
            "/steps/3/with/order",
            "/steps/3/with/amount",
            "/steps/3/undo/with/refund",
            "/steps/4/with/to",
            "/steps/4/with/text",
        }


@pytest.mark.parametrize(("case", "raw"), case_rows())
def test_the_definitions_of_the_acceptance_cases(case: str, raw: dict[str, Any]) -> None:
    """They are clean."""
    for known in (None, KNOWN):
        report = check(raw, known)
        assert report.document is not None
        assert not report.warnings
        assert not report.findings


def test_a_minimal_step_of_every_kind_is_clean() -> None:
    needs: dict[str, dict[str, Any]] = {
        "decision": {"options": [{"id": "yes"}]},
        "load_related": {"relation": "customer"},
        "update_data": {"set": {"status": "x"}, "execute": "automatic"},
        "action": {"action": "demo.rate", "with": {"currency": "EUR"}},
        "mcp": {"server": "crm", "tool": "find"},
        "ai": {"instruction": "Think"},
        "wait": {"for": "1 day"},
        "workflow": {"definition": "refund"},
        "escalate": {"inbox": "leads"},
    }
    for kind in KINDS:
        assert said(definition({"id": "a", "kind": kind, **needs.get(kind, {})})) == []


def test_a_document_in_yaml_1_1_reads_the_same() -> None:
    """No key or id of the language is one of YAML 1.1's other booleans."""
    raw = yaml.safe_load(template_text("refund"))
    assert all(isinstance(key, str) for step in raw["steps"] for key in step)
