"""The same two jobs as somebody would write them who has Temporal and no Holdfast: the measure of what we add.

No record, no rights, no seal, no revision, no list: a loop around an activity, and a loop around a signal.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from bench.actions import NAME, Number, noop


@activity.defn(name=NAME)
async def noop_activity(number: dict[str, Any]) -> dict[str, Any]:
    """The action's own code, as a plain activity."""
    answer = await noop(Number(**number))
    return answer.model_dump() if answer else {}


@workflow.defn(name="by-hand-automatic")
class Automatic:
    """Activities one after the other."""

    @workflow.run
    async def run(self, steps: int) -> dict[str, Any]:
        """Gives back the last answer."""
        answer: dict[str, Any] = {}
        for n in range(steps):
            answer = await workflow.execute_activity(NAME, {"n": n}, start_to_close_timeout=timedelta(seconds=60))
        return answer


@workflow.defn(name="by-hand-human")
class Human:
    """Steps that wait for a person, one after the other; `nudge` is any other message to a run that waits."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self.nudges = 0

    @workflow.run
    async def run(self, steps: int) -> dict[str, Any]:
        """Ends when every step has its answer."""
        for n in range(steps):
            await workflow.wait_condition(lambda n=n: len(self.answers) > n)  # type: ignore[misc]
        return {"answers": len(self.answers)}

    @workflow.signal
    def complete(self, answer: dict[str, Any]) -> None:
        """The answer to the step that waits."""
        self.answers.append(answer)

    @workflow.signal
    def nudge(self) -> None:
        """Changes nothing but the length of the history."""
        self.nudges += 1

    @workflow.query
    def state(self) -> dict[str, Any]:
        """How far the run is."""
        return {"done": len(self.answers), "nudges": self.nudges, "last": self.answers[-1:]}
