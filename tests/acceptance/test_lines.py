"""The lines between our programs and the servers are cut, held up or slow: it takes longer, and nothing else."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.house import Parts, step
from tests.acceptance.test_survival import NEXT, TASK, all_wait, document, pay, within
from tests.support.line import Line
from tests.support.servers import PostgresServer

PAID = document("lined", pay("slow", "acceptance.pay_slowly"), NEXT)


@dataclass(frozen=True)
class Lined:
    """The programs over PostgreSQL, and the two lines on which the worker depends. The API has lines of its own."""

    parts: Parts
    to_temporal: Line
    to_database: Line

    @property
    def world(self) -> Path:
        return Path(self.parts.env["HOLDFAST_TEST_WORLD"])

    def deed(self, run: str) -> str:
        """What the only payment of a run left behind."""
        (path,) = [path for path in self.world.glob(f"{run}_*") if path.suffix != ".waiting"]
        return path.read_text()


@pytest.fixture(scope="module")
def lined(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Lined]:
    folder, database = tmp_path_factory.mktemp("lined"), "lined"
    settings = {
        "HOLDFAST_DATABASE_URL": postgres_server.create(database),
        "HOLDFAST_TEST_WORLD": str(folder / "world"),
    }
    house = Parts(folder, ("tests.acceptance.actions",), **settings)
    with Line(house.temporal.port) as to_temporal, Line(postgres_server.socket) as to_database:
        house.worker.env = house.env | {
            "TEMPORAL_ADDRESS": to_temporal.address,
            "HOLDFAST_DATABASE_URL": f"postgresql://postgres@{to_database.address}/{database}",
        }
        house.start_up()
        yield Lined(house, to_temporal, to_database)
        house.stop()
    postgres_server.drop(database)


def verified(house: Parts, run: str) -> Any:
    """Whether its history gives the same events, and whether its chain holds."""
    status, answer = house.call("lea", "POST", f"/v1/runs/{run}/verify")
    assert status == 200, answer
    return answer["replays"], answer["chain"], answer["problems"]


@pytest.mark.parametrize(("harm", "seconds"), [("cut", 5), ("hold", 15)])
def test_the_line_between_worker_and_temporal(lined: Lined, harm: str, seconds: float) -> None:
    """Payments under way are made once and known to be, runs begun meanwhile go on; the worker is the same one."""
    house, line = lined.parts, lined.to_temporal
    house.publish(PAID)
    worker = house.worker.process
    runs = [house.start("ann", "lined")["id"] for _ in range(3)]
    within(20, partial(all_wait, lined.world, [f"{run}_" for run in runs]))
    getattr(line, harm)()
    runs += [house.start("ann", "lined")["id"] for _ in range(3)]
    time.sleep(seconds)
    assert not all_wait(lined.world, [f"{run}_" for run in runs[3:]]), "the line was not harmed"
    line.mend()
    for run in runs:
        view = house.until(run, lambda v: v["current"] == ["next"], 60)
        assert (step(view, "slow")["output"]["done"], lined.deed(run)) == (1, "paid\n")
    assert worker is house.worker.process and worker is not None and worker.poll() is None
    assert verified(house, runs[0]) == (True, True, [])


def test_the_line_between_worker_and_database_is_cut(lined: Lined) -> None:
    """Again and again, in the middle of whatever it writes: rows are whole, and each payment is made once."""
    house, line = lined.parts, lined.to_database
    house.publish(PAID)
    runs, harmed = [], line.harmed
    for _ in range(6):
        runs += [house.start("ann", "lined")["id"] for _ in range(2)]
        line.cut()
        time.sleep(0.5)
        line.mend()
    assert line.harmed - harmed >= 6
    for run in runs:
        house.until(run, lambda v: v["current"] == ["next"], 60)
        assert lined.deed(run) == "paid\n"
    for run in runs[::4]:
        assert verified(house, run) == (True, True, [])


def test_the_line_between_worker_and_database_is_slow(lined: Lined) -> None:
    """300 ms there and back, give or take 200, and 32 KB a second: slow, and no step fails."""
    house, line = lined.parts, lined.to_database
    house.publish(PAID)
    harmed = line.harmed
    line.slow(0.05, 0.25)
    runs = [house.start("ann", "lined")["id"] for _ in range(2)]
    for run in runs:
        view = house.until(run, lambda v: v["current"] == ["next"], 120)
        assert (step(view, "slow")["status"], lined.deed(run)) == ("done", "paid\n")
    line.mend()
    assert line.harmed - harmed >= 20
    assert all(verified(house, run) == (True, True, []) for run in runs)


def test_temporal_freezes_for_half_a_minute(lined: Lined) -> None:
    """As a machine that sleeps, so that every connection stays open: who completes is told that it is stored."""
    house = lined.parts
    house.publish(document("asleep", TASK, NEXT))
    runs = [house.start("ann", "asleep")["id"] for _ in range(20)]
    answers: dict[str, tuple[int, Any]] = {}

    def complete(run: str) -> None:
        body = {"id": f"{run}-look", "type": "complete", "step": "look"}
        answers[run] = house.call("ann", "POST", f"/v1/runs/{run}/commands", body)

    os.kill(house.temporal.pid, signal.SIGSTOP)
    try:
        asking = [threading.Thread(target=complete, args=(run,)) for run in runs]
        for thread in asking:
            thread.start()
        time.sleep(30)
        assert house.run(runs[0])["current"] == ["look"], "what is known is told"
        assert {(status, told["outcome"]) for status, told in answers.values()} == {(202, "received")}, answers
        assert len(answers) == len(runs)
    finally:
        os.kill(house.temporal.pid, signal.SIGCONT)
    for run in runs:
        house.until(run, lambda v: v["current"] == ["next"], 60)
        assert [event.get("command") for event in house.events(run)].count(f"{run}-look") == 1
