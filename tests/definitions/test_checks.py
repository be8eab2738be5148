"""What is wrong with a definition is said completely: one row for each mistake, and nothing that only follows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import definitions
from definitions.checks import check
from definitions.expressions.errors import EXPRESSION_CODES
from definitions.findings import CODES, in_order, pointer
from tests.definitions.mistakes import KNOWN, MISTAKES, NUMBER, deepened, said
from tests.definitions.samples import choice, definition, pay, task


@pytest.mark.parametrize(("code", "path", "raw"), MISTAKES, ids=[f"{code} {path}" for code, path, _ in MISTAKES])
def test_one_mistake_is_one_finding(code: str, path: str, raw: Any) -> None:
    """Each mistake alone gives its code at its place, and no finding that merely follows from it."""
    assert said(deepened(raw)) == [(code, path)]


@pytest.mark.parametrize("execute", ["manual", "assisted"])
def test_an_action_that_a_person_does_or_confirms_needs_no_inputs_pinned(execute: str) -> None:
    bare = {key: value for key, value in pay(execute=execute).items() if key not in ("with", "undo")}
    assert said(definition(bare)) == []


def test_every_finding_says_what_is_wrong_and_what_to_do() -> None:
    for _, _, raw in MISTAKES:
        report = check(deepened(raw), KNOWN)
        for each in (*report.findings, *report.warnings):
            assert each.code in CODES
            assert each.message and each.hint, each
            assert each.to_json() == {"code": each.code, "path": each.path, "message": each.message, "hint": each.hint}


def test_every_code_is_documented_and_every_documented_code_is_given() -> None:
    """Codes are a contract: none is undocumented, none is only documented, and each of ours has a mistake above."""
    root = Path(definitions.__file__).parent
    files = [*(root / "checks").glob("*.py"), *(root / "model").glob("*.py"), root / "freeze.py"]
    written = set(re.findall(r'"([a-z]+(?:_[a-z]+)*)"', "".join(path.read_text(encoding="utf-8") for path in files)))
    ours = set(CODES) - set(EXPRESSION_CODES)
    assert ours <= written
    assert all(line.endswith(".") for line in CODES.values())
    shown = {code for code, _, _ in MISTAKES} | {"too_many_findings"}
    assert shown >= ours


def test_ten_mistakes_are_ten_findings() -> None:
    """Of every sort at once: shape, names, graph, kinds, values, expressions, the installation, this release."""
    raw = definition(
        task("a", titel="A", fields=[NUMBER, {"id": "c", "type": "choice"}]),
        choice("b", after="a", otherwise="maybe"),
        task("c", after="b:perhaps", skippable="yes"),
        pay(after=["c", "nobody"], timeout="soon", action="demo.refnd"),
        task("d", after="e"),
        task("e", after="d", when="= steps.a.output.n + 'x' == ''"),
        {"id": "f", "kind": "teleport"},
        {"id": "g", "kind": "journey", "expires": "soon"},
    )
    assert said(raw) == [
        ("options_missing", "/steps/0/fields/1"),
        ("unknown_key", "/steps/0/titel"),
        ("unknown_option", "/steps/1/otherwise"),
        ("unknown_port", "/steps/2/after/0"),
        ("wrong_type", "/steps/2/skippable"),
        ("unknown_action", "/steps/3/action"),
        ("unknown_step", "/steps/3/after/1"),
        ("bad_duration", "/steps/3/timeout"),
        ("cycle", "/steps/4/after"),
        ("expression_type", "/steps/5/when"),
        ("unknown_kind", "/steps/6/kind"),
        ("bad_duration", "/steps/7/expires"),
    ]


def test_what_cannot_be_read_is_not_blamed_on_what_refers_to_it() -> None:
    """A step whose id or kind is wrong may be named by others: only its own mistake is said."""
    raw = definition(
        {"id": "Bad-Id", "kind": "task", "fields": [NUMBER]},
        {"id": "odd", "kind": "teleport"},
        task("b", after=["Bad-Id", "odd:somehow"], when="= steps.odd.output.x == 1"),
    )
    assert said(raw) == [("wrong_form", "/steps/0/id"), ("unknown_kind", "/steps/1/kind")]


def test_a_thousand_findings_are_enough() -> None:
    report = check(definition(*[task(f"t{i}", after="nobody") for i in range(1_100)]))
    assert len(report.findings) == 1_001
    assert report.findings[-1].code == "too_many_findings"


def test_findings_stand_in_the_order_of_the_document() -> None:
    report = check(definition(*[task(f"t{i}", after="nobody") for i in range(12)]))
    assert [each.path for each in report.findings] == [f"/steps/{i}/after/0" for i in range(12)]
    assert in_order([*report.findings, *report.findings]) == report.findings
    assert pointer("a/b", 3, "c~d") == "/a~1b/3/c~0d"


@pytest.mark.parametrize(
    "raw",
    [None, 3, "text", [], {}, {"steps": None}, {"steps": [None, 3, []]}, {"phases": 3, "steps": [{"kind": []}]},
     {"start": {"triggers": [3, {}]}, "steps": "x"}, {"holdfast": True, "inputs": [{"id": 3}, 4]}],
)  # fmt: skip
def test_whatever_is_sent_there_is_an_answer(raw: Any) -> None:
    """Nothing an author can write makes the checks raise."""
    report = check(raw, KNOWN)
    assert report.findings and report.document is None and not report.valid
    assert report.to_json()["valid"] is False
