"""People of an OIDC issuer: what of a token is believed, and how somebody signs in there with a browser.

A token is believed for what it says only after everything about it was pinned: the algorithm is one of those that are
set (never the one the token would like), the key is one that the issuer publishes under the token's `kid`, and issuer,
audience and times hold (RFC 8725). The issuer's answers are kept for a while; a key nobody has seen yet is asked for
once, and not again within a moment, so that a stranger with made-up `kid`s cannot make us ask.

A browser is sent to the issuer with PKCE, `state` and `nonce` (RFC 9700); what must come back stands in a short-lived
cookie, sealed, so that it is the same browser. What somebody may is never in a token: groups are mapped to roles and
teams, which are kept (store/identities.py) and read anew for every request like everybody's.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2
import jwt

from api.problems import Unavailable, Unidentified
from api.store.identities import Claimed, Identities
from api.store.store import Store
from api.tracing import log

MAX_TOKEN = 8_000
LEEWAY = 60
KEPT = 600.0
"""Seconds for which the issuer's metadata and keys are believed without asking again."""
ASK_AGAIN = 10.0
"""Seconds before a key that nobody has seen makes us ask once more."""
MAX_ANSWER = 512 * 1024


@dataclass(frozen=True, slots=True)
class Issuer:
    """What is set about the issuer. `roles` and `teams` map a group of theirs to ours; `create`: somebody whom nobody
    added is added when they first come."""

    issuer: str
    client_id: str
    client_secret: str = ""
    audience: str = ""
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    title: str = ""
    scope: str = "openid profile email"
    name_claim: str = "preferred_username"
    groups_claim: str = "groups"
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    create: bool = True


@dataclass(frozen=True, slots=True)
class Going:
    """What a browser takes along to the issuer and must bring back."""

    state: str
    nonce: str
    verifier: str
    back: str

    @classmethod
    def to(cls, back: str) -> Going:
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), back)


class Oidc:
    """One issuer, asked over HTTP as seldom as possible, and who of ours its people are."""

    def __init__(self, issuer: Issuer, store: Store, client: httpx2.AsyncClient) -> None:
        self.issuer, self._client = issuer, client
        self._people = Identities(store, issuer.issuer, issuer.roles, issuer.teams, issuer.create)
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, dict[str, jwt.PyJWK]] | None = None

    async def claims(self, token: str, audience: str = "") -> dict[str, Any]:
        """What a token says. Raises Unidentified for one that is not to be believed, for whatever reason alike."""
        try:
            key = await self._key(_header(token, self.issuer.algorithms))
            claims = jwt.decode(
                token,
                key,
                algorithms=list(self.issuer.algorithms),
                audience=audience or self.issuer.audience or self.issuer.client_id,
                issuer=self.issuer.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
            return _plausible(claims)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
            log.info("a token is not believed", action="oidc.refused", error=type(error).__name__)
            raise Unidentified from None

    async def user(self, claims: Mapping[str, Any]) -> str | None:
        """The id of whom a token is about, as one of ours; None for one who is nobody here."""
        texts = {k: claims[k] for k in (self.issuer.name_claim, "name", "email") if isinstance(claims.get(k), str)}
        subject = str(claims["sub"])
        wanted = texts.get(self.issuer.name_claim) or subject
        groups = groups_of(claims, self.issuer.groups_claim)
        name, email = texts.get("name") or wanted, texts.get("email")
        return await self._people.user(Claimed(subject, wanted, name, email, groups, int(claims["iat"])))

    async def address(self, going: Going, callback: str) -> str:
        """Where the browser is sent."""
        metadata = await self._known()
        challenge = urlsafe_b64encode(hashlib.sha256(going.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.issuer.client_id,
            "redirect_uri": callback,
            "scope": self.issuer.scope,
            "state": going.state,
            "nonce": going.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        place = str(metadata["authorization_endpoint"])
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    async def returned(self, going: Going, code: str, state: str, callback: str) -> dict[str, Any]:
        """Who came back: the claims of the ID token that the code is worth. Raises Unidentified."""
        if not hmac.compare_digest(state.encode(), going.state.encode()):
            raise Unidentified("This sign-in was not begun in this browser.")
        metadata = await self._known()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": callback}
        form |= {"client_id": self.issuer.client_id, "code_verifier": going.verifier}
        if self.issuer.client_secret:
            form["client_secret"] = self.issuer.client_secret
        answer = await self._ask("POST", str(metadata["token_endpoint"]), data=form)
        claims = await self.claims(str(answer.get("id_token", "")), self.issuer.client_id)
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), going.nonce.encode()):
            raise Unidentified("This sign-in was not begun in this browser.")
        return claims

    async def _key(self, kid: str) -> jwt.PyJWK:
        """The issuer's key of that name; keys are asked for anew where it is not among those that are known."""
        now = time.monotonic()
        if self._keys is None or now - self._keys[0] > KEPT or (kid not in self._keys[1] and self._may_ask(now)):
            found = await self._ask("GET", str((await self._known())["jwks_uri"]))
            self._keys = (now, dict(_usable(found, self.issuer.algorithms)))
        return self._keys[1][kid]

    def _may_ask(self, now: float) -> bool:
        return self._keys is None or now - self._keys[0] > ASK_AGAIN

    async def _known(self) -> dict[str, Any]:
        """The issuer's metadata. Raises Unavailable where it is that of another."""
        now = time.monotonic()
        if self._metadata is None or now - self._metadata[0] > KEPT:
            found = await self._ask("GET", f"{self.issuer.issuer.rstrip('/')}/.well-known/openid-configuration")
            wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if found.get("issuer") != self.issuer.issuer or not all(isinstance(found.get(k), str) for k in wanted):
                log.error("the issuer's metadata is another's", action="oidc.metadata")
                raise Unavailable("Signing in with the issuer is not possible at the moment.")
            self._metadata = (now, found)
        return self._metadata[1]

    async def _ask(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        """A JSON object of the issuer. Raises Unidentified for a 4xx, Unavailable for everything else."""
        try:
            answer = await self._client.request(method, url, timeout=5, follow_redirects=False, **options)
            if 400 <= answer.status_code < 500:
                log.info("the issuer refuses", action="oidc.refused", status=answer.status_code)
                raise Unidentified
            answer.raise_for_status()
            body = answer.json() if len(answer.content) <= MAX_ANSWER else None
        except (httpx2.HTTPError, ValueError) as error:
            log.warning("the issuer does not answer", action="oidc.away", error=type(error).__name__)
            raise Unavailable("Signing in with the issuer is not possible at the moment.") from None
        if not isinstance(body, dict):
            raise Unavailable("Signing in with the issuer is not possible at the moment.")
        return body


def looks_like_one(token: str) -> bool:
    """Whether a bearer token could be a JWT: three parts."""
    return token.count(".") == 2


def groups_of(claims: Mapping[str, Any], claim: str) -> list[str]:
    """The groups a token names, once each, in order."""
    found = claims.get(claim)
    names = found if isinstance(found, list) else [found] if isinstance(found, str) else []
    return sorted({name for name in names if isinstance(name, str)})


def _header(token: str, algorithms: tuple[str, ...]) -> str:
    """The `kid` of a token whose header could be right. Raises ValueError."""
    if len(token) > MAX_TOKEN:
        raise ValueError("too long")
    header = jwt.get_unverified_header(token)
    kid = header.get("kid")
    if header.get("alg") not in algorithms or "crit" in header or not isinstance(kid, str):
        raise ValueError("not a header of ours")
    return kid


def _usable(found: Mapping[str, Any], algorithms: tuple[str, ...]) -> list[tuple[str, jwt.PyJWK]]:
    """The issuer's signing keys by their id. One that we do not read is left out: it may be for somebody else."""
    keys: list[tuple[str, jwt.PyJWK]] = []
    for each in found.get("keys") or ():
        try:
            if each.get("use", "sig") != "sig" or each.get("kty") == "oct":
                continue
            key = jwt.PyJWK(each)
        except (jwt.PyJWTError, AttributeError):
            continue
        if key.key_id and key.algorithm_name in algorithms:
            keys.append((key.key_id, key))
    return keys


def _plausible(claims: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError for times that are no numbers and a subject that is no name (PyJWT would turn texts into
    numbers)."""
    times = [claims[name] for name in ("exp", "iat", "nbf") if name in claims]
    if any(isinstance(at, bool) or not isinstance(at, int | float) for at in times):
        raise ValueError("a time that is no number")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise ValueError("a subject that is no name")
    return claims
