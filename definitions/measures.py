"""What `min` and `max` bound: a number, a moment, a length of time, the characters of a text, the entries of a list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from definitions.answers import Wrong, duration_seconds, number
from definitions.times import moment

COUNTED = ("choices", "checklist", "table", "pictures", "file")
MEASURED = ("text", "long_text", "email", "phone", "url", "barcode")
NUMERIC = ("number", "integer", "money")
DATED = ("date", "datetime")


def measure(type_: str, value: Any) -> Any:
    """What of an answer is compared with its bounds."""
    if type_ in COUNTED:
        return len(value) if isinstance(value, list) else 1
    return len(value) if type_ in MEASURED else limit_of(type_, value)


def limit_of(type_: str, value: Any) -> Any:
    """A bound as a value of the type is compared: a number, an instant, or seconds. None where it is no bound of it."""
    try:
        if type_ in NUMERIC + COUNTED + MEASURED:
            return number(value)
        if type_ == "duration":
            return duration_seconds(value) if isinstance(value, str) else None
        return _day_or_instant(value) if type_ in DATED and isinstance(value, str) else None
    except (Wrong, ValueError):
        return None


def of_what(type_: str) -> str:
    """The words by which a problem says what is bounded."""
    return "in number " if type_ in COUNTED else "in characters " if type_ in MEASURED else ""


def _day_or_instant(text: str) -> datetime:
    return moment(text, "UTC").astimezone(UTC)
