"""A read model of some hundred rows in which most keys are equal, and what each list must show of it, told plainly.

The rows are the same in every database, so that what two databases answer can be held against one list.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert

from api.filters import RunFilters, TaskFilters, me
from api.permissions import Who
from api.store.columns import NEVER
from api.store.counts import recount
from api.store.keys import teams_key
from api.store.search import Titles, introduce, search_text, words_of
from api.store.tables import Row
from definitions.times import parse_instant

NOW = "2026-11-21T09:00:00.000000Z"
TITLES = ("Count", "Choose a branch", "Ask for the order", "Ünder way")
TEAMS: tuple[tuple[str, ...], ...] = ((), ("ops",), ("legal",), ("legal", "ops"), ("Ops",))
PEOPLE = ("ann", "ben", "me")
NAMES = ("Order", "Order of orders", "Return", "Étude")
STATUSES = ("running", "waiting", "waiting", "saved", "completed", "aborted")


@dataclass(frozen=True)
class Listed:
    """The rows, by table."""

    runs: list[dict[str, Any]]
    tasks: list[dict[str, Any]]

    @classmethod
    def made(cls, runs: int = 160) -> Listed:
        """The same every time."""
        dice = random.Random(4)
        rows = [_run(dice, number) for number in range(runs)]
        return cls(rows, [task for run in rows for task in _tasks(dice, run)])

    def put(self, connection: Connection) -> None:
        """Write everything that lists are read from."""
        tables, titles = Row.metadata.tables, Titles()
        connection.execute(insert(tables["runs"]), self.runs)
        connection.execute(insert(tables["tasks"]), self.tasks)
        starts = {run["id"]: run["started_at"] for run in self.runs}
        assigned = [row for task in self.tasks for row in _assigned(task, starts[task["run"]])]
        connection.execute(insert(tables["assignments"]), assigned)
        for run in self.runs:
            introduce(connection, run)
        titles.learn(connection, (task["title"] for task in self.tasks))
        recount(connection)

    def of_tasks(self, who: Who, asked: TaskFilters) -> list[tuple[str, str]]:
        """(run, step) of the tasks that must be shown, in order."""
        runs = {run["id"]: run for run in self.runs}
        found = [task for task in self.tasks if _is_meant(task, runs[task["run"]], who, asked)]
        first = {"due": "due_sort", "title": "title", "entered": "entered_at"}[asked.sort]
        found.sort(key=lambda task: [text.encode() for text in (task[first], task["run"], task["step"])])
        return [(task["run"], task["step"]) for task in found]

    def of_runs(self, who: Who, asked: RunFilters) -> list[str]:
        """Ids of the runs that must be shown, in order."""
        found = [run for run in self.runs if self._is_run_meant(run, who, asked)]
        found.sort(key=lambda run: (run["started_at"], run["id"]), reverse=asked.sort.startswith("-"))
        return [run["id"] for run in found]

    def _is_run_meant(self, run: dict[str, Any], who: Who, asked: RunFilters) -> bool:
        tasks = [task for task in self.tasks if task["run"] == run["id"]]
        person, holder = me(asked.assignee, who.id), me(asked.holder, who.id)
        text = (run["name"], run["record_id"])
        return all(
            (
                _sees(who, run["teams"], run["started_by"]),
                not asked.status or run["status"] in asked.status,
                asked.saved is None or (run["status"] == "saved") == asked.saved,
                asked.definition in (None, run["definition"]),
                asked.label is None or asked.label in run["labels"],
                asked.attention in (None, run["attention"]),
                holder in (None, run["holder"]),
                person is None or any(person in task["users"] for task in tasks),
                not asked.team or any(set(asked.team) & set(task["teams"]) for task in tasks),
                asked.started_after is None or run["started_at"] > asked.started_after,
                _of_record(run, asked.record),
                asked.q is None or _is_id(asked.q, run["id"]) or _has(asked.q, *text),
            )
        )


def _is_meant(task: dict[str, Any], run: dict[str, Any], who: Who, asked: TaskFilters) -> bool:
    person = me(asked.assignee, who.id)
    late = task["due_sort"] != NEVER and parse_instant(task["due_sort"]) <= parse_instant(NOW)
    return all(
        (
            _sees(who, run["teams"], run["started_by"]),
            person is None or person in task["users"],
            not asked.team or set(asked.team) & set(task["teams"]),
            not asked.status or task["status"] in asked.status,
            asked.definition in (None, task["definition"]),
            asked.overdue in (None, late),
            asked.manual in (None, task["manual"]),
            task["current"] or not asked.current_only,
            _of_record(task, asked.record),
            asked.q is None
            or _is_id(asked.q, task["run"])
            or _has(asked.q, task["title"], task["run_name"], task["record_id"]),
        )
    )


def _sees(who: Who, teams: list[str], started_by: str) -> bool:
    if "run.view.all" in who.grants:
        return True
    shared = not teams or bool(set(teams) & set(who.teams))
    return shared and ("run.view" in who.grants or started_by == who.id)


def _of_record(row: dict[str, Any], record: str | None) -> bool:
    return record in (None, row["record_id"], f"{row['record_collection']}/{row['record_id']}")


def _is_id(q: str, run: str) -> bool:
    return len(q.removeprefix("run-")) >= 8 and run.removeprefix("run-").startswith(q.removeprefix("run-"))


def _has(q: str, *texts: str | None) -> bool:
    words = words_of(*texts)
    meant = [{word} if len(word) < 3 else {found for found in words if found.startswith(word)} for word in words_of(q)]
    return bool(meant) and all(found & set(words) for found in meant)


def _run(dice: random.Random, number: int) -> dict[str, Any]:
    teams = list(dice.choice(TEAMS))
    name = f"{dice.choice(NAMES)} {number % 90}"
    record = f"o{number % 12}" if number % 5 else None
    return {
        "id": f"run-{number:08x}",
        "definition": dice.choice(("refund", "refund", "visit")),
        "version": 1,
        "hash": "h",
        "name": name,
        "record_collection": dice.choice(("demo.orders", "demo.visits")) if record else None,
        "record_id": record,
        "teams": teams,
        "teams_key": teams_key(teams),
        "started_at": f"2026-11-{1 + number // 40:02}T00:00:00.000000Z",
        "started_by": dice.choice(PEOPLE),
        "status": dice.choice(STATUSES),
        "attention": dice.random() < 0.1,
        "holder": dice.choice((*PEOPLE, None)),
        "labels": sorted(dice.sample(("vip", 'a "b"', "late"), dice.randrange(3))),
        "seq": 1,
        "chain": "",
        "search": search_text(name, record),
    }


def _tasks(dice: random.Random, run: dict[str, Any]) -> list[dict[str, Any]]:
    if run["status"] in ("completed", "aborted"):
        return []
    return [_task(dice, run, f"s{step}") for step in range(dice.randrange(4))]


def _task(dice: random.Random, run: dict[str, Any], step: str) -> dict[str, Any]:
    title, manual = dice.choice(TITLES), dice.random() < 0.8
    due = dice.choice((None, "2026-11-20T00:00:00.000000Z", NOW, "2026-12-01T00:00:00.000000Z"))
    copied = ("definition", "record_collection", "record_id", "teams_key")
    return {
        **{name: run[name] for name in copied},
        "run": run["id"],
        "step": step,
        "execution": f"{step}#1",
        "run_name": run["name"],
        "title": title,
        "kind": "task" if manual else "action",
        "status": dice.choice(("ready", "ready", "in_progress", "attention") if manual else ("running", "attention")),
        "attention": None,
        "users": dice.sample(PEOPLE, dice.randrange(3)),
        "teams": dice.sample(("ops", "legal"), dice.randrange(3)),
        "roles": [],
        "due": due,
        "due_sort": due or NEVER,
        "entered_at": dice.choice(("2026-11-02T00:00:00.000000Z", "2026-11-03T00:00:00.000000Z")),
        "manual": manual,
        "current": run["status"] != "saved",
        "search": search_text(title, run["name"], run["record_id"]),
    }


def _assigned(task: dict[str, Any], started_at: str) -> list[dict[str, Any]]:
    common = {name: task[name] for name in ("run", "step", "due_sort", "title", "entered_at")}
    people = [("user", who) for who in task["users"]] + [("team", who) for who in task["teams"]]
    return [{**common, "kind": kind, "who": who, "started_at": started_at} for kind, who in people]
