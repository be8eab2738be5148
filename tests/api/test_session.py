"""The console's own door: sessions, the token beside them, passwords, and guessing them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from api.doors import SESSION_COOKIE
from tests.api.world import World

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def no_jar(world: World) -> Iterator[None]:
    """The tests' one client keeps cookies as a browser does: here they are sent by hand, and nobody else gets them."""
    yield
    world.client.cookies.clear()


async def sign_in(world: World, body: dict[str, Any], **headers: str) -> httpx2.Response:
    return await world.call(None, "POST", "/v1/session", body, headers=headers)


def cookie(answer: httpx2.Response) -> dict[str, str]:
    """What a browser would send from now on."""
    value = answer.headers["set-cookie"].split(";")[0]
    return {"Cookie": value}


async def as_ann(world: World) -> tuple[dict[str, str], str]:
    answer = await sign_in(world, {"demo": "ann"})
    assert answer.status_code == 200, answer.text
    return cookie(answer), answer.json()["csrf"]


async def test_a_demo_person_signs_in_with_one_click_and_out_again(world: World) -> None:
    nobody = (await world.call(None, "GET", "/v1/session")).json()
    assert nobody["user"] is None and "ann" in [person["id"] for person in nobody["demo"]]
    answer = await sign_in(world, {"demo": "ann"})
    kept = answer.headers["set-cookie"].lower()
    assert SESSION_COOKIE in kept and "httponly" in kept and "samesite=lax" in kept
    browser, csrf = cookie(answer), answer.json()["csrf"]
    told = (await world.call(None, "GET", "/v1/session", headers=browser)).json()
    assert (told["user"]["id"], told["csrf"]) == ("ann", csrf)
    me = await world.call(None, "GET", "/v1/me", headers=browser)
    assert (me.status_code, me.json()["id"]) == (200, "ann")
    await world.call(None, "DELETE", "/v1/session", headers={**browser, "X-CSRF-Token": csrf})
    assert (await world.call(None, "GET", "/v1/me", headers=browser)).status_code == 401


async def test_what_changes_something_needs_the_token_of_the_page(world: World) -> None:
    """A site the person visits can make the browser send the cookie, and nothing more."""
    browser, csrf = await as_ann(world)
    body = {"name": "Mine", "kind": "tasks", "filters": {}}
    for sent in ({}, {"X-CSRF-Token": "x" * 43}, {"X-CSRF-Token": csrf[:-1]}):
        refused = await world.call(None, "POST", "/v1/views", body, headers={**browser, **sent})
        assert (refused.status_code, refused.json()["code"]) == (403, "csrf_token_missing")
    done = await world.call(None, "POST", "/v1/views", body, headers={**browser, "X-CSRF-Token": csrf})
    assert done.status_code in (200, 201), done.text


async def test_another_site_cannot_sign_anybody_in_or_out(world: World) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        refused = await world.call(None, "POST", "/v1/session", {"demo": "ann"}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "cross_site")


async def test_a_password_is_set_used_and_changed(world: World) -> None:
    browser, csrf = await as_ann(world)
    mine = {**browser, "X-CSRF-Token": csrf}
    short = await world.call(None, "PUT", "/v1/me/password", {"new": "short"}, headers=mine)
    assert short.status_code == 422
    assert (await sign_in(world, {"name": "ann", "password": PASSWORD})).status_code == 401
    assert (await world.call(None, "PUT", "/v1/me/password", {"new": PASSWORD}, headers=mine)).status_code == 204
    world.client.cookies.clear()  # another browser
    second = await sign_in(world, {"name": "ann", "password": PASSWORD})
    assert second.status_code == 200
    wrong = await world.call(None, "PUT", "/v1/me/password", {"old": "no", "new": PASSWORD + "!"}, headers=mine)
    assert wrong.status_code == 403
    changed = await world.call(None, "PUT", "/v1/me/password", {"old": PASSWORD, "new": PASSWORD + "!"}, headers=mine)
    assert changed.status_code == 204
    assert (await world.call(None, "GET", "/v1/me", headers=cookie(second))).status_code == 401, "signed out"
    assert (await world.call(None, "GET", "/v1/me", headers=browser)).status_code == 200, "but not here"


async def test_guessing_is_slowed_down_and_says_nothing_about_who_exists(world: World) -> None:
    answers = [await sign_in(world, {"name": "mallory", "password": f"guess {n}"}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1].headers["retry-after"] == "60"
    known = await sign_in(world, {"name": "ben", "password": "x"})
    assert known.status_code in (401, 429)
    assert (await sign_in(world, {"demo": "mallory"})).status_code == 401
    assert (await sign_in(world, {"name": "ann"})).json()["errors"][0]["path"] == "/password"


async def test_nothing_secret_stands_in_the_database(world: World) -> None:
    answer = await sign_in(world, {"demo": "ben"})
    secret = cookie(answer)["Cookie"].partition("=")[2]
    for table in ("sessions", "passwords"):
        text = str(await world.rows(table))
        assert secret not in text and PASSWORD not in text
    assert await world.rows("sessions")
