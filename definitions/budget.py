"""What models may cost: per run, and per team and calendar month, in tokens and in money.

A call is paid for before it is made: what it will probably take is set aside first, and corrected to what it took when
the answer is there. So a worker that dies, an answer that never comes and two calls at once cannot spend more than
there is. Money is counted in millionths of whatever currency the prices are in, whole numbers, so that sums are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

MICROS = 1_000_000
"""Millionths in one unit of money."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may spend in all, and a team in one month (UTC). None is no limit."""

    run_tokens: int | None = None
    run_micros: int | None = None
    team_tokens: int | None = None
    team_micros: int | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """What was spent or is set aside: of the run, and of the team among the run's that spent most this month."""

    run_tokens: int = 0
    run_micros: int = 0
    team_tokens: int = 0
    team_micros: int = 0


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One request to a model, as it is kept. `tokens` and `micros` are what it will probably take; `request` is what it
    was asked, size-capped and without secrets; `prompt_hash` is over all of it."""

    run: str
    step: str
    execution: str
    turn: int
    acting: str
    what: str
    model: str
    prompt_hash: str
    request: str
    tokens: int
    micros: int


@dataclass(frozen=True, slots=True)
class ModelCost:
    """What became of the request: `ok` or a code of failure, the answer as it came (size-capped), tokens, money, time.

    `estimated`: nobody said how many tokens it took, and what was set aside is counted.
    """

    outcome: str
    reply: str
    input_tokens: int
    output_tokens: int
    micros: int
    seconds: float
    estimated: bool = False


def over(limits: Limits, used: Used, tokens: int, micros: int) -> str | None:
    """Why a call that will take so much is not made, as a sentence for people; None where it may be."""
    judged = (
        (limits.run_tokens, used.run_tokens, tokens, "This run has used the tokens that a run may use."),
        (limits.run_micros, used.run_micros, micros, "This run has spent what a run may spend on models."),
        (limits.team_tokens, used.team_tokens, tokens, "The team has used its tokens of this month."),
        (limits.team_micros, used.team_micros, micros, "The team has spent what it may spend on models this month."),
    )
    return next((why for limit, so_far, more, why in judged if limit is not None and so_far + more > limit), None)


def priced(input_tokens: int, output_tokens: int, input_price: float, output_price: float) -> int:
    """Millionths of money for so many tokens; prices are per million tokens, so that no division is needed."""
    return round(input_tokens * input_price + output_tokens * output_price)
