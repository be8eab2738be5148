"""When something is due: a date or an instant, counted from an anchor by the clock or by a calendar.

Minutes and hours are counted from the instant of the anchor and give an instant. Days and longer are counted from the
*local date* of the anchor and give a local date, which has no zone: it ends when that day ends where the workflow is at
home. So a change of summer time moves no date, and "in 3 days" said late in the evening is not a day less.

Business days are Monday to Friday but for the exceptions of a calendar, which a version carries with it (freeze.py): a
run paused for a year must not count otherwise because a library learned of a new holiday. Where the exceptions end, ten
years on, only weekends are left out.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from definitions.expressions.values import is_expression
from definitions.model import ActionStep, Document, Due, JourneyStep, Step, WaitStep
from definitions.times import (
    BUSINESS_DAY,
    CALENDAR,
    EXACT,
    MONTHS,
    Offset,
    later,
    moment,
    parse_date,
    parse_instant,
    rfc3339,
    zone,
)

Exceptions = Sequence[str]
"""Days that are not what the week says: `2026-12-25` is off though a Friday, `+2026-10-10` is worked though a Saturday.
"""

Calendars = Mapping[str, Exceptions]
"""Exceptions by the name of their calendar. The name `""` is for business days that name none."""

UNNAMED = ""
WORKED = "+"
_FRIDAY = 4


def calendars_named(document: Document) -> tuple[str, ...]:
    """Which calendars the business days of a document follow, in alphabetical order; `""` where one names none.

    A length that is computed may turn out to be in business days, and cannot say which.
    """
    dues = [document.due, *(phase.due for phase in document.phases), *(step.due for step in document.steps)]
    named = [due.calendar or UNNAMED for due in dues if due is not None and _in_business_days(due.in_)]
    waits = [length for step in document.steps for length in _lengths(step)]
    return tuple(sorted(dict.fromkeys([*named, *(UNNAMED for each in waits if _in_business_days(each))])))


def _lengths(step: Step) -> list[str | None]:
    """The lengths of time that a step waits, or begins later or earlier by."""
    waits = [step.for_, step.by, step.expires] if isinstance(step, WaitStep) else []
    waits += [step.expires] if isinstance(step, JourneyStep) else []
    confirmed = [step.confirm.expires] if isinstance(step, ActionStep) and step.confirm is not None else []
    scheduled = [step.schedule.in_, step.schedule.by] if step.schedule is not None else []
    return [*waits, *confirmed, *scheduled]


def _in_business_days(text: str | None) -> bool:
    if text is None:
        return False
    try:
        return is_expression(text) or Offset.parse(text).unit == BUSINESS_DAY
    except ValueError:
        return False


def due_at(
    due: Due, anchor: datetime | str | None, at_value: str | None, timezone: str, holidays: Calendars
) -> str | None:
    """The due date: a local date (`2026-11-30`), an instant (RFC 3339 with `Z`), or None while it is not known.

    `anchor` is when what it counts from happened: an aware datetime, or a local date or an instant as text; `at_value`
    is what `at` comes to. Raises ValueError for what is no date, no length of time, or lies beyond the calendar.
    """
    if due.at is not None:
        return None if at_value is None else _written(at_value)
    if anchor is None or due.in_ is None:
        return None
    offset = Offset.parse(due.in_)
    if offset.unit in EXACT:
        start = moment(anchor, timezone) if isinstance(anchor, str) else anchor
        return rfc3339(later(start, offset, timezone))
    return days_later(_local_date(anchor, timezone), offset, holidays.get(due.calendar or UNNAMED, ())).isoformat()


def overdue_from(due: str, timezone: str) -> datetime:
    """The instant from which it is overdue, in UTC: the due instant itself, or the end of the due date in that zone.

    Raises ValueError for what is neither, and for the last day of the calendar.
    """
    if "T" in due.upper():
        return parse_instant(due)
    try:
        following = parse_date(due) + timedelta(days=1)
        return datetime.combine(following, time(), zone(timezone)).astimezone(UTC)
    except OverflowError:
        raise _beyond(due) from None


def later_on(at: datetime, offset: Offset, timezone: str, exceptions: Exceptions) -> datetime:
    """The instant `offset` after `at`, as definitions/times.py has it, and for business days too.

    So many business days later it is the same clock time in that zone. Raises ValueError beyond the year 9999.
    """
    if offset.unit != BUSINESS_DAY:
        return later(at, offset, timezone)
    local = at.astimezone(zone(timezone))
    day = days_later(local.date(), offset, exceptions)
    try:
        return datetime.combine(day, local.time(), zone(timezone)).astimezone(UTC)
    except OverflowError:
        raise _beyond(offset) from None


def earlier_on(at: datetime, offset: Offset, timezone: str, exceptions: Exceptions) -> datetime:
    """The instant `offset` before `at`: exact units by the clock, days and longer by the calendar of that zone.

    A month before 31 March is the last of February. Raises ValueError before the year 1.
    """
    try:
        if offset.unit in EXACT:
            return (at - timedelta(seconds=offset.seconds)).astimezone(UTC)
        local = at.astimezone(zone(timezone))
        day = _days_earlier(local.date(), offset, frozenset(exceptions))
        return datetime.combine(day, local.time(), zone(timezone)).astimezone(UTC)
    except OverflowError:
        raise _beyond(f"{offset} earlier") from None


def _days_earlier(day: date, offset: Offset, exceptions: frozenset[str]) -> date:
    if offset.unit in CALENDAR:
        return day - CALENDAR[offset.unit] * offset.amount
    if offset.unit in MONTHS:
        months = day.month - 1 - offset.amount * MONTHS[offset.unit]
        year, month = day.year + months // 12, months % 12 + 1
        return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
    left = offset.amount
    while left or not is_business_day(day, exceptions):
        day -= timedelta(days=1)
        left -= bool(left) and is_business_day(day, exceptions)
    return day


def days_later(day: date, offset: Offset, exceptions: Exceptions = ()) -> date:
    """The date so many days, weeks, months, years or business days after another. Raises ValueError beyond 9999.

    No business days after a day that is off is the next one that is not.
    """
    if offset.unit == BUSINESS_DAY:
        return _business_days_later(day, offset.amount, frozenset(exceptions))
    return later(datetime.combine(day, time(12), UTC), offset, "UTC").date()


def is_business_day(day: date, exceptions: frozenset[str]) -> bool:
    """Whether it is worked on that day."""
    if day.weekday() <= _FRIDAY:
        return day.isoformat() not in exceptions
    return f"{WORKED}{day.isoformat()}" in exceptions


def _business_days_later(day: date, amount: int, exceptions: frozenset[str]) -> date:
    left = amount
    try:
        while left or not is_business_day(day, exceptions):
            day += timedelta(days=1)
            left -= bool(left) and is_business_day(day, exceptions)
    except OverflowError:
        raise _beyond(f"{amount} business days") from None
    return day


def _local_date(anchor: datetime | str, timezone: str) -> date:
    """The date of the anchor where the workflow is at home; one that is a local date already stays that."""
    if isinstance(anchor, str):
        try:
            return parse_date(anchor)
        except ValueError:
            anchor = parse_instant(anchor)
    return anchor.astimezone(zone(timezone)).date()


def _written(value: str) -> str:
    """A date as it is, an instant in UTC."""
    return rfc3339(parse_instant(value)) if "T" in value.upper() else parse_date(value).isoformat()


def _beyond(what: object) -> ValueError:
    return ValueError(f"{what} is beyond the calendar")
