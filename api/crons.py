"""Texts of times that come again (`0 7 * * 1-5`): whether they can be read, what they say, when it is next.

Five fields: minute, hour, day of the month, month, day of the week. What Temporal is told is not the text but the
numbers it was read as, so that both mean the same. Days of the month and of the week are not mixed: half of the world
reads that as *and*, the other half as *or*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from temporalio.client import ScheduleCalendarSpec, ScheduleRange

from definitions.times import rfc3339

_EXTRAS = re.compile(r"[^0-9A-Z*,/-]|\dL")
"""What some other readers know and this one does not: the last Friday, the weekday that is next."""


def problem(text: str) -> str | None:
    """What is wrong with a text; None where it can be read and will come."""
    fields = text.upper().split()
    if len(fields) != 5:
        return f"it has {len(fields)} fields, not five"
    if _EXTRAS.search(" ".join(fields).replace(" ", "*")) or re.search("[LW]", fields[2]):
        return "it counts days in a way that is not read here"
    if fields[2] != "*" and fields[4] != "*":
        return "it names days of the month and of the week: name either"
    try:
        next(_of(text, "UTC"))
    except (CronSimError, StopIteration) as wrong:
        return str(wrong).lower() or "it never comes"
    return None


def problems(document: Any) -> dict[str, str]:
    """What is wrong with the texts of a document's schedules, by text; only those that are wrong."""
    start = document.get("start") if isinstance(document, dict) else None
    triggers = start.get("triggers") if isinstance(start, dict) else None
    texts = [each.get("cron") for each in triggers if isinstance(each, dict)] if isinstance(triggers, list) else []
    found = {text: problem(text) for text in texts if isinstance(text, str)}
    return {text: wrong for text, wrong in found.items() if wrong is not None}


def said(text: str) -> str:
    """The text in words, in English."""
    return str(CronSim(text, datetime.now(UTC)).explain())


def coming(text: str, timezone: str, count: int = 3) -> list[str]:
    """When it is next, in UTC."""
    return [rfc3339(at) for at in islice(_of(text, timezone), count)]


def calendar(text: str) -> ScheduleCalendarSpec:
    """The same for Temporal."""
    read = CronSim(text, datetime.now(UTC))
    return ScheduleCalendarSpec(
        second=_ranges({0}),
        minute=_ranges(read.minutes),
        hour=_ranges(read.hours),
        day_of_month=_ranges(read.days),
        month=_ranges(read.months),
        day_of_week=_ranges({int(day) % 7 for day in read.weekdays}),  # type: ignore[arg-type]
    )


def _of(text: str, timezone: str) -> Iterator[datetime]:
    return iter(CronSim(text, datetime.now(ZoneInfo(timezone))))


def _ranges(numbers: Any) -> list[ScheduleRange]:
    """Numbers as Temporal takes them: what follows each other in one range."""
    found: list[ScheduleRange] = []
    for number in sorted(numbers):
        follows = bool(found) and found[-1].end == number - 1
        found[-1:] = (
            [ScheduleRange(found[-1].start, number)] if follows else [*found[-1:], ScheduleRange(number, number)]
        )
    return found
