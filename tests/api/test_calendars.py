"""Which calendars a version carries, and that publishing the same in ten years changes nothing for a run of today."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.calendars import calendars_for, exceptions, known_calendars
from api.house import Config
from definitions.due import Calendars, calendars_named, days_later
from definitions.engine.graph import Graph
from definitions.freeze import Frozen, freeze
from definitions.model import Document
from definitions.times import Offset, parse_instant
from tests.api.documents import document
from tests.api.world import World
from tests.definitions.samples import KNOWN, definition, task


def named(*steps: dict[str, Any], **top: Any) -> tuple[str, ...]:
    return calendars_named(Document.model_validate(definition(*steps, **top)))


def wait(text: str) -> dict[str, Any]:
    return {"id": "w", "kind": "wait", "for": text}


def business(calendar: str | None = None) -> dict[str, str]:
    return {"in": "2 business days", **({"calendar": calendar} if calendar else {})}


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (named(task(due={"in": "3 days", "calendar": "NL"})), ()),
        (named(task(due=business())), ("",)),
        (named(task(due=business("NL")), due=business("DE-BY")), ("DE-BY", "NL")),
        (named(task(phase="p"), phases=[{"id": "p", "due": business("NL")}], due=business("NL")), ("NL",)),
        (named(wait("3 business days")), ("",)),
        (named(wait("= inputs.long")), ("",)),
        (named(wait("3 days"), task(due={"at": "2026-11-30"})), ()),
    ],
)
def test_which_calendars_a_document_follows(found: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    assert found == wanted


def frozen(raw: Any, calendars: Calendars | None = None) -> dict[str, Any]:
    found = freeze(raw, KNOWN, calendars)
    assert isinstance(found, Frozen)
    return found.to_json()


def test_a_version_carries_the_calendars_it_follows_and_no_others() -> None:
    at_hand = {"NL": ["2026-12-25"], "DE": ["2026-10-03"], "": ["2026-11-23"]}
    version = frozen(definition(task(due=business("NL"))), at_hand)
    assert version["calendars"] == {"NL": ["2026-12-25"]}
    assert Graph.load(version).calendars == {"NL": ["2026-12-25"]}
    assert frozen(definition(task(due=business())), at_hand)["calendars"] == {"": ["2026-11-23"]}
    for raw in (definition(task(due={"in": "3 days"})), definition(task())):
        assert frozen(raw, at_hand) == frozen(raw)
        assert "calendars" not in frozen(raw)


def test_the_days_off_of_a_country_and_of_a_part_of_it() -> None:
    dutch, german, bavarian = (exceptions(name, 2026) for name in ("NL", "DE", "DE-BY"))
    assert {"2026-12-25", "2027-01-01", "2036-12-25"} <= set(dutch)
    assert "2026-12-26" not in dutch, "a Saturday is off without being an exception"
    assert "2026-01-06" in bavarian and "2026-01-06" not in german
    assert dutch == tuple(sorted(dutch)) and dutch[0] == "2025-01-01" and dutch[-1].startswith("2036-12")


def test_countries_with_another_weekend_and_saturdays_that_are_worked() -> None:
    saudi, hungarian = exceptions("SA", 2026), exceptions("HU", 2026)
    assert {"2026-11-27", "+2026-11-29"} <= set(saudi), "Friday is off there, Sunday is worked"
    assert days_later(date(2026, 11, 26), Offset(1, "business day"), saudi) == date(2026, 11, 29)
    assert "+2026-12-12" in hungarian
    assert days_later(date(2026, 12, 11), Offset(1, "business day"), hungarian) == date(2026, 12, 12)


def test_business_days_without_a_name_follow_the_installation() -> None:
    assert calendars_for(("",), "", 2026) == {}
    assert calendars_for(("", "DE"), "NL", 2026) == {
        "": list(exceptions("NL", 2026)),
        "DE": list(exceptions("DE", 2026)),
    }


def test_a_name_that_is_none_is_refused() -> None:
    assert {"NL", "DE", "DE-BY"} <= set(known_calendars())
    with pytest.raises(LookupError):
        exceptions("Mars", 2026)
    with pytest.raises(ValueError, match="Mars"):
        Config(calendar="Mars")


async def test_a_published_version_counts_by_the_days_off_it_carries(world: World) -> None:
    """Through the API: frozen when published, and what a run's due date and wait are counted by."""
    steps = [
        {"id": "a", "kind": "task", "due": {"in": "3 business days", "calendar": "NL"}},
        {"id": "w", "kind": "wait", "for": "2 business days", "after": []},
    ]
    body = document("business", steps, timezone="Europe/Amsterdam")
    await world.publish(body)
    version = next(row for row in await world.rows("versions") if row["key"] == body["key"])
    assert version["frozen"]["calendars"] == {"NL": list(exceptions("NL", datetime.now(UTC).year))}
    run = await world.start("ann", body["key"])
    started = parse_instant(run["started_at"])
    view = await world.until("ann", run["id"], status="waiting")
    steps_now = {step["id"]: step for step in view["steps"]}
    home = started.astimezone(ZoneInfo("Europe/Amsterdam")).date()
    three = days_later(home, Offset(3, "business day"), exceptions("NL", home.year)).isoformat()
    assert steps_now["a"]["due"] == three
    two = days_later(home, Offset(2, "business day"))
    assert parse_instant(steps_now["w"]["until"]).astimezone(ZoneInfo("Europe/Amsterdam")).date() == two
