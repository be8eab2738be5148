"""Due dates: placeholder of the lead until the REGISTERS helper's file replaces it (same names)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from definitions.model.common import Due
from definitions.times import BUSINESS_DAY, EXACT, Offset, later, moment, parse_date, rfc3339, zone


def due_at(
    due: Due,
    anchor: datetime | str | None,
    at_value: str | None,
    timezone: str,
    holidays: Mapping[str, Sequence[str]],
) -> str | None:
    if due.at is not None:
        return at_value
    if anchor is None or due.in_ is None:
        return None
    offset = Offset.parse(due.in_)
    start = moment(anchor, timezone) if isinstance(anchor, str) else anchor
    if offset.unit in EXACT:
        return rfc3339(later(start, offset, timezone))
    local = start.astimezone(zone(timezone)).date()
    if offset.unit == BUSINESS_DAY:
        off = holidays.get(due.calendar or "", ())
        left = offset.amount
        while left:
            local += timedelta(days=1)
            left -= local.weekday() < 5 and local.isoformat() not in off
        return local.isoformat()
    return (
        later(datetime.combine(local, time(12), zone(timezone)), offset, timezone)
        .astimezone(zone(timezone))
        .date()
        .isoformat()
    )


def overdue_from(due: str, timezone: str) -> datetime:
    try:
        day: date = parse_date(due)
    except ValueError:
        return moment(due, timezone)
    return datetime.combine(day + timedelta(days=1), time(), zone(timezone)).astimezone(UTC)
