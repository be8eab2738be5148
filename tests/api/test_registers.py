"""Registers of people over the API: drafts, partners, reasons, inboxes, notices, the calendar, figures."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import update
from sqlmodel import col

from api.store.register_tables import TicketRow
from api.store.tables import UserRow
from tests.api.documents import document, key, two_steps
from tests.api.inboxes import an_inbox, take
from tests.api.world import World


async def test_a_half_filled_form_is_restored_for_a_colleague(world: World) -> None:
    body = two_steps("half", teams=["ops"])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    at = f"/v1/runs/{run}/steps/a/draft"
    assert (await world.get("ann", at))["draft"] is None
    saved = await world.call("ann", "PUT", at, {"output": {"n": "not a number yet"}})
    assert saved.status_code == 200, saved.text
    etag = saved.json()["draft"]["etag"]
    found = await world.get("ben", f"/v1/runs/{run}/steps/a")
    assert (found["draft"]["output"], found["draft"]["by"]) == ({"n": "not a number yet"}, "ann")
    assert (await world.get("vic", f"/v1/runs/{run}/steps/a"))["draft"] is None, "who only looks gets none"
    taken = await world.call("ben", "PUT", at, {"output": {"n": 2}}, headers={"If-Match": f'"{etag}"'})
    assert taken.json()["draft"]["by"] == "ben"
    stale = await world.call("ann", "PUT", at, {"output": {"n": 3}}, headers={"If-Match": etag})
    assert (stale.status_code, stale.json()["code"]) == (409, "draft_changed")
    assert stale.json()["current"]["output"] == {"n": 2}
    assert (await world.call("ann", "PUT", at, {"output": {"n": 3}})).status_code == 200, "the last writer wins"
    assert (await world.call("cy", "GET", at)).status_code == 404
    assert (await world.call("vic", "GET", at)).status_code == 403


async def test_a_draft_goes_with_its_round(world: World) -> None:
    body = two_steps("gone", teams=["ops"])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    at = f"/v1/runs/{run}/steps/a/draft"
    await world.call("ann", "PUT", at, {"output": {"n": 1}})
    assert (await world.command("ann", run, "complete", step="a", output={"n": 1})).status_code == 200
    assert (await world.get("ann", at)) == {"step": "a", "execution": None, "draft": None}
    refused = await world.call("ann", "PUT", at, {"output": {"n": 2}})
    assert (refused.status_code, refused.json()["code"]) == (409, "step_not_ready")
    assert [row for row in await world.rows("form_drafts") if row["run"] == run] == []
    await world.call("ann", "PUT", f"/v1/runs/{run}/steps/b/draft", {"output": {"why": "?"}})
    assert (await world.call("ann", "DELETE", f"/v1/runs/{run}/steps/b/draft")).status_code == 204
    assert [row for row in await world.rows("form_drafts") if row["run"] == run] == []
    large = await world.call("ann", "PUT", f"/v1/runs/{run}/steps/b/draft", {"output": {"why": "x" * 300_000}})
    assert large.status_code == 413


async def test_partners_are_switched_off_and_never_gone(world: World) -> None:
    name = key("firm")
    body = {"id": name, "name": "Firm", "email": "firm@example.org"}
    again = {"Idempotency-Key": name}
    first = await world.call("admin", "POST", "/v1/partners", body, headers=again)
    second = await world.call("admin", "POST", "/v1/partners", body, headers=again)
    assert (first.status_code, second.json()) == (201, first.json() | {})
    taken = await world.call("admin", "POST", "/v1/partners", body)
    assert (taken.status_code, taken.json()["code"]) == (409, "key_taken")
    off = await world.call("admin", "PATCH", f"/v1/partners/{name}", {"active": False, "email": None})
    assert off.json() == {"id": name, "name": "Firm", "email": None, "active": False}
    assert name in [row["id"] for row in (await world.get("ann", "/v1/partners", limit=200))["items"]]
    assert (await world.call("lea", "PATCH", f"/v1/partners/{name}", {"active": True})).status_code == 403
    assert (await world.call("admin", "PATCH", "/v1/partners/none", {"active": True})).status_code == 404
    wrong = await world.call("admin", "POST", "/v1/partners", {"id": "No", "name": "", "email": "x"})
    assert sorted(each["path"] for each in wrong.json()["errors"]) == ["/email", "/id", "/name"]


async def test_reasons_are_added_by_hand_and_by_publishing(world: World) -> None:
    made, named = key("moved").replace("-", "_"), key("ours").replace("-", "_")
    added = await world.call("admin", "POST", "/v1/closing-reasons", {"key": made, "title": "Moved"})
    assert (added.status_code, added.json()) == (201, {"key": made, "title": "Moved", "active": True})
    published = await world.publish(
        document("reasons", [{"id": "a", "kind": "task"}], closing_reasons={"reasons": [named]})
    )
    assert [each["code"] for each in published["warnings"]] == ["unknown_reason"]
    off = await world.call("admin", "PATCH", f"/v1/closing-reasons/{named}", {"active": False, "title": "Ours"})
    assert off.json() == {"key": named, "title": "Ours", "active": False}
    assert (await world.call("admin", "PATCH", "/v1/closing-reasons/none", {"title": "x"})).status_code == 404


async def tickets(world: World, many: int, **inbox: Any) -> tuple[str, list[str]]:
    """An inbox with so many tickets: steps that were due long ago, and lie there since."""
    name = await an_inbox(world, **inbox)
    step = {"id": "a", "kind": "task", "due": {"at": "2026-01-01"}, "on_overdue": {"goto_inbox": name}}
    body = document("tickets", [step], teams=["ops"], start={"one_per_record": False})
    await world.publish(body)
    runs = [(await world.start("lea", body["key"]))["id"] for _ in range(many)]
    for _ in range(200):
        if (await world.get("lea", f"/v1/inboxes/{name}/figures"))["backlog"] == many:
            return name, runs
        await asyncio.sleep(0.05)
    raise AssertionError("the tickets did not come to the inbox")


async def test_next_hands_out_each_ticket_once_and_begins_it(world: World) -> None:
    inbox, runs = await tickets(world, 3)
    answers = await asyncio.gather(*(take(world, who, inbox) for who in ("ann", "ben", "lea", "ann")))
    given = [body["ticket"] for status, body in answers if status == 200]
    taken = [ticket for ticket in given if ticket]
    assert sorted(ticket["run"] for ticket in taken) == sorted(runs) and len(given) == 4
    assert {(ticket["column"], ticket["status"]) for ticket in taken} == {("doing", "in_progress")}
    events = (await world.get("lea", f"/v1/runs/{taken[0]['run']}/events"))["items"]
    assert [each["type"] for each in events][-2:] == ["step_assigned", "step_started"]
    found = await world.get("lea", f"/v1/inboxes/{inbox}/figures")
    assert (found["backlog"], found["doing"], found["overdue"]) == (0, 3, 3)
    assert sum(load["doing"] for load in found["people"]) == 3


async def test_next_asked_again_under_its_key_is_the_same_ticket(world: World) -> None:
    inbox, _ = await tickets(world, 2)
    path, header = f"/v1/inboxes/{inbox}/next", {"Idempotency-Key": inbox}
    first, again = [await world.call("ann", "POST", path, headers=header) for _ in range(2)]
    assert first.json()["ticket"] and (again.status_code, again.json()) == (200, first.json())
    _, other = await take(world, "ben", inbox)
    assert other["ticket"]["run"] != first.json()["ticket"]["run"], "and the second still lies there"


async def test_a_cap_holds_and_a_lead_may_assign_past_the_queue(world: World) -> None:
    inbox, runs = await tickets(world, 3, cap_per_person=1)
    assert (await world.command("lea", runs[2], "assign", step="a", users=["ben"])).status_code == 200
    status, refused = await take(world, "ben", inbox)
    assert (status, refused["code"], refused["cap"]) == (409, "cap_reached", 1)
    status, body = await take(world, "ann", inbox)
    assert (status, body["ticket"]["run"] in runs[:2]) == (200, True)
    assert (await take(world, "ann", inbox))[0] == 409
    mine = next(row for row in (await world.get("ben", "/v1/inboxes", limit=200))["items"] if row["id"] == inbox)
    assert (mine["todo"], mine["doing"], mine["backlog"]) == (1, 0, 1)
    waiting = (await world.get("ann", f"/v1/inboxes/{inbox}/tickets", column="backlog"))["items"]
    assert [each["column"] for each in waiting] == ["backlog"]
    await world.command("ann", body["ticket"]["run"], "complete", step="a")
    assert (await take(world, "ann", inbox))[1]["ticket"]["run"] == waiting[0]["run"], "there is room again"
    assert (await take(world, "lea", inbox))[1] == {"ticket": None}


async def test_a_ticket_that_lies_idle_goes_to_the_next_who_asks_and_the_first_is_told(world: World) -> None:
    inbox, (run,) = await tickets(world, 1, idle_release="1 hour")
    assert (await take(world, "ann", inbox))[1]["ticket"]["run"] == run
    assert (await take(world, "ben", inbox))[1] == {"ticket": None}
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    async with world.store.session() as session:
        await session.exec(update(TicketRow).where(col(TicketRow.run) == run).values(handed_at=long_ago))
    assert (await world.get("lea", f"/v1/inboxes/{inbox}/figures"))["backlog"] == 1
    taken = (await take(world, "ben", inbox))[1]["ticket"]
    assert (taken["run"], taken["assignees"]["users"], taken["column"]) == (run, ["ben"], "doing")
    told = [each for each in (await world.get("ann", "/v1/me/notices"))["items"] if each["run"] == run]
    assert [each["kind"] for each in told] == ["ticket_released"]
    assert (await world.get("lea", f"/v1/inboxes/{inbox}/figures"))["people"] == [
        {"person": "ben", "todo": 0, "doing": 1}
    ]


async def test_an_inbox_of_others_does_not_exist_and_one_switched_off_hands_nothing_out(world: World) -> None:
    inbox, _ = await tickets(world, 1)
    for who, wanted in (("cy", 404), ("vic", 403), ("oda", 403)):
        assert (await take(world, who, inbox))[0] == wanted, who
    assert (await world.call("cy", "GET", f"/v1/inboxes/{inbox}/tickets")).status_code == 404
    assert inbox not in [row["id"] for row in (await world.get("cy", "/v1/inboxes", limit=200))["items"]]
    names = [row["id"] for row in (await world.get("cy", "/v1/inboxes/names", limit=200))["items"]]
    assert inbox in names, "one hands on to another team by the name of its inbox"
    first = await world.get("cy", "/v1/inboxes/names", limit=1)
    assert [row["id"] for row in first["items"]] == names[:1] and first["next"]
    off = await world.call("admin", "PATCH", f"/v1/inboxes/{inbox}", {"active": False, "idle_release": "2 hours"})
    assert inbox not in [row["id"] for row in (await world.get("cy", "/v1/inboxes/names", limit=200))["items"]]
    assert (off.json()["active"], off.json()["idle_release"]) == (False, "2 hours")
    assert await take(world, "ann", inbox) == (200, {"ticket": None})
    wrong = await world.call("admin", "PATCH", f"/v1/inboxes/{inbox}", {"idle_release": "1 month"})
    assert wrong.status_code == 422
    lost = {"id": "a", "kind": "task", "due": {"in": "1 day"}, "on_overdue": {"goto_inbox": inbox}}
    said = (await world.call("admin", "POST", "/v1/definitions/validate", document("lost", [lost]))).json()
    assert [each["code"] for each in said["findings"]] == ["unknown_inbox"], "nothing new is sent there"


async def test_the_demo_has_its_inboxes(world: World) -> None:
    names = [row["id"] for row in (await world.get("admin", "/v1/inboxes", limit=200))["items"]]
    assert {"leads", "compliance"} <= set(names)


async def test_a_reminder_is_a_notice_and_a_mail(world: World) -> None:
    async with world.store.session() as session:
        await session.exec(update(UserRow).where(col(UserRow.id) == "vic").values(email="vic@example.org"))
    late = {"due": {"at": "2026-01-01"}, "on_overdue": {"notify": "assignees"}, "assign": {"users": ["vic"]}}
    body = document("remind", [{"id": "a", "kind": "task", "title": "Pay", **late}])
    await world.publish(body)
    run = (await world.start("lea", body["key"]))["id"]
    for _ in range(200):
        found = (await world.get("vic", "/v1/me/notices", unread=True))["items"]
        if ours := [each for each in found if each["run"] == run]:
            break
        await asyncio.sleep(0.05)
    assert [(each["kind"], each["subject"], each["step"]) for each in ours] == [("overdue", "Overdue: Pay", "a")]
    for _ in range(200):
        mails = [file.read_text() for file in world.settings.mail_folder.glob("*.eml")]
        if any("To: vic@example.org" in text and "Subject: Overdue: Pay" in text for text in mails):
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError("no mail came")
    read = await world.call("vic", "POST", "/v1/me/notices/read", {"up_to": found[0]["id"]})
    assert read.json() == {"unread": 0}
    assert (await world.get("vic", "/v1/me/notices"))["items"][0]["read_at"] is not None


async def test_the_calendar_shows_what_is_due_and_mine_until_the_link_ends(world: World) -> None:
    steps = [
        {"id": "a", "kind": "task", "title": "Day", "due": {"at": "2031-05-01"}, "assign": {"users": ["ben"]}},
        {"id": "b", "kind": "task", "title": "Hour", "due": {"at": "2031-05-01T10:00:00Z"}, "after": [],
         "assign": {"teams": ["ops"]}},
        {"id": "c", "kind": "task", "title": "Hers", "due": {"at": "2031-05-01"}, "after": [],
         "assign": {"users": ["ann"]}},
    ]  # fmt: skip
    body = document("feed", steps, teams=["ops"])
    await world.publish(body)
    run = (await world.start("lea", body["key"]))["id"]
    made = await world.call("ben", "POST", "/v1/me/calendar")
    assert made.status_code == 201, made.text
    path = made.json()["url"]
    answer = await world.call(None, "GET", path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    ours = {str(e["uid"]): e for e in Calendar.from_ical(answer.text).walk("VEVENT") if str(e["uid"]).startswith(run)}
    assert sorted(ours) == [f"{run}-a#1@holdfast", f"{run}-b#1@holdfast"]
    assert ours[f"{run}-a#1@holdfast"].decoded("dtstart").isoformat() == "2031-05-01"
    assert ours[f"{run}-b#1@holdfast"].decoded("dtstart").isoformat() == "2031-05-01T10:00:00+00:00"
    assert (await world.get("ben", "/v1/me/calendar"))["url"] is None, "the address is told once"
    assert (await world.call("ben", "DELETE", "/v1/me/calendar")).status_code == 204
    assert (await world.call(None, "GET", path)).status_code == 404


async def test_how_long_steps_took_is_told_to_leads(world: World) -> None:
    body = two_steps("figures", teams=["ops"])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    for command, extra in (("start", {}), ("hold", {}), ("release", {}), ("complete", {"output": {"n": 1}})):
        assert (await world.command("ann", run, command, step="a", **extra)).status_code == 200
    await world.command("ann", run, "complete", step="b", choice="x")
    found = (await world.get("lea", "/v1/analytics/steps", definition=body["key"]))["items"]
    assert [row["step"] for row in found] == ["a", "b"]
    count, choose = found
    assert count["lead"]["count"] == count["wait"]["count"] == count["handling"]["count"] == 1
    assert 0 <= count["handling"]["mean"] <= count["lead"]["mean"]
    assert (choose["lead"]["count"], choose["wait"], choose["handling"]) == (1, None, None)
    runs = (await world.get("lea", "/v1/analytics/definitions", limit=200))["items"]
    ours = next(row for row in runs if row["definition"] == body["key"])
    assert (ours["completed"], ours["open"], ours["lead"]["count"]) == (1, 0, 1)
    backlog = (await world.get("lea", "/v1/analytics/backlog"))["items"]
    assert [row["team"] for row in backlog] == ["ops"]
    assert (await world.call("ann", "GET", "/v1/analytics/backlog")).status_code == 403
    assert (await world.get("lea", "/v1/analytics/steps", definition="none"))["items"] == []


SHORT = ("templates", "snippets", "step-kinds", "actions", "closing-reasons", "sources", "sources/demo/collections")


@pytest.mark.parametrize("name", SHORT)
async def test_a_short_list_goes_by_pages_too_for_who_asks(world: World, name: str) -> None:
    path = f"/v1/{name}"
    whole = await world.get("lea", path)
    found, cursor = [], None
    while not found or cursor:
        page = await world.get("lea", path, limit=2, **({"cursor": cursor} if cursor else {}))
        assert len(page["items"]) <= 2
        found, cursor = [*found, *page["items"]], page["next"]
    assert (found, whole["next"]) == (whole["items"], None)
    for wrong in ("limit=0", "limit=201", "cursor=x"):
        assert (await world.call("lea", "GET", f"{path}?{wrong}")).status_code == 422
