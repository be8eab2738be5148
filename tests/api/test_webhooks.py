"""Outgoing webhooks, end to end: a run happens, and another system has it in its hands; or does not, for a while."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook as Standard
from temporalio.client import Client

from api.store.webhooks import DELIVERIES, WEBHOOKS
from api.webhook_sending import PAUSES, Sending
from api.webhooks import EVENTS
from holdfast.outward import outward_of
from holdfast.tools import box_of
from tests.activities.web import Site, a_site, plain
from tests.api.documents import secret, two_steps
from tests.api.world import World, open_world
from tests.support.waiting import until

OK, DOWN = plain(b"{}"), plain(b"", status="503 Service Unavailable")


@dataclass
class Told:
    """A world, and the other system that its webhooks tell."""

    world: World
    site: Site

    async def hook(self, who: str = "admin", path: str = "/hook", **body: Any) -> dict[str, Any]:
        self.site.replies.setdefault(path, OK)
        given = {"title": "CRM", "url": self.site.url(path), **body}
        made = await self.world.call(who, "POST", "/v1/webhooks", given)
        assert made.status_code == 201, made.text
        return dict(made.json())

    def heard(self, path: str, run: str | None = None) -> list[dict[str, Any]]:
        """The bodies of what the other system was sent there, of that run."""
        sent = [json.loads(each.body) for each in self.site.requests if each.line.split()[1] == path]
        return [each for each in sent if run is None or each["data"].get("run") == run]

    async def deliveries(self, hook: dict[str, Any], who: str = "admin", **query: Any) -> list[dict[str, Any]]:
        return list((await self.world.get(who, f"/v1/webhooks/{hook['id']}/deliveries", **query))["items"])

    async def settled(self, hook: dict[str, Any], **wanted: Any) -> dict[str, Any]:
        """Its newest message once it stands so."""
        for _ in range(400):
            rows = await self.deliveries(hook)
            if rows and all(rows[0][key] == value for key, value in wanted.items()):
                return rows[0]
            await asyncio.sleep(0.05)
        raise AssertionError(f"waited in vain for {wanted}: {rows}")

    async def finished_run(self, who: str = "ann", **top: Any) -> str:
        body = two_steps("hooked", **top)
        await self.world.publish(body)
        run = (await self.world.start(who, body["key"]))["id"]
        for step in ({"step": "a", "output": {"n": 1}}, {"step": "b", "choice": "x"}):
            done = await self.world.command(who, run, "complete", **step)
            assert done.status_code == 200, done.text
        return str(run)

    async def hurry(self, **values: Any) -> None:
        """What waits for its next try is due now."""
        now = datetime.now(UTC) - timedelta(seconds=1)
        due = update(DELIVERIES).where(DELIVERIES.c.state == "pending").values(next_at=now, **values)
        await self.world.store.transact(lambda connection: connection.execute(due))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, temporal_client: Client
) -> AsyncIterator[Told]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_server").create("webhooks")
    async with a_site() as site:
        folder, allowed = tmp_path_factory.mktemp("webhooks"), (f"127.0.0.1:{site.port}",)
        async with open_world(folder, temporal_client, database=url, http_allowed=allowed) as world:
            world.work()
            yield Told(world, site)


async def test_a_run_is_told_event_by_event_and_signed(told: Told) -> None:
    hook = await told.hook(path="/all")
    run = await told.finished_run()
    await until(lambda: any("run.completed" in each["data"]["names"] for each in told.heard("/all", run)))
    events = (await told.world.get("ann", f"/v1/runs/{run}/events"))["items"]
    await until(lambda: len(told.heard("/all", run)) == len(events))
    heard = sorted(told.heard("/all", run), key=lambda each: each["data"]["seq"])
    assert [each["data"]["seq"] for each in heard] == [event["seq"] for event in events]
    assert [each["timestamp"] for each in heard] == [event["at"] for event in events]
    done = next(each for each in heard if each["type"] == "step.done")
    assert done["data"] == {
        "run": run, "seq": done["data"]["seq"], "names": ["step.changed", "step.done"],
        "definition": done["data"]["definition"], "version": 1, "record": None, "teams": [],
        "step": "a", "execution": "a#1", "phases": [], "actor": "ann",
    }  # fmt: skip
    assert "output" not in json.dumps(heard), "what stands in the run is for the API to tell"
    for request in (each for each in told.site.requests if each.line.split()[1] == "/all"):
        Standard(hook["secret"]).verify(request.body, request.headers)
        assert request.headers["content-type"] == "application/json"
    ids = [each.headers["webhook-id"] for each in told.site.requests if each.line.split()[1] == "/all"]
    assert len(set(ids)) == len(ids)
    kept = await told.deliveries(hook, state="delivered", limit=200)
    assert {each["status"] for each in kept} == {200}
    assert all(each["tries"] == 1 and each["ended_at"] and each["next_at"] is None for each in kept)


async def test_only_what_was_asked_for(told: Told) -> None:
    body = two_steps("asked", teams=["ops"])
    await told.world.publish(body)
    few = await told.hook(path="/few", events=["run.started", "step.done"], definitions=[body["key"]], teams=["ops"])
    other = await told.hook(path="/other", definitions=["something-else"])
    run = (await told.world.start("ann", body["key"]))["id"]
    await told.finished_run()
    assert (await told.world.command("ann", run, "complete", step="a", output={"n": 1})).status_code == 200
    await until(lambda: len(told.heard("/few")) == 2)
    assert sorted(each["type"] for each in told.heard("/few", run)) == ["run.started", "step.done"]
    assert [row["run"] for row in await told.deliveries(few)] == [run, run]
    assert await told.deliveries(other) == []


async def test_a_webhook_hears_what_its_creator_may_see_and_no_longer(told: Told) -> None:
    """Lea is of team ops; a run of compliance is nothing to her, nor is her webhook anything to others."""
    mine = await told.hook("lea", path="/leas", events=["run.completed"])
    everybodys = await told.hook("admin", path="/admins", events=["run.started"])
    body = secret()
    await told.world.publish(body)
    unseen = (await told.world.start("cy", body["key"]))["id"]
    assert (await told.world.command("cy", unseen, "complete", step="look", output={})).status_code == 200
    seen = await told.finished_run(teams=["ops"])
    await until(lambda: told.heard("/leas", seen) and told.heard("/admins", unseen))
    assert told.heard("/leas", unseen) == []
    assert [row["run"] for row in await told.deliveries(mine, "lea")] == [seen]
    assert [hook["id"] for hook in (await told.world.get("lea", "/v1/webhooks"))["items"]] == [mine["id"]]
    assert (await told.world.call("lea", "GET", f"/v1/webhooks/{everybodys['id']}")).status_code == 404
    not_hers = await told.world.call("ann", "POST", "/v1/webhooks", {"title": "x", "url": told.site.url("/x")})
    assert not_hers.status_code == 404, "an operator has nothing to do with webhooks"
    assert mine["id"] in [hook["id"] for hook in (await told.world.get("oda", "/v1/webhooks"))["items"]]
    assert (await told.world.call("oda", "POST", f"/v1/webhooks/{mine['id']}/pause")).status_code == 403


async def test_what_does_not_arrive_is_tried_again_under_the_same_id(told: Told) -> None:
    hook = await told.hook(path="/flaky", events=["run.completed"])
    told.site.replies["/flaky"] = DOWN
    run = await told.finished_run()
    first = await told.settled(hook, state="pending", tries=1, status=503)
    assert first["next_at"] > first["created_at"]
    assert (await told.world.get("admin", f"/v1/webhooks/{hook['id']}"))["failing_since"]
    told.site.replies["/flaky"] = OK
    await told.hurry()
    await told.settled(hook, state="delivered", tries=2, status=200)
    assert [each["data"]["run"] for each in told.heard("/flaky")] == [run, run]
    ids = {each.headers["webhook-id"] for each in told.site.requests if each.line.split()[1] == "/flaky"}
    assert ids == {first["id"]}
    assert (await told.world.get("admin", f"/v1/webhooks/{hook['id']}"))["failing_since"] is None


async def test_what_was_being_sent_when_the_process_died_is_sent_by_the_next(told: Told) -> None:
    hook = await told.hook(path="/died", events=["run.completed"])
    told.site.replies["/died"] = _never
    await told.finished_run()
    await until(lambda: told.heard("/died"))
    world = told.world
    await world.app.state.house.out.sending.stop()  # as a SIGTERM does, or worse
    [row] = await told.deliveries(hook)
    assert (row["state"], row["tries"]) == ("pending", 0)
    told.site.replies["/died"] = OK
    await told.hurry(claimed_until=datetime.now(UTC) - timedelta(seconds=1))
    other = Sending(world.store, outward_of(world.settings), box_of(world.settings))
    await other.sweep()
    await other.settle()
    await told.settled(hook, state="delivered", tries=1)
    assert len({each.headers["webhook-id"] for each in told.site.requests if each.line.split()[1] == "/died"}) == 1


async def test_two_processes_send_a_message_once(told: Told) -> None:
    hook = await told.hook(path="/twice", events=["run.completed"])
    assert (await told.world.call("admin", "POST", f"/v1/webhooks/{hook['id']}/pause")).status_code == 200
    paused_run = await told.finished_run()
    await told.world.app.state.house.feed.drain()
    assert await told.deliveries(hook) == [], "what happens while it is paused is not told later"
    world = told.world
    assert (await world.call("admin", "POST", f"/v1/webhooks/{hook['id']}/resume")).json()["state"] == "active"
    senders = [Sending(world.store, outward_of(world.settings), box_of(world.settings)) for _ in range(3)]
    run = await told.finished_run()
    await world.app.state.house.feed.drain()
    for _ in range(3):
        await asyncio.gather(*(sender.sweep() for sender in senders))
        await asyncio.gather(*(sender.settle() for sender in senders))
    await told.settled(hook, state="delivered", tries=1)
    assert [each["data"]["run"] for each in told.heard("/twice")] == [run]
    assert paused_run != run


async def test_lasting_failure_disables_and_tells_and_somebody_resumes(told: Told) -> None:
    hook = await told.hook("lea", path="/dead", title="Warehouse", events=["run.completed"])
    told.site.replies["/dead"] = DOWN
    run = await told.finished_run(teams=["ops"])
    await told.settled(hook, tries=1, status=503)
    long_ago = update(WEBHOOKS).where(WEBHOOKS.c.id == hook["id"])
    long_ago = long_ago.values(failing_since=datetime.now(UTC) - timedelta(days=2))
    await told.world.store.transact(lambda connection: connection.execute(long_ago))
    await told.hurry()
    await told.settled(hook, tries=2)
    assert (await told.world.get("lea", f"/v1/webhooks/{hook['id']}"))["state"] == "disabled"
    for who in ("lea", "admin"):
        notices = (await told.world.get(who, "/v1/me/notices"))["items"]
        [notice] = [each for each in notices if each["kind"] == "webhook_disabled" and "Warehouse" in each["subject"]]
        assert "503" in notice["text"]
    await told.hurry()
    sent = len(told.heard("/dead"))
    await told.world.app.state.house.out.sending.sweep()
    await told.world.app.state.house.out.sending.settle()
    assert len(told.heard("/dead")) == sent, "nothing is sent to what is disabled"
    told.site.replies["/dead"] = OK
    resumed = await told.world.call("lea", "POST", f"/v1/webhooks/{hook['id']}/resume")
    assert (resumed.json()["state"], resumed.json()["failing_since"]) == ("active", None)
    done = await told.settled(hook, state="delivered")
    assert done["run"] == run


async def test_a_message_is_given_up_after_its_last_try_and_replayed(told: Told) -> None:
    hook = await told.hook(path="/given-up", events=["run.completed"])
    told.site.replies["/given-up"] = DOWN
    await told.finished_run()
    await told.settled(hook, tries=1)
    await told.hurry(tries=len(PAUSES))
    failed = await told.settled(hook, state="failed")
    assert failed["next_at"] is None
    told.site.replies["/given-up"] = OK
    again = await told.world.call("admin", "POST", f"/v1/webhooks/{hook['id']}/deliveries/{failed['id']}/replay")
    assert again.status_code == 202, again.text
    assert (again.json()["id"], again.json()["state"]) == (failed["id"], "pending")
    await told.settled(hook, state="delivered", tries=1)
    missing = await told.world.call("admin", "POST", f"/v1/webhooks/{hook['id']}/deliveries/msg_none/replay")
    assert missing.status_code == 404


async def test_gone_means_gone(told: Told) -> None:
    hook = await told.hook(path="/gone", events=["run.completed"])
    told.site.replies["/gone"] = plain(b"", status="410 Gone")
    await told.finished_run()
    await told.settled(hook, state="failed", status=410, tries=1)
    assert (await told.world.get("admin", f"/v1/webhooks/{hook['id']}"))["state"] == "disabled"


async def test_a_test_says_at_once_whether_it_arrives(told: Told) -> None:
    hook = await told.hook(path="/try")
    sent = await told.world.call("admin", "POST", f"/v1/webhooks/{hook['id']}/test")
    assert (sent.status_code, sent.json()["state"], sent.json()["event"]) == (200, "delivered", "webhook.test")
    told.site.replies["/try"] = DOWN
    failed = (await told.world.call("admin", "POST", f"/v1/webhooks/{hook['id']}/test")).json()
    assert (failed["state"], failed["status"], failed["tries"]) == ("failed", 503, 1)
    assert (await told.world.get("admin", f"/v1/webhooks/{hook['id']}"))["failing_since"] is None


async def test_a_secret_is_told_once_and_changed_with_a_day_for_both(told: Told) -> None:
    body, once = {"title": "S", "url": told.site.url("/secret")}, {"Idempotency-Key": "s1"}
    made = await told.world.call("admin", "POST", "/v1/webhooks", body, headers=once)
    hook, old = made.json(), made.json()["secret"]
    again = await told.world.call("admin", "POST", "/v1/webhooks", body, headers=once)
    assert (again.json()["id"], again.json()["secret"]) == (hook["id"], None)
    at = f"/v1/webhooks/{hook['id']}"
    assert "secret" not in await told.world.get("admin", at)
    stored = next(row for row in await told.world.rows("webhooks") if row["id"] == hook["id"])
    assert old.removeprefix("whsec_") not in json.dumps(stored, default=str)
    assert old not in json.dumps(await told.world.rows("idempotency"), default=str)
    told.site.replies["/secret"] = OK
    new = (await told.world.call("admin", "POST", f"{at}/rotate")).json()["secret"]
    assert new != old
    await told.world.call("admin", "POST", f"{at}/test")
    request = next(each for each in told.site.requests if each.line.split()[1] == "/secret")
    for each in (old, new):
        Standard(each).verify(request.body, request.headers)
    past = update(WEBHOOKS).where(WEBHOOKS.c.id == hook["id"])
    past = past.values(earlier_until=datetime.now(UTC) - timedelta(seconds=1))
    await told.world.store.transact(lambda connection: connection.execute(past))
    await told.world.call("admin", "POST", f"{at}/test")
    last = [each for each in told.site.requests if each.line.split()[1] == "/secret"][-1]
    Standard(new).verify(last.body, last.headers)
    with pytest.raises(Exception, match="No matching signature"):
        Standard(old).verify(last.body, last.headers)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "http://169.254.169.254/latest", "http://[::1]/", "http://localhost/", "ftp://x.org/"],
)
async def test_nothing_is_sent_into_our_own_network(told: Told, url: str) -> None:
    refused = await told.world.call("admin", "POST", "/v1/webhooks", {"title": "x", "url": url})
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["path"] == "/url"
    hook = await told.hook(path="/moves")
    changed = await told.world.call("admin", "PATCH", f"/v1/webhooks/{hook['id']}", {"url": url})
    assert changed.status_code == 422


async def test_an_address_that_becomes_private_later_is_refused_where_it_is_sent(told: Told) -> None:
    """The name was public when the webhook was set up: what is judged is the address of the moment."""
    hook = await told.hook(path="/rebound")
    inside = update(WEBHOOKS).where(WEBHOOKS.c.id == hook["id"]).values(url="http://127.0.0.1:9/x")
    await told.world.store.transact(lambda connection: connection.execute(inside))
    sent = (await told.world.call("admin", "POST", f"/v1/webhooks/{hook['id']}/test")).json()
    assert (sent["state"], sent["status"]) == ("failed", None)
    assert "not allowed" in sent["error"]


async def test_nothing_leaves_unsigned(told: Told) -> None:
    """With another key of the installation its secrets do not open: then the other side is told nothing."""
    hook = await told.hook(path="/unsigned")
    lost = update(WEBHOOKS).where(WEBHOOKS.c.id == hook["id"]).values(secret="sealed by another")
    await told.world.store.transact(lambda connection: connection.execute(lost))
    sent = (await told.world.call("admin", "POST", f"/v1/webhooks/{hook['id']}/test")).json()
    assert (sent["state"], sent["status"]) == ("failed", None)
    assert "secret" in sent["error"]
    assert told.heard("/unsigned") == []


async def test_names_changes_and_the_end(told: Told) -> None:
    wrong = {"title": "x", "url": "https://example.org", "events": ["step.done", "step.eaten"]}
    refused = await told.world.call("admin", "POST", "/v1/webhooks", wrong)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_event")
    assert refused.json()["errors"][0]["path"] == "/events/1"
    assert await told.world.get("admin", "/v1/webhooks/events") == list(EVENTS)
    assert {"run.completed", "step.on_hold", "phase.done", "step.attention", "note.added"} <= set(EVENTS)
    hook = await told.hook(path="/end", events=["run.started"])
    changed = await told.world.call("admin", "PATCH", f"/v1/webhooks/{hook['id']}", {"title": "New", "events": []})
    assert (changed.json()["title"], changed.json()["events"], changed.json()["url"]) == ("New", [], hook["url"])
    assert (await told.world.call("admin", "DELETE", f"/v1/webhooks/{hook['id']}")).status_code == 204
    assert (await told.world.call("admin", "GET", f"/v1/webhooks/{hook['id']}")).status_code == 404
    assert [row for row in await told.world.rows("webhook_deliveries") if row["webhook"] == hook["id"]] == []


async def _never(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.CancelledError):  # at the end of the test it still waits
        await asyncio.sleep(20)
