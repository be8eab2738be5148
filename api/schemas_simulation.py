"""A definition tried out without a world: what it is given, and what happened."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Body, Instant, Name, Names, Values
from api.schemas_out import Out
from api.schemas_runs import EventView, RunView


class Answer(Body):
    """One scripted answer of a step: a person's or a machine's.

    A person's: `output` or `choice`; `skip`; `confirm` what is proposed as it is, or press Done; `decline` it;
    `approve` its side effect, or not. A machine's: `result` or `fail`; `proposal` {values, confidence?}, and where
    nothing is scripted what can be matched from the run's own values. Of what happens outside: `event`, the data of
    the one that a step waits for.
    """

    output: Values | None = None
    choice: Name | None = None
    result: Values | None = None
    fail: Annotated[str, Field(max_length=1000)] | None = None
    skip: bool = False
    proposal: Values | None = None
    confirm: bool = False
    decline: bool = False
    approve: bool | None = None
    event: Values | None = None


class Simulate(Body):
    """`POST /v1/definitions/{key}/simulate`. The newest version, unless one is named, or its draft as it would be
    published now (`draft`, for those who may edit it).

    `record` is read with the caller's rights; `record_data` stands in for it. `answers` are by step, one or a list by
    round, of which the last holds for every further round. `at` is the moment it starts.
    """

    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    draft: bool = False
    record: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    record_data: Values | None = None
    inputs: Values = {}
    purposes: Names = []
    answers: dict[Name, Answer | Annotated[list[Answer], Field(min_length=1, max_length=100)]] = {}
    at: Instant | None = None


class Passed(Out):
    """One round that the run came to, in their order."""

    execution: str
    step: str
    status: str
    choice: str | None


class Need(BaseModel):
    """An answer that was not given, or was refused: `answer` of a person, `result` of a machine, `close` of the run;
    `proposal` of a model, `confirmation` of one, `approval` of a side effect, `event` that did not happen.
    """

    model_config = ConfigDict(extra="allow")

    step: str | None
    what: Literal["answer", "result", "close", "proposal", "confirmation", "approval", "event"]
    refusal: dict[str, Any] | None = None


class Simulated(Out):
    """What happened, and where it stopped: at its end, or where an answer is missing, refused, or it never ends.

    `scope` is what expressions see there: `POST /v1/definitions/evaluate` tries one against it.
    """

    stopped: Literal["ended", "needs_answers", "refused", "too_long"]
    needs: list[Need]
    path: list[Passed]
    events: list[EventView]
    run: RunView
    scope: Values
