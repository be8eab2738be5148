"""When an effect may begin: the one rule, its ledger in memory, and the rights of who acts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from activities.testing import InMemoryLedger, InMemoryPeople
from definitions.effects import (
    Begun,
    EffectState,
    Intent,
    Scopes,
    Verdict,
    allows_action,
    allows_row,
    allows_tool,
    hidden_fields,
    judge_begin,
    visible_fields,
)
from definitions.expressions.compiler import compile_expression
from tests.activities.house import AGAIN, a_call

STORED = {"id": "rf_1"}


@pytest.mark.parametrize(
    ("row", "turn", "repeatable", "expected"),
    [
        (None, 1, False, Begun(Verdict.GO)),
        (Intent(1, EffectState.DONE, STORED), 1, False, Begun(Verdict.FINISHED, STORED)),
        (Intent(1, EffectState.DONE, STORED), 2, True, Begun(Verdict.FINISHED, STORED)),
        (Intent(1, EffectState.DONE), 1, True, Begun(Verdict.FINISHED, {})),
        (Intent(1, EffectState.FAILED), 1, False, Begun(Verdict.GO)),
        (Intent(1, EffectState.BEGUN), 1, False, Begun(Verdict.INTERRUPTED)),
        (Intent(1, EffectState.UNKNOWN), 1, False, Begun(Verdict.INTERRUPTED)),
        (Intent(1, EffectState.BEGUN), 1, True, Begun(Verdict.GO)),
        (Intent(1, EffectState.UNKNOWN), 1, True, Begun(Verdict.GO)),
        (Intent(1, EffectState.BEGUN), 2, False, Begun(Verdict.GO)),
        (Intent(1, EffectState.UNKNOWN), 2, False, Begun(Verdict.GO)),
        (Intent(2, EffectState.BEGUN), 1, False, Begun(Verdict.INTERRUPTED)),
    ],
)
def test_what_the_row_says_decides(row: Intent | None, turn: int, repeatable: bool, expected: Begun) -> None:
    assert judge_begin(row, turn, repeatable) == expected
    assert judge_begin(row, turn, repeatable, AT) == expected, "another's, whatever the moment"


AT, LATER = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "turn", "expected"),
    [
        (Intent(1, EffectState.BEGUN, at=AT), 1, Verdict.GO),
        (Intent(1, EffectState.BEGUN, at=LATER), 1, Verdict.INTERRUPTED),
        (Intent(2, EffectState.BEGUN, at=AT), 1, Verdict.INTERRUPTED),
        (Intent(1, EffectState.UNKNOWN, at=AT), 1, Verdict.INTERRUPTED),
        (Intent(1, EffectState.DONE, STORED, AT), 1, Verdict.FINISHED),
    ],
)
def test_whose_answer_was_lost_finds_its_own_intent(row: Intent, turn: int, expected: Verdict) -> None:
    assert judge_begin(row, turn, False, AT).verdict is expected


async def test_the_ledger_in_memory_takes_events_once_and_without_a_gap() -> None:
    """A fake that would take what the table refuses would hide exactly the fault it is there to find."""
    ledger = InMemoryLedger()
    first, second, fourth = ({"seq": seq, "type": "note", "at": "2026-11-21T09:00:00Z"} for seq in (1, 2, 4))
    await ledger.append("run-1", [first])
    await ledger.append("run-1", [first, second])
    with pytest.raises(ValueError, match="gap"):
        await ledger.append("run-1", [fourth])
    assert [event["seq"] for event in ledger.events["run-1"]] == [1, 2]


async def test_the_intent_is_not_written_when_its_events_are_refused() -> None:
    ledger = InMemoryLedger()
    with pytest.raises(ValueError, match="gap"):
        await ledger.begin(a_call(events=({"seq": 7, "type": "note", "at": "2026-11-21T09:00:00Z"},)))
    assert not ledger.effects


async def test_the_outcome_of_an_older_turn_changes_nothing() -> None:
    """A worker that was frozen wakes after a person asked again: its late outcome belongs to nobody."""
    ledger = InMemoryLedger()
    old, new = a_call(turn=1), a_call(turn=2)
    await ledger.begin(old)
    await ledger.begin(new)
    await ledger.finish(old, "failed", error={"code": "x", "message": "late"})
    assert ledger.effects[old.key].intent == Intent(2, EffectState.BEGUN)
    assert ledger.effects[old.key].tries == 2


async def test_what_is_done_stays_done() -> None:
    ledger = InMemoryLedger()
    call = a_call(contract=AGAIN.to_json())
    await ledger.begin(call)
    await ledger.finish(call, "done", result=STORED)
    await ledger.finish(call, "unknown", error={"code": "timeout", "message": "zombie"})
    assert await ledger.begin(call) == Begun(Verdict.FINISHED, STORED)


async def test_a_stranger_has_no_rights() -> None:
    with pytest.raises(LookupError):
        await InMemoryPeople().scopes("mallory")


def tree(source: str) -> object:
    return compile_expression(source, {"row": "dyn", "me": "dyn"}).tree


def test_one_row_expression_must_hold_and_an_error_never_opens_a_row() -> None:
    scopes = Scopes(rows={"demo.orders": [tree("row.total < 100.0"), tree("row.owner == me.id")]})
    me = {"id": "ann"}
    assert allows_row(scopes, "demo.orders", {"total": 60.0, "owner": "ben"}, me)
    assert allows_row(scopes, "demo.orders", {"total": 940.0, "owner": "ann"}, me)
    assert not allows_row(scopes, "demo.orders", {"total": 940.0, "owner": "ben"}, me)
    assert not allows_row(scopes, "demo.orders", {}, me), "absent is not met"
    assert not allows_row(scopes, "demo.orders", {"total": "cheap", "owner": None}, me), "nor is a wrong type"
    assert allows_row(scopes, "demo.customers", {}, me), "a collection that is not named is not limited"
    assert not allows_row(Scopes(rows={"demo.orders": []}), "demo.orders", {"total": 1.0}, me)


def test_fields_and_actions() -> None:
    scopes = Scopes(fields={"demo.orders": ["total", "id"]}, actions=["demo.*", "email.send"])
    assert visible_fields(scopes, "demo.orders", ["id", "total", "email"]) == ("id", "total")
    assert hidden_fields(scopes, "demo.orders", ["id", "email"]) == ("email",)
    assert visible_fields(scopes, "demo.customers", ["iban"]) == ("iban",)
    assert allows_action(scopes, "demo.refund")
    assert allows_action(scopes, "email.send")
    assert not allows_action(scopes, "http.request")
    assert not allows_action(scopes, "Demo.refund")
    assert not allows_action(Scopes(actions=[]), "demo.refund")
    assert allows_action(Scopes(), "http.request")
    assert scopes.to_json() == {
        "rows": {},
        "fields": {"demo.orders": ["total", "id"]},
        "actions": ["demo.*", "email.send"],
        "tools": None,
    }


def test_tools_of_other_servers() -> None:
    scopes = Scopes(tools=["tickets/read_*", "crm/*"])
    assert allows_tool(scopes, "tickets", "read_one")
    assert allows_tool(scopes, "crm", "anything")
    assert not allows_tool(scopes, "tickets", "create")
    assert not allows_tool(scopes, "crm2", "anything")
    assert not allows_tool(Scopes(tools=[]), "crm", "anything")
    assert allows_tool(Scopes(actions=["demo.*"]), "crm", "anything"), "what actions are allowed says nothing of tools"
