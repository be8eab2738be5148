"""Lead, wait and handling times of events told by hand."""

from __future__ import annotations

import pytest

from api.analytics import Times, fold_times, spread

NOON = "2026-11-21T12:{:02}:00.000000Z"


def times(*told: tuple[int, str], step: str = "a") -> Times:
    """The times of one round whose events are (minute, type)."""
    rows = [("r", f"{step}#1", step, type_, NOON.format(minute)) for minute, type_ in told]
    return fold_times(rows).get(step, Times())


@pytest.mark.parametrize(
    ("told", "lead", "wait", "handling"),
    [
        ([(0, "step_ready"), (5, "step_started"), (15, "step_done")], 15, 5, 10),
        ([(0, "step_ready"), (15, "step_done")], 15, None, None),
        ([(0, "step_ready"), (5, "step_started"), (7, "step_held"), (9, "step_released"), (15, "step_done")], 15, 5, 8),
        # Held before it was begun: that was waiting, and takes nothing off the work.
        ([(0, "step_ready"), (2, "step_held"), (4, "step_released"), (5, "step_started"), (6, "step_done")], 6, 5, 1),
        ([(0, "step_ready"), (2, "step_held"), (5, "step_started"), (8, "step_released"), (9, "step_done")], 9, 5, 1),
        # Skipped while on hold, held twice, begun twice.
        ([(0, "step_ready"), (1, "step_started"), (5, "step_held"), (9, "step_skipped")], 9, 1, 4),
        (
            [(0, "step_ready"), (1, "step_started"), (2, "step_held"), (3, "step_released"), (4, "step_held"),
             (6, "step_released"), (9, "step_done")], 9, 1, 5,
        ),
        ([(0, "effect_requested"), (3, "effect_requested"), (4, "step_done")], 4, 0, 4),
        ([(0, "step_waiting"), (30, "step_done")], 30, None, None),
    ],
)  # fmt: skip
def test_the_times_of_one_round(told: list[tuple[int, str]], lead: int, wait: int | None, handling: int | None) -> None:
    found = times(*told)
    assert found.lead == [lead * 60]
    assert found.wait == ([] if wait is None else [wait * 60])
    assert found.handling == ([] if handling is None else [handling * 60])


def test_a_round_that_has_not_ended_tells_nothing_and_rounds_are_told_apart() -> None:
    assert times((0, "step_ready"), (5, "step_started")) == Times()
    rows = [
        ("r1", "a#1", "a", "step_ready", NOON.format(0)),
        ("r1", "a#1", "a", "step_done", NOON.format(1)),
        ("r1", "a#2", "a", "step_ready", NOON.format(10)),
        ("r1", "a#2", "a", "step_done", NOON.format(12)),
        ("r2", "a#1", "a", "step_ready", NOON.format(20)),
        ("r2", "a#1", "a", "step_done", NOON.format(23)),
    ]
    assert fold_times(rows)["a"].lead == [60, 120, 180]


def test_a_spread_says_how_most_of_them_went() -> None:
    assert spread([]) is None
    assert spread([4.0]) == {"count": 1, "mean": 4.0, "median": 4.0, "p90": 4.0}
    assert spread([float(each) for each in range(1, 12)]) == {"count": 11, "mean": 6.0, "median": 6.0, "p90": 10.0}
