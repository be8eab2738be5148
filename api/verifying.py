"""The proof of a run: its chain holds, its read model is what the events say, its history says the same events.

Three witnesses are held against each other. The *events* in the database, whose chain shows the first one that was
changed. The *anchor* outside of it, which shows an end that was cut off. And the *history* that Temporal or the blob
store has, replayed against today's code, which shows both, and whether that code would still decide as was decided.

The history is read before the events: a run stores an event before Temporal hears of the turn it belongs to, so what a
history has and the record has not is missing there. Only what an effect carries is stored a moment later; so a record
that is behind is looked at again before it is called so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from sqlalchemy import Connection, select

from api import anchors
from api.exporting import Archive, Known
from api.history import Event, Piece
from api.store.chain import first_break, genesis, links
from api.store.facts import read_events
from api.store.projection import RUNS, Graphs, run_columns
from api.store.rebuild import stored_events
from definitions.canonical import canonical
from definitions.engine import State, fold
from definitions.wire import Event as Fact

AGAIN = (0.5, 1.0, 2.0)
"""Pauses, in seconds, before a record that is behind its history is looked at again."""

UNTOLD = ("open_key",)
"""Columns of a run's row that do not follow from its events alone."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the replay of one piece came to. `after` is the event before its first; `problem` why it does not replay."""

    piece: str
    after: int | None = None
    events: list[Event] = field(default_factory=list)
    problem: str | None = None


class Replays(Protocol):
    """Replays histories against today's code, apart from this process."""

    async def replay(self, run: str, pieces: Sequence[tuple[Piece, list[Event]]]) -> list[Said]:
        """What each piece says, in their order. Raises TimeoutError where it takes too long."""
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: its name (docs/record.md), what it means, and the event or piece where it shows."""

    name: str
    message: str
    seq: int | None = None
    piece: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"code": self.name, "message": self.message, "seq": self.seq, "piece": self.piece}


OF_THE_CHAIN = ("chain_broken", "head_differs", "tail_missing", "anchor_differs")
OF_THE_REPLAY = ("does_not_replay", "history_differs", "history_damaged", "no_history", "tail_missing")


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of it: the answer of `POST /v1/runs/{id}/verify`."""

    run: str
    seq: int
    problems: list[Problem]

    @property
    def chain(self) -> bool:
        """Whether the events are whole and unchanged, as far as anybody knows."""
        return not any(problem.name in OF_THE_CHAIN for problem in self.problems)

    @property
    def replays(self) -> bool:
        """Whether the history replays and says what the record says."""
        return not any(problem.name in OF_THE_REPLAY for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        problems = [problem.to_json() for problem in self.problems]
        return {"replays": self.replays, "chain": self.chain, "seq": self.seq, "problems": problems}


@dataclass(frozen=True, slots=True)
class Stored:
    """A run as the database has it."""

    row: Any
    events: list[tuple[Fact, str]]
    columns: dict[str, Any] | None

    @property
    def links(self) -> list[str]:
        return [link for _, link in self.events]


class Verifier:
    """Proves runs; what it finds is said and never mended."""

    def __init__(self, archive: Archive, replays: Replays) -> None:
        self.archive, self.replays, self._graphs = archive, replays, Graphs()

    async def verify(self, run: str) -> Proof:
        """The proof of one run. Raises LookupError where there is none, TimeoutError for a replay that takes long."""
        known = await self.archive.known(run)
        problems, told = await self._replayed(run, known)
        stored = await self._stored(run)
        for pause in AGAIN:
            if told is None or len(stored.events) >= len(told):
                break
            await asyncio.sleep(pause)
            stored = await self._stored(run)
        found = [*of_chain(run, stored), *of_read_model(stored), *await self._of_anchor(run, stored)]
        if not any(problem.name == "chain_broken" for problem in found):
            found += of_history(run, stored, told, known)
        return Proof(run, stored.row.seq, unique([*found, *problems]))

    async def _replayed(self, run: str, known: Known) -> tuple[list[Problem], list[Event] | None]:
        """What is wrong with the history by itself, and the events it tells as far as they follow on each other."""
        read: list[tuple[Piece, list[Event]]] = []
        problems: list[Problem] = []
        for piece in known.pieces:
            try:
                read.append((piece, await self.archive.whole(run, piece)))
            except (LookupError, OSError, ValueError):
                text = "What was stored of the history is not there any more, or was changed."
                problems.append(Problem("history_damaged", text, piece=piece.id))
        if known.lost:
            text = "Temporal knows no such run: what was stored of its history is what there is."
            problems.append(Problem("engine_lost", text))
        if not known.reachable:
            text = "Temporal does not answer: only what is stored of the history was replayed."
            problems.append(Problem("history_unreachable", text))
        said = await self.replays.replay(run, read) if read else []
        problems += [
            Problem("does_not_replay", each.problem, piece=each.piece) for each in said if each.problem is not None
        ]
        return problems, contiguous(said) if said else None

    async def _stored(self, run: str) -> Stored:
        return await self.archive.store.look(partial(read_stored, run=run, graphs=self._graphs))

    async def _of_anchor(self, run: str, stored: Stored) -> list[Problem]:
        try:
            head = await anchors.head(self.archive.anchors, anchors.run_name(run))
        except (OSError, ValueError) as error:
            return [Problem("anchor_unreadable", f"The anchor of this run cannot be read ({type(error).__name__}).")]
        if head is None or head.seq == 0:
            return []
        if head.seq > len(stored.events):
            text = f"The record ends at event {len(stored.events)}; on {head.at} it had {head.seq}."
            return [Problem("tail_missing", text, seq=len(stored.events) + 1)]
        if stored.links[head.seq - 1] != head.link:
            text = f"Event {head.seq}, or one before it, is not what it was on {head.at}."
            return [Problem("anchor_differs", text, seq=head.seq)]
        return []


def read_stored(connection: Connection, run: str, graphs: Graphs) -> Stored:
    """The run's row, its events, and the columns they come to; None where they cannot be folded. Raises LookupError."""
    row = connection.execute(select(RUNS).where(RUNS.c.id == run)).first()
    if row is None:
        raise LookupError(run)
    events = stored_events(connection, run)
    return Stored(row, events, _columns(connection, graphs, run, [event for event, _ in events]))


def _columns(connection: Connection, graphs: Graphs, run: str, events: Sequence[Fact]) -> dict[str, Any] | None:
    """Events that were changed may be none that the engine knows: whatever it raises then, they cannot be folded."""
    if not events:
        return None
    try:
        state = fold(events, State.new(run))
        return run_columns(graphs.of(connection, state), state)
    except Exception:
        return None


def of_chain(run: str, stored: Stored) -> list[Problem]:
    """The first event that was changed, lost or put in; and a head that is not the last event."""
    seq = first_break(run, stored.events)
    if seq is not None:
        return [Problem("chain_broken", f"Event {seq} was changed, lost or put in.", seq=seq)]
    last = stored.links[-1] if stored.links else ""
    if (stored.row.seq, stored.row.chain) != (len(stored.events), last):
        text = f"The run's row says that it has {stored.row.seq} events; there are {len(stored.events)}."
        return [Problem("head_differs", text, seq=min(stored.row.seq, len(stored.events)) + 1)]
    return []


def of_read_model(stored: Stored) -> list[Problem]:
    """Columns of the run's row that are not what its events come to."""
    if stored.columns is None:
        return []
    wrong = [name for name, value in stored.columns.items() if name not in UNTOLD and differ(stored.row, name, value)]
    text = "Lists show it otherwise than its events: `holdfast rebuild` makes them anew ({})."
    return [Problem("read_model_differs", text.format(", ".join(sorted(wrong))))] if wrong else []


def differ(row: Any, name: str, value: Any) -> bool:
    """Whether a column is not what it should be; a list is one, whatever Python calls it."""
    return canonical(getattr(row, name)) != canonical(value)


def contiguous(said: Sequence[Said]) -> list[Event] | None:
    """The events of all pieces as far as each begins where the one before ended; None where the first is not there."""
    events: list[Event] = []
    for each in said:
        if each.after != len(events):
            return events or None
        events += each.events
        if each.problem is not None:
            break
    return events


def of_history(run: str, stored: Stored, told: Sequence[Event] | None, known: Known) -> list[Problem]:
    """Where the history says something else than the record, and where either of them ends before the other."""
    if told is None:
        text = "There is no history to be replayed: neither Temporal nor the blob store has any from its beginning."
        return [] if not stored.events else [Problem("no_history", text)]
    said = links(genesis(run), read_events(told))
    for seq, (ours, theirs) in enumerate(zip(stored.links, said, strict=False), 1):
        if ours != theirs:
            return [Problem("history_differs", f"The history says another event {seq} than the record.", seq=seq)]
    if len(said) > len(stored.events):
        text = f"The history has {len(said)} events; the record ends at {len(stored.events)}."
        return [Problem("tail_missing", text, seq=len(stored.events) + 1)]
    if len(said) < len(stored.events) and (not known.reachable or known.lost or stored.row.ended_at):
        text = f"What there is of the history ends at event {len(said)} of {len(stored.events)}."
        return [Problem("history_incomplete", text, seq=len(said) + 1)]
    return []


def unique(problems: Sequence[Problem]) -> list[Problem]:
    """Each code and place once, in the order they were found."""
    return list({(problem.name, problem.seq, problem.piece): problem for problem in reversed(problems)}.values())[::-1]
