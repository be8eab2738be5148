"""The console, served by the API itself from the folder it was built into.

Its pages may load nothing but what comes from here, run no inline script and no `eval`, and be framed by nobody. Names
of built files change with their content, so a browser may keep them for ever; the page that names them, never.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from api.problems import NotFound
from api.public.headers import PAGE, PREFIX

ASSETS = "/assets/"
FOREVER = "public, max-age=31536000, immutable"

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        # Mantine writes its sizes into style attributes; no script can come in by that.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def serve(app: FastAPI, folder: Path) -> None:
    """Answer every address that is no call of the API with the console. `folder` holds `index.html`."""
    app.add_route("/v1/{rest:path}", _no_such_call, methods=["GET"], include_in_schema=False)
    app.frontend("/", directory=folder, fallback="index.html")


async def _no_such_call(request: Request) -> Response:
    """A mistyped call is told so; a page would be taken for its answer."""
    raise NotFound("call")


def headers_of(path: str, content_type: str) -> dict[str, str]:
    """What an answer says beside the API's own safe headers: the policy of a page, the long life of a built file."""
    if path.startswith(ASSETS):
        return {"Cache-Control": FOREVER}
    if path.startswith(PREFIX):
        return PAGE if content_type.startswith("text/html") else {}
    if content_type.startswith("text/html") and not path.startswith("/docs"):
        return {"Content-Security-Policy": POLICY, "Permissions-Policy": "camera=(self), geolocation=(self)"}
    return {}
