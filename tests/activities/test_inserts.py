"""New rows are made once for each key, on SQLite and PostgreSQL alike; several of them all together or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from activities.data import data_activities
from activities.records import RecordError, Records, SourceConfig
from definitions import wire
from definitions.contracts import WRITE_RECORDS
from definitions.effects import Scopes
from definitions.expressions.compiler import compile_expression
from definitions.wire import EffectCall
from tests.activities.conftest import load_sql
from tests.activities.house import Stage, a_call

ME = {"id": "ann", "roles": ["operator"], "teams": ["ops"]}
FREE = Scopes()
VALVE = {"work_order_id": "w1", "item": "Valve", "count": 2}
USED: list[dict[str, Any]] = [{"item": "Valve", "count": 2}, {"item": "Pipe", "count": 1.5}]

KEYED = """
CREATE TABLE numbered (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE keyed (id {serial}, name TEXT NOT NULL, idempotency_key TEXT UNIQUE);
CREATE TABLE unguarded (id {serial}, name TEXT NOT NULL, idempotency_key TEXT);
CREATE TABLE pairs (a TEXT, b TEXT, PRIMARY KEY (a, b));
"""


@pytest.fixture
async def tables(database_url: str) -> AsyncIterator[Records]:
    """Tables whose ids are numbers, with and without a column for the key."""
    serial = "INTEGER PRIMARY KEY" if database_url.startswith("sqlite") else "SERIAL PRIMARY KEY"
    load_sql(database_url, KEYED.format(serial=serial))
    found = Records({"demo": SourceConfig(database_url)})
    yield found
    await found.close()


async def rows(records: Records, collection: str) -> list[dict[str, Any]]:
    return (await records.rows(collection, scopes=FREE, me=ME))[0]


async def code_of(request: Any) -> str:
    with pytest.raises(RecordError) as caught:
        await request
    return caught.value.code


async def make(records: Records, *rows: tuple[str, dict[str, Any]], **rights: Any) -> list[dict[str, Any]]:
    asked = {"scopes": FREE, "me": ME, **rights}
    return await records.create_all("demo.materials", rows, **asked)


async def test_a_key_makes_one_row_and_answers_it_whole(records: Records) -> None:
    """The worker died after the insert: the next try finds the row, also where somebody has changed it since."""
    (made,) = await make(records, ("key-1", VALVE))
    assert {k: v for k, v in made.items() if k != "id"} == {**VALVE, "article": None, "unit": None, "count": 2.0}
    assert await make(records, ("key-1", VALVE)) == [made]
    await records.update("demo.materials", made["id"], {"unit": "piece"}, scopes=FREE, me=ME)
    assert await make(records, ("key-1", VALVE)) == [{**made, "unit": "piece"}]
    assert len(await make(records, ("key-2", VALVE))) == 1
    assert len(await rows(records, "demo.materials")) == 2


async def test_ten_tries_of_one_key_at_once_make_one_row(records: Records) -> None:
    tries = [make(records, ("key-1", VALVE), ("key-2", VALVE)) for _ in range(10)]
    answers = await asyncio.gather(*tries)
    assert all(answer == answers[0] for answer in answers)
    assert len(await rows(records, "demo.materials")) == 2


async def test_several_rows_are_made_together_or_not_at_all(records: Records) -> None:
    wrong = {**VALVE, "work_order_id": "nobody"}
    with pytest.raises(RecordError) as caught:
        await make(records, ("a", VALVE), ("b", wrong), ("c", VALVE))
    assert caught.value.code == "conflict"
    with pytest.raises(RecordError) as caught:
        await make(records, ("a", VALVE), ("b", {**VALVE, "count": "two"}))
    assert (caught.value.code, [each["path"] for each in caught.value.errors]) == ("invalid_values", ["/1/count"])
    assert await rows(records, "demo.materials") == []


async def test_what_a_new_row_lacks_is_named(records: Records) -> None:
    with pytest.raises(RecordError) as caught:
        await make(records, ("a", {"item": "Valve"}))
    assert caught.value.code == "invalid_values"
    assert [each["path"] for each in caught.value.errors] == ["/work_order_id", "/count"]
    assert await code_of(make(records, ("a", {**VALVE, "colour": "red"}))) == "unknown_field"


async def test_an_id_that_is_named_is_taken_once(records: Records) -> None:
    named = {**VALVE, "id": "m1"}
    (made,) = await make(records, ("a", named))
    assert made["id"] == "m1"
    assert await make(records, ("a", named)) == [made]
    assert await code_of(make(records, ("b", {**named, "item": "Pipe"}))) == "conflict"


async def test_rows_are_made_within_the_scopes_of_the_person(records: Records) -> None:
    cheap = Scopes(rows={"demo.materials": [compile_expression("row.count < 5.0", {"row": "dyn", "me": "dyn"}).tree]})
    assert await make(records, ("a", VALVE), scopes=cheap)
    assert await code_of(make(records, ("b", VALVE), ("c", {**VALVE, "count": 50}), scopes=cheap)) == "out_of_scope"
    narrow = Scopes(fields={"demo.materials": ["id", "work_order_id", "item"]})
    assert await code_of(make(records, ("d", VALVE), scopes=narrow)) == "out_of_scope"
    assert len(await rows(records, "demo.materials")) == 1


async def test_numbered_rows_need_a_column_for_the_key(tables: Records) -> None:
    asked = [("key-1", {"name": "Ann"})]
    first = await tables.create_all("demo.keyed", asked, scopes=FREE, me=ME)
    assert await tables.create_all("demo.keyed", asked, scopes=FREE, me=ME) == first
    assert [(row["name"], row["idempotency_key"]) for row in await rows(tables, "demo.keyed")] == [("Ann", "key-1")]
    for collection in ("demo.numbered", "demo.unguarded", "demo.pairs"):
        values = {"a": "x", "b": "y"} if collection == "demo.pairs" else {"name": "Ann"}
        assert await code_of(tables.create_all(collection, [("k", values)], scopes=FREE, me=ME)) == "no_key"


async def test_a_read_only_source_takes_no_new_row(demo_url: str) -> None:
    closed = Records({"demo": SourceConfig(demo_url, read_only=True)})
    assert await code_of(make(closed, ("a", VALVE))) == "read_only"
    await closed.close()


class Writes:
    """`holdfast.update_data` on the sample records, performed as a worker performs it."""

    def __init__(self, stage: Stage, records: Records) -> None:
        self.stage, self.activity = stage, data_activities(records, stage.people)[1]

    def call(self, key: str, asked: dict[str, Any], turn: int = 1) -> EffectCall:
        contract = WRITE_RECORDS.to_json()
        return a_call(wire.ACTIVITY_UPDATE_DATA, key=key, contract=contract, input=asked, turn=turn)

    async def __call__(self, key: str, **asked: Any) -> Any:
        return await self.stage.perform(self.activity, self.call(key, asked))

    async def refused(self, key: str, **asked: Any) -> str:
        return (await self.stage.refused(self.activity, self.call(key, asked))).type or ""


@pytest.fixture
def writes(stage: Stage, records: Records) -> Writes:
    return Writes(stage, records)


async def test_a_step_makes_a_row_and_its_output_is_the_row(writes: Writes, records: Records) -> None:
    made = await writes("k", collection="demo.materials", create=True, set=VALVE)
    assert made["item"] == "Valve"
    assert await rows(records, "demo.materials") == [made]
    writes.stage.ledger.effects.clear()
    assert await writes("k", collection="demo.materials", create=True, set=VALVE) == made
    assert await rows(records, "demo.materials") == [made]


async def test_a_step_makes_one_row_for_each_item(writes: Writes, records: Records) -> None:
    items = [{"set": {"work_order_id": "w1", **item}} for item in USED]
    for _ in range(2):
        made = await writes("k", collection="demo.materials", create=True, items=items)
        assert [(row["item"], row["count"]) for row in made["rows"]] == [("Valve", 2.0), ("Pipe", 1.5)]
        writes.stage.ledger.effects.clear()
    assert len(await rows(records, "demo.materials")) == 2
    assert await writes("none", collection="demo.materials", create=True, items=[]) == {"rows": []}


async def test_a_step_changes_one_row_for_each_item_all_or_none(writes: Writes, records: Records) -> None:
    items = [{"record": name, "set": {"status": "closed"}} for name in ("o1", "o2")]
    assert await writes("k", collection="demo.orders", items=items) == {"rows": [{"status": "closed"}] * 2}
    wrong = [{"record": name, "set": {"status": "void"}} for name in ("o3", "o99")]
    assert await writes.refused("l", collection="demo.orders", items=wrong) == "not_found"
    stored = {row["id"]: row["status"] for row in await rows(records, "demo.orders")}
    assert (stored["o1"], stored["o2"], stored["o3"]) == ("closed", "closed", "open")


@pytest.mark.parametrize(
    "asked",
    [
        {"set": {}},
        {"create": True, "record": "o1", "set": {}},
        {"create": True},
        {"set": {}, "items": []},
        {"items": [{"set": {}}]},
        {"create": True, "items": [{"record": "o1", "set": {}}]},
        {"create": True, "items": [{"set": {}}] * 1001},
    ],
)
async def test_what_is_not_said_or_said_twice_is_refused(writes: Writes, asked: dict[str, Any]) -> None:
    assert await writes.refused("k", collection="demo.orders", **asked) == "invalid_input"
