"""A published version holds all that a run needs, and is the same wherever it is published."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from definitions.canonical import digest
from definitions.catalog import template_text
from definitions.checks import Known, Report
from definitions.checks.limits import FROZEN_BYTES
from definitions.engine.graph import Graph
from definitions.expressions.values import resolve
from definitions.freeze import Frozen, freeze
from tests.definitions.samples import KNOWN, definition, pay, task


def frozen(raw: Any) -> Frozen:
    found = freeze(raw, KNOWN)
    assert isinstance(found, Frozen)
    return found


def test_a_version_holds_the_document_its_expressions_and_what_its_actions_promised() -> None:
    raw = yaml.safe_load(template_text("refund"))
    version = frozen(raw).to_json()
    assert version["language"] == 1
    assert version["document"] == raw
    assert "/steps/3/with/amount" in version["expressions"]
    assert set(version["actions"]) == {"demo.refund", "demo.cancel_refund", "email.send"}
    assert version["actions"]["demo.refund"]["undo"] == "demo.cancel_refund"
    assert version["actions"]["demo.refund"]["contract"]["repeatable"] is True


def test_the_hash_is_of_everything_and_of_nothing_else() -> None:
    """Order of keys and the way it was stored change nothing; a word in a description does."""
    raw = yaml.safe_load(template_text("refund"))
    version = frozen(raw)
    assert version.hash == digest(version.to_json()) == digest(json.loads(json.dumps(version.to_json())))
    assert frozen(dict(reversed(raw.items()))).hash == version.hash
    assert frozen({**raw, "description": "Otherwise"}).hash != version.hash


def test_a_version_does_not_change_when_the_draft_does() -> None:
    raw = definition(task(title="Before"))
    version = frozen(raw)
    raw["steps"][0]["title"] = "After"
    assert version.to_json()["document"]["steps"][0]["title"] == "Before"


def test_a_run_can_walk_it_after_a_journey_through_a_database() -> None:
    """Expressions are found under the place where they stand, and compute what the author wrote."""
    version = json.loads(json.dumps(frozen(definition(task(), pay())).to_json()))
    graph = Graph.load(version)
    node = graph.nodes["pay"]
    values = resolve(node.step.with_, f"{node.pointer}/with", graph.trees, {"record": {"id": "o1"}})
    assert values == {"order": "o1", "amount": 1.5}


def test_a_definition_with_findings_is_not_frozen() -> None:
    found = freeze(definition(task(after="nobody")), KNOWN)
    assert isinstance(found, Report)
    assert [each.code for each in found.findings] == ["unknown_step"]


def test_warnings_do_not_keep_it_from_being_published() -> None:
    version = frozen(definition(task(timeout="1 hour")))
    assert [each.code for each in version.warnings] == ["ignored_key"]


def test_what_is_frozen_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document within its limit may still have too many expressions, as trees, for one history."""
    raw = definition(*[task(f"t{i}", when="= record.total > 1.0 && record.paid") for i in range(20)])
    monkeypatch.setattr("definitions.freeze.FROZEN_BYTES", len(json.dumps(raw)) + 100)
    found = freeze(raw, KNOWN)
    assert isinstance(found, Report)
    assert [(each.code, each.path) for each in found.findings] == [("document_too_large", "")]
    assert FROZEN_BYTES < 2_000_000, "Temporal refuses more than 2 MB"


def test_what_a_pinned_tool_promised_and_looked_like() -> None:
    step = {"id": "m", "kind": "mcp", "server": "crm", "tool": "create_ticket", "with": {"title": "x"}}
    version = frozen(definition({**step, "execute": "automatic"})).to_json()
    tool = version["tools"]["crm/create_ticket"]
    assert tool["schema_hash"] == "f00d"
    assert (tool["contract"]["touches"], tool["contract"]["repeatable"]) == ("world", True)
    assert Graph.load(version).nodes["m"].contract.repeatable, "the administrator accepted what it says of itself"
    picks = {"id": "m", "kind": "mcp", "server": "crm", "tools": ["find", "drop"], "instruction": "Look"}
    assert "tools" not in frozen(definition(picks)).to_json()


def test_who_looks_after_an_action_is_frozen_with_it_and_only_where_there_is_one() -> None:
    """So that the hash of every version without one stays as it was."""
    step = {"id": "pay", "kind": "action", "action": "shop.pay", "execute": "automatic"}
    looks = {"input": {}, "contract": {"repeatable": True}}
    plain: dict[str, Any] = {"shop.pay": {"input": {}, "contract": {}}, "shop.look": looks}
    named = {**plain, "shop.pay": {**plain["shop.pay"], "reconcile": "shop.look"}}
    frozen = [freeze(definition(step), Known(actions=actions)) for actions in (plain, named)]
    kept = [each.to_json()["actions"] for each in frozen if isinstance(each, Frozen)]
    assert kept == [
        {"shop.pay": {"contract": {}, "undo": None}},
        {
            "shop.pay": {"contract": {}, "undo": None, "reconcile": "shop.look"},
            "shop.look": {"contract": {"repeatable": True}, "undo": None},
        },
    ]
