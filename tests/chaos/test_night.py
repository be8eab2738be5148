"""A short night in every test run; and the check notices whatever is done to its books (`make chaos` has long ones)."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.chaos import check
from tests.chaos.faults import drawn
from tests.chaos.night import Night, have
from tests.chaos.stage import KINDS

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

EVERYTHING = {(part, kind) for part, kinds in KINDS.items() for kind in kinds}

Books = dict[str, Any]
Diary = list[dict[str, Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("night")


@pytest.fixture(scope="module")
def night(folder: Path) -> Night:
    """A minute, eight runs; by this seed each part is killed and frozen, and PostgreSQL cut off, within 46 seconds."""
    return have(folder, seed=14541, seconds=60, runs=8)


def test_nothing_is_lost_in_a_short_night(night: Night) -> None:
    assert night.problems == []
    assert night.acked > 0, "nobody was there"
    assert set(night.faults) == EVERYTHING, "a quiet night proves nothing"


def of_a_command(rows: Diary) -> dict[str, Any]:
    return next(row for row in rows if row["kind"] == "command" and row["status"] == 200)


def a_lost_command(diary: Diary, books: Books) -> None:
    gone = of_a_command(diary)["id"]
    books["commands"] = [row for row in books["commands"] if row["id"] != gone]


def a_lost_run(_: Diary, books: Books) -> None:
    books["runs"].pop(0)


def a_command_nobody_judged(diary: Diary, books: Books) -> None:
    given = of_a_command(diary)["id"]
    next(row for row in books["commands"] if row["id"] == given)["outcome"] = "received"


def a_signal_never_sent(_: Diary, books: Books) -> None:
    books["outbox"].append({"kind": "signal", "run": "run-1"})


def a_step_done_twice(_: Diary, books: Books) -> None:
    done = next(event for event in books["events"] if event["type"] == "step_done")
    books["events"].append(dict(done))


def a_deed_done_twice(_: Diary, books: Books) -> None:
    key = next(iter(books["deeds"]))
    books["deeds"][key] += 1


def a_deed_without_a_row(_: Diary, books: Books) -> None:
    books["deeds"]["run-x_pay_1"] = 1


def an_event_of_nobody(_: Diary, books: Books) -> None:
    next(event for event in books["events"] if event["command"])["command"] = "nobody-gave-it"


def a_refusal_that_did_something(diary: Diary, _: Books) -> None:
    diary.append({**of_a_command(diary), "status": 409, "said": "step_not_ready"})


def a_missing_event(_: Diary, books: Books) -> None:
    books["events"].pop(1)


def a_view_that_went_astray(_: Diary, books: Books) -> None:
    books["runs"][0]["state"]["holder"] = "mallory"


def an_event_that_was_rewritten(_: Diary, books: Books) -> None:
    books["events"][0]["at"] = "2020-01-01T00:00:00.000000Z"


def a_history_that_does_not_replay(_: Diary, books: Books) -> None:
    books["not_replayed"]["run-1"] = "nondeterminism"


def two_runs_of_one_start(diary: Diary, _: Books) -> None:
    started = next(row for row in diary if row["kind"] == "start" and row["status"] == 201)
    diary.append({**started, "run_told": "run-another"})


DAMAGES: dict[str, list[Callable[[Diary, Books], None]]] = {
    "lost": [a_lost_command, a_lost_run, a_command_nobody_judged, a_signal_never_sent],
    "doubled": [a_step_done_twice, a_deed_done_twice, a_deed_without_a_row],
    "phantoms": [an_event_of_nobody, a_refusal_that_did_something],
    "diverged": [a_missing_event, a_view_that_went_astray],
    "unreplayable": [an_event_that_was_rewritten, a_history_that_does_not_replay],
    "changed_answers": [a_refusal_that_did_something, two_runs_of_one_start],
}


@pytest.mark.parametrize(
    ("promise", "damage"),
    [(promise, damage) for promise, damages in DAMAGES.items() for damage in damages],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_the_check_notices(night: Night, folder: Path, promise: str, damage: Callable[[Diary, Books], None]) -> None:
    assert night.problems == []
    diary = [json.loads(line) for line in (folder / "diary.jsonl").read_text().splitlines()]
    books = copy.deepcopy(json.loads((folder / "books.json").read_text()))
    damage(diary, books)
    found = check.problems(diary, books)
    assert any(line.startswith(f"{promise}:") for line in found), found


def test_a_seed_is_a_night() -> None:
    first, again, other = ([next(faults) for _ in range(50)] for faults in (drawn(1), drawn(1), drawn(2)))
    assert first == again != other
    assert {(fault.part, fault.kind) for fault in first} == EVERYTHING
