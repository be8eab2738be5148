"""From events to rows: the read model is a fold by the engine's own `evolve`, so that no list can disagree with a run.

`Held` is a run as last folded. It is worth keeping between two appends, since a state is far larger than the events
that change it; it counts only while its `seq` and `chain` are still those of the run's row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from api.store.columns import NEVER
from api.store.counts import count_change
from api.store.kept import Kept
from api.store.keys import teams_key
from api.store.rounds import forget
from api.store.search import Titles, introduce, search_text
from api.store.statements import Ready
from api.store.tables import Row
from definitions.due import overdue_from
from definitions.engine import Graph, State, fold
from definitions.engine.events import EventType
from definitions.engine.execution import Execution
from definitions.engine.state import RunStatus
from definitions.listed import run_row, task_rows
from definitions.times import rfc3339
from definitions.wire import Event

RUNS = Row.metadata.tables["runs"]
TASKS = Row.metadata.tables["tasks"]
ASSIGNMENTS = Row.metadata.tables["assignments"]
VERSIONS = Row.metadata.tables["versions"]

_WRITE_RUN = Ready(update(RUNS).where(RUNS.c.id == bindparam("of_run")))
_WRITE_TASK, _WRITE_ASSIGNMENT = Ready(insert(TASKS)), Ready(insert(ASSIGNMENTS))
_DROP_TASK, _DROP_ASSIGNMENTS = (
    Ready(delete(table).where(table.c.run == bindparam("of_run"), table.c.step == bindparam("of_step")))
    for table in (TASKS, ASSIGNMENTS)
)


Round = tuple[Execution, dict[str, Any]]

ENDINGS = (EventType.RUN_COMPLETED, EventType.RUN_ABORTED)


@dataclass(frozen=True, slots=True)
class Held:
    """A run after its event `state.seq`, with the end of its chain and the task rows that it shows.

    `columns` are those of its row as last written, so that the next time only what differs is: a column that is set
    anew costs an entry in each of its indexes, whether it changed or not.
    """

    state: State
    chain: str
    tasks: tuple[dict[str, Any], ...] = ()
    columns: dict[str, Any] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    """Its executions with what they are as JSON: of many only one or two are new after an event."""


class Graphs:
    """Published versions made ready to be walked, kept by (key, version): they never change.

    `titles` are the titles of tasks that the search is known to know.
    """

    def __init__(self, size: int = 256) -> None:
        self._kept: Kept[tuple[str, int], Graph] = Kept(size)
        self.titles = Titles()

    def of(self, connection: Connection, state: State) -> Graph:
        """The graph that a run walks. Raises LookupError when its version is not in this database."""
        key = (state.definition, state.version)
        if (graph := self._kept.get(key)) is None:
            query = select(VERSIONS.c.frozen).where(VERSIONS.c.key == key[0], VERSIONS.c.version == key[1])
            if (frozen := connection.execute(query).scalar()) is None:
                raise LookupError(f"version {key[1]} of {key[0]!r} is not in the database")
            graph = Graph.load(frozen)
            self._kept.put(key, graph)
        return graph


def project(
    connection: Connection, graphs: Graphs, held: Held, events: Sequence[Event], chain: str, **more: Any
) -> Held:
    """Fold more events into a run and write what changed of its rows; gives the run as it is then.

    `events` follow on `held` without a gap, and the run's row is there and locked by the caller. `more` is what
    its row holds besides what follows from its events, where that changes.
    """
    state = fold(events, held.state)
    graph = graphs.of(connection, state)
    tasks = tuple(_task(row, graph, state) for row in task_rows(graph, state))
    rounds = _as_json(state, held.rounds)
    values = {**run_columns(graph, state, [row for _, row in rounds.values()]), "chain": chain, **more}
    if held.state.closed and not any(event.type in ENDINGS for event in events):
        values.pop("open_key", None)  # an errand of a run that has ended; it may hold its record again: a reopen came
    changed = {name: value for name, value in values.items() if held.columns.get(name, ...) != value}
    _WRITE_RUN.run(connection, {"of_run": state.run, **changed})
    graphs.titles.learn(connection, (row["title"] for row in tasks))
    _rewrite_tasks(connection, state, held.tasks, tasks)
    if held.state.seq == 0:
        introduce(connection, {**values, "id": state.run})
    count_change(connection, held.state, state)
    return Held(state, chain, tasks, {**values, "state": None}, rounds)


def run_columns(graph: Graph, state: State, executions: Sequence[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The columns of a run's row that follow from its events. A run that has ended gives its `open_key` back.

    `executions` are the state's as JSON, where they are known.
    """
    row = {name: value for name, value in run_row(graph, state).items() if name in RUNS.c and name != "id"}
    derived = {"hash": state.hash, "teams_key": teams_key(state.teams), "state": state.to_json(executions)}
    derived["search"] = search_text(row["name"], row["record_id"])
    return {**row, **derived, **({"open_key": None} if state.closed else {})}


def _as_json(state: State, known: dict[str, Round]) -> dict[str, Round]:
    """Every execution with its JSON, made anew only for those that an event has touched: they are other objects."""
    found = {}
    for name, execution in state.executions.items():
        before = known.get(name)
        found[name] = before if before is not None and before[0] is execution else (execution, execution.to_json())
    return found


def load(state: dict[str, Any] | None, run: str, chain: str, tasks: Sequence[dict[str, Any]] = ()) -> Held:
    """A run as its row has it. `tasks` are its task rows, to tell later which of them changed."""
    return Held(State.from_json(state) if state else State.new(run), chain, tuple(tasks))


def read_tasks(connection: Connection, run: str) -> list[dict[str, Any]]:
    """The task rows of a run as they stand."""
    rows = connection.execute(select(TASKS).where(TASKS.c.run == run))
    return [dict(row) for row in rows.mappings()]


def _task(row: dict[str, Any], graph: Graph, state: State) -> dict[str, Any]:
    known = {column.name: row.get(column.name) for column in TASKS.columns}
    due = row.get("due")
    return {
        **known,
        "due_sort": rfc3339(overdue_from(due, graph.document.timezone or "UTC")) if due else NEVER,
        "teams_key": teams_key(state.teams),
        "current": not state.closed and state.status is not RunStatus.SAVED,
        "search": search_text(row["title"], row["run_name"], row["record_id"]),
    }


def _rewrite_tasks(
    connection: Connection, state: State, before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]
) -> None:
    old, new = ({row["step"]: row for row in rows} for rows in (before, after))
    gone = [step for step, row in old.items() if new.get(step) != row]
    come = [row for step, row in new.items() if old.get(step) != row]
    if gone:
        _DROP_TASK.run_all(connection, [{"of_run": state.run, "of_step": step} for step in gone])
    if left := [step for step in gone if _assigned(old[step], state)]:
        _DROP_ASSIGNMENTS.run_all(connection, [{"of_run": state.run, "of_step": step} for step in left])
    forget(connection, state.run, [row for step, row in old.items() if _is_over(row, new.get(step))])
    if come:
        _WRITE_TASK.run_all(connection, come)
    if people := [who for row in come for who in _assigned(row, state)]:
        _WRITE_ASSIGNMENT.run_all(connection, people)


def _is_over(row: dict[str, Any], now: dict[str, Any] | None) -> bool:
    return now is None or now["execution"] != row["execution"]


def _assigned(row: dict[str, Any], state: State) -> list[dict[str, Any]]:
    """One row for each person and team a task is assigned to."""
    sorts = {name: row[name] for name in ("due_sort", "title", "entered_at")}
    common = {"run": row["run"], "step": row["step"], "started_at": state.started_at, **sorts}
    people = [("user", who) for who in row["users"]] + [("team", who) for who in row["teams"]]
    return [{**common, "kind": kind, "who": who} for kind, who in dict.fromkeys(people)]
