"""What is wrong with a definition is said completely: one row for each mistake, and nothing that only follows."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import definitions
from definitions.catalog import template_text
from definitions.checks import Known, check
from definitions.checks.cycles import knots
from definitions.checks.edges import waits_of
from definitions.checks.limits import DEPTH, STEPS
from definitions.checks.subject import Subject
from definitions.engine.graph import Graph
from definitions.expressions.errors import EXPRESSION_CODES
from definitions.findings import CODES, in_order, pointer
from definitions.freeze import Frozen, freeze
from definitions.model import KINDS, parse
from tests.definitions.samples import KNOWN, asking, case_definitions, choice, definition, pay, task

RUNS_NOW = {"refund", "rights", "record", "revise", "energy", "work-order", "kyc"}
READ = {"id": "order", "kind": "get_data", "fields": ["total", "status"]}
WRITE = {"id": "close", "kind": "update_data", "execute": "automatic", "set": {"status": "closed"}}
RULES: dict[str, Any] = {
    "id": "eligible",
    "kind": "decision",
    "by": "rules",
    "options": [{"id": "yes", "when": "= record.paid"}, {"id": "no"}],
    "otherwise": "no",
}
NUMBER = {"id": "n", "type": "number"}
OPENED = {"triggers": [{"type": "opened", "work_types": ["survey", "repair"]}]}
FIRST = definition(task(), key="first", start={"triggers": [{"type": "opened", "work_types": ["repair"]}]})
SERVED = dict(KNOWN.actions or {})
KNOWN = replace(KNOWN, opened={"first": FIRST}, actions={**SERVED, "shop.gone": {"input": {}}}, served=tuple(SERVED))


def said(raw: Any, known: Known | None = KNOWN) -> list[tuple[str, str]]:
    """Codes and places of all findings and warnings."""
    report = check(raw, known)
    return [(each.code, each.path) for each in (*report.findings, *report.warnings)]


@pytest.mark.parametrize("execute", ["manual", "assisted"])
def test_an_action_that_a_person_does_or_confirms_needs_no_inputs_pinned(execute: str) -> None:
    bare = {key: value for key, value in pay(execute=execute).items() if key not in ("with", "undo")}
    assert said(definition(bare)) == []


def without(raw: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != key}


MISTAKES: list[tuple[str, str, Any]] = [
    ("not_a_document", "", ["holdfast", 1]),
    ("not_json", "/steps/0/fields/0/default", definition(asking({**NUMBER, "default": math.nan}))),
    ("not_json", "/due/at", definition(task(), due={"at": date(2026, 11, 30)})),
    ("not_json", "/1", {**definition(task()), 1: "x"}),
    ("control_character", "/name", definition(task(), name="a\x00b")),
    ("control_character", "/name", definition(task(), name="two\nlines")),
    ("document_too_large", "", definition(*[task(f"t{i}", description="x" * 20_000) for i in range(80)])),
    ("document_too_deep", "/sync" + "/a" * (DEPTH - 1), definition(task(), sync={"a": 1})),
    ("too_many_steps", "/steps", definition(*[task(f"t{i}") for i in range(STEPS + 1)])),
    ("language_version", "/holdfast", definition(task(), holdfast=2)),
    ("missing", "/name", without(definition(task()), "name")),
    ("missing", "/steps/0/kind", definition({"id": "a"})),
    ("missing", "/steps/0/action", definition(without(pay(), "action"))),
    ("unknown_key", "/stpes", definition(task(), stpes=[])),
    ("unknown_key", "/steps/0/titel", definition(task(titel="Look"))),
    ("wrong_type", "/steps/0/skippable", definition(task(skippable="no"))),
    ("wrong_type", "/steps/0/when", definition(task(when="record.paid"))),
    ("wrong_type", "/steps/0", definition("look")),  # type: ignore[arg-type]
    ("wrong_value", "/steps/0/join", definition(task(join="some"))),
    ("wrong_form", "/key", definition(task(), key="Not A Key")),
    ("wrong_form", "/steps/0/id", definition(task("Look"))),
    ("too_long", "/name", definition(task(), name="x" * 201)),
    ("empty", "/steps", definition()),
    ("empty", "/steps/0/options", definition(choice(options=[]))),
    ("unknown_kind", "/steps/0/kind", definition({"id": "a", "kind": "teleport"})),
    ("unknown_type", "/steps/0/fields/0/type", definition(asking({"id": "n", "type": "zip"}))),
    ("unknown_type", "/start/triggers/0/type", definition(task(), start={"triggers": [{"type": "smell"}]})),
    ("duplicate_id", "/steps/1/id", definition(task("a"), task("a", after=[]))),
    ("duplicate_id", "/steps/0/options/1/id", definition(choice(options=[{"id": "x"}, {"id": "x"}]))),
    ("duplicate_id", "/steps/0/fields/1/id", definition(asking(NUMBER, NUMBER))),
    ("duplicate_id", "/phases/1/id", definition(task(phase="p"), phases=[{"id": "p"}, {"id": "p"}])),
    ("reserved_id", "/steps/0/options/0/id", definition(choice(options=[{"id": "done"}]))),
    ("reserved_id", "/steps/0/id", definition(task("phase"))),
    ("reserved_id", "/inputs/0/id", definition(task(), inputs=[{"id": "in", "type": "text"}])),
    ("unknown_step", "/steps/0/after/0", definition(task(after="nobody"))),
    ("unknown_phase", "/steps/0/phase", definition(task(phase="late"))),
    ("unknown_phase", "/steps/0/after/0", definition(task(after="phase:late"))),
    ("unknown_port", "/steps/1/after/0", definition(choice(), task(after="decide:maybe"))),
    ("unknown_option", "/steps/0/otherwise", definition(choice(otherwise="maybe"))),
    ("duplicate_edge", "/steps/1/after/1", definition(task("a"), task("b", after=["a", "a"]))),
    ("cycle", "/steps/0/after", definition(task("a", after="b"), task("b", after="a"))),
    ("cycle", "/steps/0/after", definition(task("a", after="a"))),
    ("cycle", "/steps/0/after", definition(task("a", phase="p", after="phase:p"), phases=[{"id": "p"}])),
    ("unreachable", "/steps/1", definition({"id": "stop", "kind": "end"}, task("after_all"))),
    ("unreachable", "/steps/1/after", definition(task("a"), task("b", after="a:skipped"))),
    ("unreachable", "/steps/1/after", definition(task("a"), task("b", after=["a:error", "a:timeout"]))),
    ("phase_without_steps", "/phases/0", definition(task(after="phase:p"), phases=[{"id": "p"}])),
    ("phase_without_steps", "/phases/0", definition(task(), phases=[{"id": "p"}])),
    ("otherwise_missing", "/steps/0", definition(without(RULES, "otherwise") | {"options": RULES["options"][:1]})),
    ("option_without_when", "/steps/0/options/1", definition(RULES | {"otherwise": "yes"})),
    ("nothing_to_do", "/steps/0", definition({"id": "w", "kind": "wait"})),
    ("nothing_to_do", "/steps/0", definition(WRITE | {"set": {}})),
    ("nothing_to_do", "/steps/0", definition(READ | {"collection": "demo.documents", "fields": ["body"]})),
    ("one_of", "/steps/0", definition({"id": "w", "kind": "wait", "for": "1 day", "until": "2099-01-01"})),
    ("one_of", "/steps/0", definition(READ | {"record": "o1", "where": {"status": "open"}})),
    ("ignored_key", "/steps/0/limit", definition(READ | {"limit": 3})),
    ("ignored_key", "/steps/0/options/0/when", definition(choice(options=[{"id": "x", "when": "= record.paid"}]))),
    ("ignored_key", "/steps/0/take", definition(choice(take="all"))),
    ("ignored_key", "/steps/0/timeout", definition(task(timeout="1 hour"))),
    ("record_missing", "/steps/0", without(definition(READ), "record")),
    ("bad_duration", "/steps/0/timeout", definition(pay(timeout="soon"))),
    ("bad_duration", "/steps/0/timeout", definition(pay(timeout="2 months"))),
    ("bad_duration", "/steps/0/timeout", definition(pay(timeout="0 seconds"))),
    ("bad_duration", "/steps/0/for", definition({"id": "w", "kind": "wait", "for": "a while"})),
    ("bad_duration", "/steps/0/for", definition({"id": "w", "kind": "wait", "for": "= record.paid"})),
    ("bad_date", "/steps/0/until", definition({"id": "w", "kind": "wait", "until": "tomorrow"})),
    ("bad_date", "/steps/0/until", definition({"id": "w", "kind": "wait", "until": "= 3 + 4"})),
    ("bad_timezone", "/timezone", definition(task(), timezone="Mars/Olympus")),
    ("bad_limit", "/steps/0/fields/0/max", definition(asking({**NUMBER, "min": 3, "max": 2}))),
    ("bad_limit", "/steps/0/fields/0/min", definition(asking({**NUMBER, "min": "2026-01-01"}))),
    ("bad_limit", "/steps/0/fields/0/min", definition(asking({**NUMBER, "min": "= record.email"}))),
    ("bad_default", "/steps/0/fields/0/default", definition(asking({**NUMBER, "default": "three"}))),
    (
        "bad_default",
        "/steps/0/fields/0/default",
        definition(asking({"id": "c", "type": "choice", "options": ["a"], "default": "b"})),
    ),
    ("options_missing", "/steps/0/fields/0", definition(asking({"id": "c", "type": "choice"}))),
    ("fields_missing", "/steps/0/fields/0", definition(asking({"id": "t", "type": "table"}))),
    (
        "stop_without_start",
        "/steps/0/fields/0/timer",
        definition(asking({"id": "stop", "type": "stopwatch", "timer": "travel"})),
    ),
    ("not_boolean", "/steps/0/when", definition(task(when="= record.total"))),
    ("unknown_action", "/steps/0/action", definition(pay(action="demo.refnd"))),
    (
        "action_not_served",
        "/steps/0/action",
        definition({"id": "g", "kind": "action", "action": "shop.gone", "execute": "automatic"}),
    ),
    ("unknown_action", "/steps/0/undo/action", definition(pay(undo={"action": "demo.unpay"}))),
    ("unknown_server", "/steps/0/server", definition({"id": "m", "kind": "mcp", "server": "desk", "tool": "find"})),
    ("unknown_tool", "/steps/0/tool", definition({"id": "m", "kind": "mcp", "server": "crm", "tool": "gone"})),
    (
        "unknown_tool",
        "/steps/0/tools/1",
        definition({"id": "m", "kind": "mcp", "server": "crm", "tools": ["find", "gone"], "instruction": "Find it"}),
    ),
    (
        "input_missing",
        "/steps/0/with",
        definition({"id": "m", "kind": "mcp", "server": "crm", "tool": "create_ticket", "execute": "automatic"}),
    ),
    (
        "unknown_input",
        "/steps/0/with/owner",
        definition(
            {
                "id": "m",
                "kind": "mcp",
                "server": "crm",
                "tool": "create_ticket",
                "execute": "automatic",
                "with": {"title": "x", "owner": "ann"},
            }
        ),
    ),
    ("unknown_input", "/steps/0/with/sum", definition(pay(**{"with": {"order": "o1", "amount": 1, "sum": 1}}))),
    ("input_missing", "/steps/0/with", definition(pay(**{"with": {"order": "o1"}}))),
    ("input_type", "/steps/0/with/amount", definition(pay(**{"with": {"order": "o1", "amount": "much"}}))),
    ("input_type", "/steps/0/with/amount", definition(pay(**{"with": {"order": "o1", "amount": "= record.paid"}}))),
    ("input_type", "/steps/0/set/paid", definition(WRITE | {"set": {"paid": "yes"}})),
    ("input_type", "/steps/0/set/total", definition(WRITE | {"set": {"total": "= record.status"}})),
    ("unknown_collection", "/record", definition(task(), record="demo.ordres")),
    ("unknown_field", "/steps/0/fields/0", definition(READ | {"fields": ["totl"]})),
    ("unknown_field", "/steps/0/set/state", definition(WRITE | {"set": {"state": "closed"}})),
    (
        "read_only",
        "/steps/0",
        definition(WRITE | {"collection": "demo.documents", "record": "d1", "set": {"title": "x"}}),
    ),
    ("unknown_role", "/steps/0/roles/0", definition(task(roles=["king"]))),
    ("unknown_team", "/teams/0", definition(task(), teams=["nobody"])),
    ("unknown_team", "/steps/0/assign/teams/0", definition(task(assign={"teams": ["nobody"]}))),
    ("unknown_reason", "/closing_reasons/reasons/0", definition(task(), closing_reasons={"reasons": ["bored"]})),
    ("not_yet", "/steps/0/kind", definition({"id": "a", "kind": "journey"})),
    (
        "unknown_step",
        "/steps/0/sees/1",
        definition({"id": "a", "kind": "ai", "instruction": "Think", "sees": ["record", "nobody.text"]}),
    ),
    (
        "ignored_key",
        "/steps/0/approval",
        definition({"id": "a", "kind": "ai", "instruction": "Think", "approval": {"roles": ["lead"]}}),
    ),
    ("ignored_key", "/steps/0/draft", definition(task(draft={"instruction": "Write"}))),
    ("unknown_relation", "/steps/0/relation", definition({"id": "r", "kind": "load_related", "relation": "cousin"})),
    (
        "wrong_value",
        "/steps/0/tool",
        definition({"id": "m", "kind": "mcp", "server": "crm", "tool": "drop", "tools": ["find"]}),
    ),
    (
        "not_yet",
        "/steps/0/when",
        definition(task(when="= inputs.who.name == 'x'"), inputs=[{"id": "who", "type": "record"}]),
    ),
    ("unknown_name", "/steps/0/when", definition(task(when="= record.totl > 1.0"))),
    ("expression_type", "/steps/1/when", definition(asking(NUMBER), task(when="= steps.ask.output.n + 'x' == 'y'"))),
    ("expression_syntax", "/steps/0/when", definition(task(when="= record.paid ==="))),
    ("expression_empty", "/steps/0/when", definition(task(when="="))),
    ("attribute_not_allowed", "/steps/0/when", definition(task(when="= record.__class__ == 1"))),
    ("template_unclosed", "/steps/0/with/order", definition(pay(**{"with": {"order": "${record.id", "amount": 1}}))),
    (
        "unsupported_pattern",
        "/steps/0/fields/0/pattern",
        definition(asking({"id": "t", "type": "text", "pattern": "(a+)+"})),
    ),
    (
        "back_to_later",
        "/steps/0/options/0/back_to",
        definition(choice(options=[{"id": "again", "back_to": "look"}, {"id": "on"}], otherwise="on"), task()),
    ),
    (
        "otherwise_missing",
        "/steps/1",
        definition(task(), choice(options=[{"id": "again", "back_to": "look"}, {"id": "on"}])),
    ),
    ("bad_anchor", "/due/from", definition(task(), due={"in": "1 day", "from": "yesterday"})),
    ("unknown_calendar", "/due/calendar", definition(task(), due={"in": "3 business days", "calendar": "Mars"})),
    ("one_of", "/due", definition(task(), due={"in": "1 day", "at": "2099-01-01"})),
    ("final_not_last", "/steps/0/final", definition(task("a", final=True), task("b"))),
    ("opened_overlap", "/start/triggers/0/work_types", definition(task(), key="second", start=OPENED)),
    (
        "record_missing",
        "/sync",
        without(definition(task(), sync=[{"event": "run.completed", "set": {"status": "done"}}]), "record"),
    ),
]
"""One mistake each: the code, the place, the document. Nothing else may be said of it."""

TWO_AT_ONCE: list[tuple[str, str, Any]] = [
    ("inbox_missing", "/start/triggers/0", definition(task(), start={"triggers": [{"type": "webhook"}]})),
    ("unknown_inbox", "/steps/0/inbox", definition({"id": "e", "kind": "escalate", "inbox": "lost"})),
    ("unknown_definition", "/steps/0/definition", definition({"id": "c", "kind": "workflow", "definition": "other"})),
]  # fmt: skip
"""Mistakes in parts of the language that this release does not run: beside them stands `not_yet`."""


def deepened(raw: Any) -> Any:
    """`document_too_deep` is written short in the table and made deep here."""
    if isinstance(raw, dict) and raw.get("sync") == {"a": 1}:
        deep: dict[str, Any] = {}
        for _ in range(200):
            deep = {"a": deep}
        return {**raw, "sync": deep}
    return raw


@pytest.mark.parametrize(("code", "path", "raw"), MISTAKES, ids=[f"{code} {path}" for code, path, _ in MISTAKES])
def test_one_mistake_is_one_finding(code: str, path: str, raw: Any) -> None:
    """Each mistake alone gives its code at its place, and no finding that merely follows from it."""
    assert said(deepened(raw)) == [(code, path)]


@pytest.mark.parametrize(("code", "path", "raw"), TWO_AT_ONCE, ids=[f"{code} {path}" for code, path, _ in TWO_AT_ONCE])
def test_what_does_not_run_yet_is_still_checked(code: str, path: str, raw: Any) -> None:
    """A later release's keys are refused by name, and their mistakes are found all the same."""
    found = said(raw)
    assert (code, path) in found
    assert {each for each, _ in found} == {code, "not_yet"}


def test_every_finding_says_what_is_wrong_and_what_to_do() -> None:
    for _, _, raw in (*MISTAKES, *TWO_AT_ONCE):
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
    shown = {code for code, _, _ in (*MISTAKES, *TWO_AT_ONCE)} | {"too_many_findings"}
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
        {"id": "g", "kind": "journey"},
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
        ("not_yet", "/steps/7/kind"),
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


@pytest.mark.parametrize(("case", "raw"), case_definitions(), ids=[name for name, _ in case_definitions()])
def test_the_definitions_of_the_acceptance_cases(case: str, raw: dict[str, Any]) -> None:
    """Those of this release are clean; the others read, and are refused only for what does not run yet."""
    for known in (None, KNOWN):
        report = check(raw, known)
        assert report.document is not None
        assert not report.warnings
        assert {each.code for each in report.findings} == (set() if case in RUNS_NOW else {"not_yet"})


def test_every_kind_is_either_run_or_refused_by_name() -> None:
    """The table of this release is complete: a minimal step of each kind is clean or says that its kind is not run."""
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
    runs = [kind for kind in KINDS if said(definition({"id": "a", "kind": kind, **needs.get(kind, {})})) == []]
    refused = [kind for kind in KINDS if kind not in runs]
    assert refused == ["journey", "workflow", "escalate"]
    for kind in refused:
        assert said(definition({"id": "a", "kind": kind, **needs.get(kind, {})})) == [("not_yet", "/steps/0/kind")]


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


def test_edges_are_those_the_engine_walks() -> None:
    """The checks and the engine read `after`, left-out `after` and gates of phases alike."""
    raw = definition(
        task("a", phase="p"),
        task("b", phase="p", after=[]),
        task("c", phase="q"),
        task("d", phase="q", after=["phase:p", "c"]),
        choice("e"),
        task("f", after="e:yes"),
        task("g", phase="q", after=[]),
        phases=[{"id": "p"}, {"id": "q", "after": "phase:p"}],
    )
    frozen = freeze(raw, KNOWN)
    assert isinstance(frozen, Frozen)
    document, _ = parse(raw)
    assert document is not None
    nodes = Graph.load(frozen.to_json()).nodes.values()
    walked = [[(edge.source, edge.port, edge.phase) for edge in node.edges] for node in nodes]
    checked = [[(wait.source, wait.port, wait.is_phase) for wait in each] for each in waits_of(Subject(document))]
    assert checked == walked


def test_what_comes_after_a_knot_is_still_looked_at() -> None:
    raw = definition(
        task("a", after="b"),
        task("b", after="a"),
        task("c"),
        {"id": "z", "kind": "end"},
        task("d"),
        task("e", after="c"),
    )
    assert said(raw) == [("cycle", "/steps/0/after"), ("unreachable", "/steps/4")]


def test_a_cycle_is_named_in_the_order_in_which_its_steps_would_run() -> None:
    raw = definition(task("a", after="c"), task("b", after="a"), task("c", after="b"))
    (finding,) = check(raw).findings
    assert finding.message == "these steps wait for each other: a → b → c → a"


def test_two_knots_are_two_findings_and_a_chain_of_ten_thousand_is_none() -> None:
    assert [knot.members for knot in knots([[1], [0], [1], [4], [3]])] == [(0, 1), (3, 4)]
    assert knots([[], *[[i] for i in range(9_999)]]) == []
    (knot,) = knots([[9_999], *[[i] for i in range(9_999)]])
    assert knot.ring == tuple(range(10_000))


def test_ten_thousand_steps_are_checked() -> None:
    """The largest definition: every step waits for the one before and for the first, and nothing is quadratic."""
    steps = [task(f"t{i}", **({"after": [f"t{i - 1}", "t0"]} if i > 1 else {})) for i in range(STEPS)]
    assert said(definition(*steps)) == []


def test_findings_stand_in_the_order_of_the_document() -> None:
    report = check(definition(*[task(f"t{i}", after="nobody") for i in range(12)]))
    assert [each.path for each in report.findings] == [f"/steps/{i}/after/0" for i in range(12)]
    assert in_order([*report.findings, *report.findings]) == report.findings
    assert pointer("a/b", 3, "c~d") == "/a~1b/3/c~0d"


def test_a_document_in_yaml_1_1_reads_the_same() -> None:
    """No key or id of the language is one of YAML 1.1's other booleans."""
    raw = yaml.safe_load(template_text("refund"))
    assert all(isinstance(key, str) for step in raw["steps"] for key in step)


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
