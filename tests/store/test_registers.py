"""Registers of people on both databases: drafts, tickets, notices, links; with rows as the projection writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from api.permissions import Who
from api.store import calendar_tokens, form_drafts, inboxes, notices
from api.store.columns import NEVER
from api.store.form_drafts import Stale
from api.store.inboxes import INBOXES
from api.store.notices import SqlNotices
from api.store.notifications import MAILS
from api.store.projection import ASSIGNMENTS, TASKS
from api.store.rounds import DRAFTS, TICKETS, forget
from api.store.seed import add_person
from api.store.store import Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANN = Who("ann", (), ("ops",), ("run.view.all",))
NOBODYS: tuple[str, ...] = ()


async def task(store: Store, run: str, users: tuple[str, ...] = NOBODYS, **changes: Any) -> None:
    row = {
        "run": run,
        "step": "a",
        "execution": "a#1",
        "definition": "d",
        "title": run,
        "kind": "task",
        "status": "ready",
        "users": list(users),
        "teams": [],
        "roles": [],
        "inbox": "q",
        "manual": True,
        "current": True,
        "due_sort": NEVER,
        "entered_at": "2026-11-20T00:00:00.000000Z",
        "teams_key": "",
        "run_name": "",
        "search": "",
        "attention": None,
        "due": None,
        **changes,
    }

    def work(connection: Any) -> None:
        connection.execute(insert(TASKS), row)
        for user in users:
            assigned = {"run": run, "step": "a", "kind": "user", "who": user, "due_sort": NEVER}
            connection.execute(insert(ASSIGNMENTS), {**assigned, "title": "", "entered_at": "", "started_at": ""})

    await store.transact(work)


async def inbox(store: Store, **changes: Any) -> dict[str, Any]:
    row = {"id": "q", "name": "Q", "teams": [], "cap_per_person": None, "idle_release": None, "active": True, **changes}
    await store.transact(lambda connection: connection.execute(insert(INBOXES), row))
    return row


async def queue(store: Store, row: dict[str, Any], now: datetime = NOW) -> list[str]:
    found = await store.look(lambda c: [each["run"] for each in inboxes.candidates(c, row, ANN, now, [])])
    return list(found)


async def handed(store: Store, run: str, person: str, at: datetime) -> str | None:
    row = {"run": run, "execution": "a#1", "inbox": "q"}
    return await store.transact(lambda connection: inboxes.hand_out(connection, row, person, at))


async def test_what_is_due_first_comes_first_then_what_waits_longest(store: Store) -> None:
    row = await inbox(store)
    await task(store, "never-new", entered_at="2026-11-21T00:00:00.000000Z")
    await task(store, "never-old")
    await task(store, "late", due_sort="2026-11-01T00:00:00.000000Z")
    await task(store, "soon", due_sort="2026-11-30T00:00:00.000000Z")
    await task(store, "other", inbox="another")
    await task(store, "outside", inbox=None)
    await task(store, "machine", manual=False)
    await task(store, "saved", current=False)
    await task(store, "hers", users=("ben",))
    await task(store, "role", roles=["lead"])
    assert await queue(store, row) == ["late", "soon", "never-old", "never-new"]


async def test_a_ticket_on_its_way_is_nobody_else_s_until_it_should_have_arrived(store: Store) -> None:
    row = await inbox(store)
    await task(store, "r1")
    assert await handed(store, "r1", "ben", NOW) is None
    assert await queue(store, row) == []
    assert await queue(store, row, NOW + 2 * inboxes.ON_ITS_WAY) == ["r1"], "the commands never came"


async def test_an_idle_ticket_is_anybody_s_again_unless_it_is_on_hold_or_worked_on(store: Store) -> None:
    row = await inbox(store, idle_release="1 hour")
    for name, status in (("idle", "in_progress"), ("held", "on_hold"), ("fresh", "in_progress"), ("typed", "ready")):
        await task(store, name, users=("ben",), status=status)
    for name in ("idle", "held", "typed"):
        await handed(store, name, "ben", NOW - timedelta(hours=2))
    await handed(store, "fresh", "ben", NOW - timedelta(minutes=5))
    draft = {"run": "typed", "execution": "a#1", "answer": {}, "etag": "e", "saved_by": "ben", "saved_at": NOW}
    await store.transact(lambda connection: connection.execute(insert(DRAFTS), draft))
    assert await queue(store, row) == ["idle"]
    assert await queue(store, {**row, "idle_release": None}) == []
    assert await handed(store, "idle", "ann", NOW) == "ben", "who let it lie is told"


async def test_a_cap_counts_what_somebody_has_however_it_came_to_them(store: Store) -> None:
    row = await inbox(store, idle_release="1 hour")
    await task(store, "mine", users=("ann",))
    await task(store, "begun", users=("ann",), status="in_progress")
    await task(store, "held", users=("ann",), status="on_hold")
    await task(store, "coming")
    await handed(store, "coming", "ann", NOW)
    await task(store, "idle", users=("ann",))
    await handed(store, "idle", "ann", NOW - timedelta(hours=3))
    await task(store, "his", users=("ben",))
    assert await store.look(lambda connection: inboxes.held(connection, row, "ann", NOW)) == 3


async def test_a_draft_is_one_per_round_and_the_last_writer_wins(store: Store) -> None:
    await task(store, "r1")

    async def save(by: str, output: dict[str, Any], if_match: str | None = None) -> Any:
        return await store.transact(
            lambda connection: form_drafts.save(connection, "r1", "a", output, by=by, if_match=if_match)
        )

    _, first = await save("ann", {"n": 1})
    execution, second = await save("ben", {"n": 2})
    assert (execution, second["by"], second["output"]) == ("a#1", "ben", {"n": 2})
    with pytest.raises(Stale) as stale:
        await save("ann", {"n": 3}, first["etag"])
    assert stale.value.draft == second
    assert (await save("ann", {"n": 3}, second["etag"]))[1]["output"] == {"n": 3}
    assert await store.look(lambda connection: form_drafts.draft_of(connection, "r1", "a#2")) is None


async def test_nothing_is_kept_about_a_round_that_is_over(store: Store) -> None:
    await task(store, "r1")
    await store.transact(lambda c: form_drafts.save(c, "r1", "a", {"n": 1}, by="ann", if_match=None))
    await handed(store, "r1", "ann", NOW)

    over = [{"execution": "a#1", "manual": True, "inbox": "q"}]
    await store.transact(lambda connection: forget(connection, "r1", over))
    left = await store.look(lambda c: (len(c.execute(DRAFTS.select()).all()), len(c.execute(TICKETS.select()).all())))
    assert left == (0, 0)
    await store.transact(lambda connection: connection.execute(TASKS.delete()))
    saved = await store.transact(lambda c: form_drafts.save(c, "r1", "a", {"n": 2}, by="ann", if_match=None))
    assert saved is None, "a form that nobody can hand in any more is not kept"


async def test_notices_reach_people_and_teams_once_for_each_key(store: Store) -> None:
    async with store.session() as session:
        for name, teams in (("ann", ["ops"]), ("ben", ["ops"]), ("cy", ["hr"]), ("gone", ["ops"])):
            await add_person(session, name, name, roles=[], teams=teams)
    users = inboxes.TASKS.metadata.tables["users"]
    await store.transact(lambda c: c.execute(update(users).where(users.c.id == "gone").values(active=False)))
    await store.transact(lambda c: c.execute(update(users).where(users.c.id == "ben").values(email="ben@example.org")))
    port, notice = SqlNotices(store), {"kind": "overdue", "subject": "Late", "text": "", "run": "r1", "step": "a"}
    for _ in range(2):
        assert await port.tell(["cy", "nobody"], ["ops"], notice, "k1") == 3
    mails = await store.look(lambda c: c.execute(select(MAILS.c.user, MAILS.c.key, MAILS.c.text)).all())
    assert mails == [("ben", "k1:ben", "Late")], "who has an address"
    await port.tell(["ann"], [], {**notice, "subject": "Later"}, "k2")
    found = await store.look(lambda connection: notices.page(connection, "ann", False, None, 10))
    assert [row.subject for row in found] == ["Later", "Late"]
    assert await store.transact(lambda connection: notices.read_up_to(connection, "ann", found[1].id)) == 1
    unread = await store.look(lambda connection: notices.page(connection, "ann", True, None, 10))
    assert [row.subject for row in unread] == ["Later"]


async def test_a_calendar_link_is_one_and_ends(store: Store) -> None:
    async with store.session() as session:
        await add_person(session, "ann", "Ann", roles=[], teams=[])
    first, _ = await store.transact(lambda connection: calendar_tokens.make(connection, "ann"))
    second, made = await store.transact(lambda connection: calendar_tokens.make(connection, "ann"))
    found = await store.look(lambda c: [calendar_tokens.user_of(c, each) for each in (first, second, "", "x")])
    assert found == [None, "ann", None, None]
    stored = await store.look(lambda c: c.execute(calendar_tokens.TOKENS.select()).one())
    assert second not in str(tuple(stored)), "only its hash is kept"
    assert await store.look(lambda connection: calendar_tokens.made_at(connection, "ann")) == made
    await store.transact(lambda connection: calendar_tokens.end(connection, "ann"))
    assert await store.look(lambda connection: calendar_tokens.user_of(connection, second)) is None
