"""Lengths of time follow the calendar of people; points in time keep their zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.times import AMOUNT_LIMIT, UNITS, Offset, later, moment, parse_date, parse_instant, rfc3339, zone

AMSTERDAM = "Europe/Amsterdam"


def at(text: str) -> datetime:
    return parse_instant(text)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("30 seconds", 30, "second"),
        ("1 minute", 1, "minute"),
        ("3 days", 3, "day"),
        ("2 Weeks", 2, "week"),
        (" 1 year ", 1, "year"),
        ("5 business days", 5, "business day"),
        ("0 hours", 0, "hour"),
    ],
)
def test_a_length_is_a_number_and_a_unit(text: str, amount: int, unit: str) -> None:
    assert Offset.parse(text) == Offset(amount, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "days",
        "three days",
        "3days",
        "-1 day",
        "1.5 hours",
        "3 fortnights",
        "9999999 days",
        "3 dayss",
        "٣ days",
    ],
)
def test_anything_else_is_refused_and_says_what_is_expected(text: str) -> None:
    with pytest.raises(ValueError, match="such as '3 days'"):
        Offset.parse(text)


def test_a_length_nobody_waits_for_is_a_slip() -> None:
    assert Offset.parse(f"{AMOUNT_LIMIT} minutes").amount == AMOUNT_LIMIT
    with pytest.raises(ValueError, match="longer than"):
        Offset.parse(f"{AMOUNT_LIMIT + 1} minutes")


@given(amount=st.integers(0, AMOUNT_LIMIT), unit=st.sampled_from(UNITS))
def test_a_length_reads_back_from_what_it_prints(amount: int, unit: str) -> None:
    assert Offset.parse(str(Offset(amount, unit))) == Offset(amount, unit)


def test_only_exact_lengths_have_seconds() -> None:
    assert Offset.parse("90 minutes").seconds == 5400.0
    assert Offset.parse("2 days").seconds == 172_800.0
    for text in ("1 month", "1 year", "1 business day"):
        assert not Offset.parse(text).is_exact
        with pytest.raises(ValueError, match="no fixed length"):
            _ = Offset.parse(text).seconds


@pytest.mark.parametrize(
    ("start", "length", "end", "why"),
    [
        ("2026-03-28T09:00:00Z", "24 hours", "2026-03-29T09:00:00Z", "hours are hours"),
        ("2026-03-28T09:00:00Z", "1 day", "2026-03-29T08:00:00Z", "the same clock time when summer begins"),
        ("2026-10-24T08:00:00Z", "1 day", "2026-10-25T09:00:00Z", "and when it ends"),
        ("2026-03-28T01:30:00Z", "1 day", "2026-03-29T01:30:00Z", "half past two does not exist that night"),
        ("2026-01-31T12:00:00Z", "1 month", "2026-02-28T12:00:00Z", "the last day there is"),
        ("2028-02-29T12:00:00Z", "1 year", "2029-02-28T12:00:00Z", "leap day"),
        ("2026-11-30T23:30:00Z", "1 month", "2026-12-31T23:30:00Z", "it is already December there"),
        ("2026-12-31T12:00:00Z", "2 weeks", "2027-01-14T12:00:00Z", "over the year"),
    ],
)
def test_days_and_longer_follow_the_calendar_of_the_time_zone(start: str, length: str, end: str, why: str) -> None:
    assert later(at(start), Offset.parse(length), AMSTERDAM) == at(end), why


def test_what_cannot_be_computed_is_said() -> None:
    with pytest.raises(ValueError, match="calendar"):
        later(at("2026-01-01T00:00:00Z"), Offset.parse("3 business days"), "UTC")
    for length in ("90000 years", "100000 weeks", "100000 months"):
        with pytest.raises(ValueError, match="beyond the calendar"):
            later(at("9990-01-01T00:00:00Z"), Offset.parse(length), "UTC")
    for name in ("Mars/Olympus", "../../etc/passwd", "", "Europe/"):
        with pytest.raises(ValueError, match="time zone"):
            zone(name)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-21T07:30:00Z", datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        ("2026-11-21T07:30:00.5z", datetime(2026, 11, 21, 7, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-11-21T09:30:00+02:00", datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
    ],
)
def test_an_instant_has_a_zone(text: str, utc: datetime) -> None:
    assert parse_instant(text) == utc
    assert parse_instant(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["2026-11-21", "2026-11-21T07:30:00", "2026-11-21 07:30:00Z", "2026-02-30T00:00:00Z", "2026-11-21T25:00:00Z", "now",
     "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:00", "2026-11-21T07:30:00+99:99", ""],
)  # fmt: skip
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        parse_instant(text)


def test_what_is_not_even_text_is_refused_the_same_way() -> None:
    for read in (parse_instant, parse_date, Offset.parse):
        with pytest.raises(ValueError):
            read(3)  # type: ignore[arg-type]


def test_a_local_date_begins_at_midnight_there() -> None:
    assert moment("2026-11-30", AMSTERDAM) == at("2026-11-29T23:00:00Z")
    assert moment("2026-11-30T09:00:00Z", AMSTERDAM) == at("2026-11-30T09:00:00Z")
    for text in ("2026-11-31", "30-11-2026"):
        with pytest.raises(ValueError):
            moment(text, AMSTERDAM)


@given(
    st.datetimes(
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]),
        min_value=datetime(2, 1, 1),  # noqa: DTZ001
    )
)
def test_times_are_written_so_that_they_read_back_exactly(when: datetime) -> None:
    assert parse_instant(rfc3339(when)) == when


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=6))
def test_written_times_sort_as_times_do(times: list[datetime]) -> None:
    assert sorted(map(rfc3339, times)) == [rfc3339(when) for when in sorted(times)]


def test_a_time_without_a_zone_is_never_written() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        rfc3339(datetime(2026, 1, 1))  # noqa: DTZ001
