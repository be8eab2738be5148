"""A large value of a run is a file for who may see the run, and nothing at all for anybody else."""

from __future__ import annotations

import json

from activities.blobs import open_blobs
from tests.api.documents import secret, two_steps
from tests.api.world import World


async def test_a_value_is_handed_out_as_a_file_of_its_run_only(world: World) -> None:
    body = two_steps()
    await world.publish(body)
    run, other = [(await world.start("ann", body["key"]))["id"] for _ in range(2)]
    blobs = open_blobs("", world.settings.blob_folder)
    sha256 = await blobs.put(run, json.dumps("<script>alert(1)</script>" * 10_000).encode())
    answer = await world.call("ann", "GET", f"/v1/runs/{run}/values/{sha256}")
    assert answer.status_code == 200 and answer.json() == "<script>alert(1)</script>" * 10_000
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == f'attachment; filename="{sha256}.json"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    for path in (f"{other}/values/{sha256}", f"{run}/values/{'a' * 64}", f"{run}/values/x", f"run-x/values/{sha256}"):
        refused = await world.call("ann", "GET", f"/v1/runs/{path}")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found"), path


async def test_who_may_not_see_the_run_learns_of_no_value(world: World) -> None:
    body = secret()
    await world.publish(body)
    run = (await world.start("cy", body["key"]))["id"]
    sha256 = await open_blobs("", world.settings.blob_folder).put(run, b'"secret"')
    assert (await world.call("cy", "GET", f"/v1/runs/{run}/values/{sha256}")).status_code == 200
    assert (await world.call("ann", "GET", f"/v1/runs/{run}/values/{sha256}")).status_code == 404
    assert (await world.call(None, "GET", f"/v1/runs/{run}/values/{sha256}")).status_code == 401


async def test_a_damaged_value_is_none(world: World) -> None:
    body = two_steps()
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    sha256 = await open_blobs("", world.settings.blob_folder).put(run, b'"whole"')
    (world.settings.blob_folder / run / sha256).write_bytes(b'"other"')
    assert (await world.call("ann", "GET", f"/v1/runs/{run}/values/{sha256}")).status_code == 404
