"""A value with some fields changed: the same as the standard library's, and never the value itself."""

from __future__ import annotations

import dataclasses

import pytest

from definitions.engine import State
from definitions.engine.execution import Execution, Side
from definitions.engine.replacing import replace
from definitions.engine.state import RunStatus, SideStatus, StepStatus

VALUES = (
    (State(run="r", seq=3, labels=("a",), due={"run": {"due": "2026-11-30"}}), {"seq": 4, "status": RunStatus.SAVED}),
    (Execution("s#1", "s", 1, StepStatus.READY, "2026-11-21T09:00:00Z"), {"output": {"n": 1}, "ports": ("done",)}),
    (Side("~a", "sync", SideStatus.QUEUED, "a", "A", "x.y", "2026-11-21T09:00:00Z"), {"turn": 2}),
)


@pytest.mark.parametrize(("value", "changes"), VALUES)
def test_it_gives_what_the_standard_library_gives(value: State | Execution | Side, changes: dict[str, object]) -> None:
    before = dataclasses.replace(value)
    assert replace(value, **changes) == dataclasses.replace(value, **changes)
    assert replace(value) == value
    assert replace(value) is not value
    assert value == before


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError):
        replace(State(run="r"), sequence=4)
