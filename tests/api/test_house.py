"""What the API does about itself: its key, its log lines, its database going away."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from structlog.testing import capture_logs
from temporalio.client import Client

from api.signing import KEY_FILE, Signer
from definitions.canonical import seal_text
from definitions.wire import Actor
from tests.api.documents import two_steps
from tests.api.world import World, open_world

ANN = Actor("ann", ("operator",), ("ops",))


def test_the_seal_covers_run_command_actor_and_time() -> None:
    """Each of them changed breaks it."""
    signer = Signer.fresh()
    envelope = signer.seal("run-1", {"id": "c", "type": "abort"}, ANN, "2026-11-21T09:00:00Z")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signer.public_keys[0]))
    seal = base64.b64decode(envelope.seal)
    key.verify(seal, seal_text("run-1", envelope.command, envelope.actor.to_json(), envelope.at))
    others = [
        ("run-2", envelope.command, ANN, envelope.at),
        ("run-1", {**envelope.command, "type": "close"}, ANN, envelope.at),
        ("run-1", envelope.command, Actor("lea"), envelope.at),
        ("run-1", envelope.command, ANN, "2026-11-21T09:00:01Z"),
    ]
    for run, command, actor, at in others:
        with pytest.raises(InvalidSignature):
            key.verify(seal, seal_text(run, command, actor.to_json(), at))


def test_the_key_is_made_once_and_is_the_owners(tmp_path: Path) -> None:
    """Two starts give one key; nobody else may read it; nothing is left lying about."""
    first, second = Signer.load(tmp_path / "home"), Signer.load(tmp_path / "home")
    assert first.public_keys == second.public_keys
    path = tmp_path / "home" / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


async def test_one_line_for_a_request(world: World) -> None:
    """Who, what, which run, how it ended; the path by its pattern, so that no id or token stands in it."""
    document = two_steps()
    await world.publish(document)
    run = await world.start("ann", document["key"])
    with capture_logs() as lines:
        await world.command("ann", run["id"], "complete", step="a", output={"n": 1})
    told = [line for line in lines if line.get("action") == "request"]
    assert [(line["route"], line["status"]) for line in told] == [("/v1/runs/{run}/commands", 200)]
    verdict = next(line for line in lines if line.get("action") == "command.complete")
    assert verdict["outcome"] == "applied"
    assert world.tokens["ann"] not in str(lines)


async def test_the_database_goes_away(tmp_path: Path, temporal_client: Client) -> None:
    """503 that says when to try again, and never who or what did not answer; then everything is as it was."""
    kept, gone = tmp_path / "kept", tmp_path / "gone"
    kept.mkdir()
    async with open_world(tmp_path, temporal_client, database=f"sqlite:///{kept / 'holdfast.db'}") as world:
        # Its folder, as a disk that comes loose: the file and its log go and come at one stroke, so that whoever works
        # in it meanwhile (rounds do) never has the one without the other.
        kept.rename(gone)
        # What is open stays open on a disk that is gone: so let go of it, and nothing can be opened.
        await world.store.let_go()
        answer = await world.call("ann", "GET", "/v1/runs")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"]
        assert str(tmp_path) not in answer.text
        ready = await world.call(None, "GET", "/readyz")
        assert (ready.status_code, ready.json()["checks"]["database"]) == (503, False)
        assert (await world.call(None, "GET", "/healthz")).status_code == 200
        assert not kept.exists(), "nothing makes another one"
        gone.rename(kept)
        assert (await world.get("ann", "/v1/runs"))["items"] == []


async def test_a_mistake_of_ours_tells_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 500 has a number to quote and no cause; the cause is in the log."""

    async def broken(*_: object) -> None:
        raise RuntimeError("secret: hunter2")

    monkeypatch.setattr(type(world.app.state.house.people), "actor", broken)
    with capture_logs() as lines:
        answer = await world.call("ann", "GET", "/v1/runs")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "hunter2" not in answer.text
    assert [line["error"] for line in lines if line.get("action") == "request.crashed"] == ["RuntimeError"]


async def test_reads_are_stored_before_the_log_is_read(world: World) -> None:
    """Rows of reads are collected; whoever asks the log finds them all the same."""
    document = two_steps()
    await world.publish(document)
    run = await world.start("ann", document["key"])
    for _ in range(3):
        await world.get("ann", f"/v1/runs/{run['id']}")
    rows = await world.get("oda", "/v1/activity-log", run=run["id"], type="read")
    assert len(rows["items"]) == 3
    assert world.app.state.house.reads.waiting == []
