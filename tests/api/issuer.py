"""An OIDC issuer of our own: metadata, keys that rotate, a sign-in page that says yes, tokens as a test wants them."""

from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse

URL = "https://issuer.example"
CLIENT = "holdfast-console"


def fresh_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@dataclass
class LocalIssuer:
    """`keys` are published by their id; `asked` counts the requests by path; `codes` are what was given away."""

    keys: dict[str, RSAPrivateKey] = field(default_factory=lambda: {"k1": fresh_key()})
    asked: dict[str, int] = field(default_factory=dict)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    says: str = URL
    down: bool = False

    def claims(self, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        base = {"iss": URL, "aud": CLIENT, "sub": "s-1", "iat": now, "exp": now + 600, "preferred_username": "Nora"}
        found = {**base, "name": "Nora N.", "groups": ["crew"], **more}
        return {name: value for name, value in found.items() if value is not None}

    def token(self, kid: str = "k1", key: Any = None, alg: str = "RS256", **more: Any) -> str:
        """A signed token; a claim that is None is left out."""
        return jwt.encode(self.claims(**more), key or self.keys[kid], algorithm=alg, headers={"kid": kid})

    def sign_in(self, address: str, **more: Any) -> tuple[str, str]:
        """What the sign-in page does for somebody who says yes: (code, state)."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        code = f"code-{len(self.codes)}"
        self.codes[code] = {**asked, "more": more}
        return code, asked["state"]

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def counted(request: Request, go_on: Any) -> Any:
            self.asked[request.url.path] = self.asked.get(request.url.path, 0) + 1
            return JSONResponse({}, 503) if self.down else await go_on(request)

        @app.get("/.well-known/openid-configuration")
        async def metadata() -> dict[str, str]:
            ends = {name: f"{URL}/{path}" for name, path in (("token_endpoint", "token"), ("jwks_uri", "keys"))}
            return {"issuer": self.says, "authorization_endpoint": f"{URL}/authorize", **ends}

        @app.get("/keys")
        async def keys() -> dict[str, Any]:
            made = {
                kid: jwt.algorithms.RSAAlgorithm.to_jwk(k.public_key(), as_dict=True) for kid, k in self.keys.items()
            }
            shared = {"kty": "oct", "kid": "shared", "k": "c2hhcmVkLXNlY3JldC1vZi1zb21lYm9keQ", "alg": "HS256"}
            return {"keys": [*({**jwk, "kid": kid, "use": "sig"} for kid, jwk in made.items()), shared]}

        @app.post("/token")
        async def token(request: Request) -> JSONResponse:
            form = await request.form()
            kept = self.codes.pop(str(form["code"]), None)
            proof = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
            challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
            if kept is None or kept["code_challenge"] != challenge or kept["redirect_uri"] != form["redirect_uri"]:
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse({"id_token": self.token(**{"nonce": kept["nonce"], **kept["more"]})})

        return app
