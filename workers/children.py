"""Child runs as Temporal sees them: workflows of their own, begun by their parent's, so that its UI shows the family.

An activity has made the run (activities/children.py): its row, its rights, its inputs; what it is begun with comes back
packed. A child outlives its parent: how it ends it says itself, by a signal, so that a parent may continue as new, or
end, while children are at work.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from definitions.engine.messages import Abandoned, ChildTold, Unreadable
from definitions.packing import unpacked
from definitions.wire import SIGNAL_CHILD_TOLD, SIGNAL_STOP, RunStart
from workers.shown import first_attributes

EVENTS = 8
"""What a child adds to its parent's history beside the activity that makes it: begun, there, and in the end gone."""


async def begun(made: dict[str, Any]) -> dict[str, Any]:
    """{run, version} of the child, which is begun now unless it has been. Raises what Temporal refuses it for."""
    start = RunStart.from_json(unpacked(made["start"]))
    try:
        handle = await workflow.start_child_workflow(
            start.definition,
            start.to_json(),
            id=start.run,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            cancellation_type=workflow.ChildWorkflowCancellationType.ABANDON,
            static_summary=str(made.get("name") or start.definition).encode()[:190].decode(errors="ignore"),
            search_attributes=TypedSearchAttributes(first_attributes(start)),
        )
        handle.add_done_callback(_heard)
    except WorkflowAlreadyStartedError:
        pass  # by an earlier leg of this run, or by the outbox after this run had been away for long
    return {"run": start.run, "version": start.version}


def _heard(child: asyncio.Task[Any]) -> None:
    """The end of a child's workflow is nobody's news: it has told of itself. One that was terminated has not; then
    its parent waits, and says for whom."""
    if not child.cancelled():
        child.exception()


def word_of(signal: str, command: dict[str, Any], at: datetime) -> ChildTold | Abandoned | Unreadable:
    """What a run of the same family says. The seal has been looked at."""
    try:
        if signal == SIGNAL_CHILD_TOLD:
            said = dict(command.get("said") or {})
            return ChildTold(at, str(command["execution"]), int(command["index"]), str(command["status"]), said)
        if signal == SIGNAL_STOP:
            reasons = tuple(str(each) for each in command.get("reasons") or ())
            return Abandoned(at, str(command["by"]), reasons, str(command.get("text") or ""))
    except (KeyError, TypeError, ValueError):
        pass
    return Unreadable(at, signal, "malformed", f"the signal {signal} does not say what it should")
