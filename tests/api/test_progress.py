"""What customers and partners see of a run, and what they may do there: by a link, without an account."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from tests.api.documents import document
from tests.api.test_journeys import house_of
from tests.api.world import World

HTML = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en-GB"}
FIELDS = [
    {"id": "iban", "type": "text", "label": "Account", "required": True},
    {"id": "when", "type": "date", "label": "Since"},
]
STEPS: list[dict[str, Any]] = [
    {"id": "check", "kind": "task", "title": "Look for fraud", "phase": "entry"},
    {"id": "bank", "kind": "task", "title": "Enter the account", "phase": "entry", "roles": ["operator"],
     "fields": FIELDS,
     "audience": {"customer": {"label": "Your account", "description": "Where **we pay**.", "can_complete": True}}},
    {"id": "roof", "kind": "task", "title": "Survey the roof", "assign": {"partners": ["roofer"]},
     "audience": {"partner": {"label": "The survey", "can_complete": True}}},
    {"id": "agree", "kind": "decision", "title": "Agree", "options": [{"id": "yes", "label": "I agree"}, {"id": "no"}],
     "audience": {"customer": {"can_complete": True}}},
    {"id": "pay", "kind": "task", "title": "Pay", "phase": "out",
     "audience": {"customer": {"label": "We pay you"}, "partner": {}}, "skippable": True},
]  # fmt: skip
PHASES = [{"id": "entry", "title": "Coming in"}, {"id": "mid", "title": "Secret checks"}, {"id": "out", "title": "Out"}]


async def begun(world: World) -> str:
    """A run of which others see a part."""
    for partner in ("roofer", "painter"):
        await world.call("admin", "POST", "/v1/partners", {"id": partner, "name": partner.title()})
    body = document("progress", STEPS, phases=PHASES, teams=["ops"], name="Solar roof")
    body["key"] += "-p"
    await world.publish(body)
    return str((await world.start("ann", body["key"]))["id"])


async def link(world: World, run: str, **body: Any) -> str:
    """The path of a new link."""
    made = await world.call("ann", "POST", f"/v1/runs/{run}/links", {"audience": "customer", **body})
    assert made.status_code == 201, made.text
    assert made.json()["link"].endswith(made.json()["link_path"])
    return str(made.json()["link_path"])


async def seen(world: World, path: str) -> dict[str, Any]:
    answer = await world.call(None, "GET", path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_customer_sees_the_steps_meant_for_customers_in_their_words_and_nothing_else(world: World) -> None:
    run = await begun(world)
    path = await link(world, run)
    told = await seen(world, path)
    assert [(each["title"], each["status"]) for each in told["steps"]] == [
        ("Your account", "later"), ("Agree", "later"), ("We pay you", "later"),
    ]  # fmt: skip
    assert told["phases"] == [{"title": "Coming in", "status": "later"}, {"title": "Out", "status": "later"}]
    assert told["progress"] == {"done": 0, "total": 3}
    shown = await world.call(None, "GET", path, headers=HTML)
    for text in (str(told), shown.text):
        for secret in ("fraud", "roof survey", "Survey", "Secret", run, "ann", "#1"):
            assert secret not in text, secret
    assert "<strong>we pay</strong>" in shown.text


async def test_a_step_that_waits_for_the_customer_is_completed_there_once_and_the_run_goes_on(world: World) -> None:
    run = await begun(world)
    path = await link(world, run)
    assert (await world.call(None, "GET", f"{path}/bank", headers=HTML)).status_code == 410, "not yet"
    await world.command("ann", run, "complete", step="check")
    await world.until("ann", run, current=["bank"])
    step = (await seen(world, path))["steps"][0]
    assert (step["status"], step["can_complete"], step["link_path"]) == ("to_do", True, f"{path}/bank")
    drawn = (await world.call(None, "GET", f"{path}/bank", headers=HTML)).text
    assert "Your account" in drawn and "Enter the account" not in drawn
    (round_,) = re.findall(r'name="_visit" value="([^"]+)"', drawn)
    wrong = await world.call(
        None, "POST", f"{path}/bank", data={"iban": "", "when": "2026-02-31", "_visit": round_}, headers=HTML
    )
    assert wrong.status_code == 422
    assert 'value="2026-02-31"' in wrong.text, "what was typed stays"
    assert "Please answer this." in wrong.text and 'href="#f-iban"' in wrong.text
    sent = {"iban": "NL91", "when": "2026-02-28", "_visit": round_}
    answers = await asyncio.gather(
        *(world.call(None, "POST", f"{path}/bank", data=sent, headers=HTML) for _ in range(3))
    )
    assert [each.status_code for each in answers] == [200, 200, 200], [each.text for each in answers]
    assert {"Thank you" in each.text for each in answers} == {True}
    view = await world.until("ann", run, current=["roof"])
    bank = next(each for each in view["steps"] if each["id"] == "bank")
    assert (bank["status"], bank["done_by"], bank["output"]) == (
        "done",
        "person",
        {"iban": "NL91", "when": "2026-02-28"},
    )
    assert bank["ended_by"].startswith("journey:lnk-")
    assert (await seen(world, path))["steps"][0]["status"] == "done"


async def test_a_round_that_was_gone_back_past_is_no_longer_open(world: World) -> None:
    run = await begun(world)
    path = await link(world, run)
    await world.command("ann", run, "complete", step="check")
    await world.until("ann", run, current=["bank"])
    drawn = (await world.call(None, "GET", f"{path}/bank", headers=HTML)).text
    (round_,) = re.findall(r'name="_visit" value="([^"]+)"', drawn)
    assert (await world.command("lea", run, "revise", step="check")).status_code == 200
    late = await world.call(None, "POST", f"{path}/bank", data={"iban": "NL91", "_visit": round_}, headers=HTML)
    assert (late.status_code, "No longer open" in late.text) == (410, True)
    await world.command("ann", run, "complete", step="check")
    await world.until("ann", run, current=["bank"])
    late = await world.call(None, "POST", f"{path}/bank", data={"iban": "NL91", "_visit": round_}, headers=HTML)
    assert late.status_code == 410, "that form was of the round before"
    taken = await world.call(None, "POST", f"{path}/bank", {"iban": "NL92"})
    assert (taken.status_code, taken.json()) == (200, {"outcome": "completed"})


async def test_a_partner_sees_what_is_for_partners_or_assigned_to_them_and_another_does_not(world: World) -> None:
    run = await begun(world)
    roofer = await link(world, run, audience="partner", partner="roofer")
    painter = await link(world, run, audience="partner", partner="painter")
    for step, output in (("check", {}), ("bank", {"iban": "NL91"})):
        await world.command("ann", run, "complete", step=step, output=output)
    await world.until("ann", run, current=["roof"])
    assert [each["title"] for each in (await seen(world, roofer))["steps"]] == ["The survey", "Pay"]
    assert [each["title"] for each in (await seen(world, painter))["steps"]] == ["Pay"]
    for path in (f"{painter}/roof", f"{roofer}/bank", f"{roofer}/none", f"{painter}/pay"):
        for method in ("GET", "POST"):
            assert (await world.call(None, method, path)).status_code == 404, path
    assert (await world.call(None, "POST", f"{roofer}/roof", {})).status_code == 200
    await world.until("ann", run, current=["agree"])
    customer = await link(world, run)
    form = await seen(world, f"{customer}/agree")
    assert [each["title"] for each in form["form"]["schema"]["properties"]["choice"]["oneOf"]] == ["I agree", "no"]
    refused = await world.call(None, "POST", f"{customer}/agree", {"choice": "perhaps"})
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "/choice")
    assert (await world.call(None, "POST", f"{customer}/agree", data={"choice": "yes"})).status_code == 200
    view = await world.until("ann", run, current=["pay"])
    assert next(each for each in view["steps"] if each["id"] == "agree")["choice"] == "yes"


async def test_who_may_make_links_and_for_whom(world: World) -> None:
    run = await begun(world)
    for who, status in (("vic", 403), ("oda", 403), ("cy", 404), (None, 401)):
        for method, path in (("POST", "links"), ("GET", "links"), ("DELETE", "links/lnk-1")):
            body = {"audience": "customer"} if method == "POST" else None
            assert (await world.call(who, method, f"/v1/runs/{run}/{path}", body)).status_code == status, (who, method)
    for body, code in (
        ({"audience": "partner"}, "required"),
        ({"audience": "partner", "partner": "nobody"}, "unknown_partner"),
        ({"audience": "customer", "partner": "roofer"}, "unknown_field"),
        ({"audience": "boss"}, "not_an_option"),
    ):
        refused = await world.call("ann", "POST", f"/v1/runs/{run}/links", body)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code), body
    plain = document("plain-progress", [{"id": "a", "kind": "task"}])
    await world.publish(plain)
    other = (await world.start("ann", plain["key"]))["id"]
    refused = await world.call("ann", "POST", f"/v1/runs/{other}/links", {"audience": "customer"})
    assert refused.json()["code"] == "nothing_to_show"


async def test_a_link_that_is_asked_for_twice_is_one_and_ends_when_it_is_taken_back(world: World) -> None:
    run = await begun(world)
    key = {"Idempotency-Key": f"twice-{run}"}
    body = {"audience": "customer"}
    first = (await world.call("ann", "POST", f"/v1/runs/{run}/links", body, headers=key)).json()
    again = (await world.call("ann", "POST", f"/v1/runs/{run}/links", body, headers=key)).json()
    assert first == again and first["expires"] > "2026"
    token = first["link_path"].rpartition("/")[2]
    assert len(token) >= 43
    for table in ("idempotency", "links", "log"):
        assert token not in str(await world.rows(table)), f"{table} holds a token in plain text"
    (listed,) = (await world.get("ann", f"/v1/runs/{run}/links"))["items"]
    assert (listed["id"], listed["audience"], listed["made_by"]) == (first["id"], "customer", "ann")
    assert "link" not in listed
    assert (await world.call("lea", "DELETE", f"/v1/runs/{run}/links/{first['id']}")).status_code == 204
    assert (await world.call(None, "GET", first["link_path"])).status_code == 404
    assert (await world.get("ann", f"/v1/runs/{run}/links"))["items"] == []


async def test_the_page_of_a_run_that_ended_shows_what_was_done(world: World) -> None:
    run = await begun(world)
    path = await link(world, run)
    await world.command("ann", run, "complete", step="check")
    await world.until("ann", run, current=["bank"])
    await world.call(None, "POST", f"{path}/bank", {"iban": "NL91"})
    await world.command("ann", run, "abort", reasons=[])
    await world.until("ann", run, status="aborted")
    told = await seen(world, path)
    assert [(each["title"], each["status"]) for each in told["steps"]] == [("Your account", "done")]
    assert (await world.call(None, "POST", f"{path}/agree", {"choice": "yes"})).status_code == 410


async def test_a_partner_who_was_switched_off_sees_nothing_more_and_who_looks_is_logged(world: World) -> None:
    run = await begun(world)
    await world.call("admin", "POST", "/v1/partners", {"id": "gone", "name": "Gone"})
    path = await link(world, run, audience="partner", partner="gone")
    await seen(world, path)
    await house_of(world).reads.flush()
    (row,) = [each for each in await world.rows("log") if each["run"] == run and each["action"] == "link.progress"]
    assert (row["type"], row["via"], row["user"][:12]) == ("read", "journey", "journey:lnk-")
    assert path.rpartition("/")[2] not in str(row)
    switched = await world.call("admin", "PATCH", "/v1/partners/gone", {"active": False})
    assert switched.status_code == 200, switched.text
    assert (await world.call(None, "GET", path)).status_code == 404
