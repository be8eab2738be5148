"""Somebody outside is invited to a form: one link for each form of a round, one mail for each time it is asked for."""

from __future__ import annotations

import re
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from activities import invite as inviting
from activities.errors import InvalidInput, NotDone
from activities.invite import invite_activity
from activities.mail import MailSettings
from api.store.links import SqlLinks
from api.store.secrets_box import SecretsBox
from api.store.store import Store
from definitions import wire
from definitions.inviting import Invited
from tests.activities.house import a_call

URL = "https://holdfast.example"
LINK = re.compile(rf"{URL}/public/journeys/([A-Za-z0-9_-]+)")
GIVEN = {"to": "sam@supplier.example", "title": "Your documents"}


@pytest.fixture
async def links(store: Store) -> SqlLinks:
    return SqlLinks(store, SecretsBox.fresh())


async def invite(
    links: Any, folder: Path, *, turn: int = 1, execution: str = "ask#1", **changes: Any
) -> dict[str, Any]:
    call = a_call(
        wire.ACTIVITY_INVITE,
        input={**GIVEN, **changes},
        key=f"run-1:{execution}",
        step="ask",
        execution=execution,
        turn=turn,
    )
    return dict(await invite_activity(links, MailSettings(folder), URL)(call.to_json()))


def mails(folder: Path) -> list[tuple[str, str, str]]:
    """(to, subject, the link's token) of each."""
    read = [message_from_bytes(file.read_bytes()) for file in folder.glob("*.eml")]
    found = [(each, LINK.search(each.get_payload(decode=True).decode())) for each in read]  # type: ignore[union-attr]
    return sorted((str(each["To"]), str(each["Subject"]), link[1] if link else "") for each, link in found)


async def test_a_try_that_comes_twice_makes_one_link_and_sends_one_mail(links: SqlLinks, tmp_path: Path) -> None:
    first, second = await invite(links, tmp_path), await invite(links, tmp_path)
    assert first == second == {"link": first["link"], "expires": None, "mailed": True}
    ((to, subject, token),) = mails(tmp_path)
    assert (to, subject) == (GIVEN["to"], GIVEN["title"])
    found = await links.find("journey", token)
    assert found is not None and (found.id, found.run, found.step, found.execution) == (
        first["link"], "run-1", "ask", "ask#1",
    )  # fmt: skip
    assert await links.find("confirm", token) is None, "a link is for one kind of thing"


async def test_a_reminder_sends_the_same_link_and_another_round_has_another(links: SqlLinks, tmp_path: Path) -> None:
    first = await invite(links, tmp_path)
    again = await invite(links, tmp_path, turn=2, again=True, expires="2031-01-02T10:00:00Z")
    other = await invite(links, tmp_path, execution="ask#2")
    assert again == {"link": first["link"], "expires": "2031-01-02T10:00:00.000000Z", "mailed": True}
    assert other["link"] != first["link"]
    sent = mails(tmp_path)
    assert [subject for _, subject, _ in sent] == ["Reminder: Your documents", "Your documents", "Your documents"]
    assert len({token for *_, token in sent}) == 2


async def test_what_was_revoked_leads_nowhere_and_is_followed_by_another(links: SqlLinks, tmp_path: Path) -> None:
    first = await invite(links, tmp_path, to=None)
    assert (first["mailed"], mails(tmp_path)) == (False, [])
    known = await links.token_of("run-1", "ask#1")
    assert known is not None and known[0] == first["link"]
    assert (await invite(links, tmp_path, turn=2, revoke=True))["link"] is None
    gone = await links.find("journey", known[1])
    assert gone is not None and not gone.good
    assert await links.token_of("run-1", "ask#1") is None
    ((_, subject, token),) = mails(tmp_path)
    assert (subject, token) == ("No longer needed: Your documents", "")
    assert (await invite(links, tmp_path, turn=3))["link"] != first["link"]


async def test_an_end_that_has_passed_ends_the_link(links: SqlLinks, tmp_path: Path) -> None:
    first = await invite(links, tmp_path, to=None, expires="2020-01-01T00:00:00Z")
    assert await links.token_of("run-1", "ask#1") is None
    assert (await invite(links, tmp_path, to=None))["link"] != first["link"]


async def test_no_address_no_mail_a_bad_one_is_told_before_anything_is_made(links: SqlLinks, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        await invite(links, tmp_path, to="a@b.c\nBcc: all@example.org")
    assert await links.token_of("run-1", "ask#1") is None
    await invite(links, tmp_path, title="Two\r\nBcc: lines")
    ((_, subject, _),) = mails(tmp_path)
    assert subject == "Two Bcc: lines"


async def test_a_mail_server_that_is_away_is_asked_again_and_gets_the_same_link(
    links: SqlLinks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> str:
        raise NotDone("away", code="mail_unavailable")

    with monkeypatch.context() as patched:
        patched.setattr(inviting, "send_mail", away)
        with pytest.raises(NotDone):
            await invite(links, tmp_path)
    made = await links.token_of("run-1", "ask#1")
    assert made is not None and (await invite(links, tmp_path))["link"] == made[0]
    assert [token for *_, token in mails(tmp_path)] == [made[1]]


async def test_a_database_that_is_away_is_asked_again(tmp_path: Path) -> None:
    class Away:
        async def invite(self, asked: Any) -> Invited:
            raise ConnectionError

    with pytest.raises(NotDone) as told:
        await invite(Away(), tmp_path)
    assert told.value.code == "ledger_unavailable"


async def test_a_token_stands_sealed_and_opens_only_where_it_was_sealed(store: Store, tmp_path: Path) -> None:
    links = SqlLinks(store, SecretsBox.fresh())
    await invite(links, tmp_path, to=None)
    known = await links.token_of("run-1", "ask#1")
    assert known is not None and len(known[1]) >= 43, "256 bits"
    assert await SqlLinks(store, SecretsBox.fresh()).token_of("run-1", "ask#1") is None, "another key opens nothing"
