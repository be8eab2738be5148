"""Due dates as a table: anchors, units, time zones, summer time, leap days, ends of months, business days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.due import Calendars, days_later, due_at, is_business_day, later_on, overdue_from
from definitions.model.common import Due
from definitions.times import Offset, parse_instant, rfc3339

AMSTERDAM, NEW_YORK, AUCKLAND, KOLKATA = "Europe/Amsterdam", "America/New_York", "Pacific/Auckland", "Asia/Kolkata"
NL = ("2026-12-25", "2027-01-01", "2026-04-27")
CALENDARS: Calendars = {"NL": NL, "HU": ("2026-12-24", "2026-12-25", "+2026-12-12"), "": ("2026-11-23",)}


def due(text: str, calendar: str | None = None) -> Due:
    return Due.model_validate({"in": text, "from": "start", **({"calendar": calendar} if calendar else {})})


def instant(text: str) -> str:
    return rfc3339(parse_instant(text))


# in, anchor, zone, what it gives
EXACT_ONES = [
    ("30 minutes", "2026-11-30T23:45:00Z", "UTC", instant("2026-12-01T00:15:00Z")),
    ("1 hour", "2026-03-29T00:30:00Z", AMSTERDAM, instant("2026-03-29T01:30:00Z")),  # 01:30 and 03:30 on the wall
    ("24 hours", "2026-03-28T12:00:00Z", AMSTERDAM, instant("2026-03-29T12:00:00Z")),  # an hour later on the wall
    ("2 hours", "2026-10-25T00:30:00Z", AMSTERDAM, instant("2026-10-25T02:30:00Z")),  # the hour that is there twice
    ("90 seconds", "2026-12-31T23:59:30Z", KOLKATA, instant("2027-01-01T00:01:00Z")),
    ("1 hour", "2028-02-29T23:30:00Z", "UTC", instant("2028-03-01T00:30:00Z")),
    ("1 hour", "2026-11-30", AMSTERDAM, instant("2026-11-30T00:00:00Z")),  # a local date begins at its midnight
]
CALENDAR_ONES = [
    ("3 days", "2026-11-27T10:00:00Z", "UTC", "2026-11-30"),
    ("0 days", "2026-11-27T23:30:00Z", "UTC", "2026-11-27"),
    # The local date of the anchor counts, not that of UTC.
    ("1 day", "2026-11-27T23:30:00Z", AMSTERDAM, "2026-11-29"),
    ("1 day", "2026-11-27T23:30:00Z", NEW_YORK, "2026-11-28"),
    ("1 day", "2026-11-28T03:00:00Z", NEW_YORK, "2026-11-28"),
    ("1 day", "2026-11-27T11:30:00Z", AUCKLAND, "2026-11-29"),
    ("1 day", "2026-11-27T18:30:00Z", KOLKATA, "2026-11-29"),
    # A change of summer time moves no date, to either side, north and south.
    ("1 day", "2026-03-28T22:30:00Z", AMSTERDAM, "2026-03-29"),
    ("1 day", "2026-03-28T23:30:00Z", AMSTERDAM, "2026-03-30"),
    ("1 day", "2026-10-24T22:30:00Z", AMSTERDAM, "2026-10-26"),
    ("1 week", "2026-03-08T04:59:59Z", NEW_YORK, "2026-03-14"),
    ("1 week", "2026-03-08T05:00:00Z", NEW_YORK, "2026-03-15"),
    ("1 day", "2026-04-04T11:00:00Z", AUCKLAND, "2026-04-06"),
    # Ends of months and leap days.
    ("1 month", "2026-01-31T12:00:00Z", "UTC", "2026-02-28"),
    ("1 month", "2028-01-31T12:00:00Z", "UTC", "2028-02-29"),
    ("1 month", "2026-01-31T23:30:00Z", AMSTERDAM, "2026-03-01"),
    ("13 months", "2027-01-31T12:00:00Z", "UTC", "2028-02-29"),
    ("1 year", "2028-02-29T12:00:00Z", "UTC", "2029-02-28"),
    ("4 years", "2028-02-29T12:00:00Z", "UTC", "2032-02-29"),
    ("1 day", "2028-02-28T12:00:00Z", "UTC", "2028-02-29"),
    ("1 day", "2100-02-28T12:00:00Z", "UTC", "2100-03-01"),
    ("2 weeks", "2026-12-24T12:00:00Z", "UTC", "2027-01-07"),
    # An anchor that is a date already has no zone; one that is an instant as text has.
    ("1 day", "2026-11-30", AUCKLAND, "2026-12-01"),
    ("1 month", "2026-10-31", NEW_YORK, "2026-11-30"),
    ("1 day", "2011-12-30", "Pacific/Apia", "2011-12-31"),  # a day that this island never had
]
BUSINESS_ONES = [
    ("3 business days", "2026-11-27T10:00:00Z", "UTC", None, "2026-12-02"),
    ("1 business day", "2026-11-20T10:00:00Z", "UTC", None, "2026-11-24"),  # the unnamed one has Monday the 23rd off
    ("1 business day", "2026-11-20T10:00:00Z", "UTC", "NL", "2026-11-23"),
    ("1 business day", "2026-11-20T23:30:00Z", AMSTERDAM, "NL", "2026-11-23"),  # Saturday there already
    ("0 business days", "2026-11-20T10:00:00Z", "UTC", "NL", "2026-11-20"),
    ("0 business days", "2026-11-21T10:00:00Z", "UTC", "NL", "2026-11-23"),
    # Over new year: Christmas on a Friday, New Year's Day on a Friday.
    ("3 business days", "2026-12-23T10:00:00Z", AMSTERDAM, "NL", "2026-12-29"),
    ("6 business days", "2026-12-24T10:00:00Z", AMSTERDAM, "NL", "2027-01-05"),
    ("1 business day", "2026-12-31T10:00:00Z", AMSTERDAM, "NL", "2027-01-04"),
    # A Saturday that is worked for a day off elsewhere.
    ("1 business day", "2026-12-11T10:00:00Z", "Europe/Budapest", "HU", "2026-12-12"),
    ("2 business days", "2026-12-11T10:00:00Z", "Europe/Budapest", "HU", "2026-12-14"),
    # Beyond the years that were frozen only weekends are left out; so for a calendar nobody knows.
    ("1 business day", "2045-12-22T10:00:00Z", "UTC", "NL", "2045-12-25"),
    ("1 business day", "2026-12-24T10:00:00Z", "UTC", "XX", "2026-12-25"),
]


@pytest.mark.parametrize(("text", "anchor", "zone", "wanted"), [*EXACT_ONES, *CALENDAR_ONES])
def test_a_due_date_counted_from_an_anchor(text: str, anchor: str, zone: str, wanted: str) -> None:
    assert due_at(due(text), anchor, None, zone, {}) == wanted
    if "T" in anchor:
        assert due_at(due(text), parse_instant(anchor), None, zone, {}) == wanted


@pytest.mark.parametrize(("text", "anchor", "zone", "calendar", "wanted"), BUSINESS_ONES)
def test_business_days(text: str, anchor: str, zone: str, calendar: str | None, wanted: str) -> None:
    assert due_at(due(text, calendar), parse_instant(anchor), None, zone, CALENDARS) == wanted


def test_unset_until_the_anchor_happened() -> None:
    assert due_at(due("3 days"), None, None, "UTC", {}) is None
    fixed = Due.model_validate({"at": "= record.by"})
    assert due_at(fixed, parse_instant("2026-11-30T00:00:00Z"), None, "UTC", {}) is None


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("2026-11-30", "2026-11-30"),
        ("2026-11-30T09:00:00+01:00", instant("2026-11-30T08:00:00Z")),
        ("2026-11-30t09:00:00z", instant("2026-11-30T09:00:00Z")),
    ],
)
def test_a_fixed_date_stays_what_it_is(value: str, wanted: str) -> None:
    assert due_at(Due.model_validate({"at": value}), None, value, NEW_YORK, {}) == wanted


@pytest.mark.parametrize(
    ("made", "anchor", "value"),
    [
        ({"at": "x"}, None, "tomorrow"),
        ({"at": "x"}, None, "2026-02-30"),
        ({"at": "x"}, None, "2026-11-30T09:00:00"),
        ({"in": "a while"}, "2026-11-30", None),
        ({"in": "1 day"}, "soon", None),
        ({"in": "9000 years"}, "2026-11-30", None),
        ({"in": "1 day"}, "9999-12-31", None),
        ({"in": "1 business day"}, "9999-12-31", None),
    ],
)
def test_what_is_no_date_is_said_to_be_none(made: dict[str, Any], anchor: str | None, value: str | None) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        due_at(Due.model_validate(made), anchor, value, "UTC", {})


@pytest.mark.parametrize(
    ("text", "zone", "wanted"),
    [
        ("2026-11-30T09:00:00Z", NEW_YORK, "2026-11-30T09:00:00Z"),
        ("2026-11-30", "UTC", "2026-12-01T00:00:00Z"),
        ("2026-11-30", AMSTERDAM, "2026-11-30T23:00:00Z"),
        ("2026-11-30", NEW_YORK, "2026-12-01T05:00:00Z"),
        ("2026-11-30", AUCKLAND, "2026-11-30T11:00:00Z"),
        ("2026-03-29", AMSTERDAM, "2026-03-29T22:00:00Z"),  # 23 hours long
        ("2026-10-25", AMSTERDAM, "2026-10-25T23:00:00Z"),  # 25 hours long
        ("2028-02-28", "UTC", "2028-02-29T00:00:00Z"),
        ("2028-02-29", "UTC", "2028-03-01T00:00:00Z"),
        ("2018-11-03", "America/Sao_Paulo", "2018-11-04T03:00:00Z"),  # the next day begins at one
        ("2026-12-31", KOLKATA, "2026-12-31T18:30:00Z"),
    ],
)
def test_a_date_ends_at_midnight_after_it_where_the_workflow_is_at_home(text: str, zone: str, wanted: str) -> None:
    assert overdue_from(text, zone) == parse_instant(wanted)


@pytest.mark.parametrize("text", ["9999-12-31", "2026-13-01", "soon", "2026-11-30T10:00:00", ""])
def test_what_never_ends_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        overdue_from(text, "UTC")


@pytest.mark.parametrize(
    ("text", "at", "zone", "wanted"),
    [
        ("3 business days", "2026-12-23T10:00:00Z", AMSTERDAM, "2026-12-29T10:00:00Z"),
        ("1 business day", "2026-03-27T10:00:00Z", AMSTERDAM, "2026-03-30T09:00:00Z"),  # the same time on the wall
        ("1 day", "2026-03-28T10:00:00Z", AMSTERDAM, "2026-03-29T09:00:00Z"),
        ("2 hours", "2026-03-28T10:00:00Z", AMSTERDAM, "2026-03-28T12:00:00Z"),
    ],
)
def test_a_wait_counts_business_days_too(text: str, at: str, zone: str, wanted: str) -> None:
    assert later_on(parse_instant(at), Offset.parse(text), zone, NL) == parse_instant(wanted)


dates = st.dates(date(1990, 1, 1), date(2150, 1, 1))


@given(dates, st.integers(0, 300), st.integers(0, 300))
def test_business_days_add_up_and_never_end_on_a_day_off(day: date, first: int, second: int) -> None:
    def after(start: date, amount: int) -> date:
        return days_later(start, Offset(amount, "business day"), NL)

    end = after(day, first + second)
    assert is_business_day(end, frozenset(NL))
    begin = after(day, 0)
    assert after(after(begin, first), second) == after(begin, first + second)
    assert (end - day).days >= first + second


@given(
    st.integers(631152000, 5680281600).map(lambda at: datetime.fromtimestamp(at, UTC)),
    st.sampled_from(["UTC", AMSTERDAM, NEW_YORK, AUCKLAND, KOLKATA]),
    st.integers(1, 1000),
    st.sampled_from(["minute", "hour", "day", "week", "month", "year", "business day"]),
)
def test_nothing_is_overdue_before_it_began(at: datetime, zone: str, amount: int, unit: str) -> None:
    found = due_at(due(f"{amount} {unit}s"), at, None, zone, CALENDARS)
    assert found is not None
    assert overdue_from(found, zone) > at
