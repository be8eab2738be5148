"""How Holdfast thinks.

A *run* is a walk over a graph that somebody drew. It sleeps until it is told something (a *message*): it was started, a
person gave a command, an effect answered or failed, a timer fired. Then it says what happened (*events*), and what it
wants done (*commands*), and sleeps again:

    advance(graph, state, message) -> Step(state, events, commands)

This function is total, synchronous and pure. It reads no clock and draws no number: time comes with the message, ids
come from run, step and round. So it gives the same answer on the day it ran, in a replay a year later, in a test, and
in the API's simulation.

What it promises, each held by a property test (tests/engine/test_properties.py, invariants.py), over random definitions
and whatever people do with a run: revise, undo, migrate, splice in, save, resume, amend, hold, claim, abort, reopen.

 1. It never raises, whatever arrives. A person's mistake is an event, `command_refused` with a code.
 2. It always settles: after the last event nothing could move without a new message.
 3. `fold(events) == state`, and every prefix of the events folds to a state that was.
 4. Every command id is judged once, and its first answer stands. A duplicate changes nothing.
 5. A step has at most one open round; of an ended one only an amendment, or that it no longer counts, is ever said;
    every move is in `state.LEGAL`, those of errands in `SIDE_LEGAL`.
 6. An answer belongs to the round and turn it was asked for. A late one is recorded and used for nothing.
 7. What is open or finished stands on decided steps: nobody goes back past what it waits for and leaves it standing.
 8. A closed run opens nothing, and asks for nothing but its last errands; only a person opens it again.
 9. What is under way is known: the effects asked for and not answered are those of the `running` rounds and errands,
    the timers those of the `waiting` rounds and of `clocks.clocks`.
10. A side effect is taken back at most once, one at a time, the last one first; its step does not begin before that.
11. What a person is offered is what is taken (tests/engine/test_offered.py), and what is shown adds up.
12. What is proposed is done only as a person confirmed it, what others must agree to only as enough of them did.
13. A child run that is at work is waited for, or being stopped, or was never to be waited for (detach).

Two things can be wanted at once. Who wins: the message taken first. A completion that arrives after an abort is
refused; an effect that answers after its step was handled by hand is late. Ready steps are taken in document order.

Where to read on: `state.py` what a run is, `events.py` what can happen, `evolve.py` how that changes it; `settle.py`
how edges decide, `enter.py` what each kind does when its turn comes; `proposals.py`, `approvals.py` and `drafting.py`
what machines would do; `judge.py`, `people.py` and `moves/` commands; `answers.py` effects and timers; `outside.py`,
`inviting.py` and `listening.py` what comes from outside, `inboxes.py` what waits for somebody else; `sides.py` errands;
`clocks.py`, `dues.py`, `sync.py`, `back.py`, `migrate.py`; `finish.py` the end.
"""

from __future__ import annotations

from dataclasses import dataclass

from definitions.engine.answers import effect_ended, effect_failed, timer_fired, told_by_child
from definitions.engine.assigning import assignees_named
from definitions.engine.children import start_children
from definitions.engine.clocks import reset_clocks
from definitions.engine.commands import Command
from definitions.engine.drafting import drop_drafts
from definitions.engine.dues import refresh
from definitions.engine.events import EventType
from definitions.engine.evolve import evolve
from definitions.engine.finish import close_if_over, end_if_taken_back
from definitions.engine.graph import Graph
from definitions.engine.inboxes import fall_back
from definitions.engine.messages import (
    Abandoned,
    ChildTold,
    CommandGiven,
    EffectEnded,
    EffectFailed,
    Message,
    Started,
    TimerFired,
    Unreadable,
)
from definitions.engine.moves.closing import abandon
from definitions.engine.parent import tell_parent
from definitions.engine.people import command_given, unreadable
from definitions.engine.settle import open_forced, settle
from definitions.engine.sides import begin_queued
from definitions.engine.state import State
from definitions.engine.sync import queue_sync
from definitions.engine.turn import Turn
from definitions.times import rfc3339
from definitions.wire import Event


@dataclass(frozen=True, slots=True)
class Step:
    """What one message led to: the new state, what happened on the way, and what is asked of the shell."""

    state: State
    events: tuple[Event, ...]
    commands: tuple[Command, ...]


def advance(graph: Graph, state: State, message: Message) -> Step:
    """Take one message and go on until nothing moves by itself."""
    turn = Turn(graph, state, message.at)
    match message:
        case Started():
            _started(turn, message)
        case CommandGiven():
            command_given(turn, message)
        case Unreadable():
            unreadable(turn, message)
        case EffectEnded():
            effect_ended(turn, message)
        case EffectFailed():
            effect_failed(turn, message)
        case TimerFired():
            timer_fired(turn, message)
        case ChildTold():
            told_by_child(turn, message)
        case Abandoned():
            abandon(turn, message)
    _go_on(turn)
    return Step(turn.state, tuple(turn.events), tuple(turn.commands))


def _go_on(turn: Turn) -> None:
    """What follows from a message, in this order: steps, the end of the run, due dates, errands, clocks."""
    open_forced(turn)
    settle(turn)
    end_if_taken_back(turn)
    fall_back(turn)
    refresh(turn)
    queue_sync(turn)
    drop_drafts(turn)
    start_children(turn)
    begin_queued(turn)
    reset_clocks(turn)
    tell_parent(turn)
    close_if_over(turn)


def _started(turn: Turn, message: Started) -> None:
    """The run begins: it remembers what it was started with, and every step is looked at."""
    if turn.state.started_at:
        return
    turn.cause = (message.start.request["by"]["id"], message.start.request.get("command"))
    turn.emit(EventType.RUN_STARTED, started_data(turn.graph, message))
    turn.look_at(turn.graph.nodes)


def started_data(graph: Graph, message: Started) -> dict[str, object]:
    """What `run_started` keeps: enough for the read model to be built from events alone."""
    start, request, document = message.start, message.start.request, graph.document
    record = request.get("record")
    data = {
        "definition": start.definition,
        "version": start.version,
        "hash": start.hash,
        "interpreter": start.interpreter,
        "name": request.get("name") or (f"{document.name} · {record}" if record else document.name),
        "record": {"collection": document.record, "id": record} if record else None,
        "record_data": request.get("record_data") or {},
        "inputs": request.get("inputs") or {},
        "labels": [*document.labels, *request.get("labels", ())],
        "purposes": list(request.get("purposes") or ()),
        "teams": list(document.teams),
        "source": request.get("source", "api"),
        "assign": request.get("assign") or {},
        "started_by": request["by"]["id"],
        "one_per_record": document.start.one_per_record,
        **{key: request[key] for key in ("chain", "started_without_person", "input_records") if request.get(key)},
    }
    assignees = _assignees(graph, message, data)
    return {**data, "assignees": assignees} if assignees else data


def _assignees(graph: Graph, message: Started, data: dict[str, object]) -> dict[str, list[str]]:
    """For whom the run as a whole is: as the start named, else as the author wrote, worked out now and kept."""
    named = (message.start.request.get("assign") or {}).get("run")
    if named is not None or graph.document.assign is None:
        return {kind: list(names) for kind, names in (named or {}).items() if names}
    at = rfc3339(message.at)
    begun = evolve(State.new(message.start.run), Event(1, str(EventType.RUN_STARTED), at, None, None, None, None, data))
    return assignees_named(Turn(graph, begun, message.at), graph.document.assign, "/assign")
