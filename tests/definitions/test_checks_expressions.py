"""What the checks know of names and types in expressions, and what they let nobody write."""

from __future__ import annotations

import pytest

from definitions.checks import Known, check
from tests.definitions.mistakes import KNOWN, READ, said
from tests.definitions.samples import asking, definition, pay, task


def test_what_is_not_known_is_not_checked() -> None:
    raw = definition(pay(action="some.thing"), task(roles=["king"]), task("b", when="= record.anything == 1"))
    assert said(raw, None) == []
    assert said(raw, Known(roles=())) == [("unknown_role", "/steps/1/roles/0")]


def test_types_are_known_from_fields_inputs_collections_and_actions() -> None:
    """Each of these compares a value with one of another type, and each is found where it stands."""
    wrong = {
        "steps.order.output.total": "'x'",
        "steps.ask.output.when": "true",
        "steps.pay.output.id": "1",
        "inputs.amount": "'x'",
        "run.version": "'x'",
        "steps.ask.round": "'x'",
        "record.paid": "'x'",
        "now": "'x'",
    }
    for name, other in wrong.items():
        raw = definition(
            READ,
            asking({"id": "when", "type": "datetime"}),
            pay(),
            task("last", when=f"= {name} == {other}"),
            inputs=[{"id": "amount", "type": "money"}],
        )
        assert said(raw) == [("expression_type", "/steps/3/when")], name


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("().__class__.__mro__ == 1", "attribute_not_allowed"),
        ("record.status.__class__ == 1", "attribute_not_allowed"),
        ("'{0.__class__}'.format(record.status) == ''", "attribute_not_allowed"),
        ("__import__('os') == 1", "attribute_not_allowed"),
        ("9**9**9 > 1", "expression_syntax"),
        (" + ".join(["1"] * 100_000) + " > 1", "expression_too_long"),
        ("(" * 200 + "1" + ")" * 200 + " > 1", "expression_too_deep"),
        ("[1].all(a, [1].all(b, [1].all(c, [1].all(d, a < b))))", "expression_too_costly"),
        ("record.status.matches('(a+)+$')", "unsupported_pattern"),
        ("record.status.matches('(.*)*x')", "unsupported_pattern"),
        ("{% import os %}", "expression_syntax"),
    ],
)
def test_expressions_that_reach_out_or_never_end_are_refused_when_saved(source: str, code: str) -> None:
    """Rows 34 to 36 of the bad inputs: none of them ever comes to a run."""
    assert said(definition(task(when=f"= {source}"))) == [(code, "/steps/0/when")]


def test_names_are_suggested() -> None:
    """A slip in a name is answered with the name that was meant, in small documents and in large ones."""
    for size in (3, 300):
        steps = [asking({"id": "amount", "type": "money"}, id=f"ask_{i}") for i in range(size)]
        raw = definition(*steps, task("last", when="= steps.ask_1.output.amonut > 1.0"))
        (finding,) = check(raw, KNOWN).findings
        assert finding.code == "unknown_name"
        assert "steps.ask_1.output.amount" in finding.message
        raw = definition(*steps, task("last", when="= steps.aks_1.output.amount > 1.0"))
        (finding,) = check(raw, KNOWN).findings
        assert (finding.code, "ask_1" in finding.message) == ("unknown_name", True)
