"""How routes are declared: a router of doors, with the problems every route can end in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from api.doors import Door
from api.schemas_out import Problem

PROBLEM_STATUSES = {
    400: "The bytes are not what they claim to be.",
    401: "No valid token.",
    403: "The caller may see it and may not do this.",
    404: "There is none, or none for the caller.",
    409: "The state of things refuses it.",
    410: "It was, and is no more.",
    413: "Too large.",
    415: "A media type this call does not read.",
    422: "Well-formed and wrong; every finding at once.",
    428: "The call needs If-Match.",
    429: "Too many calls at a time; Retry-After says when to try again.",
    503: "Something behind the API does not answer.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: problem+json for these statuses."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        # 401 carries the model itself too, so that the schema stands among the components.
        status: {
            "description": PROBLEM_STATUSES[status],
            "content": content,
            **({"model": Problem} if status == 401 else {}),
        }
        for status in statuses
    }


READS = problems(401, 403, 404, 422, 429)
WRITES = problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503)


def router(prefix: str, tag: str) -> APIRouter:
    """A router whose every route is a Door."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=Door)


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    """A body that is JSON already."""
    return JSONResponse(body, status, headers)
