"""A step reads and writes records with the rights of the person who acts; the demo's payments keep their promise."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from activities.data import data_activities
from activities.demo import register_demo
from activities.records import Records
from activities.registry import Registry
from definitions import wire
from definitions.contracts import READ_RECORDS, WRITE_RECORDS
from definitions.effects import Scopes
from definitions.expressions.compiler import compile_expression
from definitions.wire import EffectCall
from tests.activities.house import AGAIN, Stage, a_call

CHEAP = compile_expression("row.total < 500.0", {"row": "dyn", "me": "dyn"}).tree


class Data:
    """The two activities on the sample records, performed as a worker performs them."""

    def __init__(self, stage: Stage, records: Records) -> None:
        self.stage = stage
        self.get, self.set, self.follow = data_activities(records, stage.people)
        self._calls = 0

    def _call(self, activity: str, contract: Any, asked: dict[str, Any]) -> EffectCall:
        self._calls += 1
        return a_call(activity, key=f"key-{self._calls}", contract=contract.to_json(), input=asked)

    async def read(self, **asked: Any) -> Any:
        return await self.stage.perform(self.get, self._call(wire.ACTIVITY_GET_DATA, READ_RECORDS, asked))

    async def write(self, **asked: Any) -> Any:
        return await self.stage.perform(self.set, self._call(wire.ACTIVITY_UPDATE_DATA, WRITE_RECORDS, asked))

    async def related(self, **asked: Any) -> Any:
        return await self.stage.perform(self.follow, self._call(wire.ACTIVITY_LOAD_RELATED, READ_RECORDS, asked))

    async def refused(self, activity: Callable[..., Any], **asked: Any) -> tuple[str, bool]:
        names = {self.get: wire.ACTIVITY_GET_DATA, self.set: wire.ACTIVITY_UPDATE_DATA}
        name = names.get(activity, wire.ACTIVITY_LOAD_RELATED)
        error = await self.stage.refused(activity, self._call(name, WRITE_RECORDS, asked))
        return error.type or "", error.non_retryable


@pytest.fixture
def data(stage: Stage, records: Records) -> Data:
    return Data(stage, records)


async def test_a_record_is_read_by_its_id_or_by_what_it_holds(data: Data) -> None:
    wanted = {"total": 129.9, "paid": True, "email": "bonjour@deuxrives.example"}
    fields = ["total", "paid", "email"]
    assert await data.read(collection="demo.orders", record="o1", fields=fields) == wanted
    assert await data.read(collection="demo.orders", where={"payment_ref": "pay_1001"}, fields=fields) == wanted


async def test_many_rows_come_as_rows(data: Data) -> None:
    documents = {"collection": "demo.documents", "where": {"customer_id": "c1"}, "fields": ["kind"], "many": True}
    assert await data.read(**documents) == {"rows": [{"kind": "registration"}, {"kind": "ubo"}]}
    assert await data.read(**documents, limit=1) == {"rows": [{"kind": "registration"}]}
    assert await data.read(collection="demo.orders", record="o1", many=True, fields=["id"]) == {"rows": [{"id": "o1"}]}
    assert await data.read(collection="demo.orders", where={"id": "o99"}, many=True) == {"rows": []}
    assert await data.read(collection="demo.orders", where={"id": []}, many=True) == {"rows": []}, "one of none"


async def test_what_cannot_be_read_asks_a_person(data: Data) -> None:
    assert await data.refused(data.get, collection="demo.orders", record="o99") == ("not_found", True)
    assert await data.refused(data.get, collection="demo.orders", where={"id": "o99"}) == ("not_found", True)
    assert await data.refused(data.get, collection="demo.orders", record=None) == ("not_found", True)
    assert await data.refused(data.get, collection="demo.orders", where={"paid": True}) == ("not_unique", True)
    assert await data.refused(data.get, collection="demo.nope", record="o1") == ("unknown_collection", True)
    assert await data.refused(data.get, collection="demo.orders", record="o1", fields=["x"]) == ("unknown_field", True)
    assert await data.refused(data.get, collection="demo.orders", many=True, limit=201) == ("invalid_input", True)
    assert await data.refused(data.get, collection="demo.orders", record="o1", sql="1=1") == ("invalid_input", True)


async def test_a_write_answers_the_fields_it_wrote(data: Data) -> None:
    assert await data.write(collection="demo.orders", record="o1", set={"status": "closed"}) == {"status": "closed"}
    assert (await data.read(collection="demo.orders", record="o1"))["status"] == "closed"
    assert await data.refused(data.set, collection="demo.orders", record=None, set={}) == ("invalid_input", True)
    assert await data.refused(data.set, collection="demo.orders", record="o99", set={"status": "x"}) == (
        "not_found",
        True,
    )


async def test_every_value_that_does_not_fit_reaches_the_person_by_path(data: Data) -> None:
    asked = {"collection": "demo.orders", "record": "o1", "set": {"paid": "no", "total": "much"}}
    error = await data.stage.refused(data.set, a_call(wire.ACTIVITY_UPDATE_DATA, input=asked))
    assert error.type == "invalid_values"
    assert [each["path"] for each in error.details[0]["errors"]] == ["/paid", "/total"]


async def test_the_rights_are_those_of_the_person_who_acts(data: Data) -> None:
    """Not the worker's: a run started by somebody mighty does not lend its might (the confused deputy)."""
    people = data.stage.people
    people.limits["ann"] = Scopes(
        rows={"demo.orders": [CHEAP]}, fields={"demo.orders": ["total", "status"]}, actions=[]
    )
    assert await data.read(collection="demo.orders", record="o1", fields=["total"]) == {"total": 129.9}
    assert await data.refused(data.get, collection="demo.orders", record="o2") == ("not_allowed", True)
    assert await data.refused(data.get, collection="demo.orders", record="o1", fields=["email"]) == (
        "not_allowed",
        True,
    )
    assert await data.refused(data.set, collection="demo.orders", record="o2", set={"status": "x"}) == (
        "not_allowed",
        True,
    )
    assert await data.refused(data.set, collection="demo.orders", record="o1", set={"email": None}) == (
        "not_allowed",
        True,
    )
    del people.known["ann"]
    assert await data.refused(data.get, collection="demo.orders", record="o1") == ("not_allowed", True)
    people.down = True
    assert await data.refused(data.get, collection="demo.orders", record="o1") == ("ledger_unavailable", False)


@pytest.fixture
def demo(records: Records) -> dict[str, Callable[..., Any]]:
    registry = Registry()
    register_demo(registry, records)
    return dict(zip(sorted(registry.actions), registry.activities(), strict=True))


def a_refund(**changes: Any) -> EffectCall:
    asked = {"order": "o1", "amount": 129.9}
    return a_call("demo.refund", **{"contract": AGAIN.to_json(), "input": asked, **changes})


async def refunds(records: Records) -> list[dict[str, Any]]:
    fields = ["order_id", "amount", "status"]
    rows, _ = await records.rows("demo.refunds", scopes=Scopes(), me={}, fields=fields)
    return rows


async def test_one_key_pays_back_once(stage: Stage, records: Records, demo: dict[str, Callable[..., Any]]) -> None:
    """The worker died between the refund and its outcome, and does it again: the second finds the first."""
    first = await stage.perform(demo["demo.refund"], a_refund())
    stage.ledger.effects.clear()
    assert await stage.perform(demo["demo.refund"], a_refund()) == first
    assert first["status"] == "paid"
    assert await refunds(records) == [{"order_id": "o1", "amount": 129.9, "status": "paid"}]


async def test_ten_tries_of_one_key_at_once_pay_back_once(
    records: Records, demo: dict[str, Callable[..., Any]]
) -> None:
    stages = [Stage() for _ in range(10)]
    tries = [stage.perform(demo["demo.refund"], a_refund()) for stage in stages]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    paid = [answer for answer in answers if isinstance(answer, dict)]
    assert paid
    assert all(answer == paid[0] for answer in paid)
    late = [answer for answer in answers if not isinstance(answer, dict)]
    assert all(getattr(error, "type", None) == "conflict" and not error.non_retryable for error in late)
    assert len(await refunds(records)) == 1


async def test_a_refund_is_taken_back_once_and_for_all(
    stage: Stage, records: Records, demo: dict[str, Callable[..., Any]]
) -> None:
    paid = await stage.perform(demo["demo.refund"], a_refund())
    for turn in (1, 2):
        call = a_call("demo.cancel_refund", key=f"undo-{turn}", input={"refund": paid["id"]})
        assert await stage.perform(demo["demo.cancel_refund"], call) == {"id": paid["id"], "status": "cancelled"}
    assert [row["status"] for row in await refunds(records)] == ["cancelled"]


async def test_what_became_of_a_refund_is_asked_under_its_key(
    stage: Stage, records: Records, demo: dict[str, Callable[..., Any]]
) -> None:
    paid = await stage.perform(demo["demo.refund"], a_refund())

    async def asked(key: str) -> Any:
        call = a_call("demo.refund_status", key=f"look-{uuid.uuid4()}", input={"key": key, "output": None})
        return await stage.perform(demo["demo.refund_status"], call)

    found = await asked(a_refund().key)
    assert (found["state"], found["output"]) == ("done", {"id": paid["id"], "status": "paid"})
    assert (await asked("another"))["state"] == "not_done"
    assert len(await refunds(records)) == 1, "looking pays nothing"


async def test_what_the_demo_refuses(stage: Stage, demo: dict[str, Callable[..., Any]]) -> None:
    missing = await stage.refused(demo["demo.refund"], a_refund(key="a", input={"order": "o99", "amount": 1}))
    assert (missing.type, missing.non_retryable) == ("order_not_found", True)
    negative = await stage.refused(demo["demo.refund"], a_refund(key="b", input={"order": "o1", "amount": -1}))
    assert negative.type == "invalid_input"
    unknown = await stage.refused(
        demo["demo.cancel_refund"], a_call("demo.cancel_refund", key="c", input={"refund": "x"})
    )
    assert unknown.type == "refund_not_found"


async def test_a_relation_is_followed_either_way(data: Data) -> None:
    """From the many to the one by a key of its own, from the one to the many by theirs; in the order of the keys."""
    asked = {"collection": "demo.customers", "record": "c1", "relation": "documents", "fields": ["id", "kind"]}
    assert await data.related(**asked) == {"rows": [{"id": "d1", "kind": "registration"}, {"id": "d2", "kind": "ubo"}]}
    assert await data.related(**asked, limit=1) == {"rows": [{"id": "d1", "kind": "registration"}]}
    assert await data.related(**{**asked, "record": "c5"}) == {"rows": []}
    (customer,) = (await data.related(collection="demo.orders", record="o4", relation="customer"))["rows"]
    assert (customer["id"], customer["name"]) == ("c1", "Hollander Bouw BV")


async def test_a_relation_shows_no_more_than_a_read_would(data: Data) -> None:
    """Rows out of scope are left out; a row of one's own out of scope, or a hidden key, is refused."""
    asked = {"collection": "demo.customers", "record": "c3", "relation": "orders", "fields": ["id"]}
    assert await data.related(**asked) == {"rows": [{"id": "o1"}, {"id": "o3"}]}
    unpaid = compile_expression("!row.paid", {"row": "dyn", "me": "dyn"}).tree
    data.stage.people.limits["ann"] = Scopes(rows={"demo.orders": (unpaid,)})
    assert await data.related(**asked) == {"rows": [{"id": "o3"}]}
    other = compile_expression("row.id == 'c1'", {"row": "dyn", "me": "dyn"}).tree
    data.stage.people.limits["ann"] = Scopes(rows={"demo.customers": (other,)})
    assert (await data.refused(data.follow, **asked))[0] == "not_allowed"
    data.stage.people.limits["ann"] = Scopes(fields={"demo.orders": ("id", "total")})
    assert (await data.refused(data.follow, **asked))[0] == "not_allowed", "what belongs to whom is hidden from ann"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"relation": "cousins"}, "unknown_relation"),
        ({"collection": "demo.cousins"}, "unknown_collection"),
        ({"record": "c99"}, "not_found"),
        ({"fields": ["shoe_size"]}, "unknown_field"),
        ({"limit": 0}, "invalid_input"),
    ],
)
async def test_what_cannot_be_followed_says_why(data: Data, asked: dict[str, Any], code: str) -> None:
    whole = {"collection": "demo.customers", "record": "c1", "relation": "documents", **asked}
    assert await data.refused(data.follow, **whole) == (code, True)
