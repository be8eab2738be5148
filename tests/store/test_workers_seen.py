"""Which workers live: what one says of itself is believed for a minute, and no longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from api.store.store import Store
from api.store.workers_seen import FORGOTTEN, STALE, WORKERS, WorkerRow, came, left, living, seen, served, serving


def worker(name: str, ago: timedelta = timedelta(0), runs: str = "", **actions: str) -> WorkerRow:
    at = datetime.now(UTC) - ago
    return WorkerRow(id=name, name=name, queue=runs, actions=actions, started_at=at, seen_at=at)


async def test_a_worker_counts_from_its_start_to_its_end(store: Store) -> None:
    mail = worker("one", runs="runs", **{"email.send": "mail"})
    await store.transact(lambda connection: came(connection, mail))
    await store.transact(lambda connection: came(connection, worker("two", **{"shop.ship": "shop"})))
    found = await store.look(living)
    assert served(found) == ("email.send", "shop.ship")
    assert [each.id for each in serving(found, "shop.ship")] == ["two"]
    assert serving(found, "shop.ship", "runs") == [], "another queue is another worker's"
    assert [each.id for each in serving(found, "email.send", "mail")] == ["one"]
    assert [each.id for each in serving(found, "email.send", "runs")] == ["one"], "for runs of before it moved"
    await store.transact(lambda connection: left(connection, "one"))
    assert [each.id for each in await store.look(living)] == ["two"]


async def test_one_that_is_silent_for_a_minute_does_not_count_until_it_speaks_again(store: Store) -> None:
    silent = worker("one", STALE + timedelta(seconds=5), **{"shop.ship": "shop"})
    await store.transact(lambda connection: came(connection, silent))
    assert await store.look(living) == []
    await store.transact(lambda connection: seen(connection, silent))
    (found,) = await store.look(living)
    assert found.seen_at > silent.seen_at


async def test_one_whose_row_is_gone_says_all_of_it_again(store: Store) -> None:
    ours = worker("one", **{"shop.ship": "shop"})
    await store.transact(lambda connection: seen(connection, ours))
    assert served(await store.look(living)) == ("shop.ship",)


async def test_what_nobody_took_away_goes_after_a_day(store: Store) -> None:
    await store.transact(lambda connection: came(connection, worker("old", FORGOTTEN + timedelta(minutes=1))))
    await store.transact(lambda connection: came(connection, worker("new")))
    rows = await store.look(lambda connection: [row.id for row in connection.execute(select(WORKERS.c.id))])
    assert rows == ["new"]
