"""One line of versions for the interpreter. A run keeps for life the number it was started with.

Each change of behaviour gets the next number, the date, the reason, the history that guards it, and a predicate with a
name; code asks the predicate, never the number. A released history is never edited.
"""

from __future__ import annotations

from enum import IntEnum


class Line(IntEnum):
    """Every version that has runs somewhere."""

    FIRST = 1
    """2026-11-21. Guarded by tests/replay/histories/v1-*.json."""

    LIGHTER = 2
    """2026-11-21. A leg that begins at rest knows that the one before has told Temporal's UI, and does not tell it
    again: one event less for each roll (v2-unchanged.json; v1-unchanged.json for the runs before it). No task asks for
    more than Temporal takes, which failed runs that fanned out (v2-fanned-out.json). A large definition is packed with
    what a leg carries (v2-large.json); an older release knows only the definition as it is. And rolling hangs on what
    the loop has taken, never on what has arrived: around a recording a replay may find another order
    (v2-busy.json, and tests/workers/test_long.py)."""

    AT_ONCE = 3
    """2026-11-21. A run at rest records within its turn and not by a local activity (workers/record.py, `stored_now`):
    one event, one workflow task's second half and one activity less for each step of a person's (v3-answers.json;
    v2-answers.json for the runs before it)."""

    YIELDING = 4
    """2026-11-21. A run in which step after step ends by itself yields after fifty (definitions/engine/settle.py), so
    that thousands of them are no turn that the SDK gives up on, and people are heard in between (v4-burst.json;
    v3-burst.json for the runs before it)."""

    PATIENT = 5
    """2026-11-21. A command that comes before the answer which makes it possible waits a moment for it, where effects
    are under way (v5-too-early.json; v4-too-early.json for the runs before it): a task that was taken again brings
    signals first, those too that people gave to what its first try had shown them."""

    IN_TIME = 6
    """2026-11-22. Search attributes are told at once, and then at most every five seconds (workers/showing.py), for
    each update costs Temporal more than the step it tells of; with the date that passes first, which was promised and
    never told (v6-hurried.json, v6-due.json; v5-hurried.json and v5-due.json for the runs before it)."""


def is_known(version: int) -> bool:
    """Whether this release can go on with a run of that version. A newer one waits for a newer worker."""
    return version in Line.__members__.values()


def knows_what_was_shown(version: int) -> bool:
    """Whether a leg takes what it begins with as shown. One that does not shows it at its first rest all the same."""
    return version >= Line.LIGHTER


def keeps_a_pace(version: int) -> bool:
    """Whether heavy events are recorded before a fan-out, and effects asked for in groups (workers/pace.py)."""
    return version >= Line.LIGHTER


def packs_the_definition(version: int) -> bool:
    """Whether the next leg finds a large definition packed, with all else it begins with (workers/carry.py)."""
    return version >= Line.LIGHTER


def decides_by_what_it_took(version: int) -> bool:
    """Whether a run rolls by what its loop has taken. One that does not also looks at what has just arrived."""
    return version >= Line.LIGHTER


def records_within_a_turn(version: int) -> bool:
    """Whether the worker stores events while the turn waits, and the history has a mark only where it did not."""
    return version >= Line.AT_ONCE


def hears_again(version: int) -> bool:
    """Whether a command that is too early is judged once more, after what came with it (workers/patience.py)."""
    return version >= Line.PATIENT


def tells_in_time(version: int) -> bool:
    """Whether Temporal's UI may be some seconds behind a run, and is told its due date (workers/showing.py)."""
    return version >= Line.IN_TIME
