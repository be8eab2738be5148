"""`email.send`: into a folder, or to a real SMTP server that takes, refuses or goes away."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest

from activities.mail import MailSettings, register_mail
from activities.registry import Registry
from tests.activities.house import ONCE, Stage, a_call

MAIL = {"to": "ann@ops.example", "subject": "Your refund", "text": "We paid back 129.9.\nGrüße"}


@dataclass
class Post:
    """An SMTP server that answers each verb as it is told, and keeps what it took."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.upper()
            self.verbs.append(line)
            answer = next((says for start, says in self.answers.items() if verb.startswith(start)), "250 ok")
            if answer == "hang up":
                break
            if verb == "DATA" and answer == "250 ok":
                writer.write(b"354 go on\r\n")
                self.taken.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            writer.write(f"{answer}\r\n".encode())
            if verb == "QUIT":
                break
        writer.close()


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    found = Post()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()


def sender(folder: Path, url: str | None = None) -> Callable[..., Any]:
    registry = Registry()
    register_mail(registry, MailSettings(folder, url, "holdfast@ops.example"))
    return registry.activities()[0]


def a_mail(**changes: Any) -> Any:
    return a_call("email.send", input={**MAIL, **changes}, contract=ONCE.to_json())


async def test_without_a_server_mail_goes_to_a_folder(stage: Stage, tmp_path: Path) -> None:
    sent = await stage.perform(sender(tmp_path / "mail"), a_mail(cc=["ben@ops.example"], reply_to="lea@ops.example"))
    (file,) = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    message = cast(EmailMessage, email.message_from_bytes(file.read_bytes(), policy=email.policy.default))
    assert (message["To"], message["From"]) == ("ann@ops.example", "holdfast@ops.example")
    assert (message["Cc"], message["Reply-To"]) == ("ben@ops.example", "lea@ops.example")
    assert message["Subject"] == "Your refund"
    assert message.get_content().strip() == MAIL["text"]
    assert message["Message-ID"] == sent["id"]


async def test_the_same_key_is_the_same_mail(stage: Stage, tmp_path: Path) -> None:
    """Whoever looks whether an interrupted mail arrived can tell by its id."""
    first = await stage.perform(sender(tmp_path), a_mail())
    stage.ledger.effects.clear()
    assert await stage.perform(sender(tmp_path), a_mail()) == first
    assert len(list(tmp_path.iterdir())) == 1


def test_a_mail_is_not_promised_to_be_repeatable(tmp_path: Path) -> None:
    registry = Registry()
    register_mail(registry, MailSettings(tmp_path))
    assert registry.catalogue()[0]["contract"]["repeatable"] is False


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"to": "nobody"}, "/to"),
        ({"to": "a@b@c"}, "/to"),
        ({"to": "a@b.c\r\nBcc: all@ops.example"}, "/to"),
        ({"to": []}, "/to"),
        ({"to": None}, "/to"),
        ({"to": ["a@b.c"] * 51}, "/to"),
        ({"to": "Ann <ann@ops.example>"}, "/to"),
        ({"subject": "Hi\r\nBcc: all@ops.example"}, "/subject"),
        ({"subject": "a\x00b"}, "/subject"),
        ({"cc": ["a@b.c\n"]}, "/cc"),
        ({"reply_to": "x"}, "/reply_to"),
        ({"text": "x" * 200_001}, "/text"),
        ({"html": "<b>"}, "/html"),
    ],
)
async def test_what_would_add_a_header_or_reach_nobody(
    stage: Stage, tmp_path: Path, changes: dict[str, Any], path: str
) -> None:
    error = await stage.refused(sender(tmp_path), a_mail(**changes))
    assert error.type == "invalid_input"
    assert all(each["path"].startswith(path) for each in error.details[0]["errors"])
    assert not list(tmp_path.iterdir())


async def test_a_server_takes_it(stage: Stage, tmp_path: Path, post: Post) -> None:
    sent = await stage.perform(
        sender(tmp_path, f"smtp://127.0.0.1:{post.port}"), a_mail(to=["a@x.example", "b@x.example"])
    )
    assert sent["id"] in post.taken[0]
    assert sum(verb.upper().startswith("RCPT") for verb in post.verbs) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("answers", "code", "outcome", "again"),
    [
        ({"RCPT": "550 nobody"}, "recipient_refused", "failed", False),
        ({"MAIL": "550 not you"}, "mail_refused", "failed", False),
        ({"DATA": "554 no spam"}, "mail_refused", "failed", False),
        ({"DATA": "hang up"}, "mail_uncertain", "unknown", False),
        ({"EHLO": "hang up"}, "mail_unavailable", "failed", True),
        ({"RCPT TO:<B@": "550 not b"}, "recipient_refused", "unknown", False),
        ({"QUIT": "500 no"}, None, "done", False),
    ],
)
async def test_what_a_server_can_do_instead(
    stage: Stage, tmp_path: Path, post: Post, answers: dict[str, str], code: str | None, outcome: str, again: bool
) -> None:
    post.answers = answers
    send, call = sender(tmp_path, f"smtp://127.0.0.1:{post.port}"), a_mail(to=["a@x.example", "b@x.example"])
    if code is None:
        await stage.perform(send, call)
    else:
        error = await stage.refused(send, call)
        assert (error.type, error.non_retryable) == (code, not again)
    assert stage.state() == outcome


async def test_no_password_is_shown(stage: Stage, tmp_path: Path) -> None:
    url = "smtp://ops:hunter2@127.0.0.1:1"
    error = await stage.refused(sender(tmp_path, url), a_mail())
    assert (error.type, error.non_retryable) == ("mail_unavailable", False)
    assert "hunter2" not in f"{error.message}{error.details}{MailSettings(tmp_path, url)!r}"
