"""`workflow` steps over HTTP: children are runs like any other, with rows, rights and a log, and of one family."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio.client import Client

from tests.api.world import World

LOOK = {"id": "look", "kind": "task", "title": "Look", "fields": [{"id": "n", "type": "number", "required": True}]}
END = {"id": "end", "kind": "end", "title": "End", "outcome": "= steps.look.output.n > 5.0 ? 'many' : 'few'"}
SMALL = {
    "holdfast": 1,
    "key": "small",
    "name": "Small",
    "inputs": [{"id": "who", "type": "text"}],
    "steps": [LOOK, END],
}
CALL = {"id": "call", "kind": "workflow", "title": "Call", "definition": "small", "inputs": {"who": "ann"}}
LAST = {"id": "last", "kind": "task", "title": "Last"}


def large(*steps: dict[str, Any], **top: Any) -> dict[str, Any]:
    return {"holdfast": 1, "key": "large", "name": "Large", "steps": list(steps), **top}


def step(view: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in view["steps"] if each["id"] == name)


async def child_of(world: World, run: str, place: int = 0, name: str = "call") -> str:
    """The id of a child, once it is there."""
    for _ in range(400):
        children = step(await world.get("lea", f"/v1/runs/{run}"), name)["children"]
        found = [row for row in (children or {}).get("runs", ()) if row["index"] == place and row["status"] == "open"]
        if found:
            return str(found[0]["run"])
        await asyncio.sleep(0.05)
    raise AssertionError(children)


async def test_a_child_is_a_run_of_its_own_and_its_end_is_its_parents_news(
    world: World, temporal_client: Client
) -> None:
    await world.publish(SMALL)
    await world.publish(large(CALL, LAST))
    run = (await world.start("lea", "large"))["id"]
    child = await child_of(world, run)
    view = await world.get("lea", f"/v1/runs/{child}")
    assert (view["definition"], view["started_by"], view["context"]["inputs"]) == ("small", "lea", {"who": "ann"})
    described = await temporal_client.get_workflow_handle(child).describe()
    assert described.parent_id == run and described.workflow_type == "small"
    done = await world.command("lea", child, "complete", step="look", output={"n": 7})
    assert done.status_code == 200, done.text
    view = await world.until("lea", run, current=["last"])
    output = step(view, "call")["output"]
    assert (output["run"], output["status"], output["outcome"]) == (child, "completed", "many")
    assert output["outputs"] == {"look": {"n": 7.0}}


async def test_an_abort_reaches_the_child_with_its_reasons(world: World) -> None:
    await world.publish({**SMALL, "key": "small-aborted"})
    await world.publish(large({**CALL, "definition": "small-aborted"}, key="large-aborted"))
    run = (await world.start("lea", "large-aborted"))["id"]
    child = await child_of(world, run)
    done = await world.command("lea", run, "abort", reasons=["late"], text="too late")
    assert done.status_code == 200, done.text
    view = await world.until("lea", child, status="aborted")
    assert view["closing"]["reasons"] == ["late"] and view["closing"]["text"] == "too late"
    assert (await world.get("lea", f"/v1/runs/{run}"))["status"] == "aborted"


PEOPLE = [{"id": "people", "type": "choices", "options": ["a", "b", "c"]}]
EACH = {**CALL, "each": "= inputs.people", "inputs": {"who": "= item"}, "at_once": 2}


async def test_of_a_list_each_has_its_child_and_going_back_gives_all_of_them_up(world: World) -> None:
    await world.publish({**SMALL, "key": "small-each"})
    first = {"id": "first", "kind": "task", "title": "First"}
    await world.publish(large(first, {**EACH, "definition": "small-each"}, LAST, key="large-each", inputs=PEOPLE))
    run = (await world.start("lea", "large-each", inputs={"people": ["a", "b", "c"]}))["id"]
    await world.command("lea", run, "complete", step="first")
    before = [await child_of(world, run, place) for place in (0, 1)]
    await world.command("lea", before[0], "complete", step="look", output={"n": 1})
    before.append(await child_of(world, run, 2))
    preview = await world.get("lea", f"/v1/runs/{run}/revise-preview", step="first")
    assert preview["cancels"] == ["call"]
    answer = await world.command("lea", run, "revise", step="first", fingerprint=preview["fingerprint"])
    assert answer.status_code == 200, answer.text
    for child in before[1:]:
        await world.until("lea", child, status="aborted")
    await world.command("lea", run, "complete", step="first")
    after = [await child_of(world, run, place) for place in (0, 1)]
    assert not set(before) & set(after)
    for place in (0, 1, 2):
        child = await child_of(world, run, place)
        await world.command("lea", child, "complete", step="look", output={"n": 9})
    view = await world.until("lea", run, current=["last"])
    output = step(view, "call")["output"]
    assert (output["total"], output["done"]) == (3, 3) and {row["outcome"] for row in output["runs"]} == {"many"}
    runs = [row for row in await world.rows("runs") if row["definition"] == "small-each"]
    assert sorted(row["status"] for row in runs) == [
        "aborted",
        "aborted",
        "completed",
        "completed",
        "completed",
        "completed",
    ]


async def test_a_child_is_started_with_the_rights_of_whoever_acts_and_asks_where_they_lack(world: World) -> None:
    """What cannot be started asks a person of the parent; whoever may starts what is missing."""
    await world.publish({**SMALL, "key": "small-led", "start": {"roles": ["lead"]}})
    await world.publish(large({**CALL, "definition": "small-led"}, key="large-led"))
    run = (await world.start("ann", "large-led"))["id"]
    view = await world.until("ann", run, attention=True)
    assert step(view, "call")["attention"]["code"] == "forbidden"
    assert step(view, "call")["children"]["runs"][0]["problem"]["code"] == "forbidden"
    answer = await world.command("lea", run, "retry", step="call")
    assert answer.status_code == 200, answer.text
    child = await child_of(world, run)
    assert (await world.get("lea", f"/v1/runs/{child}"))["started_by"] == "lea"


async def test_a_child_that_asks_for_a_person_is_counted_at_its_parent(world: World) -> None:
    pay = {"id": "pay", "kind": "action", "title": "Pay", "action": "http.request", "execute": "automatic"}
    refused = {**pay, "with": {"method": "GET", "url": "http://169.254.169.254/"}}
    await world.publish({**SMALL, "key": "small-asks", "steps": [refused]})
    await world.publish(large({**CALL, "definition": "small-asks"}, LAST, key="large-asks"))
    run = (await world.start("lea", "large-asks"))["id"]
    for _ in range(400):
        children = step(await world.get("lea", f"/v1/runs/{run}"), "call")["children"]
        if children["attention"]:
            break
        await asyncio.sleep(0.05)
    assert (children["attention"], children["runs"][0]["status"]) == (1, "attention")
    child = children["runs"][0]["run"]
    (reason,) = (await world.get("lea", f"/v1/runs/{run}/why"))["reasons"][:1]
    assert reason["code"] == "waiting_for_children" and child in reason["message"]
    answer = await world.command("lea", child, "handle_manually", step="pay")
    assert answer.status_code == 200, answer.text
    await world.until("lea", run, current=["last"])


async def test_what_is_detached_goes_its_own_way(world: World) -> None:
    await world.publish({**SMALL, "key": "small-free"})
    await world.publish(large({**CALL, "definition": "small-free", "detach": True}, key="large-free"))
    run = (await world.start("lea", "large-free"))["id"]
    view = await world.until("lea", run, status="completed")
    child = step(view, "call")["output"]["run"]
    await world.until("lea", child, current=["look"])


async def test_nobody_but_the_system_speaks_for_a_child(world: World, temporal_client: Client) -> None:
    await world.publish({**SMALL, "key": "small-forged"})
    await world.publish(large({**CALL, "definition": "small-forged"}, LAST, key="large-forged"))
    run = (await world.start("lea", "large-forged"))["id"]
    child = await child_of(world, run)
    word = {"execution": "call#1", "index": 0, "status": "completed", "said": {}}
    for payload in (word, {"command": word, "actor": {"id": "system"}, "at": "2026-11-21T10:00:00Z", "seal": "AAAA"}):
        await temporal_client.get_workflow_handle(run).signal("child_told", payload)
    await temporal_client.get_workflow_handle(child).signal("stop_run", {"by": "lea"})
    assert step(await world.get("lea", f"/v1/runs/{run}"), "call")["status"] == "waiting"
    assert (await world.get("lea", f"/v1/runs/{child}"))["current"] == ["look"]


def starts(name: str, **given: Any) -> dict[str, Any]:
    return {
        "id": name,
        "kind": "action",
        "title": name,
        "action": "holdfast.start",
        "execute": "automatic",
        "with": given,
    }


async def test_a_step_starts_a_run_and_another_ends_it(world: World) -> None:
    await world.publish({**SMALL, "key": "small-started"})
    abort = {**starts("stop"), "action": "holdfast.abort", "with": {"run": "= steps.go.output.run"}}
    go = starts("go", definition="small-started", inputs={"who": "ann"}, assign={"look": {"users": ["ann"]}})
    await world.publish(large(go, LAST, abort, key="large-started"))
    run = (await world.start("lea", "large-started"))["id"]
    view = await world.until("lea", run, current=["last"])
    started = step(view, "go")["output"]["run"]
    other = await world.get("lea", f"/v1/runs/{started}")
    assert other["started_by"] == "lea" and step(other, "look")["assignees"]["users"] == ["ann"]
    await world.command("lea", run, "complete", step="last")
    await world.until("lea", run, status="completed")
    await world.until("lea", started, status="aborted")


async def the_eleventh(world: World, name: str, *definitions: str) -> tuple[list[dict[str, Any]], str]:
    """The rows of a chain of runs of these definitions, and the one that stands at its end: its step went no deeper."""
    for _ in range(600):
        runs = [row for row in await world.rows("runs") if row["definition"] in definitions]
        last = [row["id"] for row in runs if row["attention"]]
        if last:
            break
        await asyncio.sleep(0.05)
    assert len(runs) == 11 and len(last) == 1
    attention = step(await world.get("lea", f"/v1/runs/{last[0]}"), name)["attention"]
    assert attention["code"] == "chain_too_deep" and "10" in attention["message"]
    return runs, last[0]


async def test_two_definitions_that_start_each_other_come_to_an_end(world: World) -> None:
    await world.publish(large(starts("go", definition="pong"), key="ping"))
    await world.publish(large(starts("go", definition="ping"), key="pong"))
    await world.start("lea", "ping")
    await the_eleventh(world, "go", "ping", "pong")


async def test_a_definition_that_runs_itself_comes_to_an_end(world: World) -> None:
    """It can be published, though it is not there yet; ten runs below the first the next is refused."""
    await world.publish(large({**CALL, "definition": "myself", "inputs": {}}, key="myself"))
    await world.start("lea", "myself")
    runs, last = await the_eleventh(world, "call", "myself")
    first = next(row["id"] for row in runs if not (row["request"] or {}).get("chain"))
    done = await world.command("lea", first, "abort")
    assert done.status_code == 200, done.text
    await world.until("lea", last, status="aborted")
