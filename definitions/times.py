"""Points in time and lengths of time, as people write them in a definition.

A length is a number and a unit. Seconds to hours are exact; days and longer follow the calendar of a time zone: a day
later is the same clock time, also across a change of summer time, and a month after 31 January is the last of February.
`business days` are understood here and computed where a calendar is at hand.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EXACT = {"second": 1, "minute": 60, "hour": 3600}
CALENDAR = {"day": timedelta(days=1), "week": timedelta(weeks=1)}
MONTHS = {"month": 1, "year": 12}
BUSINESS_DAY = "business day"
UNITS = (*EXACT, *CALENDAR, *MONTHS, BUSINESS_DAY)

AMOUNT_LIMIT = 100_000
"""Nobody waits a hundred thousand of anything; a longer number is a slip of the hand."""

_OFFSET = re.compile(r"(\d{1,6}) +(business day|[a-z]+?)s?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Offset:
    """A length of time: `amount` of `unit` (one of UNITS)."""

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Offset:
        """`3 days`, `1 hour`, `5 business days`. Raises ValueError with what is expected."""
        match = _OFFSET.fullmatch(text.strip().lower()) if isinstance(text, str) else None
        if match is None or match[2] not in UNITS:
            raise ValueError(f"{text!r} is not a number and a unit, such as '3 days'; units are {', '.join(UNITS)}")
        if int(match[1]) > AMOUNT_LIMIT:
            raise ValueError(f"{text!r} is longer than {AMOUNT_LIMIT} {match[2]}s")
        return cls(int(match[1]), match[2])

    @property
    def is_exact(self) -> bool:
        """Whether the length is the same wherever and whenever it begins."""
        return self.unit in EXACT or self.unit in CALENDAR

    @property
    def seconds(self) -> float:
        """Seconds, a day taken as 24 hours. Raises ValueError for months, years and business days."""
        if self.unit in EXACT:
            return float(self.amount * EXACT[self.unit])
        if self.unit in CALENDAR:
            return self.amount * CALENDAR[self.unit].total_seconds()
        raise ValueError(f"{self} has no fixed length")

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """A time zone of the IANA database. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone, such as 'Europe/Amsterdam'") from None


def later(at: datetime, offset: Offset, timezone: str) -> datetime:
    """The aware UTC instant `offset` after `at`. Raises ValueError for business days and beyond the year 9999."""
    try:
        if offset.unit in EXACT:
            return (at + timedelta(seconds=offset.seconds)).astimezone(UTC)
        if offset.unit == BUSINESS_DAY:
            raise ValueError("business days need a calendar")
        local = at.astimezone(zone(timezone))
        days = _months_later(local.date(), offset) if offset.unit in MONTHS else local.date() + _days(offset)
        return _at_clock(days, local, timezone)
    except OverflowError:
        raise ValueError(f"{offset} later is beyond the calendar") from None


def _days(offset: Offset) -> timedelta:
    return CALENDAR[offset.unit] * offset.amount


def _months_later(day: date, offset: Offset) -> date:
    """The same day of a later month, or the last one it has."""
    months = day.month - 1 + offset.amount * MONTHS[offset.unit]
    year, month = day.year + months // 12, months % 12 + 1
    if year > date.max.year:
        raise ValueError(f"{offset} later is beyond the calendar")
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))


def _at_clock(day: date, local: datetime, timezone: str) -> datetime:
    """That day at the same clock time; a time that summer time leaves out is the one an hour on."""
    return datetime.combine(day, local.time(), zone(timezone)).astimezone(UTC)


def parse_instant(text: str) -> datetime:
    """RFC 3339 with a zone, as an aware UTC datetime. Raises ValueError; a local date is not an instant."""
    if not isinstance(text, str) or _INSTANT.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a time with a zone, such as '2026-11-30T09:00:00Z'")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a time of the calendar") from None


def parse_date(text: str) -> date:
    """A local date such as `2026-11-30`. Raises ValueError."""
    if not isinstance(text, str) or _DATE.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a date, such as '2026-11-30'")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date of the calendar") from None


def moment(text: str, timezone: str) -> datetime:
    """An instant, or the moment a local date begins in the time zone. Raises ValueError."""
    if isinstance(text, str) and _DATE.fullmatch(text):
        return datetime.combine(parse_date(text), time(), zone(timezone)).astimezone(UTC)
    return parse_instant(text)


def rfc3339(at: datetime) -> str:
    """UTC with a `Z` and always six digits of a second, so that the texts sort as the times do.

    Raises ValueError for a datetime without a zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time without a zone means something else to everybody")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
