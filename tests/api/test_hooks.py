"""A webhook from end to end: believed for its signature or its token, once per message, in the name of who made it."""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from standardwebhooks.webhooks import Webhook

from tests.api.documents import document
from tests.api.world import World

TASK = {"id": "look", "kind": "task"}
START = {"triggers": [{"type": "webhook"}], "fallback_inbox": "leads"}


@dataclass
class Hook:
    """A hook as its sender knows it."""

    world: World
    key: str
    said: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/v1/hooks/{self.said['id']}"

    async def send(self, body: Any, message: str = "", **options: Any) -> httpx2.Response:
        """One signed call. `age` in minutes, `secret` of somebody else, `also` signatures before ours, `altered`."""
        raw = json.dumps(body).encode()
        message = message or f"msg_{uuid.uuid4().hex}"
        at = datetime.now(UTC) - timedelta(minutes=options.get("age", 0))
        signature = Webhook(options.get("secret") or self.said["secret"]).sign(message, at, raw.decode())
        headers = {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join([*options.get("also", ()), signature]),
        }
        raw = options.get("altered", raw)
        return await self.world.client.post(options.get("path", self.path), content=raw, headers=headers)


async def hooked(world: World, as_: str = "ann", **top: Any) -> Hook:
    """A definition with a hook that acts as somebody who works on records."""
    body = document("hooked", [TASK], start=START, **top)
    (first,) = (await world.publish(body))["hooks"]
    path = f"/v1/definitions/{body['key']}/hooks/{first['id']}/regenerate"
    answer = await world.call("admin", "POST", path, {"as": as_})
    assert answer.status_code == 200, answer.text
    return Hook(world, body["key"], answer.json())


async def runs_of(hook: Hook) -> list[dict[str, Any]]:
    return [row for row in await hook.world.rows("runs") if row["definition"] == hook.key]


async def test_a_signed_call_starts_a_run(world: World) -> None:
    hook = await hooked(world, record="demo.orders", inputs=[{"id": "why", "type": "text"}])
    answer = await hook.send({"record": 2, "inputs": {"why": "shop"}})
    assert answer.status_code == 202, answer.text
    run = answer.json()["run"]
    view = await world.until("ann", run, current=["look"])
    assert (view["record"], view["context"]["inputs"]) == ({"collection": "demo.orders", "id": "2"}, {"why": "shop"})
    (row,) = await runs_of(hook)
    assert (row["id"], row["request"]["source"]) == (run, "webhook")
    (said,) = [each for each in await world.rows("log") if each["run"] == run and each["type"] == "write"]
    assert (said["via"], said["user"], said["action"]) == ("webhook", hook.said["as"], "run.start")
    (waiting,) = [each for each in await world.rows("tasks") if each["run"] == run]
    assert waiting["inbox"] == "leads", "what needs a person and is for nobody lies in the fallback inbox"


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [3, 0, 4, 4, 1]])
async def test_five_times_and_in_any_order_is_one_run_for_each_message(world: World, order: list[int]) -> None:
    hook = await hooked(world)
    once = [await hook.send({}, "msg_first") for _ in range(5)]
    assert [each.status_code for each in once] == [202, 200, 200, 200, 200]
    assert len({each.json()["run"] for each in once}) == 1
    answers = {number: await hook.send({}, f"msg_{number}") for number in order}
    assert len(await runs_of(hook)) == 1 + len(set(order))
    again = await hook.send({}, f"msg_{order[0]}")
    assert (again.status_code, again.json()) == (200, answers[order[0]].json())
    logged = [each for each in await world.rows("log") if each["definition"] == hook.key and each["via"] == "webhook"]
    assert len(logged) == 5 + len(order) + 1


async def test_five_times_at_once_on_a_record_that_takes_one_run(world: World) -> None:
    hook = await hooked(world, record="demo.orders")
    answers = await asyncio.gather(*(hook.send({"record": "3"}, "msg_at_once") for _ in range(5)))
    assert {each.status_code for each in answers} <= {200, 202}, [each.text for each in answers]
    assert len({each.json()["run"] for each in answers}) == len(await runs_of(hook)) == 1
    other = await hook.send({"record": "3"}, "msg_another")
    (run,) = await runs_of(hook)
    assert (other.status_code, other.json()["code"], other.json()["run"]) == (409, "run_already_open", run["id"])


async def test_what_is_not_believed(world: World) -> None:
    hook, other = await hooked(world), await hooked(world)
    stranger = "whsec_" + "c3RyYW5nZXI="
    body = json.dumps({"record": "1"}).encode()
    refused = [
        await hook.send({}, age=6),
        await hook.send({}, age=-6),
        await hook.send({}, secret=stranger),
        await hook.send({"record": "1"}, altered=body[:-2] + b'2"}'),
        await world.client.post(hook.path, json={}),
        await world.client.post(hook.path, params={"token": "x" * 43}, json={}),
        await hook.send({}, also=["v1,nonsense", "v2,abc", "v1"], secret=stranger),
    ]
    assert [(each.status_code, each.json()["code"]) for each in refused] == [(401, "not_identified")] * len(refused)
    for each in (await hook.send({}, secret=other.said["secret"]), await hook.send({}, path="/v1/hooks/hook-none")):
        assert (each.status_code, each.json()["code"]) == (404, "not_found")
    assert await runs_of(hook) == []
    said = [each for each in await world.rows("log") if each["definition"] == hook.key and each["via"] == "webhook"]
    assert [each["outcome"] for each in said] == ["not_identified"] * len(refused) + ["not_found"]
    assert {each["user"] for each in said} == {f"hook:{hook.said['id']}"}


async def test_one_valid_signature_of_several_is_enough(world: World) -> None:
    hook = await hooked(world)
    for also in (["v1," + "A" * 44], ["v1", "v1,%", "v1a,xyz"]):
        answer = await hook.send({}, also=also)
        assert answer.status_code == 202, answer.text


async def test_the_token_in_the_address(world: World) -> None:
    hook = await hooked(world)
    path = hook.said["url"].removeprefix("http://127.0.0.1")
    answer = await world.client.post(path, json={"type": "order.paid", "data": {"labels": ["paid"]}})
    assert answer.status_code == 202, answer.text
    view = await world.get("ann", f"/v1/runs/{answer.json()['run']}")
    assert (view["labels"], view["started_by"]) == (["paid"], "ann")
    empty = await world.client.post(path)
    assert empty.status_code == 202, empty.text
    keyed = [await world.client.post(path, headers={"Idempotency-Key": "k-1"}) for _ in range(2)]
    assert [each.status_code for each in keyed] == [202, 200]


async def test_regenerating_ends_the_old_address_at_once_and_an_overlap_keeps_it(world: World) -> None:
    hook = await hooked(world)
    manage = f"/v1/definitions/{hook.key}/hooks/{hook.said['id']}"
    rolled = (await world.call("admin", "POST", f"{manage}/regenerate", {"overlap": 5, "as": "ann"})).json()
    assert (rolled["id"], rolled["url"]) == (hook.said["id"], hook.said["url"])
    assert rolled["secret"] != hook.said["secret"]
    both = [await hook.send({}), await hook.send({}, secret=rolled["secret"])]
    assert [each.status_code for each in both] == [202, 202]
    fresh = (await world.call("admin", "POST", f"{manage}/regenerate", {"as": "ann"})).json()
    assert (await hook.send({}, secret=rolled["secret"])).status_code == 404
    assert (await world.client.post(hook.said["url"])).status_code == 404
    assert (await Hook(world, hook.key, fresh).send({})).status_code == 202
    assert (await world.call("admin", "POST", f"{manage}/pause", {})).status_code == 404


async def test_a_paused_hook_and_an_archived_definition_start_nothing(world: World) -> None:
    hook = await hooked(world)
    manage = f"/v1/definitions/{hook.key}/hooks/{hook.said['id']}"
    assert (await world.call("admin", "POST", f"{manage}/pause", {})).json()["paused"] is True
    paused = await hook.send({}, "msg_paused")
    assert (paused.status_code, paused.json()["code"]) == (409, "hook_paused")
    assert (await world.call("admin", "POST", f"{manage}/resume", {})).json()["paused"] is False
    assert (await hook.send({}, "msg_paused")).status_code == 202, "what was refused may be sent again"
    await world.call("admin", "POST", f"/v1/definitions/{hook.key}/archive", {})
    assert (await hook.send({})).status_code == 404
    await world.call("admin", "POST", f"/v1/definitions/{hook.key}/unarchive", {})
    assert (await hook.send({})).status_code == 202


async def test_who_publishes_sees_the_address_and_the_secret_only_while_it_is_new(world: World) -> None:
    hook = await hooked(world)
    (seen,) = (await world.get("admin", f"/v1/definitions/{hook.key}/hooks"))["items"]
    assert (seen["url"], seen["secret"], seen["as"]) == (hook.said["url"], hook.said["secret"], "ann")
    assert (await hook.send({})).status_code == 202
    (seen,) = (await world.get("admin", f"/v1/definitions/{hook.key}/hooks"))["items"]
    assert (seen["url"], seen["secret"]) == (hook.said["url"], None)
    assert (await world.call("ann", "GET", f"/v1/definitions/{hook.key}/hooks")).status_code == 403
    kept = str(await world.rows("hooks"))
    assert hook.said["secret"] not in kept and hook.said["url"].partition("token=")[2] not in kept


async def test_a_bad_body_names_every_mistake_and_starts_nothing(world: World) -> None:
    hook = await hooked(world)
    wrong = await hook.send({"data": {"recrod": "1", "labels": "x"}}, "msg_wrong")
    assert wrong.status_code == 422
    assert [(each["path"], each["code"]) for each in wrong.json()["errors"]] == [
        ("/data/labels", "wrong_type"),
        ("/data/recrod", "unknown_field"),
    ]
    assert (await hook.send([1])).status_code == 422
    assert (await hook.send({}, "msg_wrong", altered=b"{")).status_code == 401
    assert await runs_of(hook) == []


async def test_too_many_calls_are_told_when_to_try_again(world: World) -> None:
    hook = await hooked(world)
    answers = [await world.client.post(hook.path, json={}) for _ in range(121)]
    assert [each.status_code for each in answers] == [401] * 120 + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 61
    assert (await (await hooked(world)).send({})).status_code == 202, "another hook is not held up"


async def test_it_acts_with_the_rights_its_person_has_at_that_moment(world: World) -> None:
    hook = await hooked(world, as_="vic")
    assert (await hook.send({})).json()["code"] == "forbidden", "a viewer starts nothing"
    secret = await hooked(world, as_="ann", teams=["compliance"])
    assert (await secret.send({})).status_code == 404, "what ann may not see does not exist for her hook"
    own = await hooked(world, as_="admin")
    assert (await own.send({})).status_code == 202, "who may publish it may have it started by its trigger"
    path = f"/v1/definitions/{own.key}/hooks/{own.said['id']}/regenerate"
    nobody = await world.call("admin", "POST", path, {"as": "nobody-here"})
    assert (nobody.status_code, nobody.json()["code"]) == (422, "unknown_person")


async def test_a_trigger_needs_an_inbox_for_what_needs_a_person(world: World) -> None:
    body = document("hooked", [TASK], start={"triggers": [{"type": "webhook"}]})
    report = (await world.call("admin", "POST", "/v1/definitions/validate", body)).json()
    assert [each["code"] for each in report["findings"]] == ["inbox_missing"]
