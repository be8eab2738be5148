"""Actions of one's own beside a running Holdfast, as the README and the example tell it: nothing is deployed anew."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.yaml_text import parse_yaml
from holdfast.children import spawn
from tests.acceptance.house import ROOT, Whole

EXAMPLE = ROOT / "examples" / "own-worker"
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"`holdfast (worker --import my_module[^`]*)`")


def own_action() -> str:
    """The README's first Python block."""
    return re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)[0]


@contextmanager
def worker(whole: Whole, argv: list[str], path: Path, log: Path, **env: str) -> Iterator[Path]:
    """A worker beside the stack, started as a developer would: in the folder where the module lies."""
    ports = {"TEMPORAL_ADDRESS": f"127.0.0.1:{whole.ports['TEMPORAL_PORT']}", "HOLDFAST_HOME": str(whole.home)}
    bare = {key: value for key, value in os.environ.items() if not key.startswith(("HOLDFAST_", "TEMPORAL_"))}
    code = f"import os; os.chdir({str(path)!r}); from holdfast.__main__ import main; main()"
    with log.open("ab") as output:
        found = f"{ROOT}{os.pathsep}{path}" if (path / "labels").exists() else str(ROOT)
        process = spawn([sys.executable, "-c", code, *argv], {**bare, **ports, **env, "PYTHONPATH": found}, output)
    try:
        yield log
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0, log.read_text()


def action_of(whole: Whole, name: str) -> dict[str, Any] | None:
    status, body = whole.call("admin", "GET", "/v1/actions?limit=200")
    assert status == 200, body
    return next((each for each in body["items"] if each["name"] == name), None)


def served(whole: Whole, name: str, log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while not ((found := action_of(whole, name)) and found["served"]):
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
    return found


def test_the_readmes_action_has_at_most_ten_lines_of_code() -> None:
    lines = [line for line in own_action().splitlines() if line.strip() and not line.strip().startswith("#")]
    assert 3 <= len(lines) <= 10, lines


def test_the_readmes_action_runs_beside_a_started_stack(whole: Whole, tmp_path: Path) -> None:
    """Word for word: the block as `my_module.py`, and the command that stands below it."""
    (tmp_path / "my_module.py").write_text(own_action())
    (command,) = set(COMMAND.findall(README.partition("## For developers")[2].partition("## For ops")[0]))
    assert action_of(whole, "shop.ship") is None
    step = {"id": "ship", "kind": "action", "action": "shop.ship", "execute": "automatic", "with": {"order": "o7"}}
    with worker(whole, command.split(), tmp_path, tmp_path / "worker.log") as log:
        served(whole, "shop.ship", log)
        whole.publish({"holdfast": 1, "key": "own-action", "name": "Own action", "steps": [step]})
        run = whole.start("ann", "own-action")["id"]
        view = whole.until(run, lambda v: v["status"] == "completed")
    assert view["steps"][0]["output"] == {"tracking": "T-o7"}


def install(target: Path) -> None:
    """The example as a wheel, unpacked where Python looks: all that installing a pure package does."""
    built = target / "dist"
    argv = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    done = subprocess.run(argv, cwd=EXAMPLE, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(target)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    install(target)
    return target


def test_the_example_tests_itself() -> None:
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(EXAMPLE), "-c", os.devnull]
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{EXAMPLE}", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([*argv, "tests"], cwd=EXAMPLE, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout


def test_an_installed_package_on_a_queue_of_its_own(whole: Whole, installed: Path, tmp_path: Path) -> None:
    """Its actions appear without redeploying anything; while its worker is away the run waits, and says for whom."""
    printer = {"LABELS_FOLDER": str(tmp_path / "printed")}
    assert action_of(whole, "labels.print") is None
    definition = parse_yaml((EXAMPLE / "parcel.yaml").read_bytes())
    with worker(whole, ["worker", "--queue", "labels"], installed, tmp_path / "first.log", **printer) as log:
        assert [each["queue"] for each in served(whole, "labels.print", log)["workers"]] == ["labels"]
        whole.publish(definition)
        run = whole.start("ann", "parcel", record="o1")["id"]
        view = whole.until(run, lambda v: v["status"] == "completed")
    label = tmp_path / "printed" / f"{view['steps'][0]['output']['label']}.txt"
    assert label.read_text() == "o1\nOrder o1, Main Street 1\n"
    gone = action_of(whole, "labels.print")
    assert gone is not None and not gone["served"], "it said that it ends"

    run = whole.start("ann", "parcel", record="o3")["id"]
    whole.until(run, lambda v: v["steps"][0]["status"] == "running")
    status, found = whole.call("ann", "GET", f"/v1/runs/{run}/why")
    (missing,) = [each for each in found["reasons"] if each["code"] == "action_not_served"]
    assert status == 200 and (missing["action"], missing["queue"]) == ("labels.print", "labels")
    with worker(whole, ["worker", "--queue", "labels"], installed, tmp_path / "second.log", **printer):
        whole.until(run, lambda v: v["status"] == "completed")


def test_a_worker_with_nothing_to_do_says_so(whole: Whole, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "holdfast", "worker", "--queue", "nobody"]
    env = {**os.environ, "HOLDFAST_HOME": str(whole.home), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "no action is done from the task queue nobody" in done.stderr
