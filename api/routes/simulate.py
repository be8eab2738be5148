"""Trying a definition out: no side effect, no run, no row."""

from __future__ import annotations

from fastapi import Response

from api.doors import Calling, asks
from api.routing import WRITES, answer, router
from api.schemas_simulation import Simulate, Simulated
from api.simulating import simulated

routes = router("/v1/definitions", "definitions")


@routes.post("/{key}/simulate", response_model=Simulated, responses=WRITES)
@asks("definition.view")
async def simulate_it(key: str, body: Simulate, caller: Calling) -> Response:
    """Plays a version against a record and scripted answers, to its end or to the first answer that is missing.

    Nothing is done and nobody is told: writing gives back what would be written, reading the record what came along,
    and any other effect what was scripted or its action gives as an example.
    """
    return answer(await simulated(caller, key, body))
