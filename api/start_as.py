"""Starting a run in somebody's name, where nobody stands at the door: a webhook, an event, the clock, a tool, a run.

It is the same start as that of a person, with the rights which that person has at this moment, and refused in the same
words. Two things are added: the run knows how it came to be, so that what needs a person goes to its fallback inbox;
and runs that start runs are counted, so that two definitions which start each other come to an end.
"""

from __future__ import annotations

from typing import Any

from api.activity import About, log_refusal
from api.doors import Caller
from api.house import House
from api.idempotency import Once
from api.permissions import Who
from api.problems import ApiError, Conflict, Forbidden
from api.schemas import StartRun
from api.starts import Chain, Way, start_run
from api.store.tables import RunRow

__all__ = ["MAX_DEPTH", "Chain", "chain_from", "refuse_endless", "start_as"]

MAX_DEPTH = 10
"""Runs started by runs, one after the other, at most."""

LENIENT = ("webhook", "event")
"""Ways in which the record is named by somebody outside, who cannot be told that it is not there."""

BY_TRIGGER = ("webhook", "event", "schedule", "journey")
"""Ways that a definition opens by a trigger of its own."""


async def start_as(
    house: House, user: str, body: StartRun, *, key: str, via: str, chain: Chain | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and run as of a start over the API: 201 and the new run, 200 and one that was resumed.

    `key` is an idempotency key of `user`: the same again gives the same run. `via` is how it came in: `webhook`,
    `event`, `schedule`, `mcp`, `journey` or `run`. The run is given as it was asked for, its first turn is not waited
    for. Raises ApiError as a start does, and 403 `nobody` for somebody who may not act any more, 409 `chain_too_deep`;
    each refusal leaves its row in the activity log.
    """
    found = await house.people.who(user)
    caller = Caller(found or Who(user), house, About("run.start", definition=body.definition, via=via))
    if chain is not None:
        caller.about.detail = {"chain": chain.to_json()}
    once = Once.of(key, caller.who, f"start {via}", body.model_dump(exclude_unset=True))
    try:
        if found is None:
            raise Forbidden(f"{user!r} is nobody who may start anything.", code="nobody")
        refuse_endless(chain)
        return await start_run(caller, body, once, Way(via, chain, via in LENIENT, via in BY_TRIGGER))
    except ApiError as error:
        await log_refusal(house.store, caller.who, caller.about, error, "POST")
        raise


def chain_from(row: RunRow, execution: str | None = None) -> Chain:
    """What a run that this one starts carries: one deeper than this one is."""
    before = (row.request or {}).get("chain") or {}
    return Chain(row.id, execution, int(before.get("depth", 0)) + 1)


def refuse_endless(chain: Chain | None) -> None:
    """Raises Conflict `chain_too_deep` where too many runs have started one another."""
    if chain is not None and chain.depth > MAX_DEPTH:
        raise Conflict(
            f"Runs that start runs stop after {MAX_DEPTH}: {chain.run} is the last of such a chain. "
            "Look whether its definitions start each other.",
            code="chain_too_deep",
        )
