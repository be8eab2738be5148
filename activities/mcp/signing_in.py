"""Signing in at an MCP server: OAuth's authorization code with PKCE, in two halves that may be in two processes.

The SDK's own flow waits inside one request until the person comes back; ours ends with an address for the browser, and
goes on when the person returns with a code. What stands between the two is handed out to be kept sealed. How servers
are found and judged (RFC 8414, 8707, 9728) is the SDK's: its functions make the requests and read the answers.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from mcp.client.auth import utils
from mcp.client.auth.exceptions import OAuthFlowError
from mcp.client.auth.oauth2 import PKCEParameters, check_registration_usable
from mcp.shared.auth import OAuthClientMetadata, OAuthMetadata, ProtectedResourceMetadata
from mcp.shared.auth_utils import check_resource_allowed, resource_url_from_server_url

from activities.errors import ActionError, NotDone
from activities.mcp.login import ask_token, web
from activities.mcp.reach import Reach
from definitions.tools import Server


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, what it will bring back, and what must be kept (sealed) until then."""

    url: str
    state: str
    kept: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What discovery told: the sign-in server, and what the token is asked for."""

    metadata: OAuthMetadata
    resource: str
    scope: str | None


async def begin(server: Server, client: Mapping[str, Any] | None, redirect: str, reach: Reach) -> Begun:
    """The first half. `client` is how we are registered there already, if we are.

    Raises ActionError `sign_in_refused`, `address_not_allowed`, NotDone `mcp_unavailable`.
    """
    try:
        async with web(reach) as browser:
            found = await _discovered(browser, server.url or "")
            issuer = str(found.metadata.issuer)
            if client is None or client.get("issuer") != issuer or redirect not in client.get("redirects", ()):
                client = {**await _registered(browser, found, redirect), "issuer": issuer, "redirects": [redirect]}
    except httpx2.HTTPError:
        raise NotDone("The sign-in server does not answer.", code="mcp_unavailable") from None
    except (OAuthFlowError, ValueError) as error:
        raise _refused(type(error).__name__) from None
    return _asking(found, client, redirect)


async def finish(kept: Mapping[str, Any], code: str, issuer: str | None, reach: Reach) -> dict[str, Any]:
    """The second half: the login for the code that the browser brought. Raises as above."""
    if issuer is not None and issuer != kept["client"]["issuer"]:  # RFC 9207: an answer of another server
        raise _refused("another issuer")
    if issuer is None and kept.get("names_issuer"):
        raise _refused("no issuer")
    login = {**kept["client"], "token_endpoint": kept["token_endpoint"], "resource": kept["resource"]}
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": kept["redirect"],
        "code_verifier": kept["verifier"],
    }
    answer = await ask_token(login, asked, reach)
    if answer is None:
        raise _refused("no token")
    wanted = ("client_id", "client_secret", "auth_method", "token_endpoint", "resource")
    return {**{name: login[name] for name in wanted if login.get(name)}, **answer}


async def _discovered(browser: httpx2.AsyncClient, url: str) -> Found:
    told = await browser.get(url, headers={"accept": "application/json, text/event-stream"})
    named = utils.extract_resource_metadata_from_www_auth(told)
    protected: ProtectedResourceMetadata | None = None
    for each in utils.build_protected_resource_metadata_discovery_urls(named, url):
        protected = await utils.handle_protected_resource_response(await _get(browser, each))
        if protected is not None:
            break
    resource = _resource(url, protected)
    where = str(protected.authorization_servers[0]) if protected and protected.authorization_servers else None
    metadata = await _metadata(browser, where, url)
    scope = utils.get_client_metadata_scopes(
        utils.extract_scope_from_www_auth(told), protected, metadata, ["authorization_code", "refresh_token"]
    )
    return Found(metadata, resource, scope)


def _resource(url: str, protected: ProtectedResourceMetadata | None) -> str:
    """What the token is for. A server that names a resource that is not its own gets none of our tokens."""
    ours = resource_url_from_server_url(url)
    if protected is None or not protected.resource:
        return ours
    if not check_resource_allowed(requested_resource=ours, configured_resource=str(protected.resource)):
        raise _refused("another resource")
    return str(protected.resource)


async def _metadata(browser: httpx2.AsyncClient, where: str | None, url: str) -> OAuthMetadata:
    parts = urlsplit(url)
    expected = where or f"{parts.scheme}://{parts.netloc}"
    for each in utils.build_oauth_authorization_server_metadata_discovery_urls(where, url):
        goes_on, metadata = await utils.handle_auth_metadata_response(await _get(browser, each))
        if metadata is not None:
            if not utils.issuers_match(str(metadata.issuer), expected):
                raise _refused("another issuer")
            return metadata
        if not goes_on:
            break
    raise _refused("no metadata")


async def _get(browser: httpx2.AsyncClient, url: str) -> httpx2.Response:
    return await browser.send(utils.create_oauth_metadata_request(url))


async def _registered(browser: httpx2.AsyncClient, found: Found, redirect: str) -> dict[str, Any]:
    """Registers us there (RFC 7591): {client_id, client_secret?, auth_method?}."""
    if found.metadata.registration_endpoint is None:
        raise _refused("no registration")
    methods = found.metadata.token_endpoint_auth_methods_supported or []
    asked = OAuthClientMetadata.model_validate(
        {
            "client_name": "Holdfast",
            "redirect_uris": [redirect],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none" if not methods or "none" in methods else "client_secret_post",
            "scope": found.scope,
        }
    )
    sent = utils.create_client_registration_request(found.metadata, asked, str(found.metadata.issuer))
    client = await utils.handle_registration_response(await browser.send(sent))
    check_registration_usable(client)
    known = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "auth_method": client.token_endpoint_auth_method,
    }
    return {name: value for name, value in known.items() if value}


def _asking(found: Found, client: Mapping[str, Any], redirect: str) -> Begun:
    pair, state = PKCEParameters.generate(), secrets.token_urlsafe(32)
    query = {
        "response_type": "code",
        "client_id": client["client_id"],
        "redirect_uri": redirect,
        "state": state,
        "code_challenge": pair.code_challenge,
        "code_challenge_method": "S256",
        "resource": found.resource,
        **({"scope": found.scope} if found.scope else {}),
    }
    kept = {
        "client": dict(client),
        "verifier": pair.code_verifier,
        "redirect": redirect,
        "resource": found.resource,
        "token_endpoint": str(found.metadata.token_endpoint),
        "names_issuer": bool(found.metadata.authorization_response_iss_parameter_supported),
    }
    return Begun(f"{found.metadata.authorization_endpoint}?{urlencode(query)}", state, kept)


def _refused(why: str) -> ActionError:
    return ActionError("sign_in_refused", f"Signing in there is not possible as the server is set up ({why}).")
