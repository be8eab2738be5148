"""People are told once, whatever is tried again; one bad address keeps nobody else from being told."""

from __future__ import annotations

from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from activities import mail as mailing
from activities.errors import ActionError, NotDone
from activities.mail import MailSettings
from activities.notify import notify_activity
from activities.testing import InMemoryNotices
from definitions import wire
from tests.activities.house import a_call

GIVEN = {"users": ["ann", "bob"], "teams": ["ops"], "kind": "overdue", "subject": "Late", "text": "Look.", "run": "r1"}


def people() -> InMemoryNotices:
    return InMemoryNotices(
        {"ann": ("ann@example.org", ()), "bob": (None, ()), "cy": ("cy@example.org", ("ops",)), "dee": (None, ("hr",))}
    )


async def tell(notices: InMemoryNotices, folder: Path, **changes: Any) -> dict[str, Any]:
    call = a_call(wire.ACTIVITY_NOTIFY, input={**GIVEN, **changes}, key="run-1:~notify#1")
    return dict(await notify_activity(notices, MailSettings(folder))(call.to_json()))


def mails(folder: Path) -> list[tuple[str, str]]:
    read = [message_from_bytes(file.read_bytes()) for file in sorted(folder.glob("*.eml"))]
    return sorted((str(each["To"]), str(each["Subject"])) for each in read)


async def test_people_and_teams_are_told_and_mailed_each_once(tmp_path: Path) -> None:
    notices = people()
    assert await tell(notices, tmp_path) == {"told": 3, "mailed": 2, "refused": 0}
    assert {user for user, _ in notices.kept} == {"ann", "bob", "cy"}
    assert notices.kept["ann", "run-1:~notify#1"]["subject"] == "Late"
    assert mails(tmp_path) == [("ann@example.org", "Late"), ("cy@example.org", "Late")]
    again = await tell(notices, tmp_path)
    assert (again["mailed"], len(notices.kept), len(mails(tmp_path))) == (0, 3, 2)


async def test_a_subject_of_two_lines_adds_no_header(tmp_path: Path) -> None:
    await tell(people(), tmp_path, subject="Late\r\nBcc: all@example.org", users=["ann"], teams=[])
    assert mails(tmp_path) == [("ann@example.org", "Late Bcc: all@example.org")]


async def test_an_address_that_is_refused_is_counted_and_the_others_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deliver(message: Any, url: str) -> None:
        if message["To"].startswith("ann"):
            raise ActionError("recipient_refused", "no such person")

    monkeypatch.setattr(mailing, "_deliver", deliver)
    settings, notices = MailSettings(tmp_path, smtp_url="smtp://nowhere"), people()
    call = a_call(wire.ACTIVITY_NOTIFY, input=GIVEN)
    assert await notify_activity(notices, settings)(call.to_json()) == {"told": 3, "mailed": 1, "refused": 1}


async def test_a_server_that_is_away_is_asked_again_and_nobody_is_mailed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    def deliver(message: Any, url: str) -> None:
        if len(taken) == 1 and not (tmp_path / "up").exists():
            raise NotDone("The mail server does not answer.", code="mail_unavailable")
        taken.append(message["To"])

    monkeypatch.setattr(mailing, "_deliver", deliver)
    perform, call = notify_activity(notices := people(), MailSettings(tmp_path, smtp_url="smtp://nowhere")), GIVEN
    with pytest.raises(NotDone):
        await perform(a_call(wire.ACTIVITY_NOTIFY, input=call).to_json())
    (tmp_path / "up").touch()
    await perform(a_call(wire.ACTIVITY_NOTIFY, input=call).to_json())
    assert (sorted(taken), len(notices.kept)) == (["ann@example.org", "cy@example.org"], 3)


async def test_notices_that_cannot_be_written_may_be_tried_again(tmp_path: Path) -> None:
    notices = people()
    notices.down = True
    with pytest.raises(NotDone):
        await tell(notices, tmp_path)
    assert mails(tmp_path) == []
