"""A run that another one waits for tells it how it stands: that it asks for a person, that it goes on, how it ended.

By an errand, so that it is tried until it is told and stands in the record. One at a time: what changed meanwhile is
told when the one before is back, so that the last word is the true one. And a run can be given up by the one that
started it; then it ends as if a person had aborted it.
"""

from __future__ import annotations

from typing import Any

from definitions.canonical import canonical
from definitions.engine.execution import Side
from definitions.engine.family import ABORTED, ATTENTION, DONE, OPEN, STANDS
from definitions.engine.sides import next_side, request
from definitions.engine.state import RunStatus, SideStatus, State, StepStatus
from definitions.engine.turn import Turn
from definitions.wire import ACTIVITY_TELL_PARENT

TELL = "tell"

OUTPUTS_LIMIT = 8 * 1024
"""Bytes of JSON of its steps' outputs that a run hands to the one that waits for it alone; more is left out."""


def tell_parent(turn: Turn) -> None:
    """Ask for the telling, where the run stands otherwise than it last told."""
    chain = turn.state.chain
    if not chain or not chain.get("waits"):
        return
    told = [side for side in turn.state.sides.values() if side.kind == TELL]
    if any(side.status is SideStatus.RUNNING for side in told):
        return
    status = _stands(turn.state)
    if status != (told[-1].input["status"] if told else STANDS[OPEN]):
        _tell(turn, chain, status, told)


def _stands(state: State) -> str:
    if state.status is RunStatus.COMPLETED:
        return STANDS[DONE]
    if state.status is RunStatus.ABORTED:
        return STANDS[ABORTED]
    asks = StepStatus.ATTENTION in state.open.values()
    return STANDS[ATTENTION if asks or _errand_asks(state) else OPEN]


def _errand_asks(state: State) -> bool:
    return any(side.status is SideStatus.ATTENTION for side in state.errands())


def _tell(turn: Turn, chain: dict[str, Any], status: str, told: list[Side]) -> None:
    data = {
        "kind": TELL,
        "name": status,
        "title": "Tell the run that waits for this one",
        "activity": ACTIVITY_TELL_PARENT,
        "acting": turn.state.started_by,
        "input": {
            "run": chain["run"],
            "execution": chain["execution"],
            "index": chain["index"],
            "status": status,
            "said": _said(turn, chain) if turn.state.closed else {},
        },
    }
    request(turn, next_side(turn.state, f"~{TELL}"), None, data, 1)


def _said(turn: Turn, chain: dict[str, Any]) -> dict[str, Any]:
    """How it ended: {outcome?, reason?, reasons?, text?, outputs?}."""
    said = dict(turn.state.closing)
    outputs = {step: seen["output"] for step, seen in turn.state.scope.items() if "output" in seen}
    if chain.get("alone") and outputs and len(canonical(outputs)) <= OUTPUTS_LIMIT:
        said["outputs"] = outputs
    return said
