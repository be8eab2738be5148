"""Starting on a record, finding runs again, and what stands around them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from typing import Any

import pytest

from tests.api.documents import document, key, two_steps
from tests.api.world import World


async def test_one_open_run_per_record(world: World) -> None:
    """A second start is refused and names the first, or resumes it; once it has ended the record is free."""
    body = two_steps(record="demo.orders")
    await world.publish(body)
    first = await world.start("ann", body["key"], record="o3")
    again = {"definition": body["key"], "record": "o3"}
    refused = await world.call("ben", "POST", "/v1/runs", again)
    assert (refused.status_code, refused.json()["code"], refused.json()["run"]) == (
        409,
        "run_already_open",
        first["id"],
    )
    for how in ({"source": "summary"}, {"source": "workspace"}, {"on_open": "resume"}):
        resumed = await world.call("ben", "POST", "/v1/runs", {**again, **how})
        assert (resumed.status_code, resumed.json()["id"]) == (200, first["id"])
    assert (await world.call("ben", "POST", "/v1/runs", {**again, "source": "list"})).status_code == 409
    around = await world.get("ann", "/v1/records/demo.orders/o3/workflows")
    assert [run["id"] for run in around["to_continue"] if run["definition"] == body["key"]] == [first["id"]]
    assert body["key"] in [row["definition"] for row in around["startable"]]
    await world.command("ann", first["id"], "abort", reasons=[])
    await world.start("ann", body["key"], record="o3")
    around = await world.get("vic", "/v1/records/demo.orders/o3/workflows")
    assert around["startable"] == [], "a viewer starts nothing"
    assert first["id"] in [run["id"] for run in around["history"]]


async def test_ten_starts_on_one_record_at_once(world: World) -> None:
    """The database decides: one run, nine refusals that name it."""
    body = two_steps(record="demo.orders")
    await world.publish(body)
    start = {"definition": body["key"], "record": "o4"}
    answers = await asyncio.gather(*(world.call("ann", "POST", "/v1/runs", start) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    run = next(answer.json()["id"] for answer in answers if answer.status_code == 201)
    assert {answer.json()["run"] for answer in answers if answer.status_code == 409} == {run}


async def test_one_key_ten_times_at_once(world: World) -> None:
    """One run, the same answer ten times."""
    body = two_steps()
    await world.publish(body)
    headers = {"Idempotency-Key": key("key")}
    start = {"definition": body["key"]}
    answers = await asyncio.gather(*(world.call("ann", "POST", "/v1/runs", start, headers=headers) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await world.get("ann", "/v1/runs", definition=body["key"]))["items"]) == 1


async def test_when_it_offers_itself(world: World) -> None:
    """`start.when` is read on the record: 409 where it is not met, and the record's page does not offer it."""
    body = two_steps(record="demo.orders", start={"when": "= record.total > 500.0", "roles": ["lead"]})
    await world.publish(body)
    for record, status, code in (("o1", 409, "not_startable"), ("nope", 404, "record_not_found")):
        refused = await world.call("lea", "POST", "/v1/runs", {"definition": body["key"], "record": record})
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    offers = {
        record: [row["definition"] for row in (await world.get("lea", path))["startable"]]
        for record in ("o1", "o2")
        if (path := f"/v1/records/demo.orders/{record}/workflows")
    }
    assert (body["key"] in offers["o1"], body["key"] in offers["o2"]) == (False, True)
    assert (await world.call("ann", "POST", "/v1/runs", {"definition": body["key"], "record": "o2"})).status_code == 403
    assert (await world.start("lea", body["key"], record="o2"))["context"]["record"]["total"] > 500


async def test_pages_and_filters(world: World) -> None:
    """Five runs, two at a time, each once, in either order; every filter finds its own."""
    body = two_steps(labels=["of all"])
    await world.publish(body)
    made = [(await world.start("ann", body["key"], labels=[f"n{n}", 'a "b"']))["id"] for n in range(5)]
    await world.command("ann", made[0], "abort", reasons=[])
    for sort, wanted in (("started_at", made), ("-started_at", made[::-1])):
        found, cursor = [], None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = await world.get("ann", "/v1/runs", definition=body["key"], limit=2, sort=sort, **more)
            found += [run["id"] for run in page["items"]]
            if (cursor := page["next"]) is None:
                break
        assert found == wanted

    async def ids(**query: Any) -> list[str]:
        page = await world.get("ann", "/v1/runs", definition=body["key"], sort="started_at", **query)
        return [run["id"] for run in page["items"]]

    assert await ids(label="n3") == [made[3]]
    assert await ids(label="n") == []
    assert await ids(label='a "b"') == made
    assert await ids(label="of all") == made
    assert await ids(status="aborted") == made[:1]
    assert await ids(status=["aborted", "waiting"]) == made
    assert await ids(attention="true") == await ids(saved="true") == []
    third = (await world.get("ann", f"/v1/runs/{made[2]}"))["started_at"]
    assert await ids(started_after=third) == made[3:]
    assert await ids(q=made[4][4:20]) == made[4:]


async def test_work_lists(world: World) -> None:
    """Assigned to me, to my team; sorted and searched; a closed run leaves the list."""
    steps = [
        {"id": "mine", "kind": "task", "title": "Zebra", "assign": {"users": ["ann"]}},
        {"id": "ours", "kind": "task", "title": "Apple", "after": [], "assign": {"teams": ["ops"]}},
    ]
    body = document("work", steps)
    await world.publish(body)
    run = await world.start("ben", body["key"])

    async def found(who: str, **query: Any) -> list[str]:
        page = await world.get(who, "/v1/tasks", definition=body["key"], **query)
        return [task["step"] for task in page["items"]]

    assert sorted(await found("ann")) == ["mine", "ours"]
    assert await found("ann", assignee="me") == ["mine"]
    assert await found("ben", assignee="me") == []
    assert await found("ben", assignee="ann") == ["mine"]
    assert await found("ben", team="ops") == ["ours"]
    assert await found("ben", sort="title") == ["ours", "mine"]
    assert await found("ben", sort="title", limit=1) == ["ours"]
    assert await found("ben", q="zeb") == ["mine"]
    assert sorted(await found("ben", manual="true")) == ["mine", "ours"]
    assert await found("ben", overdue="true") == await found("ben", status="waiting") == []
    await world.command("ben", run["id"], "abort", reasons=[])
    assert await found("ann") == []


async def test_sources_are_read_with_ones_own_rights(world: World) -> None:
    """The collections, their shape, their rows, page by page; a record that is not there is 404."""
    assert [row["id"] for row in (await world.get("ann", "/v1/sources"))["items"]] == ["demo"]
    names = [row["id"] for row in (await world.get("ann", "/v1/sources/demo/collections"))["items"]]
    assert {"demo.orders", "demo.customers"} <= set(names)
    shape = await world.get("vic", "/v1/sources/demo/collections/orders")
    assert "total" in [field["name"] for field in shape["fields"]]
    rows = "/v1/sources/demo/collections/orders/rows"
    first = await world.get("ann", rows, limit=2)
    second = await world.get("ann", rows, limit=2, cursor=first["next"])
    assert len({row["id"] for row in (*first["items"], *second["items"])}) == 4
    assert (await world.get("ann", f"{rows}/o1"))["id"] == "o1"
    assert (await world.call("ann", "GET", f"{rows}/nope")).status_code == 404
    assert (await world.call("vic", "GET", rows)).status_code == 403


async def test_the_activity_log(world: World) -> None:
    """Reads and refusals too; an operator finds only what is one's own; exports hold the same, and no formula."""
    body = two_steps()
    await world.publish(body)
    run = await world.start("ann", body["key"], labels=["=cmd()"])
    await world.get("vic", f"/v1/runs/{run['id']}")
    await world.command("vic", run["id"], "complete", step="a", output={"n": 1})
    rows = (await world.get("oda", "/v1/activity-log", run=run["id"]))["items"]
    rows.sort(key=lambda row: row["at"], reverse=True)
    told = [(row["user"], row["action"], row["type"], row["outcome"], row["code"]) for row in rows]
    assert told == [
        ("vic", "command.complete", "write", "refused", "forbidden"),
        ("vic", "run.view", "read", "ok", None),
        ("ann", "run.start", "write", "ok", None),
    ]
    own = (await world.get("ann", "/v1/activity-log", run=run["id"]))["items"]
    assert {row["user"] for row in own} == {"ann"}
    team = (await world.get("lea", "/v1/activity-log", run=run["id"]))["items"]
    assert len(team) == 3
    assert (await world.call("vic", "GET", "/v1/activity-log")).status_code == 403
    table = await world.call("oda", "GET", f"/v1/activity-log.csv?run={run['id']}")
    lines = list(csv.DictReader(io.StringIO(table.text)))
    assert sorted(line["user"] for line in lines) == ["ann", "vic", "vic"]
    text = (await world.call("oda", "GET", f"/v1/activity-log.jsonl?run={run['id']}")).text
    assert {json.loads(line)["id"] for line in text.splitlines()} == {row["id"] for row in rows}
    since = rows[1]["at"]
    newer = await world.get("oda", "/v1/activity-log", run=run["id"], after=since, type="write")
    assert [row["user"] for row in newer["items"]] == ["vic"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    from api.routes.activity_log import _cell

    assert _cell(cell) == "'" + cell


async def test_who_one_is(world: World) -> None:
    """The caller's own rights; the people; tokens without their text, and only one's own."""
    me = await world.get("lea", "/v1/me")
    assert (me["id"], me["roles"], me["teams"]) == ("lea", ["lead"], ["ops"])
    assert "run.revise" in me["grants"]
    people = {row["id"]: row for row in (await world.get("vic", "/v1/users", limit=200))["items"]}
    assert people["cy"]["roles"] == ["compliance-officer", "operator"]
    tokens = (await world.get("ann", "/v1/tokens"))["items"]
    assert {token["user"] for token in tokens} == {"ann"}
    assert "hash" not in tokens[0]
    for bad in ("", "Bearer", "Bearer hf_nope", "Bearer x", f"Basic {world.tokens['ann']}"):
        answer = await world.client.get("/v1/me", headers={"Authorization": bad})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
