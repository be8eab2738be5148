"""What all pages for people outside share: their style sheet, and one answer for every address that is none."""

from __future__ import annotations

from fastapi import Request, Response

from api.doors import asks
from api.problems import NotFound
from api.public.gates import answered
from api.public.pages import STYLE, stylesheet
from api.routing import router

routes = router("", "public")

FOREVER = "public, max-age=31536000, immutable"


@routes.get(STYLE, include_in_schema=False)
@asks("link.use")
async def style() -> Response:
    """The style sheet. Its address changes with it."""
    return Response(stylesheet(), media_type="text/css", headers={"Cache-Control": FOREVER})


@routes.head("/public/{rest:path}", include_in_schema=False)
@routes.post("/public/{rest:path}", include_in_schema=False)
@routes.get("/public/{rest:path}", include_in_schema=False)
@asks("link.use")
async def nothing_here(rest: str, request: Request) -> Response:
    """Whatever else begins like a link: the console is not what whoever came here looks for."""
    return await answered(request, _none())


async def _none() -> Response:
    raise NotFound("link")
