"""`holdfast.child`, `holdfast.stop_children`, `holdfast.tell_parent`: what runs of one family have done for them.

Each is repeatable. A child is made once under an id that its parent's round and its place give it; a word that is said
twice changes nothing the second time. What a child is begun with goes back to its parent's workflow packed, as a text,
for only a workflow can begin a child that Temporal shows as one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from temporalio import activity

from activities.errors import ActionError
from activities.ports import Runs
from activities.registry import parse_input
from definitions import wire
from definitions.packing import packed
from definitions.wire import INLINE_LIMIT, EffectCall

Name = Annotated[str, Field(min_length=1, max_length=200)]
Place = Annotated[int, Field(ge=0)]


class Chain(BaseModel):
    """The child's place among those of its round, whether it is waited for, and whether it is the only one."""

    index: Place
    waits: bool
    alone: bool = False


class NewChild(BaseModel):
    """What is started, on which record, with which inputs, and under which id."""

    definition: Name
    child: Name
    chain: Chain
    version: Annotated[int, Field(ge=1)] | None = None
    record: Name | None = None
    inputs: dict[str, Any] = {}


class Stop(BaseModel):
    """Which runs are given up, and why."""

    runs: list[Name]
    reasons: list[str] = []
    text: str = ""


class Word(BaseModel):
    """How the child at this place stands, and how it ended where it has."""

    run: Name
    execution: Name
    index: Place
    status: Literal["open", "attention", "completed", "aborted"]
    said: dict[str, Any] = {}


def family_activities(runs: Runs) -> list[Callable[..., Any]]:
    """The three activities over that port."""

    @activity.defn(name=wire.ACTIVITY_CHILD)
    async def child(call: dict[str, Any]) -> dict[str, Any]:
        asked = EffectCall.from_json(call)
        given = parse_input(NewChild, asked.input)
        name, start = await runs.make_child(
            asked.acting,
            given.model_dump(include={"definition", "version", "record", "inputs"}),
            child=given.child,
            parent=(asked.run, asked.execution.rpartition("/")[0]),
            chain=given.chain.model_dump(),
        )
        return {"run": start["run"], "version": start["version"], "name": name, "start": _packed(start)}

    @activity.defn(name=wire.ACTIVITY_STOP_CHILDREN)
    async def stop(call: dict[str, Any]) -> dict[str, Any]:
        asked = EffectCall.from_json(call)
        given = parse_input(Stop, asked.input)
        word = {"by": asked.acting, "reasons": given.reasons, "text": given.text}
        return {"stopped": await runs.say(given.runs, wire.SIGNAL_STOP, word)}

    @activity.defn(name=wire.ACTIVITY_TELL_PARENT)
    async def tell(call: dict[str, Any]) -> dict[str, Any]:
        given = parse_input(Word, EffectCall.from_json(call).input)
        return {"told": await runs.say([given.run], wire.SIGNAL_CHILD_TOLD, given.model_dump(exclude={"run"}))}

    return [child, stop, tell]


def _packed(start: dict[str, Any]) -> dict[str, Any]:
    """What the child is begun with. Raises ActionError for a definition that no result can hold."""
    found = packed(start, readable=0)
    if len(found["zlib"]) > INLINE_LIMIT - 1024:
        text = "The definition is too large to be run as a child: start it with the action holdfast.start."
        raise ActionError("definition_too_large", text)
    return found
