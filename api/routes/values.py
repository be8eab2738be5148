"""Values of a run that are too large for its history: what a `$blob` in a RunView stands for, as a file."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from api.doors import Calling, asks
from api.problems import NotFound, Unavailable
from api.reads import seen_run
from api.routing import READS, problems, router
from definitions.references import SHA256

routes = router("/v1/runs", "runs")

WHOLE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The value, as JSON.", "content": {"application/json": {"schema": {}}}}
}


@routes.get("/{run}/values/{sha256}", response_class=Response, responses={**READS, **problems(503), **WHOLE})
@asks("run.view")
async def get_value(run: str, sha256: str, caller: Calling) -> Response:
    """A value that the run stored apart, for who may see the run. Never shown in place: it comes from outside."""
    await seen_run(caller, run)
    blobs = caller.house.blobs
    if blobs is None or not SHA256.fullmatch(sha256):
        raise NotFound("value of this run")
    try:
        content = await blobs.get(run, sha256)
    except LookupError:
        raise NotFound("value of this run") from None
    except Exception:
        raise Unavailable("The blob store does not answer.") from None
    caller.house.reads.note(caller.who, caller.about)
    headers = {"Content-Disposition": f'attachment; filename="{sha256}.json"', "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="application/json", headers=headers)
