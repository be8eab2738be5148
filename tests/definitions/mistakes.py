"""One definition for each mistake that there is: what the checks are held to."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

from definitions.checks import Known, check
from definitions.checks.limits import DEPTH, STEPS
from tests.definitions.samples import KNOWN, asking, choice, definition, pay, task

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
ASKED = {"http.request": {"input": {}}}
KNOWN = replace(
    KNOWN, opened={"first": FIRST}, actions={**SERVED, **ASKED, "shop.gone": {"input": {}}}, secrets={"shop": ("ops",)}
)
KNOWN = replace(KNOWN, served=(*SERVED, *ASKED), people=("ann",), crons={"at dawn": "it has 2 fields, not five"})
RUNS = {"id": "c", "kind": "workflow", "definition": "small", "inputs": {"who": "ann"}}
SMALL = {
    "holdfast": 1,
    "key": "small",
    "name": "Small",
    "inputs": [{"id": "who", "type": "text", "required": True}],
    "steps": [task()],
}
KNOWN = replace(KNOWN, definitions=("refund", "small", "later"), called={"small": {2: SMALL}, "later": {}})
CALL = {"id": "call", "kind": "action", "action": "http.request", "execute": "automatic"}


def triggered(*triggers: dict[str, Any]) -> dict[str, Any]:
    """A definition with these triggers and somebody to turn to."""
    return definition(task(), start={"triggers": list(triggers), "fallback_inbox": "leads"})


def said(raw: Any, known: Known | None = KNOWN) -> list[tuple[str, str]]:
    """Codes and places of all findings and warnings."""
    report = check(raw, known)
    return [(each.code, each.path) for each in (*report.findings, *report.warnings)]


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
    ("bad_duration", "/steps/0/due/in", definition(task(due={"in": "= record.total"}))),
    ("bad_duration", "/steps/0/schedule/in", definition(pay(schedule={"in": "${record.id} days"}))),
    ("bad_duration", "/steps/0/schedule/by", definition(pay(schedule={"after": "2030-01-01", "by": "= '1 day'"}))),
    ("bad_duration", "/steps/0/expires", definition({"id": "j", "kind": "journey", "expires": "= '1 day'"})),
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
    ("unknown_secret", "/steps/0/with/headers/A", definition(CALL | {"with": {"headers": {"A": {"secret": "none"}}}})),
    ("unknown_secret", "/steps/0/with/body/0", definition(CALL | {"with": {"body": [{"secret": "shop"}]}})),
    ("unknown_team", "/teams/0", definition(task(), teams=["nobody"])),
    ("unknown_team", "/steps/0/assign/teams/0", definition(task(assign={"teams": ["nobody"]}))),
    ("unknown_team", "/steps/0/assign/teams/1", definition(task(assign={"teams": ["= record.status", "nobody"]}))),
    ("unknown_name", "/steps/0/assign/users/0", definition(task(assign={"users": ["= record.ownr"]}))),
    ("unknown_reason", "/closing_reasons/reasons/0", definition(task(), closing_reasons={"reasons": ["bored"]})),
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
        "one_of",
        "/steps/0/confirm",
        definition(CALL | {"confirm": {"expires": "3 days"}, "approval": {"wait": False}}),
    ),
    (
        "unknown_field",
        "/steps/0/when",
        definition(
            task(when="= inputs.order.totl > 1.0"),
            inputs=[{"id": "order", "type": "record", "collection": "demo.orders"}],
        ),
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
    ("inbox_missing", "/start/triggers/0", definition(task(), start={"triggers": [{"type": "webhook"}]})),
    ("duplicate_id", "/start/triggers/1", triggered({"type": "webhook"}, {"type": "webhook"})),
    (
        "record_missing",
        "/start/triggers/0/record",
        without(triggered({"type": "event", "event": "paid", "record": "17"}), "record"),
    ),
    ("bad_cron", "/start/triggers/0/cron", triggered({"type": "schedule", "cron": "at dawn"})),
    (
        "bad_timezone",
        "/start/triggers/0/timezone",
        triggered({"type": "schedule", "cron": "0 7 * * *", "timezone": "Mars"}),
    ),
    ("unknown_person", "/start/triggers/0/as", triggered({"type": "event", "event": "paid", "as": "nobody"})),
    (
        "record_missing",
        "/start/triggers/0/over/collection",
        triggered({"type": "schedule", "cron": "0 7 * * *", "over": {"collection": "demo.customers"}}),
    ),
    (
        "unknown_field",
        "/start/triggers/0/over/where/colour",
        triggered(
            {"type": "schedule", "cron": "0 7 * * *", "over": {"collection": "demo.orders", "where": {"colour": 1}}}
        ),
    ),
    (
        "record_missing",
        "/sync",
        without(definition(task(), sync=[{"event": "run.completed", "set": {"status": "done"}}]), "record"),
    ),
    ("unknown_inbox", "/steps/0/inbox", definition({"id": "e", "kind": "escalate", "inbox": "lost"})),
    ("unknown_definition", "/steps/0/definition", definition({"id": "c", "kind": "workflow", "definition": "other"})),
    ("not_published", "/steps/0/definition", definition({"id": "c", "kind": "workflow", "definition": "later"})),
    ("unknown_version", "/steps/0/version", definition({**RUNS, "version": 7})),
    ("record_missing", "/steps/0/record", definition({**RUNS, "record": "= record.id"})),
    ("unknown_input", "/steps/0/inputs/whom", definition({**RUNS, "inputs": {"who": "ann", "whom": "ben"}})),
    ("input_missing", "/steps/0/inputs", definition({**RUNS, "inputs": {}})),
    ("input_type", "/steps/0/inputs/who", definition({**RUNS, "inputs": {"who": 7}})),
]
"""One mistake each: the code, the place, the document. Nothing else may be said of it."""


def deepened(raw: Any) -> Any:
    """`document_too_deep` is written short in the table and made deep here."""
    if isinstance(raw, dict) and raw.get("sync") == {"a": 1}:
        deep: dict[str, Any] = {}
        for _ in range(200):
            deep = {"a": deep}
        return {**raw, "sync": deep}
    return raw
