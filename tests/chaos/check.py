"""Whether the people's diary and the books agree: the promises I1 to I6 of docs/reliability.md, over files alone.

Each function gives one line for each thing that is wrong; no line is what everybody hopes for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from api.store.chain import first_break
from definitions.engine import State
from definitions.engine.evolve import fold
from definitions.wire import Event

Rows = list[dict[str, Any]]
ACKED = range(200, 300)


def problems(diary: Rows, books: dict[str, Any]) -> list[str]:
    """Everything that is wrong, by promise."""
    found: list[str] = []
    for check in (lost, doubled, phantoms, diverged, unreplayable, changed_answers):
        found += [f"{check.__name__}: {line}" for line in check(diary, books)]
    return found


def lost(diary: Rows, books: dict[str, Any]) -> Iterator[str]:
    """I1. What was acknowledged is there, once, and was judged."""
    outcomes = {row["id"]: row["outcome"] for row in books["commands"]}
    runs = {row["id"] for row in books["runs"]}
    for row in _acked(diary):
        if row["kind"] == "start" and row["run_told"] not in runs:
            yield f"the run {row['run_told']} was acknowledged and is not there"
        if row["kind"] == "command" and outcomes.get(row["id"]) not in ("applied", "refused"):
            yield f"the command {row['id']} of {row['run']} was acknowledged and is {outcomes.get(row['id'])}"
    for row in books["outbox"]:
        yield f"{row['kind']} of {row['run']} was never sent"


def doubled(_: Rows, books: dict[str, Any]) -> Iterator[str]:
    """I2. A round ends once; a deed is done once for each key, unless a person asked for another try."""
    ends: Counter[tuple[str, str]] = Counter()
    for event in books["events"]:
        if event["type"] == "step_done":
            ends[event["run"], event["execution"]] += 1
    for (run, execution), times in ends.items():
        if times > 1:
            yield f"{execution} of {run} was done {times} times"
    turns = {row["key"].replace(":", "_").replace("#", "_"): row["turn"] for row in books["effects"]}
    for deed, times in books["deeds"].items():
        if deed not in turns:
            yield f"{deed} was done and nobody wrote down that it would be"
        elif times > turns[deed]:
            yield f"{deed} was done {times} times and asked for {turns[deed]} times"


def phantoms(diary: Rows, books: dict[str, Any]) -> Iterator[str]:
    """I3. No event without its command; what was refused changed nothing."""
    known = {row["id"] for row in books["commands"]}
    caused: dict[str, set[str]] = defaultdict(set)
    for event in books["events"]:
        if event["command"]:
            caused[event["command"]].add(event["type"])
    starts = {row["id"] for row in diary if row["kind"] == "start"}
    for command, types in caused.items():
        if command not in known and command not in starts:
            yield f"{sorted(types)} stand for the command {command}, which nobody gave"
    for row in diary:
        if row["status"] is not None and 400 <= row["status"] < 500 and row["kind"] == "command":
            changed = caused[row["id"]] - {"command_refused"}
            if changed:
                yield f"{row['id']} was refused ({row['said']}), and {sorted(changed)} happened"


def diverged(_: Rows, books: dict[str, Any]) -> Iterator[str]:
    """I4. What is shown is the fold of the events; what is open waits for somebody."""
    events = _by_run(books["events"])
    for row in books["runs"]:
        mine = events.get(row["id"], [])
        if [event["seq"] for event in mine] != list(range(1, row["seq"] + 1)):
            yield f"{row['id']} stands at {row['seq']} and has the events {[event['seq'] for event in mine][-3:]}"
            continue
        state = fold((_event(event) for event in mine), State.new(row["id"]))
        if state.to_json() != row["state"]:
            yield f"{row['id']} is shown otherwise than its events say"
        if str(state.status) == "running" and not row["attention"]:
            yield f"{row['id']} is {state.status} and nothing moves it"


def unreplayable(_: Rows, books: dict[str, Any]) -> Iterator[str]:
    """I5. The chain of every run holds, and its history replays and says the same events."""
    for run, mine in _by_run(books["events"]).items():
        if (seq := first_break(run, [(_event(event), event["chain"]) for event in mine])) is not None:
            yield f"the chain of {run} breaks at {seq}"
    for run, why in books["not_replayed"].items():
        yield f"{run} does not replay as it is recorded: {why}"


def changed_answers(diary: Rows, _: dict[str, Any]) -> Iterator[str]:
    """I6. Asked again under the same id, the answer is the same: taken stays taken, refused stays refused."""
    told: dict[str, set[str]] = defaultdict(set)
    for row in diary:
        if row["status"] is not None and row["status"] < 500 and row["status"] != 429:
            told[row["id"]].add("taken" if row["status"] in ACKED else "refused")
    # 202 says that it is stored and not judged yet: a refusal may follow it, nothing else may.
    stored = {row["id"] for row in diary if row["status"] == 202}
    for command, answers in told.items():
        if len(answers) > 1 and command not in stored:
            yield f"{command} was answered both ways"
    runs: dict[str, set[str]] = defaultdict(set)
    for row in _acked(diary):
        if row["kind"] == "start":
            runs[row["id"]].add(row["run_told"])
    for key, found in runs.items():
        if len(found) > 1:
            yield f"the start {key} gave {len(found)} runs"


def _acked(diary: Rows) -> Iterator[dict[str, Any]]:
    return (row for row in diary if row["status"] is not None and row["status"] in ACKED)


def _by_run(events: Rows) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    for event in events:
        found[event["run"]].append(event)
    return found


def _event(row: dict[str, Any]) -> Event:
    names = ("seq", "type", "at", "step", "execution", "actor", "command")
    return Event(*(row[name] for name in names), row["data"] or {})
