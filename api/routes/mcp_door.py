"""`/mcp`: Holdfast as an MCP server, over streamable HTTP without sessions."""

from __future__ import annotations

from typing import cast

from fastapi import Request, Response

from api.doors import Calling, GatedRequest, asks
from api.mcp_door import Served
from api.problems import ApiError, Unidentified
from api.routing import problems, router

routes = router("/mcp", "mcp")

LIMIT = 256 * 1024


@routes.post("", responses=problems(400, 401, 413, 415, 422), include_in_schema=False)
@asks("mcp.serve", limit=LIMIT)
async def serve(request: Request, caller: Calling) -> Response:
    """One message of the Model Context Protocol (tools `list_workflows`, `start_workflow`, `get_run`), with a token."""
    if not request.headers.get("authorization"):
        raise Unidentified  # a browser's session is for the console
    return Served(caller, cast(GatedRequest, request).raw)


@routes.get("", responses=problems(401), include_in_schema=False)
@asks("mcp.serve")
async def no_stream(caller: Calling) -> Response:
    """There are no messages to wait for: 405, as the protocol has it."""
    raise ApiError("Send messages with POST.", status=405, code="method_not_allowed", headers={"Allow": "POST"})
