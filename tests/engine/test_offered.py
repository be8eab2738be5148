"""What a person is offered is what is taken: `legal` says the same as the judge, over random runs."""

from __future__ import annotations

from random import Random
from typing import Any

from definitions.engine.judge import judge
from definitions.engine.moves import MOVES
from definitions.views import legal
from tests.engine.random_runs import PEOPLE
from tests.engine.test_properties import Play, held

BY_THE_STATE = (
    "step_not_ready", "requirements_open", "not_skippable", "run_closed", "run_saved", "run_open", "run_not_saved",
    "held_by_other", "already_holder", "already_claimed", "not_claimed", "stale_execution", "forbidden",
    "self_approval", "already_approved",
)  # fmt: skip
"""Refusals that follow from how the run stands and who asks, and not from what the command carries."""

PLAIN: dict[str, dict[str, Any]] = {
    "complete": {"choice": "x", "output": {"n": 1}},
    "handle_manually": {"choice": "x"},
    "amend": {"output": {"n": 1}},
    "reject": {"reason": "no"},
    "automation": {"automation": "mail"},
    "assign": {"users": ["ben"]},
    "set_due": {"due": "2026-12-24"},
    "note": {"text": "hello"},
    "add_task": {"title": "More"},
    "abort": {"reasons": ["r"]},
    "close": {"reasons": ["r"]},
}


def offered_is_taken(rnd: Random) -> None:
    play = Play(rnd)
    for actor in PEOPLE:
        can = legal(play.graph, play.state, actor)
        for kind, move in MOVES.items():
            targets = [None] if move.on == "run" else [*play.graph.grown(play.state.added).nodes]
            for step in [*targets, None] if move.on == "either" else targets:
                command = {"type": kind, **PLAIN.get(kind, {}), **({"step": step} if step else {})}
                refusal = judge(play.graph, play.state, command, actor, play.messages.now)
                offered = kind in (can["steps"].get(step, ()) if step else can["run"])
                if offered:
                    assert refusal is None or refusal.code not in BY_THE_STATE, (command, actor.roles, refusal)
                else:
                    assert refusal is not None, (command, actor.roles)


test_what_is_offered_is_taken_and_what_is_not_offered_is_refused = held(200, offered_is_taken)
