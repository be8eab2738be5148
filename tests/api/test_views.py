"""Saved views: kept, shared with one's teams, used by others with their own eyes, counted, changed, forgotten."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from tests.api.documents import document
from tests.api.world import World


async def keep(world: World, who: str, **body: Any) -> dict[str, Any]:
    """Keep a view that must be taken."""
    answer = await world.call(who, "POST", "/v1/views", {"name": "A view", "kind": "tasks", **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def seen(world: World, who: str, **query: Any) -> list[str]:
    """Ids of the views somebody is shown."""
    return [view["id"] for view in (await world.get(who, "/v1/views", limit=200, **query))["items"]]


async def test_kept_changed_and_forgotten(world: World) -> None:
    """What was kept comes back as it was, without what filters nothing; the owner changes it, part by part."""
    filters = {"assignee": "me", "overdue": True, "sort": "title", "current_only": False, "team": ["ops"]}
    made = await keep(world, "ann", name="Mine and late", filters=filters)
    assert made["filters"] == {"assignee": "me", "overdue": True, "sort": "title", "team": ["ops"]}
    assert (made["owner"], made["mine"], made["shared_with"], made["count"]) == ("ann", True, [], None)
    path = f"/v1/views/{made['id']}"
    assert await world.get("ann", path) == made
    renamed = await world.call("ann", "PATCH", path, {"name": "Late"})
    assert renamed.json() == {**made, "name": "Late"}
    other = await world.call("ann", "PATCH", path, {"filters": {"manual": True}, "shared_with": ["ops"]})
    assert other.json() == {**made, "name": "Late", "filters": {"manual": True}, "shared_with": ["ops"]}
    assert (await world.call("ann", "DELETE", path)).status_code == 204
    for method in ("GET", "DELETE"):
        assert (await world.call("ann", method, path)).status_code == 404
    assert made["id"] not in await seen(world, "ann")


async def test_who_sees_and_who_changes(world: World) -> None:
    """One's own; what is shared with one's teams, to look at only; nothing else exists."""
    own = await keep(world, "ann", kind="runs")
    shared = await keep(world, "ann", shared_with=["ops"])
    for who, sees_own, sees_shared in (("ann", True, True), ("ben", False, True), ("cy", False, False)):
        found = await seen(world, who)
        assert (own["id"] in found, shared["id"] in found) == (sees_own, sees_shared), who
    path = f"/v1/views/{shared['id']}"
    assert (await world.get("ben", path))["mine"] is False
    for method, body in (("PATCH", {"name": "x"}), ("DELETE", None)):
        assert (await world.call("ben", method, path, body)).status_code == 403
        assert (await world.call("cy", method, path, body)).status_code == 404
        assert (await world.call("ben", method, f"/v1/views/{own['id']}", body)).status_code == 404
    assert (await world.call("ann", "PATCH", path, {"shared_with": []})).status_code == 200
    assert (await world.call("ben", "GET", path)).status_code == 404
    assert await seen(world, "ann", kind="runs") != await seen(world, "ann", kind="tasks")


@pytest.mark.parametrize(
    ("body", "code", "paths"),
    [
        ({"filters": {"colour": "red"}}, "invalid_filters", ["/filters/colour"]),
        ({"filters": {"holder": "me"}}, "invalid_filters", ["/filters/holder"]),
        ({"filters": {"sort": "who", "overdue": "?"}}, "invalid_filters", ["/filters/overdue", "/filters/sort"]),
        ({"kind": "runs", "filters": {"status": ["lost"]}}, "invalid_filters", ["/filters/status/0"]),
        ({"kind": "runs", "filters": {"started_after": "2026-11-21T09:00:00"}}, "invalid_filters", None),
        ({"shared_with": ["ops", "compliance"]}, "not_your_team", ["/shared_with/1"]),
        ({"kind": "dreams"}, None, ["/kind"]),
        ({"name": ""}, None, ["/name"]),
        ({"owner": "lea"}, None, ["/owner"]),
    ],
)
async def test_what_is_not_kept(world: World, body: dict[str, Any], code: str | None, paths: list[str] | None) -> None:
    """Every filter the list does not have, at once; teams of others; a body that names its owner."""
    refused = await world.call("ann", "POST", "/v1/views", {"name": "x", "kind": "tasks", **body})
    assert refused.status_code == 422, refused.text
    assert code in (None, refused.json()["code"])
    assert paths in (None, [error["path"] for error in refused.json()["errors"]])


async def test_counts_are_those_of_whoever_looks(world: World) -> None:
    """`me` is the one who looks, and so is what may be seen; a closed run counts no more."""
    steps = [
        {"id": "a", "kind": "task", "title": "A", "after": [], "assign": {"users": ["ann"]}},
        {"id": "b", "kind": "task", "title": "B", "after": [], "assign": {"users": ["ben"]}},
        {"id": "c", "kind": "task", "title": "C", "after": [], "assign": {"users": ["ben"]}},
    ]
    body = document("counted", steps)
    await world.publish(body)
    run = await world.start("ann", body["key"])
    mine = await keep(world, "ann", filters={"definition": body["key"], "assignee": "me"}, shared_with=["ops"])
    runs = await keep(world, "ann", kind="runs", filters={"definition": body["key"], "status": ["waiting"]})

    async def count(who: str, view: dict[str, Any]) -> tuple[int, bool]:
        found = await world.get(who, f"/v1/views/{view['id']}", counts="true")
        return found["count"], found["more"]

    assert [await count(who, mine) for who in ("ann", "ben", "vic")] == [(1, False), (2, False), (0, False)]
    assert await count("ann", runs) == (1, False)
    listed = (await world.get("ben", "/v1/views", counts="true", limit=200))["items"]
    assert {view["id"]: view["count"] for view in listed}[mine["id"]] == 2
    await world.command("ann", run["id"], "abort", reasons=[])
    assert await count("ben", mine) == await count("ann", runs) == (0, False)


async def test_the_same_key_keeps_one_view(world: World) -> None:
    """Ten at once: one view, ten equal answers. Another body under the same key is refused."""
    headers, body = {"Idempotency-Key": str(uuid.uuid4())}, {"name": "Once", "kind": "tasks"}
    calls = [world.call("lea", "POST", "/v1/views", body, headers=headers) for _ in range(10)]
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await seen(world, "lea")).count(answers[0].json()["id"]) == 1
    other = await world.call("lea", "POST", "/v1/views", {**body, "name": "Twice"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


async def test_views_go_by_name_page_by_page(world: World) -> None:
    """Equal names do not confuse the pages."""
    made = [(await keep(world, "cy", name=name))["id"] for name in ("b", "a", "b", "b", "c", "a")]
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = await world.get("cy", "/v1/views", **query)
        found += page["items"]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert [view["name"] for view in found] == ["a", "a", "b", "b", "b", "c"]
    assert sorted(view["id"] for view in found) == sorted(made)


async def test_counts_of_runs_by_definition(world: World) -> None:
    """Kept as runs change, within sight of whoever asks."""
    body = document("tally", [{"id": "a", "kind": "task"}], teams=["ops"])
    await world.publish(body)
    runs = [(await world.start("ann", body["key"]))["id"] for _ in range(3)]
    await world.command("ann", runs[0], "abort", reasons=[])
    await world.command("ann", runs[1], "complete", step="a", output={})
    wanted = {"running": 0, "waiting": 1, "saved": 0, "completed": 1, "aborted": 1, "attention": 0}
    query = {"definition": body["key"]}
    for who in ("ann", "vic", "oda"):
        assert (await world.get(who, "/v1/runs/counts", **query))["items"] == [{**query, **wanted}], who
    assert (await world.get("cy", "/v1/runs/counts", **query))["items"] == []
    assert body["key"] in [row["definition"] for row in (await world.get("oda", "/v1/runs/counts"))["items"]]


async def test_saved_runs_are_not_current(world: World) -> None:
    """What a saved run waits for cannot be done now; it can again when the run goes on."""
    body = document("shelf", [{"id": "a", "kind": "task"}])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]

    async def current() -> list[str]:
        page = await world.get("ann", "/v1/tasks", definition=body["key"], current_only="true", manual="true")
        return [task["step"] for task in page["items"]]

    assert await current() == ["a"]
    assert (await world.command("ann", run, "save")).status_code == 200
    assert await current() == []
    assert [task["step"] for task in (await world.get("ann", "/v1/tasks", definition=body["key"]))["items"]] == ["a"]
    assert (await world.command("ben", run, "resume")).status_code == 200
    assert await current() == ["a"]
    assert [
        found["id"] for found in (await world.get("ann", "/v1/runs", definition=body["key"], holder="ben"))["items"]
    ]


async def test_the_view_a_list_opens_with(world: World) -> None:
    """One of a kind for each person, another takes its place, also one that is shared; it goes as the view goes."""
    first, second = await keep(world, "ann", shared_with=["ops"]), await keep(world, "ann")
    runs = await keep(world, "ann", kind="runs")

    async def chosen(who: str) -> set[str]:
        listed = (await world.get(who, "/v1/views", limit=200))["items"]
        return {view["id"] for view in listed if view["default"]}

    for view in (first, second, runs, runs):
        assert (await world.call("ann", "PUT", f"/v1/views/{view['id']}/default")).status_code == 204
    assert await chosen("ann") == {second["id"], runs["id"]}
    assert (await world.call("ben", "PUT", f"/v1/views/{first['id']}/default")).status_code == 204
    assert (await world.call("ben", "PUT", f"/v1/views/{second['id']}/default")).status_code == 404
    assert await chosen("ben") == {first["id"]} and await chosen("cy") == set()
    assert (await world.call("ann", "DELETE", f"/v1/views/{runs['id']}/default")).status_code == 204
    assert (await world.call("ann", "DELETE", f"/v1/views/{first['id']}")).status_code == 204
    assert (await chosen("ann"), await chosen("ben")) == ({second["id"]}, set())


async def test_tasks_are_counted_as_they_are_listed(world: World) -> None:
    steps = [{"id": name, "kind": "task", "after": [], "assign": {"users": ["ben"]}} for name in "abc"]
    body = document("counting", steps)
    await world.publish(body)
    run = await world.start("ann", body["key"])
    query = {"definition": body["key"], "assignee": "me"}
    found = [await world.get(who, "/v1/tasks/count", **query) for who in ("ben", "ann")]
    assert found == [{"count": 3, "more": False}, {"count": 0, "more": False}]
    await world.command("ann", run["id"], "abort", reasons=[])
