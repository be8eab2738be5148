"""`email.send`: one mail, to an SMTP server or, where none is set, to a folder as an .eml file.

A mail cannot be taken back and SMTP has no idempotency key, so it is not repeatable: interrupted in the middle, a
person decides. Its Message-ID is derived from the effect's key, so that whoever looks can tell whether it arrived. A
server that refuses before it took the mail did nothing, and may be asked again.
"""

from __future__ import annotations

import asyncio
import os
import re
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, Field

from activities.errors import ActionError, NotDone, Uncertain
from activities.registry import ActionContext, Registry

ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,189}")
SMTP_SECONDS = 20.0
UNFOLDED = policy.default.clone(max_line_length=900)
"""Long addresses in a header stay whole: folded they would be written in a way that no mail program reads as one."""


def _address(value: str) -> str:
    if not ADDRESS.fullmatch(value) or not value.isprintable():
        raise ValueError("is not an e-mail address")
    return value


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be one line of printable text")
    return value


Address = Annotated[str, AfterValidator(_address)]
Line = Annotated[str, Field(max_length=500), AfterValidator(_one_line)]


class Mail(BaseModel):
    """What to send. Control characters in an address or the subject are refused:

    they would add headers of their own.
    """

    to: Address | Annotated[list[Address], Field(min_length=1, max_length=50)]
    subject: Line
    text: str = Field(max_length=200_000)
    cc: Annotated[list[Address], Field(max_length=50)] = []
    reply_to: Address | None = None


class Sent(BaseModel):
    """`id` is the mail's Message-ID."""

    id: str


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where mail goes: `smtp_url` (`smtp://user:password@host:25`, `smtps://…`) or else `folder`; from whom."""

    folder: Path
    smtp_url: str | None = None
    sender: str = "holdfast@localhost"

    def __repr__(self) -> str:
        """Without the URL, which may hold a password."""
        return f"MailSettings(folder={self.folder!s}, smtp={'set' if self.smtp_url else 'unset'}, sender={self.sender})"


def register_mail(registry: Registry, settings: MailSettings) -> None:
    """Adds `email.send` to the registry."""

    @registry.action("email.send", title="Send an e-mail", timeout=45.0)
    async def send(mail: Mail, context: ActionContext) -> Sent:
        if context.confirm_link:
            mail = mail.model_copy(update={"text": f"{mail.text}\n\n{context.confirm_link}"})
        return Sent(id=await send_mail(mail, settings, context.key))


async def send_mail(mail: Mail, settings: MailSettings, key: str, headers: Mapping[str, str] | None = None) -> str:
    """Sends it, or files it where no server is set; its Message-ID. Raises NotDone, ActionError, Uncertain.

    `headers` are further ones of ours, such as List-Unsubscribe.
    """
    message = compose(mail, settings.sender, key)
    for name, value in (headers or {}).items():
        message[name] = value
    if settings.smtp_url:
        await asyncio.to_thread(_deliver, message, settings.smtp_url)
    else:
        await asyncio.to_thread(_file, message, settings.folder, key)
    return str(message["Message-ID"])


def compose(mail: Mail, sender: str, key: str) -> EmailMessage:
    """The message as it is sent; the same key gives the same Message-ID."""
    message = EmailMessage(UNFOLDED)
    message["From"] = sender
    message["To"] = ", ".join([mail.to] if isinstance(mail.to, str) else mail.to)
    if mail.cc:
        message["Cc"] = ", ".join(mail.cc)
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{_name(key)}@{sender.rpartition('@')[2] or 'localhost'}>"
    message.set_content(mail.text)
    return message


def _file(message: EmailMessage, folder: Path, key: str) -> None:
    """Whole or not at all: written beside, then renamed. The same key writes the same file."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{_name(key)}.eml"
    beside = target.with_suffix(f".{os.getpid()}.part")
    beside.write_bytes(message.as_bytes())
    beside.replace(target)


def _deliver(message: EmailMessage, url: str) -> None:
    """Hands the message to the server.

    Raises NotDone while nothing was handed over, ActionError when it was refused.
    """
    parts = urlsplit(url)
    try:
        server = _connect(parts.scheme, parts.hostname or "", parts.port)
    except (OSError, smtplib.SMTPException):
        raise NotDone("The mail server does not answer.", code="mail_unavailable") from None
    try:
        _log_in(server, parts.username, parts.password)
        _hand_over(server, message)
    finally:  # whatever the server answers to QUIT, the mail's fate was decided before it
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def _log_in(server: smtplib.SMTP, user: str | None, password: str | None) -> None:
    try:
        if user:
            server.login(unquote(user), unquote(password or ""))
    except (OSError, smtplib.SMTPException):
        raise NotDone("The mail server refuses the login.", code="mail_unavailable") from None


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        refused = server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        raise ActionError("recipient_refused", f"The mail server refuses {_names(error.recipients)}.") from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise ActionError("mail_refused", f"The mail server refuses the mail ({error.smtp_code}).") from None
    except (OSError, smtplib.SMTPException):
        raise Uncertain("mail_uncertain", "The mail server went away while it took the mail.") from None
    if refused:  # some got it: sending again would reach those twice
        raise Uncertain("recipient_refused", f"Sent, but not to {_names(refused)}: the mail server refuses them.")


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SMTP_SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port or 25, timeout=SMTP_SECONDS)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
    return server


def _name(key: str) -> str:
    return sha256(key.encode()).hexdigest()[:32]


def _names(refused: object) -> str:
    return ", ".join(sorted(refused)) if isinstance(refused, dict) else "the recipients"
