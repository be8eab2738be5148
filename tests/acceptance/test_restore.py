"""A backup is taken, life goes on, all is lost, and the backup is put back in the steps that Operations names."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.house import Parts, Program
from tests.acceptance.test_survival import NEXT, TASK, all_wait, document, pay, within

THEN_PAID = document("restored", TASK, pay("safe", "acceptance.pay_safely"), NEXT)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Parts]:
    """Programs of our own. What they do to the world stands beside what is backed up and lost."""
    modules, folder = ("tests.acceptance.actions",), tmp_path / "house"
    folder.mkdir()
    house = Parts(folder, modules, HOLDFAST_TEST_WORLD=str(tmp_path / "world"))
    house.start_up()
    yield house
    house.stop()


def state_of(house: Parts) -> list[Path]:
    """All there is to back up: our home with the database and Temporal's database."""
    return [house.home, *house.home.parent.glob("temporal.db*")]


def copied(paths: list[Path], to: Path) -> None:
    for path in paths:
        shutil.copytree(path, to / path.name) if path.is_dir() else shutil.copy2(path, to / path.name)


def lost(house: Parts) -> None:
    for path in state_of(house):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def told(house: Parts, *argv: str) -> str:
    """What a command of ours says; it must end well."""
    program = Program(list(argv), house.env, house.home.with_name(f"{argv[0]}.out"))
    program.start()
    assert program.process is not None
    assert program.process.wait(60) == 0, program.tail()
    return program.tail()


def seen(house: Parts, runs: list[str]) -> dict[str, Any]:
    """What people have before them: the work lists, and all events of these runs."""
    status, tasks = house.call("lea", "GET", "/v1/tasks?limit=200")
    assert status == 200, tasks
    return {"tasks": tasks["items"], **{run: house.events(run) for run in runs}}


def completed(house: Parts, run: str, name: str) -> None:
    status, answer = house.command("ann", run, "complete", step=name)
    assert (status, answer["outcome"]) == (200, "applied"), answer


def test_a_backup_of_everything_is_put_back(house: Parts, tmp_path: Path) -> None:
    world, backup = tmp_path / "world", tmp_path / "backup"
    house.publish(THEN_PAID)
    house.publish(document("plain", TASK, NEXT))
    waits, ended = house.start("ann", "restored")["id"], house.start("ann", "plain")["id"]
    for name in ("look", "next"):
        completed(house, ended, name)
    before = seen(house, [waits, ended])
    house.stop()
    backup.mkdir()
    copied(state_of(house), backup)

    house.mend()
    completed(house, waits, "look")
    within(40, partial(all_wait, world, [f"{waits}_"]))
    later = house.start("ann", "plain")["id"]
    house.stop()
    lost(house)

    copied(list(backup.iterdir()), house.home.parent)
    house.temporal.start()
    told(house, "migrate")
    house.start_worker()
    house.start_api()
    told(house, "rebuild")
    assert seen(house, [waits, ended]) == before
    assert house.call("lea", "GET", f"/v1/runs/{later}")[0] == 404, "it began after the backup"
    completed(house, waits, "look")
    view = house.until(waits, lambda each: each["current"] == ["next"])
    (deed,) = [path for path in world.iterdir() if path.suffix != ".waiting"]
    assert deed.read_text() == "paid\n", "paid after the backup, and under the same key once more: no second payment"
    assert next(each for each in view["steps"] if each["id"] == "safe")["output"]["done"] == 1
    completed(house, waits, "next")
    assert "2 runs verified, 0 with something wrong" in told(house, "verify", "--all")


def test_a_backup_without_its_key_is_noticed(house: Parts) -> None:
    """The drill's other half: what Operations says of a lost `signing.key` is so, and nobody is believed by mistake."""
    house.publish(document("keyless", TASK, NEXT))
    run = house.start("ann", "keyless")["id"]
    house.api.end(signal.SIGTERM)
    (house.home / "signing.key").unlink()
    house.start_api()
    status, told = house.command("ann", run, "complete", tries=1, step="look")
    assert (status, told["outcome"]) == (202, "received"), "no answer of the run's is for this command"
    house.until(run, lambda view: view["current"] == ["next"])
    (done,) = [event for event in house.events(run) if event["type"] == "step_done"]
    assert (done["actor"], done["command"]) == ("temporal-cli", f"temporal-cli:{told['command']}")
    completed(house, house.start("ann", "keyless")["id"], "look")
