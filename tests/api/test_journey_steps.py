"""Steps that are forms for somebody outside, and the forms of tasks: sent by mail, answered, reminded, taken back."""

from __future__ import annotations

import asyncio
import re
from email import message_from_bytes, policy
from typing import Any

from tests.api.documents import document
from tests.api.world import World

LINK = re.compile(r"http://\S+(/public/journeys/[A-Za-z0-9_-]+)")
FIELDS = [{"id": "vat", "type": "text", "label": "VAT number", "required": True}]


def mails(world: World, to: str) -> list[tuple[str, str]]:
    """(subject, path of the link) of every mail to somebody, the newest last."""
    files = sorted(world.settings.mail_folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    found = [(str(each["Subject"]), LINK.search(each.get_content())) for each in read if each["To"] == to]
    return [(subject, link[1] if link else "") for subject, link in found]


async def mailed(world: World, to: str, count: int) -> list[tuple[str, str]]:
    """The same, once there are so many."""
    for _ in range(400):
        if len(found := mails(world, to)) >= count:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"{found} and no more mails to {to}")


async def sent(world: World, stem: str, **step: Any) -> tuple[str, dict[str, Any]]:
    """(run, step) of a run that waits for an answer from outside."""
    ask = {"id": "ask", "kind": "journey", "title": "Your VAT number", "description": "For **us**.", "fields": FIELDS}
    body = document(stem, [{**ask, **step}, {"id": "after", "kind": "task"}], teams=["ops"])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    for _ in range(400):
        detail = await world.get("ann", f"/v1/runs/{run}/steps/ask")
        if (detail["status"], detail["waits"]) == ("waiting", "journey"):
            return run, detail
        await asyncio.sleep(0.05)
    raise AssertionError(detail)


async def test_a_form_is_sent_filled_in_outside_and_the_run_goes_on_by_journey(world: World) -> None:
    run, detail = await sent(world, "vat", to="sam@one.example", expires="14 days")
    ((subject, path),) = await mailed(world, "sam@one.example", 1)
    assert (subject, path) == ("Your VAT number", detail["link_path"])
    assert detail["link"] == f"http://127.0.0.1{path}"
    assert detail["until"] is not None
    refused = await world.call(None, "POST", path, {"output": {"vat": ""}})
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "/output/vat")
    taken = await world.call(None, "POST", path, {"output": {"vat": "NL1"}})
    assert (taken.status_code, taken.json()) == (200, {"outcome": "completed"})
    view = await world.until("ann", run, current=["after"])
    ask = view["steps"][0]
    assert (ask["status"], ask["done_by"], ask["via"], ask["output"]) == ("done", "person", "journey", {"vat": "NL1"})
    assert ask["ended_by"] == f"journey:{ask['links'][0]['link']}"
    events = (await world.get("ann", f"/v1/runs/{run}/events", limit=200))["items"]
    assert path.rpartition("/")[2] not in str(events), "a token stands in no history"
    (row,) = [each for each in await world.rows("log") if each["run"] == run and each["via"] == "journey"]
    assert (row["action"], row["outcome"]) == ("command.complete", "ok")


async def test_without_an_address_the_link_is_handed_out_and_a_person_may_answer_from_the_step(world: World) -> None:
    run, detail = await sent(world, "hand-out")
    assert detail["form"]["schema"]["required"] == ["vat"]
    assert (await world.call(None, "GET", detail["link_path"])).status_code == 200
    done = await world.command("ann", run, "complete", step="ask", output={"vat": "NL2"})
    assert done.status_code == 200, done.text
    late = await world.call(None, "POST", detail["link_path"], {"vat": "NL3"})
    assert (late.status_code, late.json()["code"]) == (410, "link_over")
    assert (await world.get("ann", f"/v1/runs/{run}/steps/ask"))["output"] == {"vat": "NL2"}


async def test_sent_again_it_is_the_same_link_taken_back_it_is_dead_and_a_further_one_is_another(world: World) -> None:
    run, detail = await sent(world, "again", to="kim@two.example")
    path = detail["link_path"]
    assert (await world.command("ann", run, "resend", step="ask")).status_code == 200
    found = await mailed(world, "kim@two.example", 2)
    assert found == [("Your VAT number", path), ("Reminder: Your VAT number", path)]
    assert (await world.command("vic", run, "resend", step="ask")).status_code == 403
    assert (await world.command("ann", run, "revoke", step="ask")).status_code == 200
    assert (await world.call(None, "GET", path)).status_code == 404
    assert (await world.call(None, "POST", path, {"vat": "NL1"})).status_code == 404
    ended, _ = (await mailed(world, "kim@two.example", 3))[-1]
    assert ended == "No longer needed: Your VAT number"
    assert (await world.command("ann", run, "resend", step="ask", to="kim@home.example")).status_code == 200
    ((_, fresh),) = await mailed(world, "kim@home.example", 1)
    assert fresh != path
    assert (await world.call(None, "POST", fresh, {"vat": "NL1"})).status_code == 200
    await world.until("ann", run, current=["after"])


async def test_who_does_not_answer_is_reminded_and_then_somebody_here_is_asked(world: World) -> None:
    run, detail = await sent(world, "remind", to="lee@three.example", expires="4 seconds", remind="1 second")
    found = await mailed(world, "lee@three.example", 2)
    assert found[1] == ("Reminder: Your VAT number", detail["link_path"])
    view = await world.until("ann", run, attention=True)
    assert view["steps"][0]["attention"]["code"] == "journey_expired"
    assert (await world.call(None, "GET", detail["link_path"])).status_code == 410


async def test_a_step_that_was_gone_back_to_has_a_form_of_its_own(world: World) -> None:
    run, detail = await sent(world, "revise", to="max@four.example")
    first = detail["link_path"]
    assert (await world.call(None, "POST", first, {"vat": "NL1"})).status_code == 200
    await world.until("ann", run, current=["after"])
    assert (await world.command("lea", run, "revise", step="ask")).status_code == 200
    (_, second) = (await mailed(world, "max@four.example", 2))[-1]
    assert second != first
    form = (await world.call(None, "GET", second)).json()
    assert form["form"]["values"] == {}, "whoever is asked now may be somebody else than who answered before"
    again = await world.call(None, "POST", first, {"vat": "NL1"})
    assert again.status_code in (200, 404), "the same thanks, or nothing: never another answer"
    assert (await world.call(None, "POST", second, {"vat": "NL9"})).status_code == 200
    view = await world.until("ann", run, current=["after"])
    assert view["steps"][0]["output"] == {"vat": "NL9"}


async def test_the_forms_of_a_task_are_sent_from_it_or_opened_there(world: World) -> None:
    forms = [
        {"id": "rate", "title": "Rate us", "to": "pat@five.example", "complete": False,
         "fields": [{"id": "stars", "type": "integer", "min": 1, "max": 5, "required": True}]},
        {"id": "sign", "title": "Sign", "fields": [{"id": "name", "type": "signature", "required": True}]},
    ]  # fmt: skip
    steps = [
        {"id": "visit", "kind": "task", "journeys": forms},
        {"id": "after", "kind": "task", "prefill": {"note": "${steps.visit.journeys.rate.output.stars} stars"},
         "fields": [{"id": "note", "type": "text"}]},
    ]  # fmt: skip
    body = document("forms", steps, teams=["ops"])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    detail = await world.get("ann", f"/v1/runs/{run}/steps/visit")
    assert [(each["id"], each["link"], list(each["form"]["schema"]["properties"])) for each in detail["journeys"]] == [
        ("rate", None, ["stars"]), ("sign", None, ["name"]),
    ]  # fmt: skip
    assert (await world.command("ann", run, "resend", step="visit", journey="rate")).status_code == 200
    ((subject, path),) = await mailed(world, "pat@five.example", 1)
    assert subject == "Rate us"
    refused = await world.call(None, "POST", path, data={"stars": "9"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "too_large")
    answers = await asyncio.gather(*(world.call(None, "POST", path, data={"stars": "4"}) for _ in range(2)))
    assert [each.status_code for each in answers] == [200, 200], [each.text for each in answers]
    assert (await world.call(None, "GET", path)).status_code == 404, "it was used"
    visit = await world.get("ann", f"/v1/runs/{run}/steps/visit")
    assert (visit["status"], visit["submitted"][0]["output"]) == ("ready", {"stars": 4})
    assert (await world.command("ann", run, "resend", step="visit", journey="sign")).status_code == 200
    for _ in range(400):
        visit = await world.get("ann", f"/v1/runs/{run}/steps/visit")
        if visit["journeys"][1]["link_path"]:
            break
        await asyncio.sleep(0.05)
    page = await world.call(None, "GET", visit["journeys"][1]["link_path"], headers={"Accept": "text/html"})
    assert "<h1>Sign</h1>" in page.text
    done = await world.call(None, "POST", visit["journeys"][1]["link_path"], data={"name": "Pat P."})
    assert done.status_code == 200, done.text
    view = await world.until("ann", run, current=["after"])
    assert (view["steps"][0]["via"], view["steps"][0]["output"]) == (
        "journey",
        {"name": {"name": "Pat P.", "typed": True}},
    )
    form = (await world.get("ann", f"/v1/runs/{run}/steps/after"))["form"]
    assert form["values"] == {"note": "4 stars"}
