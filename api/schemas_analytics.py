"""Figures, as they go out. Lengths are in seconds."""

from __future__ import annotations

from api.schemas_out import Out


class Spread(Out):
    """Lengths of `count` rounds; `p90`: nine in ten took no longer."""

    count: int
    mean: float
    median: float
    p90: float


class StepTimes(Out):
    """Null where no round of the step tells."""

    step: str
    lead: Spread | None
    wait: Spread | None
    handling: Spread | None


class DefinitionTimes(Out):
    """`lead`: from start to end, of completed runs."""

    definition: str
    open: int
    completed: int
    aborted: int
    lead: Spread | None


class Backlog(Out):
    """`more`: there are more than are told."""

    team: str
    open: int
    overdue: int
    more: bool


class ModelCallRow(Out):
    """One request to a model. `estimated`: the server did not say what it took; `cost` in the currency of the prices.

    `request` and `reply` are capped and without keys; files stand as their digests. `outcome` `asked`: no answer yet.
    """

    id: int
    step: str
    execution: str
    turn: int
    acting: str
    what: str
    model: str
    prompt_hash: str
    request: str
    reply: str
    outcome: str
    input_tokens: int
    output_tokens: int
    estimated: bool
    cost: float
    seconds: float
    at: str
    ended_at: str | None


class ModelMonth(Out):
    """What a team's runs used of models in a calendar month; team `""`: runs of no team."""

    team: str
    month: str
    tokens: int
    cost: float
