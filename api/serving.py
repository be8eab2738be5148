"""Which live worker serves which action: what the catalogue, the checks and `why` say of it.

Workers say so themselves (api/store/workers_seen.py). Without one an action is not refused: its worker may come back
any moment, and the effect waits for it in its task queue.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from api.store.workers_seen import Serving, living, serving
from definitions.engine import Graph, State
from definitions.engine.state import Execution, StepStatus

if TYPE_CHECKING:
    from api.house import House

WAITING_FOR_IT = (StepStatus.RUNNING, StepStatus.ATTENTION)
"""A step that is at work, or failed at it, may be so because nobody does that work."""


async def workers_of(house: House) -> list[Serving]:
    """All workers that live now."""
    return await house.store.look(living)


def shown(info: dict[str, Any], workers: list[Serving]) -> dict[str, Any]:
    """An announced action with the workers that serve it now; `served`: whether there is one."""
    found = [each.to_json(info["name"]) for each in serving(workers, info["name"])]
    return {**info, "served": bool(found), "workers": found}


async def unserved(house: House, graph: Graph, state: State, queue: str | None) -> list[dict[str, Any]]:
    """{step, execution, action, queue} of every open step whose action no live worker serves.

    `queue` is the one of the runs, from which actions are done that name none.
    """
    waiting = list(_of_actions(graph, state))
    workers = await workers_of(house) if waiting else []
    found = []
    for each, action in waiting:
        wanted = graph.nodes[each.step].contract.queue or queue
        if not serving(workers, action, wanted):
            found.append({"step": each.step, "execution": each.id, "action": action, "queue": wanted})
    return found


def _of_actions(graph: Graph, state: State) -> Iterator[tuple[Execution, str]]:
    for each in state.live():
        step = graph.nodes[each.step].step
        if step.kind == "action" and each.status in WAITING_FOR_IT:
            yield each, step.action
