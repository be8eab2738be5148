"""What is reckoned without being made has to be true of what would be made."""

from __future__ import annotations

import pytest

from definitions.engine import Graph, State
from definitions.views import run_view
from tests.engine.story import document, frozen
from tests.replay.stories import CHOOSE, TASK, act
from workers import pace


@pytest.mark.parametrize(
    "step",
    [TASK, CHOOSE, act("a", "test.pay"), {"id": "w", "kind": "wait", "title": "W", "for": "1 days"}],
    ids=lambda step: str(step["kind"]),
)
def test_no_step_of_a_view_is_smaller_than_is_reckoned(step: dict[str, object]) -> None:
    """So a view that is not made for its number of steps would have been too large."""
    graph = Graph.load(frozen(document([{**step, "id": "s", "title": "S"}])))
    shown = run_view(graph, State.new("run-1"))["steps"]
    assert len(shown) == 1 and pace.size(shown[0]) >= pace.STEP_BYTES
