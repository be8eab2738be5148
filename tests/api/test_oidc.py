"""People of an OIDC issuer: tokens that are believed and those that are not, groups, and signing in with a browser."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from temporalio.client import Client

from api import oidc
from api.oidc import Issuer, Oidc
from tests.api.issuer import CLIENT, URL, LocalIssuer, fresh_key
from tests.api.world import World, open_world

GROUPS: dict[str, Any] = {
    "roles": {"crew": ("operator",), "bosses": ("lead", "no-such-role")},
    "teams": {"crew": ("ops",), "abroad": ("overseas",)},
}
START, BACK = "/v1/session/oidc/start", "/v1/session/oidc/callback"


@pytest.fixture
def issuer() -> LocalIssuer:
    return LocalIssuer()


@pytest.fixture
async def house(tmp_path: Path, temporal_client: Client, issuer: LocalIssuer) -> AsyncIterator[World]:
    """A world whose people may come from the issuer."""
    async with open_world(tmp_path, temporal_client) as world:
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=issuer.app()))
        known = Oidc(Issuer(URL, CLIENT, audience="", title="Example", **GROUPS), world.store, client)
        world.app.state.house = replace(world.app.state.house, oidc=known)
        yield world


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys may be asked for again at once, but where a test says otherwise."""
    monkeypatch.setattr(oidc, "ASK_AGAIN", -1.0)
    yield


async def me(world: World, token: str) -> httpx2.Response:
    return await world.call(None, "GET", "/v1/me", headers={"Authorization": f"Bearer {token}"})


async def test_somebody_new_is_added_with_what_their_groups_are_here(house: World, issuer: LocalIssuer) -> None:
    told = (await me(house, issuer.token())).json()
    assert (told["id"], told["name"], told["roles"], told["teams"]) == ("nora", "Nora N.", ["operator"], ["ops"])
    (identity,) = await house.rows("identities")
    assert (identity["issuer"], identity["subject"], identity["user"]) == (URL, "s-1", "nora")


async def test_groups_give_and_take_what_they_stand_for_and_nothing_else(house: World, issuer: LocalIssuer) -> None:
    now = int(time.time())
    old = issuer.token(iat=now - 50)
    assert (await me(house, old)).status_code == 200
    await house.call(
        "admin", "PATCH", "/v1/users/nora", {"roles": ["operator", "viewer"], "teams": ["ops", "compliance"]}
    )
    changed = (await me(house, issuer.token(groups=["bosses", "abroad"], iat=now - 10))).json()
    assert changed["roles"] == ["lead", "viewer"], "what was given by hand stays; a role that is none is left out"
    assert changed["teams"] == ["compliance", "overseas"]
    assert (await me(house, old)).json()["roles"] == ["lead", "viewer"], "an older token brings nothing back"
    assert (await me(house, issuer.token(groups=None))).json()["roles"] == ["viewer"]


async def test_an_id_that_somebody_has_is_never_given_away(house: World, issuer: LocalIssuer) -> None:
    assert (await me(house, issuer.token(preferred_username="admin"))).status_code == 401
    assert (await house.rows("identities")) == []


async def test_who_is_switched_off_here_is_out(house: World, issuer: LocalIssuer) -> None:
    assert (await me(house, issuer.token())).status_code == 200
    await house.call("admin", "PATCH", "/v1/users/nora", {"active": False})
    assert (await me(house, issuer.token())).status_code == 401


def tampered(token: str, **claims: Any) -> str:
    """The token with another body under the same signature."""
    head, body, seal = token.split(".")
    kept = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(kept | claims).encode()).rstrip(b"=").decode()
    return f"{head}.{changed}.{seal}"


def forged(issuer: LocalIssuer) -> dict[str, str]:
    """Row 55 of the bad inputs, and some more of the kind: each would be somebody, if it were believed."""
    public = (
        issuer.keys["k1"]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    shared = jwt.api_jws.PyJWS()
    claims, now = issuer.claims(), int(time.time())
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    hmac_head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"k1"}').rstrip(b"=")
    algorithm = shared.get_algorithm_by_name("HS256")
    mac = base64.urlsafe_b64encode(algorithm.sign(hmac_head + b"." + body, public)).rstrip(b"=")
    inner = issuer.token()
    return {
        "alg none": jwt.encode(claims, None, algorithm="none", headers={"kid": "k1"}),
        "HS256 with the public key": (hmac_head + b"." + body + b"." + mac).decode(),
        "HS256 with a key of the set": jwt.encode(
            claims, b"shared-secret-of-somebody", algorithm="HS256", headers={"kid": "shared"}
        ),
        "another audience": issuer.token(aud="somebody-else"),
        "no audience": issuer.token(aud=None),
        "another issuer": issuer.token(iss="https://evil.example"),
        "kid of a path": issuer.token(kid="k1").replace(
            issuer.token(kid="k1").split(".")[0],
            base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"../../etc/passwd"}').rstrip(b"=").decode(),
        ),
        "no kid": jwt.encode(claims, issuer.keys["k1"], algorithm="RS256"),
        "expired": issuer.token(exp=now - 120),
        "not yet": issuer.token(nbf=now + 600),
        "exp as text": issuer.token(exp=str(now + 600)),
        "exp as yes": issuer.token(exp=True),
        "iat as text": issuer.token(iat=str(now)),
        "no exp": issuer.token(exp=None),
        "no subject": issuer.token(sub=None),
        "nested": jwt.api_jws.encode(
            inner.encode(), issuer.keys["k1"], algorithm="RS256", headers={"kid": "k1", "cty": "JWT"}
        ),
        "crit": jwt.encode(claims, issuer.keys["k1"], algorithm="RS256", headers={"kid": "k1", "crit": ["b64"]}),
        "another's key": issuer.token(key=fresh_key()),
        "a changed body": tampered(inner, groups=["bosses"]),
        "an algorithm that is not set": issuer.token(alg="RS512"),
        "nine kilobytes": issuer.token(more="x" * 9_000),
        "no token at all": "a.b.c",
    }


async def test_row_55_no_forged_token_is_believed(house: World, issuer: LocalIssuer) -> None:
    """401 each, with one and the same words; and nobody was added by any of them."""
    assert (await me(house, issuer.token(preferred_username="known"))).status_code == 200, "the honest one is"
    words = set()
    for what, token in forged(issuer).items():
        answer = await me(house, token)
        assert answer.status_code == 401, what
        words.add((answer.json()["code"], answer.json()["detail"]))
    assert len(words) == 1
    assert [row["user"] for row in await house.rows("identities")] == ["known"]


async def test_keys_rotate_and_made_up_names_ask_nobody(
    house: World, issuer: LocalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await me(house, issuer.token())).status_code == 200
    assert (await me(house, issuer.token())).status_code == 200
    assert issuer.asked["/keys"] == 1, "kept"
    issuer.keys = {"k2": fresh_key()}
    assert (await me(house, issuer.token(kid="k2"))).status_code == 200, "asked for anew"
    assert issuer.asked["/keys"] == 2
    monkeypatch.setattr(oidc, "ASK_AGAIN", 60.0)
    for n in range(5):
        assert (await me(house, issuer.token(kid=f"made-up-{n}", key=fresh_key()))).status_code == 401
    assert issuer.asked["/keys"] == 2, "a stranger makes us ask nobody"


async def test_an_issuer_that_is_away_or_another(house: World, issuer: LocalIssuer) -> None:
    """I7: fails closed, and says when to come again."""
    issuer.says = "https://evil.example"
    assert (await me(house, issuer.token())).status_code == 503
    issuer.says, issuer.down = URL, True
    answer = await me(house, issuer.token())
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    assert (await me(house, house.tokens["ann"])).status_code == 200, "our own tokens need nobody"


async def begin(world: World, to: str = "/") -> tuple[str, dict[str, str]]:
    """The address the browser is sent to, and the cookie it was given."""
    answer = await world.call(None, "GET", START, params={"to": to})
    assert answer.status_code == 303, answer.text
    kept = answer.headers["set-cookie"]
    assert "httponly" in kept.lower() and "samesite=lax" in kept.lower()
    world.client.cookies.clear()
    return answer.headers["location"], {"Cookie": kept.split(";")[0]}


async def back(world: World, browser: dict[str, str], **query: str) -> httpx2.Response:
    answer = await world.call(None, "GET", BACK, headers=browser, params=query)
    world.client.cookies.clear()
    return answer


async def test_a_browser_goes_there_and_comes_back_as_somebody(house: World, issuer: LocalIssuer) -> None:
    assert (await house.call(None, "GET", "/v1/session")).json()["oidc"] == "Example"
    address, browser = await begin(house, "/runs/run-1?tab=history")
    code, state = issuer.sign_in(address)
    answer = await back(house, browser, code=code, state=state)
    assert (answer.status_code, answer.headers["location"]) == (303, "/runs/run-1?tab=history")
    session = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("hf_session")).split(";")[0]
    told = (await house.call(None, "GET", "/v1/session", headers={"Cookie": session})).json()
    assert (told["user"]["id"], told["user"]["roles"]) == ("nora", ["operator"])
    once_more = await back(house, browser, code=code, state=state)
    assert once_more.status_code == 401, "a code is worth one sign-in"


async def test_what_was_not_begun_in_this_browser_signs_nobody_in(house: World, issuer: LocalIssuer) -> None:
    address, browser = await begin(house)
    code, state = issuer.sign_in(address)
    other_address, _ = await begin(house)
    other_code, other_state = issuer.sign_in(other_address)
    wrong = [
        ({}, {"code": code, "state": state}),
        (browser, {"code": code, "state": other_state}),
        (browser, {"code": other_code, "state": state}),  # PKCE: the code of another sign-in
        (browser, {"state": state}),
        (browser, {"code": code, "state": state, "iss": "https://evil.example"}),
        ({"Cookie": "hf_oidc=made-up"}, {"code": code, "state": state}),
        ({"Cookie": browser["Cookie"][:-4] + "AAAA"}, {"code": code, "state": state}),
    ]
    for cookies, query in wrong:
        answer = await back(house, cookies, **query)
        assert (answer.status_code, "hf_session" in str(answer.headers)) == (401, False), query
    address, browser = await begin(house)
    code, state = issuer.sign_in(address, nonce="of another sign-in")
    assert (await back(house, browser, code=code, state=state)).status_code == 401
    assert await house.rows("sessions") == []


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", ""])
async def test_the_way_back_is_a_page_of_ours(house: World, issuer: LocalIssuer, to: str) -> None:
    address, browser = await begin(house, to)
    code, state = issuer.sign_in(address)
    assert (await back(house, browser, code=code, state=state)).headers["location"] == "/"


async def test_without_an_issuer_there_is_no_such_way(world: World) -> None:
    assert (await world.call(None, "GET", START)).status_code == 404
    assert (await world.call(None, "GET", "/v1/session")).json()["oidc"] is None
    assert (await me(world, LocalIssuer().token())).status_code == 401
