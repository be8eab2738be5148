"""Points in time and lengths of time: read from text, written as text, taken apart.

Precision is the microsecond: that is what a database and a person's clock give, and what Python's own types hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from definitions.expressions.machine import Function, Overloads
from definitions.expressions.operators import checked_duration
from definitions.expressions.outcome import Fault

_STAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)", re.ASCII)
_OFFSET = re.compile(r"([+-]?)(\d\d):(\d\d)", re.ASCII)
_NANOSECONDS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_timestamp(text: str) -> datetime:
    """RFC 3339 to an aware UTC datetime, cut to microseconds. Raises Fault."""
    match = _STAMP.fullmatch(text)
    if match is None:
        raise Fault("not an RFC 3339 timestamp")
    *fields, fraction, _, sign, hours, minutes = match.groups()
    micros = int((fraction or "").ljust(9, "0")[:6])
    shift = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        year, month, day, hour, minute, second = map(int, fields)
        return datetime(year, month, day, hour, minute, second, micros, UTC) - shift
    except (ValueError, OverflowError):
        raise Fault("not a point in time") from None


def parse_day(text: str) -> datetime | None:
    """A plain date as the instant it begins in UTC; None when the text is none."""
    return parse_timestamp(f"{text}T00:00:00Z") if _DAY.fullmatch(text) else None


def parse_duration(text: str) -> timedelta:
    """Go's form, `1h30m`, `-1.5s`, `250ms`, cut to microseconds. Raises Fault."""
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if body == "0":
        return timedelta()
    parts = list(_PART.finditer(body))
    if not parts or len(body) > 64 or "".join(part.group() for part in parts) != body:
        raise Fault("not a duration")
    total = sum(_nanoseconds(number, unit) for number, unit in (part.groups() for part in parts))
    try:
        return checked_duration(timedelta(microseconds=sign * (total // 1000)))
    except OverflowError:
        raise Fault("duration out of range") from None


def _nanoseconds(number: str, unit: str) -> int:
    whole, _, fraction = number.partition(".")
    scale = _NANOSECONDS[unit]
    return int(whole or 0) * scale + (int(fraction) * scale // 10 ** len(fraction) if fraction else 0)


def write_timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with a Z, the fraction only where there is one."""
    plain = at.astimezone(UTC).replace(tzinfo=None)
    text = plain.isoformat(timespec="microseconds" if plain.microsecond else "seconds")
    return (text.rstrip("0") if plain.microsecond else text) + "Z"


def write_duration(length: timedelta) -> str:
    """Seconds: `5400s`, `-1.5s`."""
    micros = abs(length) // timedelta(microseconds=1)
    whole, fraction = divmod(micros, 10**6)
    digits = f".{fraction:06}".rstrip("0") if fraction else ""
    return f"{'-' if length < timedelta() else ''}{whole}{digits}s"


def whole(length: timedelta, unit: timedelta) -> int:
    """How many whole units, towards zero."""
    return length // unit if length >= timedelta() else -(-length // unit)


@lru_cache(maxsize=256)
def zone(name: str) -> tzinfo:
    """An offset such as `-08:00`, or a zone of the IANA database. Raises Fault."""
    if match := _OFFSET.fullmatch(name):
        sign, hours, minutes = match.groups()
        shift = timedelta(hours=int(hours), minutes=int(minutes))
        if shift < timedelta(hours=24):
            return timezone(-shift if sign == "-" else shift)
    try:
        return ZoneInfo(name)
    except Exception:  # ZoneInfo raises what its file system raises; for the author it is always the same mistake
        raise Fault(f"unknown time zone {name!r}") from None


def _local(at: datetime, name: str = "UTC") -> datetime:
    try:
        return at.astimezone(UTC if name == "UTC" else zone(name))
    except OverflowError:
        raise Fault("timestamp out of range") from None


_PARTS: dict[str, Callable[[datetime], int]] = {
    "getFullYear": lambda at: at.year,
    "getMonth": lambda at: at.month - 1,
    "getDayOfYear": lambda at: at.timetuple().tm_yday - 1,
    "getDayOfMonth": lambda at: at.day - 1,
    "getDate": lambda at: at.day,
    "getDayOfWeek": lambda at: at.isoweekday() % 7,
    "getHours": lambda at: at.hour,
    "getMinutes": lambda at: at.minute,
    "getSeconds": lambda at: at.second,
    "getMilliseconds": lambda at: at.microsecond // 1000,
}
"""CEL counts months, days of the year and of the month from 0, `getDate` from 1, and Sunday is 0."""


def _getter(part: Callable[[datetime], int]) -> Function:
    return lambda _, at, name="UTC": part(_local(at, name))


OVERLOADS: Overloads = {
    **{(name, datetime): _getter(part) for name, part in _PARTS.items()},
    **{(name, datetime, str): _getter(part) for name, part in _PARTS.items()},
    ("getHours", timedelta): lambda _, length: whole(length, timedelta(hours=1)),
    ("getMinutes", timedelta): lambda _, length: whole(length, timedelta(minutes=1)),
    ("getSeconds", timedelta): lambda _, length: whole(length, timedelta(seconds=1)),
    ("getMilliseconds", timedelta): lambda _, length: whole(length, timedelta(milliseconds=1)) % 1000,
}
