"""How people want to be told, on both databases: settings, the mail of the day, mail that waits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from api.store import notices, notifications
from api.store.notifications import DIGESTS, KINDS, MAILS, USERS, Wish
from api.store.seed import add_person
from api.store.store import Store

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


@pytest.fixture
async def people(store: Store) -> list[str]:
    """Ann and ben have an address, cy has none."""
    async with store.session() as session:
        for name in ("ann", "ben", "cy"):
            await add_person(session, name, name, roles=[], teams=[])
    addressed = update(USERS).where(USERS.c.id != "cy").values(email=USERS.c.id + "@example.org")
    await store.transact(lambda c: c.execute(addressed))
    return ["ann", "ben", "cy"]


def say(kind: str, subject: str = "Late") -> dict[str, Any]:
    return {"kind": kind, "subject": subject, "text": "Look.", "run": "r1", "step": "a"}


def keep(connection: Connection, user: str, kind: str, wish: Wish, **more: Any) -> None:
    line = {"kind": kind, "in_app": wish.in_app, "email": wish.email, "digest": wish.digest}
    notifications.keep_settings(connection, user, {"kinds": [line], **more})


async def mails(store: Store) -> Sequence[tuple[str, str]]:
    rows = await store.look(lambda c: c.execute(select(MAILS.c.user, MAILS.c.subject).order_by(MAILS.c.key)).all())
    return [(row.user, row.subject) for row in rows]


async def test_each_is_told_as_they_wish_and_who_has_no_address_by_no_mail(store: Store, people: list[str]) -> None:
    await store.transact(lambda c: keep(c, "ben", "overdue", Wish(False, False, True)))
    found = await store.look(lambda c: notifications.wishes(c, people, "overdue"))
    assert found == {"ann": KINDS["overdue"], "ben": Wish(False, False, True), "cy": Wish(True, False)}
    unknown = await store.look(lambda c: notifications.wishes(c, ["ann"], "something new"))
    assert unknown == {"ann": KINDS["other"]}
    await store.transact(lambda c: notifications.keep_settings(c, "ann", {"muted": True}))
    muted = await store.look(lambda c: notifications.wishes(c, ["ann"], "overdue"))
    assert muted == {"ann": Wish(True, False)}


async def test_what_nobody_wants_leaves_no_row(store: Store, people: list[str]) -> None:
    await store.transact(lambda c: notices.tell(c, people, say("assigned"), "k1", NOW))
    kept = await store.look(lambda c: c.execute(select(notices.NOTICES)).all())
    assert (kept, await mails(store)) == ([], [])


async def test_a_notice_and_its_mail_are_made_once_for_a_key(store: Store, people: list[str]) -> None:
    for _ in range(2):
        await store.transact(lambda c: notices.tell(c, people, say("overdue", "Late\r\nBcc: x@y"), "k1", NOW))
    assert await mails(store) == [("ann", "Late Bcc: x@y"), ("ben", "Late Bcc: x@y")]
    shown = await store.look(lambda c: notices.page(c, "cy", True, None, 10))
    assert len(shown) == 1


async def test_the_mail_of_the_day_is_made_once_by_whoever_comes_first(store: Store, people: list[str]) -> None:
    await store.transact(lambda c: keep(c, "ann", "overdue", Wish(False, False, True), zone="Europe/Berlin"))
    for number in range(3):
        told = say("overdue", f"Late {number}")
        await store.transact(lambda c, told=told, n=number: notices.tell(c, ["ann"], told, f"k{n}", NOW))
    assert await store.look(lambda c: notices.page(c, "ann", False, None, 10)) == []
    due = update(DIGESTS).values(next_at=NOW - timedelta(minutes=1))
    await store.transact(lambda c: c.execute(due))
    made = await asyncio.gather(*(store.transact(lambda c: notifications.make_digests(c, NOW)) for _ in range(4)))
    assert sorted(made) == [0, 0, 0, 1]
    assert await mails(store) == [("ann", "What happened: 3 things")]
    [text] = await store.look(lambda c: c.execute(select(MAILS.c.text)).scalars().all())
    assert [f"Late {number}" in text for number in range(3)] == [True] * 3
    again = await store.look(lambda c: c.execute(select(DIGESTS.c.next_at)).scalar_one())
    assert again == datetime(2026, 11, 22, 7, 0, tzinfo=UTC), "eight in Berlin"
    await store.transact(lambda c: c.execute(due))
    await store.transact(lambda c: notifications.make_digests(c, NOW))
    assert len(await mails(store)) == 1


async def test_a_mail_is_sent_by_one_and_by_the_next_where_that_one_died(store: Store, people: list[str]) -> None:
    await store.transact(lambda c: notifications.put_mail(c, "ann", "k", ("Hello", "Text"), NOW))
    assert await store.look(lambda c: notifications.due_mails(c, NOW)) == ["k:ann"]
    claims = await asyncio.gather(
        *(store.transact(lambda c: notifications.claim_mail(c, "k:ann", NOW)) for _ in range(4))
    )
    [taken] = [claim for claim in claims if claim]
    assert taken[1] == "ann@example.org"
    assert await store.look(lambda c: notifications.due_mails(c, NOW)) == []
    later = NOW + notifications.CLAIM * 2
    assert await store.look(lambda c: notifications.due_mails(c, later)) == ["k:ann"]
    await store.transact(lambda c: notifications.settle_mail(c, "k:ann", ended_at=later, tries=1))
    assert await store.look(lambda c: notifications.due_mails(c, later)) == []
    await store.transact(lambda c: notifications.put_mail(c, "ann", "k", ("Hello", "Text"), later))
    assert await store.look(lambda c: notifications.due_mails(c, later)) == [], "made again, and not sent again"
    assert await store.transact(lambda c: notifications.clear_mails(c, later + notifications.KEPT * 2)) == 1
