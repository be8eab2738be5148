"""How an installation reaches the world outside: its mail server, and the private addresses that it trusts."""

from __future__ import annotations

from activities.http import HttpPolicy
from activities.mail import MailSettings
from activities.outward import Outward
from holdfast.settings import Settings


def mail_of(settings: Settings) -> MailSettings:
    """Where mail goes, and from whom."""
    smtp = settings.smtp_url.get_secret_value() if settings.smtp_url else None
    return MailSettings(folder=settings.mail_folder, smtp_url=smtp, sender=settings.mail_from)


def policy_of(settings: Settings) -> HttpPolicy:
    """Where requests of runs and of webhooks may go."""
    return HttpPolicy(allowed_hosts=frozenset(settings.http_allowed))


def outward_of(settings: Settings) -> Outward:
    """What the API sends by itself."""
    return Outward(policy_of(settings), mail_of(settings))
