"""The one workflow: Temporal's side of every run.

It has no policy. Signals only append to the inbox; one loop takes a message, lets the engine decide, and carries out
what it asks for. Registered as dynamic, so that the workflow type in Temporal's UI is the definition's key.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from definitions import views
    from definitions.engine import advance
    from definitions.engine.commands import ArmTimer, CancelEffect, CancelTimer, Close, Command, StartEffect
    from definitions.engine.messages import CommandGiven, EffectEnded, EffectFailed, Message, Started, TimerFired
    from definitions.engine.moves.migrating import FROZEN
    from definitions.wire import ACTIVITY_CHILD, QUERY_STATE, RunStart
    from workers import children, effects, pace
    from workers.carry import Length, Luggage, arrived, commands_again
    from workers.graphs import shared
    from workers.inbox import decoded, message_of
    from workers.patience import is_too_early
    from workers.record import Unstored
    from workers.recording import Recording, taken_now
    from workers.showing import Showing
    from workers.shown import Shown, outcome_of, to_show, view_of
    from workers.traces import Traces, tell
    from workers.versions import (
        decides_by_what_it_took,
        hears_again,
        is_known,
        keeps_a_pace,
        knows_what_was_shown,
        tells_in_time,
    )
    from workers.versions import records_within_a_turn as records_at_once

CANCEL_LIMIT = timedelta(seconds=5)
"""How long a closing run waits for effects that were asked to stop, before their outcome is recorded as unknown."""

ONE_TASK = timedelta(milliseconds=1)
"""Long enough for a workflow task of its own, and no longer."""


@workflow.defn(dynamic=True)
class Run(Recording):
    """One run of one definition."""

    @workflow.init
    def __init__(self, args: Sequence[RawValue]) -> None:
        start = RunStart.from_json(workflow.payload_converter().from_payload(args[0].payload))
        if not is_known(start.interpreter):
            # Any exception but a failure blocks the workflow task, which waits for a newer worker: just right.
            raise RuntimeError(f"interpreter version {start.interpreter} is newer than this worker")
        whole, luggage = arrived(start)
        self.start, self.graph = shared(whole)
        self.state = luggage.state
        self.inbox: deque[Message] = deque() if start.carried else deque([Started(workflow.now(), self.start)])
        self.wanted: list[Command] = commands_again(self.graph, luggage)
        self.unstored = Unstored(luggage.unstored)
        self.working: dict[str, tuple[StartEffect, asyncio.Task[None]]] = {}
        self.timers: dict[str, asyncio.Task[None]] = {}
        self.recording: asyncio.Task[None] | None = None
        self.length = Length(self.start)
        self.all_handed_out = True
        if start.carried:
            workflow.set_current_details(views.waiting_text(self.graph, self.state))
        self.traces = Traces(luggage.traces)
        self.paced = keeps_a_pace(self.start.interpreter)
        self.steady = decides_by_what_it_took(self.start.interpreter)
        self.at_once = records_at_once(self.start.interpreter)
        self.patient = hears_again(self.start.interpreter)
        self.in_time = tells_in_time(self.start.interpreter)
        known = luggage.of_a_rest and knows_what_was_shown(self.start.interpreter)
        cost = Length.SHOWN if self.at_once else 0
        self.showing = Showing(self._to_show() if known else None, self.length, in_time=self.in_time, costs=cost)
        self.put_off: list[asyncio.Task[None]] = []
        self.leaving = False
        self.quick: asyncio.Task[None] | None = None
        self.sent_at = workflow.now()

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> dict[str, Any]:
        """Take messages until the run is over and everything about it is stored."""
        if self.state.over:  # an ended run is started again only to be reopened: that command comes with the start
            await workflow.wait_condition(lambda: bool(self.inbox))
            await self._turn()
        await self._go_on()
        await self._wind_up()
        while not self.state.over:  # it was reopened while it was winding up
            await self._go_on()
            await self._wind_up()
        return {"status": str(self.state.status), "seq": self.state.seq, **self.state.closing}

    async def _go_on(self) -> None:
        """Until the run is over."""
        while not self.state.over:
            await workflow.wait_condition(self._has_work)
            await self._turn()
            await self._roll_at_rest()

    @workflow.signal(dynamic=True, description="A command, as JSON. See docs: one signal per command type.")
    def receive(self, name: str, args: Sequence[RawValue]) -> None:
        """Keep whatever arrives for the loop to judge. Never awaits, never raises."""
        payload = decoded(args, workflow.payload_converter().from_payload)
        self._arrive(message_of(self.start, name, payload, workflow.now()))

    def _arrive(self, message: Message) -> None:
        """Keep a message. Temporal hands out a task's signals at once and first, so none of them is left behind now."""
        self.all_handed_out = True
        self.inbox.append(message)

    @workflow.query(name=QUERY_STATE, description="The run as people see it, and what became of one command.")
    def state_query(self, command: str | None = None) -> dict[str, Any]:
        """`{"run": RunView, "seq": n, "command": {"outcome", "refusal"} | null}`; a view that is too large is null."""
        run, seq = view_of(self.graph, self.state, workflow.now()), self.state.seq
        return {"run": run, "seq": seq, "command": outcome_of(self.state, command) if command else None}

    async def _turn(self) -> None:
        """Everything that has arrived, then what was asked for, then the record if the run comes to rest."""
        heard = bool(self.inbox)
        while self.inbox:
            self._take(self.inbox.popleft())
        self._roll_if_long(heard)
        heavy = self._too_heavy()
        wanted, self.wanted = self.wanted, []
        if heavy or self._holds_back():
            self.wanted = [command for command in wanted if isinstance(command, StartEffect)]
            wanted = [command for command in wanted if not isinstance(command, StartEffect)]
        if heavy and self.recording is None:
            self.recording = asyncio.create_task(self._record_patiently(self._to_record()))
        await self._carry_out_in_groups(wanted)
        self.leaving = False
        if self._must_record():
            self._show()
            self.leaving = self._leaves()
            await self._record()
        self.leaving |= bool(self.wanted) and self._just_sent() and not (self.working or self.recording)

    def _take(self, message: Message) -> None:
        """Let the engine decide about one message."""
        self.length.events += Length.MESSAGE
        if isinstance(message, EffectEnded | EffectFailed):
            self._answered(message)
        step = advance(self.graph, self.state, message)
        if self.patient and (self.working or self.timers) and is_too_early(message, step.events):
            self._put_off(message)
            return
        self.state = step.state
        self._follow_version(message)
        self.unstored.add(step.events)
        self.wanted.extend(step.commands)
        trace = self.traces.of(message)
        self.traces.lead(trace, step.commands)
        tell(self.start.run, step.events, trace)

    def _put_off(self, message: Message) -> None:
        """Hear a command again after what came with it. A run with one that is put off neither ends nor rolls."""
        self.length.events += Length.TIMER
        self.put_off.append(asyncio.create_task(self._hear_again(message)))

    async def _hear_again(self, message: Message) -> None:
        await workflow.sleep(ONE_TASK, summary="a moment for what makes it possible")
        self.put_off.pop(0)
        self._arrive(replace(cast(CommandGiven, message), at=workflow.now(), again=True))

    def _answered(self, message: EffectEnded | EffectFailed) -> None:
        """An effect is under way until its answer was taken: what only has arrived decides nothing."""
        command, _ = self.working.get(message.execution, (None, None))
        if command is not None and command.turn == message.turn:
            del self.working[message.execution]

    def _follow_version(self, message: Message) -> None:
        """A run that was moved goes on by the version that came with the command."""
        if self.state.hash != self.start.hash and isinstance(message, CommandGiven):
            frozen = message.command[FROZEN]["version"]
            moved = replace(self.start, version=self.state.version, hash=self.state.hash, frozen=frozen)
            self.start, self.graph = shared(moved)

    def _has_work(self) -> bool:
        """Whether the loop has something to do now. What is held back while the run drains waits for an answer."""
        return bool(self.inbox) or self._must_record() or (bool(self.wanted) and not self._holds_back())

    def _holds_back(self) -> bool:
        """Whether new effects wait: for those under way, or for heavy events to be stored before them."""
        drains = self.length.must_drain() and (bool(self.working) or self._just_sent())
        full = self.paced and len(self.working) >= pace.UNDER_WAY
        return drains or full or (self.paced and self.recording is not None)

    def _just_sent(self) -> bool:
        """Whether this task sends a recording: then it cannot end the leg, nor give a drained run new effects."""
        return self.steady and self.sent_at == workflow.now()

    def _too_heavy(self) -> bool:
        return self.paced and pace.too_heavy(self.wanted, self.unstored.unsent())

    async def _roll_at_rest(self) -> None:
        """Continue as new where nothing is under way and nothing is waiting to be stored.

        A timer goes before it: signals that came with the task that ended the recording are handed out only after it
        (seen: a signal lost), and a timer's own task hands out signals first.
        """
        if self.steady:
            if self.leaving and self.recording is None:
                await workflow.sleep(ONE_TASK, summary="roll")
                self._roll_if_long(True)
        elif self._must_roll():
            try:
                await workflow.wait_condition(lambda: bool(self.inbox), timeout=ONE_TASK, timeout_summary="roll")
            except TimeoutError:
                self.all_handed_out = True
                self._roll_if_long(True)

    def _roll_if_long(self, heard: bool) -> None:
        """Continue as new, unless a recording ended just now. Raises what the SDK raises to do so; awaits nothing.

        `heard`: something of this task was taken, so all its signals were. Not `all_handed_out`, which knows whether an
        answer or the end of a recording came first: a replay may find the other order (seen; docs/decisions/0016).
        """
        free = heard and not self._just_sent() if self.steady else self.all_handed_out
        if self._must_roll() and free:
            argument = self._luggage().onto(self.start)
            if argument is not None:
                if self.in_time:
                    self.showing.show(self._to_show(), now=True)
                workflow.continue_as_new(argument.to_json())
            self.length.put_off()

    def _luggage(self) -> Luggage:
        """All that the run is, at a moment when nothing is under way."""
        held = tuple(command for command in self.wanted if isinstance(command, StartEffect))
        return Luggage(self.state, self.unstored.rows(), held, self.traces.to_json())

    def _leaves(self) -> bool:
        """Whether the run is to continue as new after the recording that it is about to rest with.

        Asked before that, for what arrives meanwhile may be seen before its end, or after it.
        """
        busy = self.state.closed or self.working or self.wanted or self.recording or self.put_off
        more = 0 if self.at_once else Length.RECORD
        return self.steady and not busy and self.length.must_roll(at_rest=True, more=more)

    def _must_roll(self) -> bool:
        if self.state.closed or self.working or self.recording or self.inbox or self.put_off:
            return False
        new = self.unstored.unsent() if self.steady else self.unstored.last
        return self.length.must_roll(at_rest=not self.wanted and not new)

    async def _carry_out_in_groups(self, wanted: list[Command]) -> None:
        """Carry out all of them, effects in groups that a task can hold; what has no room is wanted still."""
        asked = 0
        for command in wanted:
            if self.paced and isinstance(command, StartEffect):
                weight = pace.weight(command)
                if weight > pace.TASK_BYTES:
                    self._take(effects.too_large(command, weight, workflow.now()))
                    continue
                if len(self.working) >= pace.UNDER_WAY:
                    self.wanted.append(command)
                    continue
                if asked + weight > pace.TASK_BYTES:
                    self.length.events += Length.TIMER
                    await workflow.sleep(ONE_TASK, summary="the next effects")
                    asked = 0
                asked += weight
            self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        match command:
            case StartEffect():
                self._start_effect(command)
            case CancelEffect(execution):
                self.wanted = [held for held in self.wanted if getattr(held, "execution", None) != execution]
                if execution in self.working:
                    self.working[execution][1].cancel()
            case ArmTimer():
                self.length.events += Length.TIMER
                self.timers[command.execution] = asyncio.create_task(self._fire(command))
            case CancelTimer(execution):
                if execution in self.timers:
                    self.timers.pop(execution).cancel()
            case Close():
                pass  # the loop sees it in the state

    def _start_effect(self, command: StartEffect) -> None:
        trace = self.traces.of_effect(command.execution)
        call = effects.call_of(self.start, command, self._to_carry(), trace, taken_now())
        self.length.events += Length.EFFECT
        if not command.contract.queue:  # the worker of another queue may be away for long: the run records by itself
            self.unstored.carry(command.execution)
        handle = effects.start(command, call)
        self.working[command.execution] = (command, asyncio.create_task(self._follow(command, handle)))

    async def _follow(self, command: StartEffect, handle: workflow.ActivityHandle[Any]) -> None:
        """Wait for an effect and hand its answer to the loop."""
        message: Message
        try:
            result = await handle
            if command.activity == ACTIVITY_CHILD:
                self.length.events += children.EVENTS
                result = await children.begun(result)
            message = EffectEnded(workflow.now(), command.execution, command.turn, result)
        except (FailureError, asyncio.CancelledError) as error:
            message = effects.failure(command, error, workflow.now())
        self.unstored.back(command.execution, stored=isinstance(message, EffectEnded))
        if not self.steady and self.working.get(command.execution, (None,))[0] is command:
            del self.working[command.execution]
        self._arrive(message)

    async def _fire(self, command: ArmTimer) -> None:
        await workflow.sleep(max(command.until - workflow.now(), ONE_TASK), summary=effects.summary_of(command))
        self.timers.pop(command.execution, None)
        self._arrive(TimerFired(workflow.now(), command.execution))

    def _show(self) -> None:
        """What Temporal's UI says of a run at rest."""
        workflow.set_current_details(views.waiting_text(self.graph, self.state))
        self.showing.show(self._to_show(), now=self.state.over)

    def _to_show(self) -> Shown:
        return to_show(self.graph, self.state, with_due=self.in_time)

    async def _wind_up(self) -> None:
        """A closed run: effects asked to stop get a moment, late commands their refusal, and all of it is stored."""
        if self.put_off:
            await workflow.wait_condition(lambda: not self.put_off)
        if self._unanswered():
            try:
                await workflow.wait_condition(
                    lambda: not self._unanswered(), timeout=CANCEL_LIMIT, timeout_summary="stopping"
                )
            except TimeoutError:
                unanswered = self._unanswered()
                self.working.clear()
                self.unstored.forget_carriers()
                for command in unanswered:
                    self.inbox.append(effects.unanswered(command, workflow.now()))
        while self.state.over and (self.inbox or self.unstored.last or self.recording):
            await self._turn()
            await workflow.wait_condition(self._may_end if self.steady else lambda: self.recording is None)

    def _may_end(self) -> bool:
        """Whether a run that is over has nothing to wait for: all is stored, or something is left to be done."""
        return bool(self.inbox) or self._must_record() or not (self.recording or self.unstored.last)

    def _unanswered(self) -> list[StartEffect]:
        return [command for command, task in self.working.values() if not task.done()]
