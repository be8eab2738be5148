"""What goes out by itself and not as a step of a run: messages to other systems' webhooks, mail to our own people.

It goes the way that everything goes: web requests by the one transport that judges addresses (outbound.py), mail by
the one sender of mail. Nothing here decides whom to tell, or whether to try again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from activities.errors import ActionError, NotDone, Uncertain
from activities.mail import Mail, MailSettings, send_mail
from activities.outbound import HttpPolicy, PinnedTransport


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of a message: the status, or none and why there is none. `after`: seconds the other side asks for."""

    status: int | None = None
    error: str = ""
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Outward:
    """The ways out of an installation. `seconds` is how long another system may take to say that it has it."""

    policy: HttpPolicy
    mail_settings: MailSettings
    seconds: float = 15.0

    async def refusal(self, url: str) -> str | None:
        """Why nothing may be sent to an address; None where it may, or its name is not known at this moment."""
        try:
            await self.policy.judge(httpx2.URL(url))
        except NotDone:
            return None
        except ActionError as error:
            return error.message
        except (httpx2.InvalidURL, UnicodeError):
            return "This is no address."
        return None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        """One message, sent once; redirects are not followed, since the message is signed for whom it is sent to."""
        try:
            async with asyncio.timeout(self.seconds), PinnedTransport(self.policy) as transport:
                return await _exchange(transport, self._request(url, headers, body))
        except (TimeoutError, httpx2.TimeoutException):
            return Posted(error=f"no answer within {self.seconds:g} s")
        except ActionError as error:
            return Posted(error=error.message)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, UnicodeError) as error:
            return Posted(error=f"cannot be reached ({type(error).__name__})")

    async def mail(self, to: str, subject: str, text: str, key: str, headers: Mapping[str, str] | None = None) -> str:
        """One mail, known by its key: `sent`, `later` while nothing was handed over, `never` where it was refused."""
        try:
            await send_mail(Mail(to=to, subject=subject, text=text), self.mail_settings, key, headers)
        except NotDone:
            return "later"
        except Uncertain:
            return "sent"  # the server had it in its hands; a second one would be worse than none
        except (ActionError, ValueError):
            return "never"
        return "sent"

    def _request(self, url: str, headers: Mapping[str, str], body: bytes) -> httpx2.Request:
        fixed = {"user-agent": "Holdfast", "accept": "*/*", "accept-encoding": "identity"}
        limits = httpx2.Timeout(self.seconds, connect=10).as_dict()
        return httpx2.Request("POST", url, headers={**fixed, **headers}, content=body, extensions={"timeout": limits})


async def _exchange(transport: PinnedTransport, request: httpx2.Request) -> Posted:
    response = await transport.handle_async_request(request)
    try:
        wait = response.headers.get("retry-after", "")
        after = min(float(wait), 86_400.0) if wait.isascii() and wait.isdecimal() and len(wait) < 9 else None
        return Posted(status=response.status_code, after=after)
    finally:
        await response.aclose()
