"""The proof of a run: whatever was changed, cut off or lost is found, and said where."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from api.engine import Gone
from api.exporting import Archive
from api.history import Event, Piece, lineage
from api.store.archive import HISTORIES
from api.store.chain import genesis, links
from api.store.facts import event_of
from api.store.tables import Row
from api.verifying import Verifier
from holdfast.witness import ChildReplays
from tests.api.test_history import archived, ended, record
from tests.api.world import World

EVENTS, RUNS = (Row.metadata.tables[name] for name in ("events", "runs"))


async def proof(world: World, run: str, who: str = "oda") -> dict[str, Any]:
    """The answer of verify, which must be one."""
    answer = await world.call(who, "POST", f"/v1/runs/{run}/verify")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def codes(found: dict[str, Any]) -> list[tuple[str, int | None]]:
    return [(problem["code"], problem["seq"]) for problem in found["problems"]]


@asynccontextmanager
async def tampered(world: World, run: str, *statements: Any) -> AsyncIterator[None]:
    """The database changed behind everybody's back, and put right again afterwards."""
    tables = (EVENTS, RUNS, HISTORIES)
    async with world.store.engine.begin() as connection:
        queries = [select(t).where((t.c.id if t is RUNS else t.c.run) == run) for t in tables]
        before = [[dict(row) for row in (await connection.execute(q)).mappings()] for q in queries]
        for statement in statements:
            assert (await connection.execute(statement)).rowcount > 0
    try:
        yield
    finally:
        async with world.store.engine.begin() as connection:
            for table, rows in zip(tables, before, strict=True):
                await connection.execute(delete(table).where((table.c.id if table is RUNS else table.c.run) == run))
                if rows:
                    await connection.execute(table.insert(), rows)


@pytest.fixture(scope="module")
async def run(world: World) -> str:
    """A run of five events and more, ended and archived."""
    name = await ended(world)
    await archived(world, name)
    return name


def last(found: Sequence[dict[str, Any]]) -> int:
    return max(row["seq"] for row in found)


async def test_a_run_that_nobody_touched(world: World, run: str) -> None:
    row = next(row for row in await world.rows("runs") if row["id"] == run)
    assert await proof(world, run) == {"replays": True, "chain": True, "seq": row["seq"], "problems": []}


async def test_an_open_run(world: World) -> None:
    document = {"holdfast": 1, "key": "proof-open", "name": "Open", "steps": [{"id": "a", "kind": "task"}]}
    await world.publish(document)
    started = await world.start("ann", "proof-open")
    found = await proof(world, started["id"])
    assert (found["replays"], found["chain"], found["problems"]) == (True, True, [])


CHANGES = {
    "type": "step_ready",
    "at": "2026-11-21T00:00:00.000000Z",
    "step": "z",
    "execution": "z#1",
    "actor": "mallory",
    "command": "another",
    "data": {"choice": "x"},
    "chain": "0" * 64,
    "run": "run-of-another",
    "seq": 99,
}


@pytest.mark.parametrize("column", sorted(set(EVENTS.c.keys())))
async def test_a_change_in_any_column_of_an_event_is_found_at_that_event(world: World, run: str, column: str) -> None:
    change = update(EVENTS).where(EVENTS.c.run == run, EVENTS.c.seq == 3).values({column: CHANGES[column]})
    async with tampered(world, run, change):
        found = await proof(world, run)
    assert not found["chain"]
    assert codes(found)[0] == ("chain_broken", 3)


async def test_a_tail_that_was_cut_off_with_its_head_put_back_is_found(world: World, run: str) -> None:
    """Nothing in the database tells of it: the anchor does, and the history."""
    async with world.store.engine.connect() as connection:
        link = (await connection.execute(select(EVENTS.c.chain).where(EVENTS.c.run == run, EVENTS.c.seq == 2))).scalar()
    cut = delete(EVENTS).where(EVENTS.c.run == run, EVENTS.c.seq > 2)
    async with tampered(world, run, cut, update(RUNS).where(RUNS.c.id == run).values(seq=2, chain=link)):
        found = await proof(world, run)
        assert ("tail_missing", 3) in codes(found)
        assert (found["chain"], found["replays"]) == (False, False)
        await record(world).archive.anchors.put(f"runs/{run}", b'{"of": "x", "seq": 0, "link": "", "at": ""}')
        assert ("tail_missing", 3) in codes(await proof(world, run)), "without an anchor the history says it"


async def test_a_whole_chain_made_anew_is_found(world: World, run: str) -> None:
    """Who can compute hashes can write another chain: the history, and the anchor, know better."""
    async with world.store.engine.connect() as connection:
        rows = (await connection.execute(select(EVENTS).where(EVENTS.c.run == run).order_by(EVENTS.c.seq))).all()
    events = [replace(event_of(row), **({"actor": "mallory"} if row.seq == 3 else {})) for row in rows]
    chain = links(genesis(run), events)
    changes = [
        update(EVENTS).where(EVENTS.c.run == run, EVENTS.c.seq == event.seq).values(actor=event.actor, chain=link)
        for event, link in zip(events, chain, strict=True)
    ]
    async with tampered(world, run, *changes, update(RUNS).where(RUNS.c.id == run).values(chain=chain[-1])):
        found = await proof(world, run)
    assert ("history_differs", 3) in codes(found)
    assert not found["replays"]


async def test_an_anchor_is_not_moved_on_over_a_record_that_does_not_lead_to_it(world: World) -> None:
    """Else the next event would make good what was changed; the run is flagged instead."""
    run = await ended(world)
    row = await archived(world, run)
    anchors = record(world).archive.anchors
    before = await anchors.get(f"runs/{run}")
    assert before is not None
    change = update(EVENTS).where(EVENTS.c.run == run, EVENTS.c.seq == row["seq"]).values(chain="0" * 64)
    async with tampered(world, run, change):
        await record(world).archive.anchor(run, row["seq"] + 1, "1" * 64)
        assert await anchors.get(f"runs/{run}") == before
        assert (await world.get("oda", f"/v1/runs/{run}"))["engine"]["flag"] == "record_differs"


async def test_a_list_that_says_otherwise_than_the_events(world: World, run: str) -> None:
    async with tampered(world, run, update(RUNS).where(RUNS.c.id == run).values(status="aborted", holder="mallory")):
        found = await proof(world, run)
    assert (found["chain"], codes(found)) == (True, [("read_model_differs", None)])
    assert "holder, status" in found["problems"][0]["message"]


@dataclass
class Forgetful:
    """Temporal after its database was deleted."""

    async def pieces(self, run: str) -> list[Piece]:
        raise Gone("workflow not found", closed=False)

    async def pages(self, run: str, piece: str) -> AsyncIterator[list[Event]]:
        raise Gone("workflow not found", closed=False)
        yield []


async def test_without_temporal_the_stored_history_is_what_there_is(world: World, run: str) -> None:
    kept = record(world)
    archive = Archive(world.store, Forgetful(), kept.archive.blobs, kept.archive.anchors)
    verifier = Verifier(archive, kept.verifier.replays)
    found = (await verifier.verify(run)).to_json()
    assert (found["replays"], found["chain"], codes(found)) == (True, True, [("engine_lost", None)])
    async with tampered(world, run, delete(HISTORIES).where(HISTORIES.c.run == run)):
        nothing = (await verifier.verify(run)).to_json()
    assert (nothing["replays"], nothing["chain"]) == (False, True)
    assert ("no_history", None) in codes(nothing)


async def test_a_stored_history_that_was_changed_is_not_believed(world: World, run: str) -> None:
    kept = record(world)
    (row,) = [row for row in await world.rows("histories") if row["run"] == run]
    file = world.settings.blob_folder / run / row["sha256"]
    content = file.read_bytes()
    verifier = Verifier(
        Archive(world.store, Forgetful(), kept.archive.blobs, kept.archive.anchors), kept.verifier.replays
    )
    try:
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        found = (await verifier.verify(run)).to_json()
    finally:
        file.write_bytes(content)
    assert "history_damaged" in [code for code, _ in codes(found)]
    assert not found["replays"]


async def test_the_replay_is_done_by_a_process_that_is_killed_when_it_takes_too_long(world: World, run: str) -> None:
    kept = record(world)
    proven = await Verifier(kept.archive, ChildReplays()).verify(run)
    assert (proven.replays, proven.chain, proven.problems) == (True, True, [])
    with pytest.raises(TimeoutError):
        await Verifier(kept.archive, ChildReplays(within=0.05)).verify(run)


async def test_who_may_not_verify(world: World, run: str) -> None:
    """An operator proves what they started, as they read the log of it; a viewer nothing."""
    people = ("ann", "ben", "vic", "admin")
    asked = {who: await world.call(who, "POST", f"/v1/runs/{run}/verify") for who in people}
    statuses = {who: answer.status_code for who, answer in asked.items()}
    assert statuses == {"ann": 200, "ben": 403, "vic": 403, "admin": 200}


def test_the_pieces_that_count_are_those_no_reset_replaced() -> None:
    def piece(name: str, minute: int, **more: Any) -> Piece:
        return Piece(name, f"2026-11-21T09:{minute:02}:00Z", "completed", 1, **more)

    first, second, third = piece("a", 1), piece("b", 2, after="a"), piece("c", 3, after="b")
    anew, on = piece("b2", 2, after="a", instead="b"), piece("d", 5, after="b2")
    again = piece("z", 9)
    assert [each.id for each in lineage([again, third, on, anew, second, first])] == ["a", "b2", "d", "z"]
