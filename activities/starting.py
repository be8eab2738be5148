"""`holdfast.start` and `holdfast.abort`: a step starts another run, or ends one, with the rights of whoever acts.

Unlike a `workflow` step nobody waits for the run: it is started as a person would start it, and goes its own way. The
same effect starts one run however often it is tried: its key is the idempotency key of the start.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from activities.ports import Runs
from activities.registry import ActionContext, Registry
from definitions.contracts import Touches

Name = Annotated[str, Field(min_length=1, max_length=200)]


class NewRun(BaseModel):
    """What `POST /v1/runs` takes of it."""

    definition: Name
    record: Name | None = None
    inputs: dict[str, Any] = {}
    purposes: list[Name] = []
    assign: dict[str, dict[str, Any]] = {}


class End(BaseModel):
    """Which run is aborted, and for which of its definition's closing reasons."""

    run: Name
    reasons: list[Name] = []
    text: str = Field(default="", max_length=10_000)


class TheRun(BaseModel):
    """The run's id."""

    run: str


def register_starting(registry: Registry, runs: Runs) -> None:
    """Adds both actions."""

    @registry.action("holdfast.start", title="Start a workflow", repeatable=True, touches=Touches.WORLD, timeout=30.0)
    async def start(new: NewRun, context: ActionContext) -> TheRun:
        given = new.model_dump(exclude_unset=True)
        parent = (context.run, context.execution)
        return TheRun(run=await runs.start(context.acting, given, key=context.key, parent=parent))

    @registry.action("holdfast.abort", title="Abort a run", repeatable=True, touches=Touches.WORLD, timeout=30.0)
    async def abort(end: End, context: ActionContext) -> TheRun:
        await runs.abort(context.acting, end.run, end.reasons, end.text, key=context.key)
        return TheRun(run=end.run)
