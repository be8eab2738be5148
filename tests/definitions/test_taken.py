"""Which of two tries of a turn stands."""

from __future__ import annotations

import pytest

from definitions.taken import Tail, Taken, follow

FIRST, SECOND = Taken("leg-1", "", 1_000), Taken("leg-1", "", 2_000)
NEXT_LEG, RESET = Taken("leg-2", "leg-1", 500), Taken("leg-9", "", 9_000)
TAIL = Tail(SECOND, 5)


@pytest.mark.parametrize(
    ("turn", "other", "follows"),
    [
        (SECOND, FIRST, True),
        (FIRST, SECOND, False),
        (FIRST, FIRST, False),
        (NEXT_LEG, SECOND, True),
        (SECOND, NEXT_LEG, False),
        (RESET, SECOND, False),
        (SECOND, RESET, False),
    ],
)
def test_a_later_try_is_known_by_its_time_and_the_next_leg_by_its_name(
    turn: Taken, other: Taken, follows: bool
) -> None:
    assert turn.follows(other) is follows


@pytest.mark.parametrize(
    ("to", "first", "gives"),
    [
        (Taken("leg-1", "", 3_000), 5, True),
        (Taken("leg-1", "", 3_000), 7, True),
        (Taken("leg-1", "", 3_000), 4, False),
        (NEXT_LEG, 5, True),
        (SECOND, 5, False),
        (FIRST, 5, False),
        (RESET, 5, False),
    ],
)
def test_only_what_the_last_turn_wrote_gives_way_and_only_to_a_later_one(to: Taken, first: int, gives: bool) -> None:
    assert TAIL.gives_way(to, first) is gives


@pytest.mark.parametrize(
    ("taken", "since"),
    [(Taken("leg-1", "", 3_000), 8), (NEXT_LEG, 8), (RESET, 8), (SECOND, 5), (FIRST, 5)],
)
def test_a_later_turn_makes_the_one_before_firm(taken: Taken, since: int) -> None:
    found = follow(TAIL, taken, 8)
    assert found is not None and found.since == since
    assert found.taken == (taken if since == 8 else SECOND)


def test_a_writer_that_does_not_say_when_makes_all_of_it_firm() -> None:
    assert follow(TAIL, None, 8) is None
    assert follow(None, FIRST, 3) == Tail(FIRST, 3)


@pytest.mark.parametrize("tail", [TAIL, Tail(NEXT_LEG, 1)])
def test_it_is_kept_as_a_text(tail: Tail) -> None:
    assert Tail.from_text(tail.to_text()) == tail
    assert Taken.from_json(tail.taken.to_json()) == tail.taken
