"""The compose file and the image, read as they are written; their commands started here with their environment.

There is no Docker where these tests run, so the containers themselves are not started: the servers of the session stand
in for those the file names, and only addresses, ports and folders are replaced.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tomllib
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from holdfast.__main__ import cli
from holdfast.settings import Settings
from tests.acceptance.house import Program
from tests.support.processes import until
from tests.support.servers import TemporalServer, free_port

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.temporal.yml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = (ROOT / "Dockerfile").read_text()

PINNED = re.compile(r"[a-z./-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9-]+)?(@sha256:[0-9a-f]{64})?")
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<mark>:[?-])?(?P<rest>[^}]*)\}")

TEMPORALS = {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_API_KEY", "TEMPORAL_TLS", "TEMPORAL_CONFIG_FILE"}
"""Read by Temporal's SDK itself (temporalio.envconfig)."""


BUCKETS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL_S3"}
"""Read by the blob store's library (activities/blobs.py), which takes an empty one for a value."""


def settings() -> set[str]:
    return {f"HOLDFAST_{name.upper()}" for name in Settings.model_fields}


def verbs() -> set[str]:
    return {command.name or command.callback.__name__ for command in cli.registered_commands if command.callback}


def examples() -> set[str]:
    """The variables a user is asked to set."""
    rows = (ROOT / "deploy" / "env.example").read_text().splitlines()
    return {row.partition("=")[0] for row in rows if "=" in row and not row.startswith("#")}


@pytest.mark.parametrize("image", [service["image"] for service in SERVICES.values()])
def test_images_are_pinned(image: str) -> None:
    assert PINNED.fullmatch(image), image


def test_the_image_is_built_from_pinned_ones_and_from_the_lock() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2 and all(PINNED.fullmatch(base) for base in bases), bases
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    copied = {name for row in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE) for name in row.split()}
    assert {"definitions", "activities", "api", "workers", "holdfast"} < copied
    # The wheel is built by a hook, which puts the console into it.
    hook = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["hooks"]["custom"]["path"]
    assert {hook, "web"} < copied and DOCKERFILE.index("COPY web web") < DOCKERFILE.index("--no-index .")
    assert all((ROOT / name).exists() for name in copied)
    assert set(re.findall(r"(HOLDFAST_\w+)=", DOCKERFILE)) <= settings()
    assert json.loads(re.findall(r"^ENTRYPOINT (.+)$", DOCKERFILE, re.MULTILINE)[0]) == ["holdfast"]


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_and_every_command_a_verb(name: str) -> None:
    service = OURS[name]
    assert set(service["command"]) <= verbs()
    known = settings() | TEMPORALS | BUCKETS | {"OTEL_EXPORTER_OTLP_ENDPOINT"}
    assert set(service["environment"]) - known == set()
    assert Settings.model_validate({}).model_config["env_ignore_empty"], "compose passes on what nobody set"


@pytest.mark.parametrize("name", ["api", "worker"])
def test_the_blob_store_of_the_machine_reaches_whoever_stores_or_reads(name: str) -> None:
    """As a bucket too: its keys are passed on where there are some, and are not empty where there are none."""
    given = OURS[name]["environment"]
    assert given["HOLDFAST_BLOBS_URL"] == "${HOLDFAST_BLOBS_URL:-}"
    assert {variable: given[variable] for variable in BUCKETS} == dict.fromkeys(BUCKETS)


def test_what_must_be_set_stands_in_the_example() -> None:
    needed = {found["name"] for found in VARIABLE.finditer(COMPOSE.read_text()) if found["mark"] == ":?"}
    assert needed == examples()


def test_only_this_machine_reaches_what_is_published() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert len(published) == 2 and all(port.startswith("127.0.0.1:") for port in published), published


def test_files_that_are_mounted_exist() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", ()) if mount.startswith("./")]
    assert mounts and all((ROOT / mount.split(":")[0]).is_file() for mount in mounts)


@pytest.mark.skipif(shutil.which("docker") is None, reason="no docker command here")
def test_docker_reads_it_too() -> None:
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no docker compose here")
    env = {**os.environ, **dict.fromkeys(examples(), "secret")}
    read = subprocess.run(
        ["docker", "compose", "-f", str(COMPOSE), "config", "--quiet"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (read.returncode, read.stderr) == (0, "")


def environment(service: str, replaced: dict[str, str]) -> dict[str, str]:
    """The environment of a container as compose would make it, but for what names another machine."""
    given = {name: str(value) for name, value in OURS[service]["environment"].items() if value is not None}
    filled = {name: VARIABLE.sub(_value, value) for name, value in given.items()}
    bare = {key: value for key, value in os.environ.items() if not key.startswith(("HOLDFAST_", "TEMPORAL_", "OTEL_"))}
    return bare | filled | {key: value for key, value in replaced.items() if key in filled or key == "HOLDFAST_PORT"}


def _value(found: re.Match[str]) -> str:
    return found["rest"] if found["mark"] == ":-" else "secret"


@pytest.fixture
async def namespace(temporal_client: Client) -> str:
    """The namespace the file works in, made as its script does."""
    name = OURS["api"]["environment"]["TEMPORAL_NAMESPACE"]
    month = Duration(seconds=30 * 86400)
    await temporal_client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=month), retry=True
    )
    while True:
        try:
            await temporal_client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace=name), retry=True
            )
            return str(name)
        except RPCError:  # it takes the server's cache a moment
            continue


@pytest.fixture
def containers(
    tmp_path: Path, temporal_server: TemporalServer, postgres_url: str, namespace: str
) -> Iterator[dict[str, Program]]:
    """migrate, worker and api with the environment of their containers."""
    replaced = {
        "HOLDFAST_HOME": str(tmp_path / "home"),
        "HOLDFAST_DATABASE_URL": postgres_url,
        "TEMPORAL_ADDRESS": temporal_server.address,
        "HOLDFAST_PORT": str(free_port()),
        "HOLDFAST_METRICS_PORT": str(free_port()),
        "HOLDFAST_HOST": "127.0.0.1",
    }
    programs = {
        name: Program(service["command"], environment(name, replaced), tmp_path / f"{name}.log")
        for name, service in OURS.items()
    }
    yield programs
    for program in programs.values():
        if program.process is not None:
            program.end()


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read())


def call(program: Program, token: str, path: str, body: Any) -> Any:
    url = f"http://127.0.0.1:{program.env['HOLDFAST_PORT']}{path}"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def answers(url: str) -> bool:
    try:
        return bool(get(url))
    except OSError:
        return False


def test_migration_worker_and_api_start_and_a_run_goes_through(containers: dict[str, Program]) -> None:
    migration, worker, api = containers["migrate"], containers["worker"], containers["api"]
    migration.start()
    assert migration.process is not None and migration.process.wait(90) == 0, migration.tail()
    worker.start()
    api.start()
    assert until(lambda: answers(f"http://127.0.0.1:{api.env['HOLDFAST_PORT']}/readyz"), 60), api.tail()
    made = subprocess.run(
        [sys.executable, "-m", "holdfast", "token", "root", "--role", "admin", "--role", "operator"],
        env=api.env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    token = made.stdout.strip()
    key = f"composed-{secrets.token_hex(4)}"
    document = {
        "holdfast": 1,
        "key": key,
        "name": "Composed",
        "steps": [{"id": "look", "kind": "task", "title": "Look"}],
    }
    call(api, token, "/v1/definitions", document)
    call(api, token, f"/v1/definitions/{key}/publish", {})
    run = call(api, token, "/v1/runs", {"definition": key})["id"]
    command = {"id": uuid.uuid4().hex, "type": "complete", "step": "look", "output": {}}
    assert call(api, token, f"/v1/runs/{run}/commands", command)["run"]["status"] == "completed"
    assert b"temporal_" in get(f"http://127.0.0.1:{worker.env['HOLDFAST_METRICS_PORT']}/metrics")
    for program in (api, worker):
        assert program.end() == 0, program.tail()
