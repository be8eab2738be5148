"""From a template to a version, and back out again; and what keeps two authors from undoing each other's work."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from api.structure import changes
from api.yaml_out import to_yaml
from api.yaml_text import parse_yaml
from definitions.catalog import template_ids, template_text
from tests.api.documents import document, key, two_steps
from tests.api.world import World

YAML = {"Content-Type": "application/yaml"}


async def test_a_template_becomes_a_version(world: World) -> None:
    """Draft from a template under a key of one's own, published, read as JSON and as YAML."""
    name = key("refund")
    drafted = await world.call("admin", "POST", f"/v1/definitions?template=refund&key={name}", {})
    assert (drafted.status_code, drafted.json()["findings"]) == (201, [])
    published = await world.call("admin", "POST", f"/v1/definitions/{name}/publish", {})
    assert (published.status_code, published.json()["version"]) == (201, 1)
    version = await world.get("ann", f"/v1/definitions/{name}/versions/1")
    assert (version["hash"], version["published_by"]) == (published.json()["hash"], "admin")
    text = await world.call("ann", "GET", f"/v1/definitions/{name}/versions/1", headers={"Accept": "application/yaml"})
    assert text.headers["content-type"].startswith("application/yaml")
    assert parse_yaml(text.content) == version["document"]


async def test_validation_says_everything_at_once(world: World) -> None:
    """JSON or YAML; a readable document is always 200, however wrong; nothing is stored."""
    body = two_steps()
    good = await world.call("lea", "POST", "/v1/definitions/validate", body)
    assert good.json() == {"valid": True, "findings": [], "warnings": []}
    body["steps"][1]["id"] = "a"
    body["colour"] = "red"
    bad = (await world.call("lea", "POST", "/v1/definitions/validate", body)).json()
    assert not bad["valid"]
    assert {"/colour", "/steps/1/id"} <= {finding["path"] for finding in bad["findings"]}
    assert all(finding["hint"] for finding in bad["findings"])
    text = to_yaml(two_steps()).encode()
    yaml = await world.call("lea", "POST", "/v1/definitions/validate", content=text, headers=YAML)
    assert yaml.json()["valid"] is True
    listed = await world.call("lea", "POST", "/v1/definitions/validate", [1])
    assert (listed.status_code, listed.json()["valid"]) == (200, False)
    assert (await world.call("admin", "GET", f"/v1/definitions/{body['key']}")).status_code == 404


async def test_a_draft_may_be_wrong_a_version_may_not(world: World) -> None:
    """The draft is kept with its findings; publishing refuses with the same ones; then there is nothing published."""
    body = document("wrong", [{"id": "a", "kind": "task"}, {"id": "b", "kind": "task", "after": "nowhere"}])
    drafted = await world.call("admin", "POST", "/v1/definitions", body)
    assert drafted.status_code == 201
    refused = await world.call("admin", "POST", f"/v1/definitions/{body['key']}/publish", {})
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "definition_invalid")
    assert [row["path"] for row in problem["errors"]] == [row["path"] for row in drafted.json()["findings"]]
    assert (await world.call("ann", "GET", f"/v1/definitions/{body['key']}")).status_code == 404, "drafts are private"
    assert (await world.get("admin", f"/v1/definitions/{body['key']}"))["version"] == 0


async def test_every_kind_of_step_is_told_of(world: World) -> None:
    kinds = {row["kind"]: row["available"] for row in (await world.get("ann", "/v1/step-kinds"))["items"]}
    assert (kinds["journey"], kinds["ai"], kinds["task"], len(kinds)) == (True, True, True, 13)


async def test_two_authors(world: World) -> None:
    """Whoever saves second is told, and has lost nothing; `If-Match` is not optional."""
    body = two_steps()
    etag = (await world.call("admin", "POST", "/v1/definitions", body)).json()["draft_etag"]
    path = f"/v1/definitions/{body['key']}/draft"
    assert (await world.call("admin", "PUT", path, body)).status_code == 428
    mine, theirs = {**body, "name": "Mine"}, {**body, "name": "Theirs"}
    headers = {"If-Match": f'"{etag}"'}
    answers = await asyncio.gather(
        world.call("admin", "PUT", path, mine, headers=headers),
        world.call("admin", "PUT", path, theirs, headers=headers),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    loser = next(answer.json() for answer in answers if answer.status_code == 409)
    assert loser["code"] == "draft_changed"
    other_key = await world.call("admin", "PUT", path, {**body, "key": "another"}, headers=headers)
    assert other_key.status_code == 422


async def test_editing_goes_on_from_the_version(world: World) -> None:
    """After publishing there is no draft; what one read is the version, and its etag is good for the next draft."""
    body = two_steps()
    await world.publish(body)
    read = await world.get("admin", f"/v1/definitions/{body['key']}")
    assert (read["draft"], read["document"]) == (False, body)
    again = await world.call("admin", "POST", f"/v1/definitions/{body['key']}/publish", {})
    assert (again.status_code, again.json()["code"]) == (409, "no_draft")
    changed = {**body, "name": "Second"}
    headers = {"If-Match": read["draft_etag"]}
    assert (
        await world.call("admin", "PUT", f"/v1/definitions/{body['key']}/draft", changed, headers=headers)
    ).is_success
    assert (await world.call("admin", "POST", f"/v1/definitions/{body['key']}/publish", {})).json()["version"] == 2
    diff = await world.get("ann", f"/v1/definitions/{body['key']}/diff", **{"from": 1, "to": 2})
    assert diff["items"] == [{"path": "/name", "change": "changed", "before": "Two", "after": "Second"}]
    versions = await world.get("ann", f"/v1/definitions/{body['key']}/versions", limit=1)
    assert ([row["version"] for row in versions["items"]], versions["next"] is not None) == ([2], True)


async def test_publishing_at_once_and_again(world: World) -> None:
    """One draft becomes one version, however many press; the same Idempotency-Key gives the same answer."""
    body = two_steps()
    await world.call("admin", "POST", "/v1/definitions", body)
    path = f"/v1/definitions/{body['key']}/publish"
    answers = await asyncio.gather(*(world.call("admin", "POST", path, {}) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    await world.call("admin", "POST", "/v1/definitions", body)
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    first = await world.call("admin", "POST", path, {}, headers=headers)
    again = await world.call("admin", "POST", path, {}, headers=headers)
    assert first.json() == again.json()
    assert first.json()["version"] == 2


async def test_an_open_run_keeps_its_version(world: World) -> None:
    """Later versions and archiving never touch it; nobody starts what is archived, until it is brought back."""
    body = two_steps()
    await world.publish(body)
    run = await world.start("ann", body["key"])
    await world.publish({**body, "steps": [{"id": "other", "kind": "task"}]})
    archive = f"/v1/definitions/{body['key']}/archive"
    assert (await world.call("admin", "POST", archive, {})).json()["archived"] is True
    assert (await world.call("admin", "POST", archive)).status_code == 200
    assert (await world.call("ann", "POST", "/v1/runs", {"definition": body["key"]})).status_code == 404
    done = await world.command("ann", run["id"], "complete", step="a", output={"n": 1})
    assert (done.status_code, done.json()["run"]["version"]) == (200, 1)
    listed = await world.get("ann", "/v1/definitions", q=body["key"])
    assert listed["items"] == []
    await world.call("admin", "POST", f"/v1/definitions/{body['key']}/unarchive", {})
    assert (await world.start("ann", body["key"]))["version"] == 2
    assert (await world.start("ann", body["key"], version=1))["version"] == 1


async def test_export_import_duplicate(world: World) -> None:
    """Out and in again under a free key; a copy under a key that is taken is refused."""
    body = two_steps()
    await world.publish(body)
    export = await world.get("admin", f"/v1/definitions/{body['key']}/export")
    made = await world.call("admin", "POST", "/v1/definitions/import", export)
    assert made.json() == {"map": {body["key"]: f"{body['key']}-2"}}
    copy = await world.get("admin", f"/v1/definitions/{body['key']}-2")
    assert copy["draft_document"] == {**body, "key": f"{body['key']}-2"}
    path = f"/v1/definitions/{body['key']}/duplicate"
    taken = await world.call("admin", "POST", path, {"key": copy["key"]})
    assert (taken.status_code, taken.json()["code"]) == (409, "key_taken")
    assert (await world.call("admin", "POST", path, {"key": key("copy"), "name": "Copy"})).status_code == 201


async def test_closing_reasons_are_added_to_the_library(world: World) -> None:
    """A key nobody knew is a warning, and there afterwards."""
    reason = f"weather-{uuid.uuid4().hex[:6]}"
    body = two_steps(closing_reasons={"reasons": ["lost", reason]})
    published = await world.publish(body)
    assert [row["code"] for row in published["warnings"]] == ["unknown_reason"]
    reasons = {row["key"] for row in (await world.get("ann", "/v1/closing-reasons"))["items"]}
    assert {"lost", reason} <= reasons


def test_differences_follow_ids_not_places() -> None:
    """A step put in front is one addition, not a change of all that follow."""
    before: dict[str, Any] = {"steps": [{"id": "a"}, {"id": "b", "title": "B"}]}
    after = {"steps": [{"id": "z"}, {"id": "a"}, {"id": "b", "title": "C"}]}
    assert changes(before, after) == [
        {"path": "/steps/b/title", "change": "changed", "before": "B", "after": "C"},
        {"path": "/steps/z", "change": "added", "before": None, "after": {"id": "z"}},
    ]


def test_yaml_written_is_yaml_read() -> None:
    """Also for texts that look like something else."""
    odd = {"a": ["yes", "null", "1", "1.5", "true", "~", "", " x ", "# no", "a: b", "2026-01-01", "\ttab", "é\n\nline"]}
    assert parse_yaml(to_yaml(odd).encode()) == odd
    for name in template_ids():
        body = parse_yaml(template_text(name).encode())
        assert parse_yaml(to_yaml(body).encode()) == body


def test_yaml_reads_the_same_to_older_tools() -> None:
    """YAML 1.1 knows more booleans, and numbers to the base of 60."""
    assert to_yaml({"on": ["yes", "Off", "09:30", "-190:20:30", "y", "10:75", "yes or no", True]}) == (
        "'on':\n- 'yes'\n- 'Off'\n- '09:30'\n- '-190:20:30'\n- y\n- 10:75\n- yes or no\n- true\n"
    )
