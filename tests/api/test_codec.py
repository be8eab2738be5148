"""Payloads that only the installation's keys open: what Temporal holds does not read, and everything goes on."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowHistory

from api.codec import Sealing, Unreadable, converter_of, read_keys
from holdfast.replays import replay
from tests.api.documents import document, two_steps
from tests.api.world import World, open_world

CANARY = "canary-7d31"
OLD, NEW = ("k1", b"0123456789abcdefghijklmnopqrstuv"), ("k2", b"vutsrqponmlkjihgfedcba9876543210")


def under(client: Client, *keys: tuple[str, bytes]) -> Client:
    """The same server, read and written with these keys."""
    return Client(client.service_client, data_converter=converter_of(keys))


@pytest.fixture
async def house(tmp_path: Path, temporal_client: Client) -> AsyncIterator[World]:
    async with open_world(tmp_path, under(temporal_client, OLD)) as world:
        world.app.state.house = replace(
            world.app.state.house,
            codec=Sealing([OLD]),
            config=replace(world.app.state.house.config, temporal_ui="http://127.0.0.1:8233/namespaces/default/"),
        )
        world.work()
        yield world


async def ended(world: World) -> tuple[str, WorkflowHistory]:
    """A run in which the canary went everywhere: an input, a title, a person's answer, a machine's failure."""
    fields = [{"id": "secret", "type": "text"}]
    failing = {"id": "machine", "kind": "action", "action": "demo.cancel_refund", "execute": "automatic",
               "with": {"refund": f"none-{CANARY}"}}  # fmt: skip
    body = document("sealed", [{"id": "a", "kind": "task", "fields": fields}, failing], inputs=fields)
    await world.publish(body)
    run = (await world.start("ann", body["key"], inputs={"secret": CANARY}))["id"]
    assert (await world.command("ann", run, "complete", step="a", output={"secret": CANARY})).status_code == 200
    await world.until("ann", run, attention=True)
    assert (await world.command("ann", run, "handle_manually", step="machine", reason=CANARY)).status_code == 200
    await world.until("ann", run, status="completed")
    return run, await world.temporal.get_workflow_handle(run).fetch_history()


async def test_temporal_holds_nothing_that_reads_and_the_history_replays(house: World) -> None:
    """RELIABILITY.md, rule 18: the bytes of the history are looked through, texts of errors among them."""
    run, history = await ended(house)
    raw = b"".join(event.SerializeToString() for event in history.events)
    assert CANARY.encode() not in raw and b"binary/encrypted" in raw
    described = await house.temporal.get_workflow_handle(run).describe()
    assert CANARY.encode() not in described.raw_description.SerializeToString()

    async def one() -> AsyncIterator[WorkflowHistory]:
        yield history

    (verdict,) = [each async for each in replay(one(), converter_of([NEW, OLD]))]
    assert verdict.problem is None, "with a new key in front of the old one"


async def test_a_run_begun_in_plain_text_goes_on_under_a_key(tmp_path: Path, temporal_client: Client) -> None:
    async with open_world(tmp_path, temporal_client) as world:
        world.work()
        body = two_steps("plain")
        await world.publish(body)
        run = (await world.start("ann", body["key"]))["id"]
        await world.rest()
        world.temporal = under(temporal_client, NEW)
        world.work()
        assert (await world.command("ann", run, "complete", step="a", output={"n": 1})).status_code == 200
        await world.until("ann", run, current=["b"])


async def test_what_temporals_own_tools_send_is_read_though_it_is_plain(house: World, temporal_client: Client) -> None:
    body = two_steps("signalled")
    await house.publish(body)
    run = (await house.start("ann", body["key"]))["id"]
    await temporal_client.get_workflow_handle(run).signal("complete_step", {"step": "a", "output": {"n": 1}})
    for _ in range(200):
        events = (await house.get("ann", f"/v1/runs/{run}/events"))["items"]
        if any(each["type"] == "command_rejected" or "temporal-cli" in json.dumps(each) for each in events):
            break
    assert "temporal-cli" in json.dumps((await house.get("ann", f"/v1/runs/{run}/events"))["items"])


async def test_the_endpoint_opens_for_who_may_see_everything(house: World) -> None:
    (sealed,) = await Sealing([OLD]).encode([Payload(metadata={"encoding": b"json/plain"}, data=b'"x"')])
    sent = {"payloads": [MessageToDict(sealed)]}
    for who, status in (("oda", 200), ("ann", 403), ("lea", 403), ("admin", 403), (None, 401)):
        answer = await house.call(who, "POST", "/codec/decode", sent)
        assert answer.status_code == status, who
    (opened,) = (await house.call("oda", "POST", "/codec/decode", sent)).json()["payloads"]
    assert base64.b64decode(opened["data"]) == b'"x"'
    (again,) = (await house.call("oda", "POST", "/codec/encode", {"payloads": [opened]})).json()["payloads"]
    assert base64.b64decode(again["metadata"]["encoding"]) == b"binary/encrypted"
    assert (await house.call("oda", "POST", "/codec/decode", {"payloads": [again]})).json()["payloads"] == [opened]


@pytest.mark.parametrize(
    "wrong",
    [{"data": 5}, {"nothing": 1}, {"metadata": {"encoding": "YmluYXJ5L2VuY3J5cHRlZA=="}, "data": "AAAA"}],
)
async def test_what_are_no_payloads_is_said(house: World, wrong: dict[str, Any]) -> None:
    answer = await house.call("oda", "POST", "/codec/decode", {"payloads": [wrong]})
    assert (answer.status_code, answer.json()["code"]) == (422, "payload_unreadable")


async def test_only_temporals_own_pages_may_ask_from_elsewhere(house: World) -> None:
    """Attack 21: an exact origin, no `*`, and no cookie."""
    for origin, allowed in (("http://127.0.0.1:8233", True), ("https://evil.example", False)):
        before = await house.call(None, "OPTIONS", "/codec/decode", headers={"Origin": origin})
        assert before.status_code == 204
        for answer in (
            before,
            await house.call("oda", "POST", "/codec/decode", {"payloads": []}, headers={"Origin": origin}),
        ):
            assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
            assert "access-control-allow-credentials" not in answer.headers


async def test_keys_change_and_a_lost_one_is_named() -> None:
    plain = [Payload(metadata={"encoding": b"json/plain"}, data=CANARY.encode())]
    old = await Sealing([OLD]).encode(plain)
    assert await Sealing([NEW, OLD]).decode(old) == plain
    assert (await Sealing([NEW, OLD]).encode(plain))[0].metadata["holdfast-key"] == b"k2"
    with pytest.raises(Unreadable, match="k1"):
        await Sealing([NEW]).decode(old)
    changed = Payload(metadata=old[0].metadata, data=old[0].data[:-1] + b"x")
    with pytest.raises(Unreadable, match="does not open"):
        await Sealing([OLD]).decode([changed])


@pytest.mark.parametrize("text", ["k1", "k1:short", ":" + "A" * 44, "k1:" + "!" * 44, "a:{0},a:{0}"])
def test_keys_of_another_form_are_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ValueError) as raised:
        read_keys(text.format(base64.b64encode(OLD[1]).decode()))
    assert "short" not in str(raised.value) and base64.b64encode(OLD[1]).decode() not in str(raised.value)
