"""One night: the stage is opened, people work while things are harmed, and in the morning the books are read."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos import books, check
from tests.chaos.faults import Faults, inflict
from tests.chaos.people import DOCUMENT, Crowd, Diary, open_diary
from tests.chaos.stage import Stage

REPLAYED = 100
"""Of how many of the newest runs the history is replayed."""


@dataclass(frozen=True, slots=True)
class Night:
    """What it was like. `problems` are those of the check; `slowest` seconds somebody waited for an answer."""

    faults: Faults
    acked: int
    unanswered: int
    slowest: float
    settled: float
    runs: int
    events: int
    problems: list[str]


def have(folder: Path, seed: int, seconds: float, runs: int) -> Night:
    """A night of so many seconds with so many runs at once. `diary.jsonl` and `books.json` stay in the folder."""
    stage = Stage(folder)
    with stage.open():
        stage.house.publish(DOCUMENT)
        diary = open_diary(folder / "diary.jsonl")
        crowd = Crowd(stage.house.url, stage.house.tokens(), diary, seed)
        faults = _work_while_harmed(stage, crowd, seed, seconds, runs)
        found = _morning(stage)
        books.write(folder / "books.json", found)
        return _judged(folder, found, faults, diary)


def judge(folder: Path) -> list[str]:
    """What is wrong, read from the files of a night alone."""
    diary = [json.loads(line) for line in (folder / "diary.jsonl").read_text().splitlines()]
    return check.problems(diary, json.loads((folder / "books.json").read_text()))


def _work_while_harmed(stage: Stage, crowd: Crowd, seed: int, seconds: float, runs: int) -> Faults:
    """Processes are started from this thread: they die with the thread that started them."""

    def people() -> None:
        asyncio.run(crowd.work(runs))

    working = threading.Thread(target=people)
    working.start()
    try:
        faults = inflict(stage, seed, seconds)
    finally:
        crowd.over.set()
        working.join()
    return faults


def _morning(stage: Stage) -> dict[str, Any]:
    settled = books.settled(stage.database)
    found: dict[str, Any] = {**books.tables(stage.database), "deeds": books.deeds(stage.world), "settled": settled}
    runs, address = [row["id"] for row in found["runs"]], stage.house.temporal.address
    return {**found, "not_replayed": asyncio.run(books.replayed(address, runs, REPLAYED, found["events"]))}


def _judged(folder: Path, found: dict[str, Any], faults: Faults, diary: Diary) -> Night:
    slowest = max(diary.silences, default=0.0)
    sizes = len(found["runs"]), len(found["events"])
    return Night(faults, diary.acked, diary.unanswered, slowest, found["settled"], *sizes, judge(folder))
