"""Days off, as the `holidays` library knows them at the moment something is published.

A calendar is named as its country, or its country and part: `NL`, `DE-BY`. What goes into a version are the exceptions
to a week of Monday to Friday (definitions/due.py), for the year before to ten years after: by then a run has ended, or
its due dates are those of a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache

import holidays

from definitions.due import WORKED, Exceptions

YEARS_BEFORE, YEARS_AFTER = 1, 10
_FRIDAY = 4


@cache
def known_calendars() -> tuple[str, ...]:
    """The names that can be given; loaded once, since it reads every country."""
    countries = holidays.list_supported_countries(include_aliases=False)
    return tuple(
        name
        for country, parts in sorted(countries.items())
        for name in (country, *(f"{country}-{part}" for part in parts))
    )


def exceptions(name: str, year: int) -> Exceptions:
    """The days of `name` that are not as the week says, around that year, in order. Raises LookupError for no name."""
    if name not in known_calendars():
        raise LookupError(f"there is no calendar {name!r}")
    first, last = year - YEARS_BEFORE, year + YEARS_AFTER
    country, _, part = name.partition("-")
    calendar = holidays.country_holidays(country, subdiv=part or None, years=range(first, last + 1))
    begin, end = date(first, 1, 1).toordinal(), date(last + 1, 1, 1).toordinal()
    days = (date.fromordinal(each) for each in range(begin, end))
    return tuple(text for day in days if (text := _exception(day, calendar.is_working_day(day))))


def _exception(day: date, worked: bool) -> str | None:
    """How the day is written down where it is not as the week says."""
    if worked == (day.weekday() <= _FRIDAY):
        return None
    return f"{WORKED}{day.isoformat()}" if worked else day.isoformat()


def calendars_for(names: Iterable[str], default: str, year: int) -> dict[str, list[str]]:
    """What a version that names these calendars carries; one that names none gets `default`, or weekends alone."""
    return {name: list(exceptions(name or default, year)) for name in names if name or default}
