"""Which code a worker runs, as Temporal is told: the release's name, or else what our own code comes to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from temporalio.client import Client

import workers.worker as subject
from tests.workers.house import House


async def test_a_worker_without_a_release_is_told_apart_by_its_code(temporal_client: Client, task_queue: str) -> None:
    told = House(temporal_client, task_queue).worker().config()
    assert told["build_id"] == subject.code_id()
    assert not told.get("deployment_config")


async def test_a_release_goes_by_its_name(temporal_client: Client, task_queue: str) -> None:
    told = House(temporal_client, task_queue).worker("release-1").config()
    versioned = told["deployment_config"]
    assert versioned is not None
    assert versioned.version.build_id == "release-1"
    assert not told.get("build_id")


def test_other_code_has_another_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "workers"
    shutil.copytree(Path(subject.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(subject, "__file__", str(copy / "worker.py"))
    same = subject.code_id.__wrapped__()
    assert same == subject.code_id()
    (copy / "run.py").write_text((copy / "run.py").read_text() + "# changed\n")
    assert subject.code_id.__wrapped__() != same
