"""What happened, written down: a run's events before an effect begins, its intent, and its outcome after it.

Each method is one transaction, and each may be repeated: rows already there are left alone. A run's row is locked
first, so that appends of one run follow on each other in every process; runs never wait for each other.

Two things are refused or noticed rather than guessed. A batch that leaves a gap raises `LedgerGap`: an event lost is
worse than an effect that waits. A repeated event that is not the one stored means that a turn was taken again, and then
the later try stands (taking_back.py); or that the engine's history was reset from outside: then the stored one stands.
The log tells of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import structlog
from sqlalchemy import Connection, bindparam, insert, select, update

from api.store import feed
from api.store.chain import genesis, links
from api.store.facts import LedgerGap, event_row, follow_on, read_events
from api.store.flags import flag
from api.store.kept import Kept
from api.store.outcomes import settle_commands
from api.store.people import scopes_of
from api.store.projection import RUNS, Graphs, Held, load, project, read_tasks
from api.store.runs import create_from
from api.store.statements import Ready, insert_new
from api.store.store import Store
from api.store.tables import Row
from api.store.taking_back import first_other, note_fork, take_back
from definitions.canonical import digest
from definitions.contracts import EffectContract, Touches
from definitions.effects import Begun, EffectState, Intent, Verdict, judge_begin
from definitions.taken import Tail, Taken, follow
from definitions.wire import EffectCall, Event

EVENTS = Row.metadata.tables["events"]
EFFECTS = Row.metadata.tables["effects"]
LOG = Row.metadata.tables["log"]

# Statements are made once: putting one together costs more than SQLite takes to run it.
_LOCK_RUN = Ready(
    select(RUNS.c.seq, RUNS.c.chain, RUNS.c.tail).where(RUNS.c.id == bindparam("of_run")).with_for_update()
)
_WRITE_EVENTS = Ready(insert(EVENTS))
_WRITE_LOG = Ready(insert(LOG))
_FINISH = Ready(
    update(EFFECTS).where(
        EFFECTS.c.key == bindparam("of_key"),
        EFFECTS.c.turn == bindparam("of_turn"),
        EFFECTS.c.state != EffectState.DONE.value,
    )
)

log = structlog.get_logger("holdfast.ledger")


class SqlLedger:
    """The `Ledger` of activities/ports.py over the store. `keep` runs stay folded in memory between two appends."""

    def __init__(self, store: Store, *, keep: int = 1000) -> None:
        self._store = store
        self._graphs = Graphs()
        self._held: Kept[str, Held] = Kept(keep)

    async def append(self, run: str, events: Sequence[dict[str, Any]], taken: Taken | None = None) -> None:
        """Store the run's events that are not stored yet and bring its rows up to date. Raises LedgerGap."""
        found = read_events(events)
        try:
            self._keep(await self._store.together(lambda connection: self._append(connection, run, found, taken)))
        except LedgerGap as gap:
            await self._say_gap(gap)
            raise

    async def begin(self, call: EffectCall, at: datetime | None = None) -> Begun:
        """Append the call's events and write the intent of its effect, where `judge_begin` lets it begin.

        `at` is the moment of the try, the same each time it asks. Gives the rights of who acts along, since everybody
        who is allowed to begin asks for them next.
        """
        found, moment = read_events(call.events), at or datetime.now(UTC)

        def work(connection: Connection) -> tuple[Held | None, Begun]:
            held = self._append(connection, call.run, found, call.taken)
            begun = self._begin(connection, call, moment)
            if begun.verdict is Verdict.GO:
                begun = replace(begun, scopes=scopes_of(connection, call.acting))
            return held, begun

        try:
            held, begun = await self._store.together(work, call.run)
        except LedgerGap as gap:
            await self._say_gap(gap)
            raise
        self._keep(held)
        return begun

    async def finish(
        self,
        call: EffectCall,
        state: Literal["done", "failed", "unknown"],
        result: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
    ) -> None:
        """Write the outcome of the turn that began. An older turn changes nothing, and what is done stays done."""
        values = {"state": state, "result": result, "error": error, "ended_at": datetime.now(UTC)}
        row = {"of_key": call.key, "of_turn": call.turn}
        await self._store.together(lambda connection: _FINISH.run(connection, {**row, **values}), call.run)

    async def _say_gap(self, gap: LedgerGap) -> None:
        """The run is flagged, in a transaction of its own: that of the events came to nothing."""
        log.warning("events_missing", run=gap.run, stored=gap.stored, first=gap.seqs[0] if gap.seqs else None)
        detail = {"stored": gap.stored, "offered": list(gap.seqs[:1])}
        await self._store.transact(lambda connection: flag(connection, gap.run, "ledger_gap", detail))

    def _append(
        self, connection: Connection, run: str, events: Sequence[Event], taken: Taken | None = None
    ) -> Held | None:
        if not events:
            return None
        stored, chain, tail = self._locked(connection, run, events[0])
        fresh = follow_on(run, stored, events)
        repeated = events[: len(events) - len(fresh)]
        other = first_other(connection, run, repeated)
        if other is not None and taken and tail and tail.gives_way(taken, other):
            held = take_back(connection, run, other)
            fresh = [event for event in events if event.seq >= other]
            return self._write(connection, held, fresh, follow(tail, taken, other))
        if other is not None:
            note_fork(connection, run, repeated)
        if not fresh:
            return None
        held = self._current(connection, run, stored, chain)
        return self._write(connection, held, fresh, follow(tail, taken, fresh[0].seq))

    def _write(self, connection: Connection, held: Held, fresh: Sequence[Event], tail: Tail | None) -> Held:
        run = held.state.run
        chains = links(held.chain, fresh)
        rows = [event_row(run, event, link) for event, link in zip(fresh, chains, strict=True)]
        _WRITE_EVENTS.run_all(connection, rows)
        after = project(connection, self._graphs, held, fresh, chains[-1], tail=tail.to_text() if tail else None)
        graph = self._graphs.of(connection, after.state)
        before = graph if held.state.seq == 0 else self._graphs.of(connection, held.state)
        feed.put(connection, (before, held.state), (graph, after.state), fresh)
        settle_commands(connection, run, fresh)
        return after

    def _locked(self, connection: Connection, run: str, first: Event) -> tuple[int, str, Tail | None]:
        """Lock the run's row, made from its first event where it is missing; the last `seq` stored, its link, and the
        turn that wrote last."""
        if (row := _LOCK_RUN.first(connection, {"of_run": run})) is None:
            create_from(connection, run, first)
            row = _LOCK_RUN.first(connection, {"of_run": run})
        seq, chain, tail = row
        return seq, chain or genesis(run), Tail.from_text(tail) if tail else None

    def _current(self, connection: Connection, run: str, stored: int, chain: str) -> Held:
        """The run as folded up to `stored`: from memory where that is still the same run, else from its row."""
        held = self._held.get(run)
        if held is not None and (held.state.seq, held.chain) == (stored, chain):
            return held
        if stored == 0:
            return load(None, run, chain)
        state = connection.execute(select(RUNS.c.state).where(RUNS.c.id == run)).scalar()
        return load(state, run, chain, read_tasks(connection, run))

    def _begin(self, connection: Connection, call: EffectCall, at: datetime) -> Begun:
        intent = _intent(call, at)
        is_first = insert_new(connection, EFFECTS, intent)
        begun, is_written = (Begun(Verdict.GO), False) if is_first else self._again(connection, call, intent)
        if begun.verdict is Verdict.GO and not is_written:
            _WRITE_LOG.run(connection, _log_row(call, at))
        return begun

    def _again(self, connection: Connection, call: EffectCall, intent: dict[str, Any]) -> tuple[Begun, bool]:
        """A key that was begun before: what was written down then decides; and whether that was this very try."""
        row = connection.execute(select(EFFECTS).where(EFFECTS.c.key == call.key).with_for_update()).one()
        before, at = Intent(row.turn, EffectState(row.state), row.result, row.at), intent["at"]
        begun = judge_begin(before, call.turn, EffectContract.from_json(call.contract).repeatable, at)
        is_written = before.is_of(call.turn, at)
        if begun.verdict is Verdict.GO and not is_written:
            anew = {**intent, "tries": row.tries + 1, "result": None, "error": None, "ended_at": None}
            connection.execute(update(EFFECTS).where(EFFECTS.c.key == call.key).values(anew))
        return begun, is_written

    def _keep(self, held: Held | None) -> None:
        """Only after the commit: what was rolled back never happened."""
        if held is None:
            return
        if held.state.closed:
            self._held.drop(held.state.run)
        else:
            self._held.put(held.state.run, held)


def _intent(call: EffectCall, at: datetime) -> dict[str, Any]:
    return {
        "key": call.key,
        "run": call.run,
        "step": call.step,
        "execution": call.execution,
        "action": call.activity,
        "acting": call.acting,
        "turn": call.turn,
        "tries": 1,
        "state": EffectState.BEGUN.value,
        "input_hash": digest(call.input),
        "at": at,
    }


def _log_row(call: EffectCall, at: datetime) -> dict[str, Any]:
    """The line of the activity log without which no side effect happens."""
    reads = EffectContract.from_json(call.contract).touches is Touches.NOTHING
    return {
        "at": at,
        "user": call.acting,
        "action": call.activity,
        "type": "read" if reads else "write",
        "via": "worker",
        "outcome": "ok",
        "definition": call.definition,
        "run": call.run,
        "step": call.step,
        "detail": {"execution": call.execution, "turn": call.turn},
    }
