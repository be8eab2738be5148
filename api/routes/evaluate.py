"""Trying one expression out: nothing is kept, nothing is read but what came along."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from fastapi import Response

from api.doors import Calling, asks
from api.publishing import known
from api.routing import WRITES, answer, router
from api.schemas_evaluate import Evaluate, Evaluated
from definitions.checks import Known
from definitions.checks.limits import too_much
from definitions.checks.trying import names_at, tried

routes = router("/v1/definitions", "definitions")

NAMES = 500
"""Names that are answered: more than anybody looks through."""


@routes.post("/evaluate", response_model=Evaluated, responses=WRITES)
@asks("definition.validate")
async def evaluate(body: Evaluate, caller: Calling) -> Response:
    """What an expression of a document comes to with given values, what it may read, or why it is none."""
    found = await known(caller.house, body.document)
    # In a thread: a long document takes a while, and others are to be served.
    return answer(await asyncio.to_thread(_evaluated, body, found))


def _evaluated(body: Evaluate, found: Known) -> dict[str, Any]:
    document = None if too_much(body.document) else body.document
    names = names_at(document, found, body.path, body.expression)
    shown = dict(sorted(names.items())[:NAMES])
    return {**asdict(tried(names, body.expression, body.scope)), "names": shown}
