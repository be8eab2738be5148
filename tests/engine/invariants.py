"""What must hold after every message, whatever it was: the list at the top of engine/advance.py, as code."""

from __future__ import annotations

from definitions.engine import Graph, State, Step, evolve, fold
from definitions.engine.commands import ArmTimer, CancelEffect, CancelTimer, Close, StartEffect
from definitions.engine.events import EventType
from definitions.engine.state import ENDED, LEGAL, StepStatus
from definitions.views import legal, run_view, task_rows
from definitions.wire import Actor, Event


def check_step(graph: Graph, before: State, step: Step, events: list[Event]) -> None:
    """All invariants of one call of `advance`; `events` are those of the whole run up to now."""
    assert fold(step.events, before) == step.state
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    moves_are_legal(before, step)
    answers_stand(before, step)
    if before.closed:
        assert not step.commands
        assert all(event.type in (EventType.COMMAND_REFUSED, EventType.EFFECT_LATE) for event in step.events)
    commands_fit(before, step)
    nothing_is_left_to_do(graph, step.state)
    views_add_up(graph, step.state)


def moves_are_legal(before: State, step: Step) -> None:
    """Each event moves an execution only as the table allows; an ended round is never touched."""
    state = before
    for event in step.events:
        after = evolve(state, event)
        for name, execution in after.executions.items():
            old = state.executions.get(name)
            came_from = old.status if old else StepStatus.PENDING
            if execution != old and execution.status != came_from:
                assert execution.status in LEGAL[came_from], (event, came_from, execution.status)
            if old and old.status in ENDED:
                assert execution == old, event
        assert set(state.executions) <= set(after.executions)
        state = after
    by_step: dict[str, int] = {}
    for name in state.open:
        by_step[state.executions[name].step] = by_step.get(state.executions[name].step, 0) + 1
    assert all(count == 1 for count in by_step.values())


def answers_stand(before: State, step: Step) -> None:
    """What was said of a command is never unsaid."""
    for command, refusal in before.applied.items():
        if command in step.state.applied:
            assert step.state.applied[command] == refusal


def commands_fit(before: State, step: Step) -> None:
    """Effects are asked for exactly where a round began to run in this turn, timers where one began to wait."""
    asked = [c.execution for c in step.commands if isinstance(c, StartEffect)]
    armed = [c.execution for c in step.commands if isinstance(c, ArmTimer)]
    assert asked == [e.execution for e in step.events if e.type == EventType.EFFECT_REQUESTED]
    assert armed == [e.execution for e in step.events if e.type == EventType.STEP_WAITING]
    closed = [c for c in step.commands if isinstance(c, Close)]
    assert len(closed) == (1 if step.state.closed and not before.closed else 0)
    for command in step.commands:
        if isinstance(command, CancelEffect | CancelTimer):
            assert command.execution in before.open or command.execution in asked or command.execution in armed
            assert command.execution not in step.state.open


def nothing_is_left_to_do(graph: Graph, state: State) -> None:
    """A settled run is closed, or something is open, or people must still say why they close it."""
    if state.started_at and not state.closed and not state.open:
        rule = graph.document.closing_reasons
        assert rule is not None and "complete" in rule.required_on
        assert all(state.status_of(step) in ENDED for step in graph.nodes)
    if state.closed:
        assert not state.open


def views_add_up(graph: Graph, state: State) -> None:
    """The read side agrees with the state it is made of."""
    if not state.started_at:
        return
    view = run_view(graph, state)
    assert view["progress"]["done"] + view["progress"]["skipped"] <= view["progress"]["total"] <= len(graph.nodes)
    assert view["current"] == [s["id"] for s in view["steps"] if s["execution"] in state.open]
    assert view["attention"] == any(s["status"] == "attention" for s in view["steps"])
    assert len(task_rows(graph, state)) == len(state.open)
    assert State.from_json(state.to_json()) == state
    can = legal(graph, state, Actor("x", tuple(r for n in graph.nodes.values() for r in n.step.roles)))
    assert set(can["steps"]) == {state.executions[e].step for e in state.open}
