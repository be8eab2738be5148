"""What was sent is written down: with what is stored next, or a moment later by itself, and never lost by a failure."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from api import sent as told
from api.outbox import OUTBOX, put_now
from api.sent import Sent
from api.store.store import Store
from tests.support.waiting import until


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time to look before it is written by itself, also on a busy machine."""
    monkeypatch.setattr(told, "WITHIN", 1.0)


def _put(connection: Connection) -> tuple[int, bool]:
    """An entry of the one run, and whether nothing older of it is unsent."""
    entry, first = put_now(connection, "run-1", "signal", {})
    return entry.id, first


def _unsent(connection: Connection) -> list[int]:
    return list(connection.execute(select(OUTBOX.c.id).where(OUTBOX.c.sent_at.is_(None))).scalars())


async def test_the_next_that_is_stored_takes_it_along(store: Store) -> None:
    sent = Sent(store)
    one, _ = await store.together(_put)
    _, behind = await store.together(_put)
    assert not behind, "while the first is not sent"
    third, _ = await store.together(_put)
    for entry in await store.look(_unsent):
        sent.note(entry)
    assert one in sent.unwritten and third in sent.unwritten
    last, first = await sent.together(_put)
    assert first and await store.look(_unsent) == [last] and sent.unwritten == []


async def test_it_is_written_by_itself_a_moment_later(store: Store) -> None:
    sent = Sent(store)
    entry, _ = await store.together(_put)
    sent.note(entry)
    assert await store.look(_unsent) == [entry], "nobody waits for it"
    async with asyncio.timeout(10):
        while await store.look(_unsent):
            await asyncio.sleep(0.05)
    assert sent.unwritten == []


async def test_what_fails_takes_no_note_along(store: Store) -> None:
    sent = Sent(store)
    entry, _ = await store.together(_put)
    sent.note(entry)
    with pytest.raises(ZeroDivisionError):
        await sent.together(lambda _: 1 / 0)
    assert sent.unwritten == [entry] == await store.look(_unsent)
    await sent.settle()
    assert sent.unwritten == [] == await store.look(_unsent)


async def away(_: Any) -> None:
    raise OperationalError("UPDATE", {}, Exception("gone"))


async def test_what_the_database_does_not_take_is_taken_along_once_it_does(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were it forgotten, the run's next entry would wait until the claim on this one runs out."""
    sent = Sent(store)
    entry, _ = await store.together(_put)
    sent.note(entry)
    with monkeypatch.context() as outage:
        outage.setattr(store, "together", away)
        assert not await sent.settle()
    last, first = await sent.together(_put)
    assert first and await store.look(_unsent) == [last] and sent.unwritten == []


async def test_it_is_tried_again_by_itself(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for pause in ("WITHIN", "AGAIN"):
        monkeypatch.setattr(told, pause, 0.01)
    sent, tries = Sent(store), 0

    async def counted(_: Any) -> None:
        nonlocal tries
        tries += 1
        await away(_)

    entry, _ = await store.together(_put)
    with monkeypatch.context() as outage:
        outage.setattr(store, "together", counted)
        sent.note(entry)
        await until(lambda: tries >= 3)
    await until(lambda: sent.unwritten == [])
    assert await store.look(_unsent) == []


async def test_who_ends_while_the_database_is_away_has_it_sent_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = Sent(store)
    entry, _ = await store.together(_put)
    sent.note(entry)
    with monkeypatch.context() as outage:
        outage.setattr(store, "together", away)
        async with asyncio.timeout(10):
            await sent.close()
    assert await store.look(_unsent) == [entry]
