"""What the API asks of the ways out, which live behind `activities` (activities/outward.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Posted(Protocol):
    """What came of a message: the status, or none and why. `after`: seconds the other side asks to wait."""

    @property
    def status(self) -> int | None: ...

    @property
    def error(self) -> str: ...

    @property
    def after(self) -> float | None: ...


class Outward(Protocol):
    """Messages to other systems, by the guarded transport, and mail to our own people."""

    async def refusal(self, url: str) -> str | None:
        """Why nothing may be sent to an address; None where it may."""
        ...

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        """One message, sent once. Never raises for what the other side does."""
        ...

    async def mail(self, to: str, subject: str, text: str, key: str, headers: Mapping[str, str] | None = None) -> str:
        """One mail, known by its key: `sent`, `later` or `never`."""
        ...


@dataclass(frozen=True, slots=True)
class NotSent:
    """A message that did not leave, and why."""

    error: str
    status: int | None = None
    after: float | None = None


class Nowhere:
    """An installation, or a test, that reaches nobody: everything waits."""

    async def refusal(self, url: str) -> str | None:
        return None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        return NotSent("this process reaches nobody")

    async def mail(self, to: str, subject: str, text: str, key: str, headers: Mapping[str, str] | None = None) -> str:
        return "later"
