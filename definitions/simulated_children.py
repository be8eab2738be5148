"""Child runs in a simulation: none is started, and all of a round end as their step is scripted.

The script's `result` is how each of them ends, {status?: completed | aborted, outcome?, outputs?, ...}; `fail` says
that none can be started.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from definitions.engine import State
from definitions.engine.commands import StartEffect
from definitions.engine.family import BEGUN, DONE, ENDED, STANDS, read_name
from definitions.engine.messages import ChildTold, EffectEnded, EffectFailed
from definitions.wire import ACTIVITY_CHILD

Script = Mapping[str, Any]


def round_of(effect: StartEffect) -> int | None:
    """The number of the round that an effect starts a child for; None for any other effect."""
    read = read_name(effect.execution) if effect.activity == ACTIVITY_CHILD else None
    return int(read[0].rpartition("#")[2]) if read else None


def started(effect: StartEffect, script: Script | None, now: datetime) -> EffectEnded | EffectFailed | None:
    """The start of a child, where its end is scripted."""
    if script is None or not {"result", "fail"} & set(script):
        return None
    if "fail" in script:
        text = str(script["fail"] or "it failed, as scripted")
        return EffectFailed(now, effect.execution, effect.turn, "error", "scripted", text)
    made = {"run": effect.input["child"], "version": effect.input.get("version") or 1}
    return EffectEnded(now, effect.execution, effect.turn, made)


def ended(state: State, execution: str, script: Script | None, now: datetime) -> ChildTold | None:
    """The end of the first child of a round that is at work, as scripted."""
    family = state.families.get(execution)
    places = family.places(*BEGUN) if family is not None and not family.detach else []
    if not places or script is None or not isinstance(script.get("result"), Mapping):
        return None
    said = dict(script["result"])
    status = said.pop("status", STANDS[DONE])
    known = [STANDS[letter] for letter in ENDED]
    return ChildTold(now, execution, places[0], status if status in known else STANDS[DONE], said)
