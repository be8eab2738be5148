"""Whatever happens to a document on its way, checking it answers: definitions spoilt at random, thousands of times."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from definitions.catalog import template_text
from definitions.checks import check
from definitions.findings import CODES
from tests.definitions.samples import KNOWN, asking, case_definitions, choice, definition, pay, task

WHOLE = [
    yaml.safe_load(template_text("refund")),
    definition(
        asking({"id": "t", "type": "table", "fields": [{"id": "c", "type": "number", "min": "= item.c"}]}),
        choice(by="rules", options=[{"id": "x", "when": "= record.paid"}, {"id": "y"}], otherwise="y", take="all"),
        pay(after="decide:x", undo={"action": "demo.cancel_refund", "with": {"refund": "= output.id"}}),
        {"id": "w", "kind": "wait", "for": "1 day", "phase": "p"},
        task("last", after=["phase:p", "pay"], due={"in": "2 days", "from": "step:w"}),
        phases=[{"id": "p", "after": "decide:y"}],
        start={"triggers": [{"type": "opened", "work_types": ["a"]}], "when": "= record.paid"},
        sync=[{"event": "step.done", "step": "w", "set": {"status": "= current_step"}}],
    ),
    *[raw for _, raw in case_definitions()],
]

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
TELLING = st.sampled_from(
    ["= record.x", "= steps.pay.output.id", "${now}", "=", "phase:p", "pay", "a:b", "soon", "3 days"]
)
ANYTHING = st.recursive(
    SCALARS | TELLING,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a document with one of its keys or indices."""
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [(value, key) for key, _ in pairs] + [place for _, each in pairs for place in places(each)]


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A good definition with one to four of its values exchanged, taken out, or put where they do not belong."""
    raw = deepcopy(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(1, 4))):
        container, key = draw(st.sampled_from(places(raw)))
        match draw(st.sampled_from(["exchange", "remove", "copy", "strange"])):
            case "exchange":
                container[key] = draw(ANYTHING)
            case "remove":
                container.pop(key)
            case "copy":
                other, place = draw(st.sampled_from(places(raw) or [(raw, "key")]))
                container[key] = deepcopy(other[place])
            case _ if isinstance(container, dict):
                container[draw(st.text(max_size=5))] = draw(ANYTHING)
        if not places(raw):
            break
    return raw


@settings(max_examples=400, deadline=None)
@given(raw=spoilt())
def test_a_spoilt_definition_is_answered(raw: Any) -> None:
    """Findings with documented codes, at places written as pointers, in a fixed order; the same when asked again."""
    report = check(raw, KNOWN)
    for each in (*report.findings, *report.warnings):
        assert each.code in CODES
        assert each.path == "" or each.path.startswith("/")
    assert (report.document is not None) or report.findings
    assert check(raw, KNOWN).to_json() == report.to_json()


@settings(max_examples=200, deadline=None)
@given(raw=ANYTHING)
def test_anything_at_all_is_answered(raw: Any) -> None:
    assert not check(raw).valid
