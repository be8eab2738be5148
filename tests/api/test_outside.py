"""What an action began is confirmed by somebody without an account, over the link that the action gave away."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from tests.api.documents import document
from tests.api.world import World

LINK = re.compile(r"/public/confirm/([A-Za-z0-9_-]+)")


async def waiting(world: World, subject: str, **confirm: Any) -> tuple[str, str]:
    """(run, token): a mail is sent, and the step waits for whoever gets it."""
    mail = {"to": "roofer@partner.example", "subject": subject, "text": "Please confirm the visit."}
    steps = [
        {"id": "ask", "kind": "action", "action": "email.send", "title": "Ask the roofer", "execute": "automatic",
         "with": mail, "confirm": confirm},
        {"id": "after", "kind": "task"},
    ]  # fmt: skip
    body = document("outside", steps)
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    for _ in range(400):
        ask = (await world.get("ann", f"/v1/runs/{run}"))["steps"][0]
        if ask["status"] == "waiting":
            break
        await asyncio.sleep(0.05)
    assert (ask["status"], ask["waits"]) == ("waiting", "outside")
    sent = [path.read_text() for path in world.settings.mail_folder.glob("*.eml")]
    (text,) = [each for each in sent if f"Subject: {subject}" in each]
    found = LINK.search(text.replace("=\n", ""))
    assert found is not None, text
    return run, found[1]


async def test_the_link_works_once_and_looking_at_it_changes_nothing(world: World) -> None:
    run, token = await waiting(world, "Visit one")
    for _ in range(2):
        looked = await world.call(None, "GET", f"/public/confirm/{token}")
        assert (looked.status_code, looked.json()["title"], looked.json()["open"]) == (200, "Ask the roofer", True)
        assert looked.headers["cache-control"] == "no-store"
    answers = await asyncio.gather(*(world.call(None, "POST", f"/public/confirm/{token}") for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [200, 410, 410]
    assert {each.json().get("code") for each in answers} == {None, "link_over"}
    view = await world.until("ann", run, current=["after"])
    assert (view["steps"][0]["status"], view["steps"][0]["ended_by"]) == ("done", "outside")
    assert (await world.call(None, "GET", f"/public/confirm/{token}")).json()["open"] is False
    (row,) = [each for each in await world.rows("commands") if each["run"] == run and each["outcome"] == "applied"]
    assert (row["type"], row["actor"]) == ("confirm", "outside")


async def test_only_the_hash_is_kept_and_nobody_guesses(world: World) -> None:
    _, token = await waiting(world, "Visit two")
    rows = await world.rows("links")
    assert rows and not any(token in str(row) for row in rows)
    for wrong in (token[:-1] + ("a" if token[-1] != "a" else "b"), "x"):
        for method in ("GET", "POST"):
            assert (await world.call(None, method, f"/public/confirm/{wrong}")).status_code == 404


async def test_who_is_signed_in_ends_it_by_hand_and_not_by_the_command_of_the_link(world: World) -> None:
    run, token = await waiting(world, "Visit three")
    refused = await world.command("admin", run, "confirm", step="ask")
    assert refused.status_code == 422, "the door for people knows no such command"
    reasons = (await world.get("ann", f"/v1/runs/{run}/why"))["reasons"]
    assert reasons[0]["code"] == "waiting_for_outside"
    done = await world.command("ann", run, "handle_manually", step="ask", reason="They rang")
    assert done.status_code == 200, done.text
    late = await world.call(None, "POST", f"/public/confirm/{token}")
    assert (late.status_code, late.json()["code"]) == (410, "link_over")


async def test_a_link_of_a_run_that_ended_leads_to_its_end(world: World) -> None:
    run, token = await waiting(world, "Visit four")
    await world.command("ann", run, "abort", reasons=[])
    assert (await world.call(None, "GET", f"/public/confirm/{token}")).json()["open"] is False
    assert (await world.call(None, "POST", f"/public/confirm/{token}")).status_code == 410


async def test_a_person_confirms_by_a_button_on_a_page(world: World) -> None:
    """Opening the address in a browser asks; only the button confirms. A page that is no longer open says so."""
    run, token = await waiting(world, "Visit five")
    path, html = f"/public/confirm/{token}", {"Accept": "text/html", "Accept-Language": "de"}
    page = await world.call(None, "GET", path, headers=html)
    assert (page.status_code, "Ask the roofer" in page.text, "Bestätigen" in page.text) == (200, True, True)
    assert "script-src" not in page.headers["content-security-policy"]
    assert (await world.get("ann", f"/v1/runs/{run}"))["steps"][0]["status"] == "waiting"
    form = {**html, "Content-Type": "application/x-www-form-urlencoded"}
    done = await world.call(None, "POST", path, content=b"", headers=form)
    assert (done.status_code, "Bestätigt" in done.text) == (200, True)
    for method in ("GET", "POST"):
        over = await world.call(None, method, path, headers=html)
        assert (over.status_code, "Nicht mehr offen" in over.text) == (410, True), method
