"""Somebody else's rows, on SQLite and PostgreSQL alike: what is offered, what it says, and how far a person reaches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from activities.records import RecordError, Records, SourceConfig
from definitions.effects import Scopes
from definitions.expressions.compiler import compile_expression
from tests.activities.conftest import load_sql

ME = {"id": "ann", "roles": ["operator"], "teams": ["ops"]}
FREE = Scopes()
ORDERS = ["o1", "o2", "o3", "o4", "o5"]


def only_rows(collection: str, source: str) -> Scopes:
    return Scopes(rows={collection: [compile_expression(source, {"row": "dyn", "me": "dyn"}).tree]})


CHEAP = only_rows("demo.orders", "row.total < 500.0")
OWN = only_rows("demo.customers", "row.owner == me.id")
NO_MAIL = Scopes(fields={"demo.orders": ["id", "total", "paid", "status"]})


async def code_of(request: Any) -> str:
    with pytest.raises(RecordError) as caught:
        await request
    return caught.value.code


async def test_a_source_offers_what_its_database_holds(records: Records) -> None:
    assert records.sources() == [{"id": "demo", "read_only": False}]
    assert await records.collections("demo") == [
        "accounts",
        "customers",
        "documents",
        "hours",
        "materials",
        "orders",
        "pictures",
        "refunds",
        "suppliers",
        "work_orders",
    ]
    told = await records.describe("demo.orders")
    assert told["fields"] == [
        {"name": "id", "type": "text", "nullable": False, "primary": True},
        {"name": "customer_id", "type": "text", "nullable": False, "primary": False},
        {"name": "total", "type": "number", "nullable": False, "primary": False},
        {"name": "paid", "type": "boolean", "nullable": False, "primary": False},
        {"name": "status", "type": "text", "nullable": False, "primary": False},
        {"name": "email", "type": "text", "nullable": True, "primary": False},
        {"name": "payment_ref", "type": "text", "nullable": True, "primary": False},
    ]
    assert told["relations"] == [
        {"name": "customer", "collection": "demo.customers", "field": "customer_id", "many": False},
        {"name": "refunds", "collection": "demo.refunds", "field": "order_id", "many": True},
    ]
    assert told["read_only"] is False


async def test_what_a_definition_is_checked_against(records: Records) -> None:
    known = (await records.known())["demo.orders"]
    assert known["fields"]["total"] == "double"
    assert known["fields"]["paid"] == "bool"
    assert known["fields"]["email"] == "string"
    assert known["relations"]["refunds"]["many"] is True


async def test_a_row_says_the_same_on_every_database(records: Records) -> None:
    """`total` 940.00 is an integer in SQLite and a Decimal in PostgreSQL; an expression must see one number."""
    row = await records.get("demo.orders", "o2", scopes=FREE, me=ME)
    assert row == {
        "id": "o2",
        "customer_id": "c5",
        "total": 940.0,
        "paid": True,
        "status": "paid",
        "email": "geral@santos.example",
        "payment_ref": "pay_1002",
    }
    assert isinstance(row["total"], float)
    assert row["paid"] is True
    assert await records.get("demo.orders", "o3", scopes=FREE, me=ME, fields=["paid", "total"]) == {
        "paid": False,
        "total": 60.0,
    }


@pytest.mark.parametrize("id", ["o99", "", "' OR '1'='1", "o1; DROP TABLE orders", "o1\x00", "x" * 10_000])
async def test_an_id_is_only_ever_an_id(records: Records, id: str) -> None:
    assert await records.get("demo.orders", id, scopes=FREE, me=ME) is None
    assert await records.get("demo.orders", "o1", scopes=FREE, me=ME) is not None


@pytest.mark.parametrize(
    ("collection", "code"),
    [
        ("demo.nothing", "unknown_collection"),
        ("orders", "unknown_collection"),
        ("demo.", "unknown_collection"),
        (".orders", "unknown_collection"),
        ("nowhere.orders", "unknown_source"),
        ("demo.orders; DROP TABLE orders", "unknown_collection"),
        ("demo.sqlite_master", "unknown_collection"),
        ("demo.pg_shadow", "unknown_collection"),
    ],
)
async def test_a_collection_is_one_that_is_offered(records: Records, collection: str, code: str) -> None:
    assert await code_of(records.get(collection, "o1", scopes=FREE, me=ME)) == code


async def test_a_field_is_one_that_the_collection_has(records: Records) -> None:
    assert (
        await code_of(records.get("demo.orders", "o1", scopes=FREE, me=ME, fields=["total", "1=1"])) == "unknown_field"
    )
    assert await code_of(records.rows("demo.orders", scopes=FREE, me=ME, where={"nope": 1})) == "unknown_field"
    assert await code_of(records.update("demo.orders", "o1", {"nope": 1}, scopes=FREE, me=ME)) == "unknown_field"


async def test_pages_follow_on_each_other_without_a_row_lost_or_twice(records: Records) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        rows, cursor = await records.rows("demo.orders", scopes=FREE, me=ME, limit=2, cursor=cursor, fields=["id"])
        seen += [row["id"] for row in rows]
        if cursor is None:
            break
        assert len(rows) == 2
    assert seen == ORDERS


async def test_a_full_last_page_has_no_next(records: Records) -> None:
    rows, cursor = await records.rows("demo.orders", scopes=FREE, me=ME, limit=5)
    assert (len(rows), cursor) == (5, None)


@pytest.mark.parametrize("cursor", ["x", "bm90IGpzb24", "W10", "WzEsMl0", "W251bGxd", "é", "A" * 5000, "W1siYSJdXQ"])
async def test_a_cursor_is_one_of_ours(records: Records, cursor: str) -> None:
    assert await code_of(records.rows("demo.orders", scopes=FREE, me=ME, cursor=cursor)) == "bad_cursor"


async def ids(records: Records, scopes: Scopes = FREE, collection: str = "demo.orders", **asked: Any) -> list[str]:
    rows, _ = await records.rows(collection, scopes=scopes, me=ME, **asked)
    return [row["id"] for row in rows]


async def test_rows_are_found_by_value_by_list_by_emptiness_and_by_text(records: Records) -> None:
    assert await ids(records, where={"customer_id": "c3"}) == ["o1", "o3"]
    assert await ids(records, where={"customer_id": "c3", "paid": False}) == ["o3"]
    assert await ids(records, where={"id": ["o1", "o5", "o9"]}) == ["o1", "o5"]
    assert await ids(records, where={"payment_ref": None}) == ["o3"]
    assert await ids(records, where={"total": 940}) == ["o2"]
    assert await ids(records, q="SANTOS") == ["o2"]
    assert await ids(records, q="%") == [], "a wildcard means itself"
    assert await ids(records, q="pay_100", where={"paid": True}) == ["o1", "o2", "o4", "o5"]
    assert await ids(records, where={"status": "' OR 1=1 --"}) == []


async def test_a_filter_that_cannot_match_its_field_is_refused(records: Records) -> None:
    assert await code_of(records.rows("demo.orders", scopes=FREE, me=ME, where={"paid": "yes"})) == "invalid_values"
    assert await code_of(records.rows("demo.orders", scopes=FREE, me=ME, where={"total": ["1"]})) == "invalid_values"


async def test_at_most_two_hundred_rows_at_once(demo_url: str) -> None:
    many = ",".join(f"('d{n}x','c1','note','Title','Body','2026-01-01')" for n in range(450))
    load_sql(demo_url, f"INSERT INTO documents VALUES {many};")
    records = Records({"demo": SourceConfig(demo_url)})
    rows, cursor = await records.rows("demo.documents", scopes=FREE, me=ME, limit=10_000, where={"kind": "note"})
    assert len(rows) == 200
    assert cursor is not None
    scarce = only_rows("demo.documents", "row.id.endsWith('9x') && row.kind == 'note'")
    found, end = await records.rows("demo.documents", scopes=scarce, me=ME, limit=100)
    assert (len(found), end) == (45, None), "a scope that hides most rows still fills its page"
    await records.close()


async def test_a_row_outside_the_scope_is_as_if_it_were_not_there(records: Records) -> None:
    assert await records.get("demo.orders", "o2", scopes=CHEAP, me=ME) is None
    assert await records.get("demo.orders", "o1", scopes=CHEAP, me=ME) is not None
    assert await ids(records, CHEAP) == ["o1", "o3", "o4", "o5"]
    assert await ids(records, OWN, "demo.customers") == ["c1", "c3"]
    assert await ids(records, only_rows("demo.orders", "row.no_such_field == 1")) == []


async def test_a_row_outside_the_scope_cannot_be_written_nor_made(records: Records) -> None:
    """Judged before and after: a write must not push a row out of the writer's own sight either."""
    assert (
        await code_of(records.update("demo.orders", "o2", {"status": "closed"}, scopes=CHEAP, me=ME)) == "out_of_scope"
    )
    assert await code_of(records.update("demo.orders", "o1", {"total": 900}, scopes=CHEAP, me=ME)) == "out_of_scope"
    assert (await records.read("demo.orders", "o1", scopes=FREE, me=ME))["total"] == 129.9
    assert (await records.read("demo.orders", "o2", scopes=FREE, me=ME))["status"] == "paid"
    assert await records.update("demo.orders", "o1", {"total": 100}, scopes=CHEAP, me=ME) == {"total": 100.0}


async def test_a_hidden_field_is_neither_shown_nor_asked_for_nor_filtered_by(records: Records) -> None:
    row = await records.get("demo.orders", "o1", scopes=NO_MAIL, me=ME)
    assert row == {"id": "o1", "total": 129.9, "paid": True, "status": "paid"}
    assert await code_of(records.get("demo.orders", "o1", scopes=NO_MAIL, me=ME, fields=["email"])) == "out_of_scope"
    assert await code_of(records.rows("demo.orders", scopes=NO_MAIL, me=ME, where={"email": "a@b.c"})) == "out_of_scope"
    assert await code_of(records.update("demo.orders", "o1", {"email": None}, scopes=NO_MAIL, me=ME)) == "out_of_scope"
    assert await ids(records, NO_MAIL, q="santos") == []


async def test_a_write_answers_what_is_stored_and_may_be_repeated(records: Records) -> None:
    values = {"status": "closed", "total": 12, "paid": False, "email": None}
    stored = {"status": "closed", "total": 12.0, "paid": False, "email": None}
    for _ in range(2):
        assert await records.update("demo.orders", "o1", values, scopes=FREE, me=ME) == stored
    row = await records.read("demo.orders", "o1", scopes=FREE, me=ME)
    assert {name: row[name] for name in stored} == stored
    assert row["payment_ref"] == "pay_1001"
    assert await records.update("demo.orders", "o1", {}, scopes=FREE, me=ME) == {}


async def test_every_value_that_does_not_fit_is_named(records: Records) -> None:
    """SQLite would take all of these; it must refuse what PostgreSQL refuses."""
    values = {"total": "12", "paid": 1, "status": None, "email": "a\x00b", "payment_ref": "\ud800"}
    with pytest.raises(RecordError) as caught:
        await records.update("demo.orders", "o1", values, scopes=FREE, me=ME)
    assert caught.value.code == "invalid_values"
    assert [error["path"] for error in caught.value.errors] == [
        "/total",
        "/paid",
        "/status",
        "/email",
        "/payment_ref",
    ]
    assert (await records.read("demo.orders", "o1", scopes=FREE, me=ME))["total"] == 129.9


@pytest.mark.parametrize(
    ("id", "values", "code"),
    [
        ("o99", {"status": "closed"}, "not_found"),
        ("o1", {"id": "o9"}, "read_only"),
        ("o1", {"customer_id": "nobody"}, "conflict"),
        ("o1", {"total": float("nan")}, "invalid_values"),
        ("o1", {"status": ["closed"]}, "invalid_values"),
        ("o1", {"status": "'; DROP TABLE orders; --"}, None),
    ],
)
async def test_what_a_write_may_not_do(records: Records, id: str, values: dict[str, Any], code: str | None) -> None:
    if code is not None:
        assert await code_of(records.update("demo.orders", id, values, scopes=FREE, me=ME)) == code
    else:
        assert await records.update("demo.orders", id, values, scopes=FREE, me=ME) == values
    assert await ids(records) == ORDERS


async def test_a_read_only_source_is_read_only_in_the_database_too(demo_url: str) -> None:
    records = Records({"demo": SourceConfig(demo_url, read_only=True)})
    assert (await records.describe("demo.orders"))["read_only"] is True
    assert await code_of(records.update("demo.orders", "o1", {"status": "x"}, scopes=FREE, me=ME)) == "read_only"
    records._configs["demo"] = SourceConfig(demo_url)  # the fault of ours that the database is there to stop
    with pytest.raises(RecordError):
        await records.update("demo.orders", "o1", {"status": "x"}, scopes=FREE, me=ME)
    assert (await records.read("demo.orders", "o1", scopes=FREE, me=ME))["status"] == "paid"
    await records.close()


async def test_only_what_is_offered_is_there(demo_url: str) -> None:
    records = Records({"demo": SourceConfig(demo_url, only=("orders",))})
    assert await records.collections("demo") == ["orders"]
    assert await code_of(records.get("demo.customers", "c1", scopes=FREE, me=ME)) == "unknown_collection"
    await records.close()


KINDS = """
CREATE TABLE kinds (
  n INTEGER PRIMARY KEY, small SMALLINT, big BIGINT, price NUMERIC(10,2), ratio DOUBLE PRECISION, short VARCHAR(5),
  on_day DATE, at_time TIMESTAMP, flag BOOLEAN);
INSERT INTO kinds VALUES (1, 2, 3, 4.50, 0.25, 'abc', '2026-11-30', '2026-11-30 09:00:00', TRUE);
CREATE TABLE pairs (a TEXT, b INTEGER, note TEXT, PRIMARY KEY (a, b));
INSERT INTO pairs VALUES ('x', 1, 'one'), ('x', 2, 'two'), ('y', 1, 'three');
CREATE VIEW cheap AS SELECT n, price FROM kinds;
"""


@pytest.fixture
async def kinds(demo_url: str) -> Any:
    load_sql(demo_url, KINDS)
    records = Records({"demo": SourceConfig(demo_url)})
    yield records
    await records.close()


async def test_every_kind_of_value_travels_as_json(kinds: Records) -> None:
    row = await kinds.read("demo.kinds", "1", scopes=FREE, me=ME)
    assert row == {
        "n": 1,
        "small": 2,
        "big": 3,
        "price": 4.5,
        "ratio": 0.25,
        "short": "abc",
        "on_day": "2026-11-30",
        "at_time": "2026-11-30T09:00:00Z",
        "flag": True,
    }
    types = {field["name"]: field["type"] for field in (await kinds.describe("demo.kinds"))["fields"]}
    assert types["price"] == "number"
    assert (types["on_day"], types["at_time"], types["flag"], types["big"]) == (
        "date",
        "datetime",
        "boolean",
        "integer",
    )


async def test_what_is_written_is_what_is_read(kinds: Records) -> None:
    values = {
        "small": 7,
        "big": 2**40,
        "price": 19.99,
        "short": "abcde",
        "on_day": "2027-02-28",
        "at_time": "2027-01-01T00:30:00+02:00",
        "flag": False,
    }
    stored = {**values, "at_time": "2026-12-31T22:30:00Z"}
    assert await kinds.update("demo.kinds", "1", values, scopes=FREE, me=ME) == stored
    assert await kinds.update("demo.kinds", "1", {"big": 5.0}, scopes=FREE, me=ME) == {"big": 5}
    rows, _ = await kinds.rows("demo.kinds", scopes=FREE, me=ME, where={"on_day": "2027-02-28"}, fields=["n"])
    assert rows == [{"n": 1}]


@pytest.mark.parametrize(
    "values",
    [
        {"small": 2**15},
        {"big": 2**63},
        {"big": 1.5},
        {"big": True},
        {"short": "abcdef"},
        {"on_day": "30.11.2026"},
        {"on_day": 20261130},
        {"at_time": "2026-11-30T09:00:00"},
        {"at_time": "0000-01-01T00:00:00Z"},
        {"flag": "true"},
        {"price": "4.50"},
    ],
)
async def test_what_does_not_fit_its_column(kinds: Records, values: dict[str, Any]) -> None:
    assert await code_of(kinds.update("demo.kinds", "1", values, scopes=FREE, me=ME)) == "invalid_values"


@pytest.mark.parametrize("id", ["x", "1.0", "", "９", "9" * 30, "-", "1 OR 1=1"])
async def test_an_id_of_another_type_is_nobody(kinds: Records, id: str) -> None:
    assert await kinds.get("demo.kinds", id, scopes=FREE, me=ME) is None


async def test_a_collection_without_a_single_key_can_be_listed_only(kinds: Records) -> None:
    told = await kinds.describe("demo.pairs")
    assert told["read_only"] is True
    assert await code_of(kinds.get("demo.pairs", "x", scopes=FREE, me=ME)) == "no_key"
    first, cursor = await kinds.rows("demo.pairs", scopes=FREE, me=ME, limit=2)
    rest, end = await kinds.rows("demo.pairs", scopes=FREE, me=ME, limit=2, cursor=cursor)
    assert [row["note"] for row in first + rest] == ["one", "two", "three"]
    assert end is None
    assert await kinds.rows("demo.cheap", scopes=FREE, me=ME) == ([{"n": 1, "price": 4.5}], None)


async def test_a_table_made_later_is_found(demo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.records.schema.LOOK_AGAIN_SECONDS", -1.0)
    records = Records({"demo": SourceConfig(demo_url)})
    assert "kinds" not in await records.collections("demo")
    load_sql(demo_url, KINDS)
    assert await records.get("demo.kinds", "1", scopes=FREE, me=ME) is not None
    await records.close()


async def test_a_source_that_is_away_says_so_and_nothing_more(tmp_path: Path) -> None:
    away = Records(
        {
            "file": SourceConfig(f"sqlite:///{tmp_path}/no/such/folder/x.db"),
            "server": SourceConfig("postgresql://holdfast:hunter2@127.0.0.1:1/none"),
        }
    )
    for source in ("file", "server"):
        with pytest.raises(RecordError) as caught:
            await away.get(f"{source}.orders", "o1", scopes=FREE, me=ME)
        assert caught.value.code == "source_unavailable"
        assert caught.value.message == "The source's database does not answer; nothing was changed."
        assert caught.value.__cause__ is None
    assert "hunter2" not in repr(SourceConfig("postgresql://holdfast:hunter2@127.0.0.1:1/none"))
    await away.close()
