"""Children that nobody waits for any more are stopped: an errand of the run, done also when the run has ended."""

from __future__ import annotations

from definitions.engine.execution import Execution
from definitions.engine.family import BEGUN, Family, child_run
from definitions.engine.sides import next_side, request
from definitions.engine.turn import Turn
from definitions.wire import ACTIVITY_STOP_CHILDREN


def stop_children(turn: Turn, execution: Execution) -> None:
    """Nobody waits for this round any more: its children are stopped, unless nobody ever did."""
    family = turn.state.families.get(execution.id)
    if family is not None and not family.detach and (places := family.places(*BEGUN)):
        stop_these(turn, family, places)


def stop_these(turn: Turn, family: Family, places: list[int]) -> None:
    """Have these children aborted, for the reasons of the run where it ends, in the name of who gave it up."""
    if family.detach:
        return
    node = turn.graph.nodes.get(family.step)
    said = turn.state.closing or turn.state.ending or {}
    actors = [event.actor for event in reversed(turn.events) if event.actor]
    text = said.get("text") or f"the step {family.step} of {turn.state.run}, which waited for it, was given up"
    data = {
        "kind": "stop",
        "name": family.step,
        "title": f"Stop: {node.title if node else family.step}",
        "activity": ACTIVITY_STOP_CHILDREN,
        "of": family.execution,
        "acting": actors[0] if actors else turn.state.started_by,
        "input": {
            "runs": [child_run(turn.state.run, family.execution, index) for index in places],
            "reasons": list(said.get("reasons") or ()),
            "text": text,
        },
    }
    request(turn, next_side(turn.state, f"{family.step}~stop"), family.step, data, 1)
