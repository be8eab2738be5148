"""People are told as they wish: here, by mail at once, or once a day; and a link in the mail ends it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import update
from temporalio.client import Client

from api.notifications import Mailing, mail_token, user_of
from api.store.feed import READERS
from api.store.notifications import DIGESTS, KINDS, MAILS, next_time
from api.store.secrets_box import SecretsBox
from api.store.tables import Row
from holdfast.outward import outward_of
from holdfast.tools import box_of
from tests.api.documents import document
from tests.api.world import HOST, World, open_world
from tests.support.waiting import until

USERS = Row.metadata.tables["users"]
ME = "/v1/me/notifications"


@pytest.fixture
async def world(tmp_path_factory: pytest.TempPathFactory, temporal_client: Client) -> AsyncIterator[World]:
    """A world of one's own: what people set, and their mail, is counted here."""
    async with open_world(tmp_path_factory.mktemp("told"), temporal_client) as world:
        world.work()
        for name in ("ann", "ben", "lea"):
            of = update(USERS).where(USERS.c.id == name).values(email=f"{name}@example.org")
            await world.store.transact(lambda connection, of=of: connection.execute(of))
        yield world


def mails(world: World, to: str) -> list[EmailMessage]:
    read = [
        message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in world.settings.mail_folder.glob("*.eml")
    ]
    return [each for each in read if each["To"] == f"{to}@example.org"]


async def wish(world: World, who: str, kind: str, **more: Any) -> None:
    line = {"kind": kind, "in_app": False, "email": False, "digest": False, **more}
    kept = await world.call(who, "PUT", ME, {"kinds": [line]})
    assert kept.status_code == 200, kept.text


async def notices(world: World, who: str, kind: str) -> list[dict[str, Any]]:
    return [each for each in (await world.get(who, "/v1/me/notices"))["items"] if each["kind"] == kind]


def assigned(to: str = "ann") -> dict[str, Any]:
    task = {"id": "a", "kind": "task", "title": "Call back", "assign": {"users": [to]}}
    return document("assigned", [task], teams=["ops"])


async def test_what_is_set_holds_and_what_is_not_stays_as_for_everybody(world: World) -> None:
    before = await world.get("ann", ME)
    assert {each["kind"] for each in before["kinds"]} == set(KINDS)
    assert (before["email"], before["muted"], before["digest_at"]) == ("ann@example.org", False, "08:00")
    given = {"zone": "Europe/Berlin", "digest_at": "17:30", "kinds": []}
    kept = (await world.call("ann", "PUT", ME, given)).json()
    assert (kept["zone"], kept["digest_at"], kept["kinds"]) == ("Europe/Berlin", "17:30", before["kinds"])
    assert kept["next_digest"]
    await wish(world, "ann", "overdue", digest=True)
    told = {each["kind"]: each for each in (await world.get("ann", ME))["kinds"]}
    assert told["overdue"] == {"kind": "overdue", "in_app": False, "email": False, "digest": True}
    assert (await world.get("ann", ME))["zone"] == "Europe/Berlin"
    assert (await world.get("ben", ME))["zone"] == "UTC", "everybody's own"
    for wrong in ({"zone": "Europe/Nowhere"}, {"digest_at": "25:00"}, {"kinds": [{"kind": "weather"}]}, {"email": "x"}):
        assert (await world.call("ann", "PUT", ME, wrong)).status_code == 422, wrong


async def test_work_that_came_is_told_to_who_asked_for_it_and_once(world: World) -> None:
    await wish(world, "ann", "assigned", in_app=True, email=True)
    body = assigned()
    await world.publish(body)
    run = (await world.start("ben", body["key"]))["id"]
    await until(lambda: mails(world, "ann"))
    [mail] = mails(world, "ann")
    assert mail["Subject"] == "Assigned to you: Call back"
    [notice] = await notices(world, "ann", "assigned")
    assert (notice["run"], notice["step"]) == (run, "a")
    feed = world.app.state.house.feed
    back = update(READERS).where(READERS.c.name == "notices").values(position=0)  # all of it is heard once more
    await world.store.transact(lambda connection: connection.execute(back))
    await feed.drain()
    await world.app.state.house.out.mailing.sweep()
    assert (len(mails(world, "ann")), len(await notices(world, "ann", "assigned"))) == (1, 1)
    own = (await world.start("ann", body["key"]))["id"]
    await world.command("ann", own, "assign", step="a", users=["ann", "ben"])
    await feed.drain()
    assert [each["run"] for each in await notices(world, "ann", "assigned")].count(own) <= 1
    assert await notices(world, "ben", "assigned") == [], "who set nothing is not told of all work there is"


async def test_a_run_that_asks_for_a_person_is_told_to_its_team(world: World) -> None:
    for who in ("lea", "cy"):
        await wish(world, who, "attention", in_app=True)
    broken = {"id": "go", "kind": "action", "title": "Fetch", "execute": "automatic", "action": "http.request"}
    body = document("broken", [{**broken, "with": {"url": "http://127.0.0.1:9/"}}], teams=["ops"])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]

    async def told() -> Any:
        return await notices(world, "lea", "attention")

    [notice] = await until(told)
    assert (notice["run"], notice["step"], notice["subject"]) == (run, "go", "Asks for a person: Fetch")
    assert await notices(world, "cy", "attention") == [], "another team's"
    assert await notices(world, "ann", "attention") == []


async def test_who_may_approve_is_told_and_not_who_asked(world: World) -> None:
    step = {"id": "pay", "kind": "action", "title": "Pay", "execute": "automatic", "action": "demo.refund"}
    step |= {"with": {"order": "o1", "amount": 5}, "approval": {"roles": ["lead"]}}
    body = document("approved", [step], teams=["ops"])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]

    async def told() -> Any:
        return await notices(world, "lea", "approval")

    [notice] = await until(told)
    assert (notice["run"], notice["subject"]) == (run, "Your approval is asked for: Pay")
    assert await notices(world, "ann", "approval") == []


async def test_the_mail_of_the_day_is_one_and_survives_a_restart(world: World) -> None:
    await wish(world, "ann", "assigned", digest=True)
    body = assigned()
    await world.publish(body)
    for _ in range(3):
        await world.start("ben", body["key"])

    async def waiting() -> Any:
        rows = await world.rows("notices")
        return sum(row["digest"] for row in rows if row["user"] == "ann") == 3

    await until(waiting)
    assert await notices(world, "ann", "assigned") == [], "only in the mail"
    assert mails(world, "ann") == []
    due = update(DIGESTS).where(DIGESTS.c.user == "ann").values(next_at=datetime.now(UTC) - timedelta(minutes=1))
    await world.store.transact(lambda connection: connection.execute(due))
    other = Mailing(world.store, outward_of(world.settings), box_of(world.settings), HOST)
    await asyncio.gather(*(each.sweep() for each in (world.app.state.house.out.mailing, other, other)))
    await until(lambda: mails(world, "ann"))
    [mail] = mails(world, "ann")
    assert mail["Subject"] == "What happened: 3 things"
    assert mail.get_content().count("Assigned to you: Call back") == 3
    [row] = [each for each in await world.rows("notification_digests") if each["user"] == "ann"]
    assert row["next_at"].replace(tzinfo=UTC) > datetime.now(UTC)
    await world.store.transact(lambda connection: connection.execute(due))
    await other.sweep()
    assert len(mails(world, "ann")) == 1, "nothing new, no mail"


async def test_a_link_in_the_mail_ends_all_mail_and_looking_at_it_changes_nothing(world: World) -> None:
    await wish(world, "ann", "assigned", in_app=True, email=True)
    body = assigned()
    await world.publish(body)
    await world.start("ben", body["key"])
    await until(lambda: mails(world, "ann"))
    [mail] = mails(world, "ann")
    link = re.fullmatch(r"<(.+)>", mail["List-Unsubscribe"])
    assert link and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link[1] in mail.get_content()
    path = link[1].removeprefix(HOST)
    page = await world.client.get(path, headers={"Accept": "text/html", "Accept-Language": "de"})
    assert page.status_code == 200 and "<form" in page.text and "<script" not in page.text
    assert (await world.get("ann", ME))["muted"] is False
    done = await world.client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200, done.text
    assert (await world.get("ann", ME))["muted"] is True
    await world.start("ben", body["key"])

    async def again() -> Any:
        return len(await notices(world, "ann", "assigned")) == 2

    await until(again)
    await world.app.state.house.out.mailing.sweep()
    assert len(mails(world, "ann")) == 1, "told here, and not by mail"
    assert (await world.call("ann", "PUT", ME, {"muted": False})).json()["muted"] is False
    for forged in ("ann", "x" * 80, mail_token(SecretsBox.fresh(), "ann"), path.rsplit("/", 1)[1][:-4] + "AAAA"):
        assert (await world.client.post(f"/public/mail/{forged}")).status_code == 404


async def test_a_mail_server_that_is_away_is_asked_again(world: World) -> None:
    down = Down()
    out = world.app.state.house.out
    mailing = Mailing(world.store, down, box_of(world.settings), HOST)
    out.mailing._outward = down
    await wish(world, "ben", "assigned", email=True)
    body = assigned("ben")
    await world.publish(body)
    await world.start("ann", body["key"])
    await until(lambda: down.asked)
    [row] = [each for each in await world.rows("mails") if each["user"] == "ben"]
    assert row["ended_at"] is None
    await _due(world)
    down.answer = "sent"
    await mailing.sweep()

    async def ended() -> Any:
        [row] = [each for each in await world.rows("mails") if each["user"] == "ben"]
        return row["ended_at"] is not None and row["error"] is None

    await until(ended)
    keys = set(down.asked)
    assert len(keys) == 1, "one mail, one Message-ID, however often it is tried"
    asked = len(down.asked)
    await _due(world)
    await mailing.sweep()
    assert len(down.asked) == asked


class Down:
    """A mail server that does not answer, until it does."""

    def __init__(self) -> None:
        self.answer, self.asked = "later", list[str]()

    async def mail(self, to: str, subject: str, text: str, key: str, headers: Any = None) -> str:
        self.asked.append(key)
        return self.answer


async def _due(world: World) -> None:
    now = datetime.now(UTC) - timedelta(seconds=1)
    await world.store.transact(lambda connection: connection.execute(update(MAILS).values(next_at=now)))


@pytest.mark.parametrize(
    ("zone", "at", "after", "found"),
    [
        ("UTC", "08:00", "2026-11-21T07:59:00Z", "2026-11-21T08:00:00Z"),
        ("UTC", "08:00", "2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z"),
        ("Europe/Berlin", "08:00", "2026-07-01T05:00:00Z", "2026-07-01T06:00:00Z"),
        ("Europe/Berlin", "08:00", "2026-10-24T12:00:00Z", "2026-10-25T07:00:00Z"),  # the clock went back
        ("Europe/Berlin", "02:30", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),  # half past two is skipped
        ("Pacific/Auckland", "08:00", "2026-11-20T20:00:00Z", "2026-11-21T19:00:00Z"),
    ],
)
def test_the_next_time_of_day(zone: str, at: str, after: str, found: str) -> None:
    assert next_time(zone, at, datetime.fromisoformat(after)) == datetime.fromisoformat(found)


def test_a_link_says_whose_mail_it_is() -> None:
    box = SecretsBox.fresh()
    for user in ("ann", "jörg@example.org"):
        token = mail_token(box, user)
        assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
        assert user_of(box, token) == user
    assert user_of(SecretsBox.fresh(), mail_token(box, "ann")) is None
