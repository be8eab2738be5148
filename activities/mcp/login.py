"""Refreshing a person's login at an MCP server (OAuth 2.1, RFC 6749 section 6). Signing in is in signing_in.py."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx2

from activities.errors import NotDone
from activities.mcp.reach import Reach
from activities.outbound import PinnedTransport

SECONDS = 15.0
EARLY = 30
"""Seconds before its end at which a token counts as over: clocks differ, and a call takes time."""
TOKEN_BYTES = 64 * 1024


async def refreshed(login: Mapping[str, Any], reach: Reach) -> dict[str, Any] | None:
    """The login with a fresh token; None where the server gives none any more.

    Raises NotDone where it does not answer, and ActionError `address_not_allowed`.
    """
    if not login.get("refresh_token"):
        return None
    asked = {"grant_type": "refresh_token", "refresh_token": str(login["refresh_token"])}
    answer = await ask_token(login, asked, reach)
    if answer is None:
        return None
    kept = {"refresh_token": login["refresh_token"], "scope": login.get("scope")}
    return {**login, **kept, **answer}


async def ask_token(login: Mapping[str, Any], asked: Mapping[str, str], reach: Reach) -> dict[str, Any] | None:
    """{access_token, refresh_token?, scope?, expires_at} from the token endpoint; None where it refuses.

    `login` names the endpoint, the client and its secret. Raises NotDone as above.
    """
    form, headers = _identified(login, asked)
    try:
        async with web(reach) as client:
            answer = await client.post(str(login["token_endpoint"]), data=form, headers=headers)
    except (httpx2.HTTPError, TimeoutError):
        raise NotDone("The sign-in server does not answer.", code="mcp_unavailable") from None
    if answer.status_code >= 500 or answer.status_code == 429:
        raise NotDone("The sign-in server does not answer.", code="mcp_unavailable")
    return _token(answer)


def web(reach: Reach) -> httpx2.AsyncClient:
    """A client for the sign-in server: through the same guard, without following anything."""
    return httpx2.AsyncClient(
        transport=PinnedTransport(reach.http), timeout=SECONDS, trust_env=False, follow_redirects=False
    )


def _identified(login: Mapping[str, Any], asked: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Form and headers that say which client asks (RFC 6749 section 2.3.1)."""
    form = {**asked, "client_id": str(login["client_id"])}
    if login.get("resource"):
        form["resource"] = str(login["resource"])
    secret = login.get("client_secret")
    if not secret:
        return form, {}
    if login.get("auth_method") == "client_secret_basic":
        pair = f"{quote(str(login['client_id']), safe='')}:{quote(str(secret), safe='')}"
        return form, {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    return {**form, "client_secret": str(secret)}, {}


def _token(answer: httpx2.Response) -> dict[str, Any] | None:
    try:
        body = answer.json() if answer.status_code in (200, 201) and len(answer.content) <= TOKEN_BYTES else None
    except ValueError:
        return None
    if not isinstance(body, dict) or not isinstance(body.get("access_token"), str):
        return None
    lasts = body.get("expires_in")
    known = {name: body[name] for name in ("access_token", "refresh_token", "scope") if isinstance(body.get(name), str)}
    return {
        **known,
        "expires_at": time.time() + max(float(lasts) - EARLY, 0) if isinstance(lasts, int | float) else None,
    }
