"""A model set up by environment variables, asked by a worker that is killed while it waits: the programs as users start
them.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.house import ROOT, Parts, step
from tests.support.openai_server import OpenAiServer, Say, answer, status, wait_for

KEY = "sk-a-key-that-nobody-may-read"
GOOD = {"summary": "Cash turnover.", "level": "high"}


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAiServer]:
    with OpenAiServer() as server:
        yield server


@pytest.fixture(scope="module")
def thinking(tmp_path_factory: pytest.TempPathFactory, server: OpenAiServer) -> Iterator[Parts]:
    """The programs one by one, with a model."""
    house = Parts(
        tmp_path_factory.mktemp("thinking"),
        HOLDFAST_AI_BASE_URL=server.url,
        HOLDFAST_AI_API_KEY=KEY,
        HOLDFAST_AI_STYLE="chat",
        HOLDFAST_LOG_LEVEL="debug",
    )
    try:
        house.start_up()
        yield house
    finally:
        house.stop()


pytestmark = pytest.mark.server


def a_run(house: Parts) -> str:
    key = f"thinking-{uuid.uuid4().hex[:8]}"
    fields: list[dict[str, Any]] = [
        {"id": "summary", "type": "long_text", "required": True},
        {"id": "level", "type": "choice", "options": ["low", "high"], "required": True},
    ]
    flags = {"id": "flags", "kind": "ai", "title": "Flags", "execute": "automatic", "instruction": "Think"}
    last = {"id": "last", "kind": "task", "title": "Last"}
    house.publish({"holdfast": 1, "key": key, "name": "Thinking", "steps": [{**flags, "output": fields}, last]})
    return str(house.start("lea", key)["id"])


def test_a_worker_that_dies_while_the_model_thinks_asks_again(thinking: Parts, server: OpenAiServer) -> None:
    server.will(Say(hang=True), answer(GOOD))
    before = len(server.requests)
    run = a_run(thinking)
    wait_for(lambda: len(server.requests) > before, 30)
    thinking.worker.end(signal.SIGKILL)
    thinking.start_worker()
    view = thinking.until(run, lambda view: step(view, "last")["status"] == "ready", 60)
    assert step(view, "flags")["output"] == GOOD
    first, second = server.requests[-2:]
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.body == second.body


def test_the_key_stands_in_no_log_no_view_and_no_event(thinking: Parts, server: OpenAiServer) -> None:
    server.will(status(401))
    run = a_run(thinking)
    view = thinking.until(run, lambda view: step(view, "flags")["status"] == "attention")
    assert step(view, "flags")["attention"]["code"] == "ai_rejected"
    assert server.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    told = "".join(program.log.read_text(errors="replace") for program in (thinking.worker, thinking.api))
    assert "model_asked" in told
    for text in (told, str(view), str(thinking.events(run))):
        assert KEY not in text
        assert "sk-test-secret" not in text  # what the server said about the key


def test_open_runs_replay_while_the_model_is_unreachable(thinking: Parts, server: OpenAiServer) -> None:
    server.will(answer(GOOD))
    run = a_run(thinking)
    thinking.until(run, lambda view: step(view, "last")["status"] == "ready")
    asked = len(server.requests)
    env = {**thinking.env, "PYTHONPATH": str(ROOT), "HOLDFAST_AI_BASE_URL": "http://127.0.0.1:1/v1"}
    command = [sys.executable, "-m", "holdfast", "replay", "--open"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(server.requests) == asked
