"""What must hold after every message, whatever it was: the list at the top of engine/advance.py, as code."""

from __future__ import annotations

from dataclasses import replace

from definitions.canonical import digest
from definitions.engine import Graph, State, Step, evolve, fold
from definitions.engine.approvals import keeps_open, to_be_agreed
from definitions.engine.clocks import CLOCKS
from definitions.engine.commands import ArmTimer, CancelEffect, CancelTimer, Close, StartEffect
from definitions.engine.events import EventType
from definitions.engine.family import BEGUN, child_run, effect_name
from definitions.engine.finish import is_taking_back
from definitions.engine.scope import is_undoing
from definitions.engine.settle import GO_ON
from definitions.engine.state import ENDED, LEGAL, SIDE_LEGAL, RunStatus, SideStatus, StepStatus
from definitions.listed import task_rows
from definitions.views import legal, run_view
from definitions.wire import ACTIVITY_LOAD_RELATED, ACTIVITY_PROPOSE, Actor, Event


def check_step(graph: Graph, before: State, step: Step, events: list[Event], graph_before: Graph | None = None) -> None:
    """All invariants of one call of `advance`; `events` are those of the whole run up to now.

    `graph` is that of the version the run is at now; `graph_before` the one it was at, where that differs.
    """
    assert fold(step.events, before) == step.state
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    moves_are_legal(before, step)
    answers_stand(before, step)
    if before.over and not any(event.type == EventType.RUN_REOPENED for event in step.events):
        assert not step.commands
        assert all(event.type in (EventType.COMMAND_REFUSED, EventType.EFFECT_LATE) for event in step.events)
    grown = graph.grown(step.state.added)
    commands_fit(before, step)
    nothing_is_done_unseen(grown, step)
    nothing_is_left_to_do(grown, step.state)
    undone_in_order(before, step)
    nothing_is_lost_on_nobody(grown, step.state)
    nothing_stands_on_what_is_undone(grown, step.state)
    nobody_is_orphaned(grown, step.state)
    views_add_up(grown, step.state)


def moves_are_legal(before: State, step: Step) -> None:
    """Each event moves an execution only as the table allows; an ended round is never touched."""
    state = before
    for event in step.events:
        after = evolve(state, event)
        for name, execution in after.executions.items():
            old = state.executions.get(name)
            if execution is old:
                continue
            came_from = old.status if old else StepStatus.PENDING
            if execution != old and execution.status != came_from:
                assert execution.status in LEGAL[came_from], (event, came_from, execution.status)
            if old and old.status in ENDED:
                assert execution == replace(old, **{name: getattr(execution, name) for name in MAY_CHANGE}), event
        assert set(state.executions) <= set(after.executions)
        errands_move_legally(state, after)
        state = after
    by_step: dict[str, int] = {}
    for name in state.open:
        by_step[state.executions[name].step] = by_step.get(state.executions[name].step, 0) + 1
    assert all(count == 1 for count in by_step.values())


MAY_CHANGE = ("inbox", "status", "behind", "back", "attention", "output", "amended", "assignees", "approval", "pending")
"""What may be said of a round after it ended: that it no longer counts, or was amended."""


def errands_move_legally(state: State, after: State) -> None:
    for name, side in after.sides.items():
        old = state.sides.get(name)
        if old is side:
            continue
        if old is not None and old.status != side.status:
            assert side.status in SIDE_LEGAL[old.status], (name, old.status, side.status)
        if old is None:
            assert side.status in SIDE_LEGAL[None], name


def nothing_is_lost_on_nobody(graph: Graph, state: State) -> None:
    """Of a run that nobody started, what asks for a person and is for nobody lies in an inbox, and all that failed."""
    if not state.unattended or graph.document.start.fallback_inbox is None:
        return
    for each in state.live():
        if each.status is StepStatus.ATTENTION or (each.status is StepStatus.READY and not each.assignees):
            assert each.inbox is not None, each


def undone_in_order(before: State, step: Step) -> None:
    """What is taken back is taken back once, one at a time, the deed done last first, and its step waits for that."""
    undos = [side for side in step.state.sides.values() if side.kind == "undo"]
    assert len({side.of for side in undos}) == len(undos)
    assert sum(side.status in (SideStatus.RUNNING, SideStatus.ATTENTION) for side in undos) <= 1
    queued = [e for e in step.events if e.type == EventType.SIDE_QUEUED and e.data["kind"] == "undo"]
    ends = [step.state.executions[event.data["of"]].ended_seq for event in queued]
    assert ends == sorted(ends, reverse=True)
    still_open = [step.state.executions[name].step for name in step.state.open]
    assert not any(is_undoing(step.state, name) for name in still_open)


def nothing_stands_on_what_is_undone(graph: Graph, state: State) -> None:
    """What is open or finished stands on decided steps: nobody went back past what it waits for and left it.

    Not so after a move to another version, or where a task was put into a phase that others had waited for: then the
    run is past what another order of steps would have asked for first.
    """
    if state.version > 1:
        return
    for name, execution in state.latest.items():
        node = graph.nodes[name]
        early = any(e.port == "overdue" or (e.phase and state.added) for e in node.edges)
        if execution and node.step.join == "all" and not early and state.status_of(name) is not StepStatus.NOT_TAKEN:
            sources = [s for e in node.edges for s in (graph.members[e.source] if e.phase else (e.source,))]
            fits = [s for s in sources if graph.fits(graph.nodes[s], state.purposes)]
            assert all(state.status_of(s) in ENDED for s in fits), (name, fits)


def answers_stand(before: State, step: Step) -> None:
    """What was said of a command is never unsaid."""
    for command, refusal in before.applied.items():
        if command in step.state.applied:
            assert step.state.applied[command] == refusal


OWN = (*CLOCKS, GO_ON)
"""Timers that are no step's."""


def commands_fit(before: State, step: Step) -> None:
    """Effects are asked for exactly where a round or errand began to run, timers where one began to wait."""
    asked = [c.execution for c in step.commands if isinstance(c, StartEffect)]
    armed = [c.execution for c in step.commands if isinstance(c, ArmTimer) and not c.execution.startswith(OWN)]
    began = (EventType.EFFECT_REQUESTED, EventType.PROPOSAL_REQUESTED, EventType.SIDE_REQUESTED)
    assert asked == [name for e in step.events for name in effects_asked(e, began)]
    timed = (
        EventType.STEP_WAITING,
        EventType.STEP_SCHEDULED,
        EventType.CONFIRMATION_AWAITED,
        EventType.EVENT_AWAITED,
        EventType.JOURNEY_AWAITED,
    )
    assert armed == [e.execution for e in step.events if e.type in timed and e.data.get("until")]
    closed = [c for c in step.commands if isinstance(c, Close)]
    assert len(closed) == (1 if step.state.over and not before.over else 0)
    for command in step.commands:
        if isinstance(command, CancelEffect | CancelTimer) and not command.execution.startswith(CLOCKS):
            known = (*before.open, *before.sides, *asked, *armed)
            assert command.execution in known
            stands = step.state.open.get(command.execution)
            pressed = stands is not None and step.state.executions[command.execution].waits == "done"
            began = before.open.get(command.execution) is StepStatus.SCHEDULED != stands
            assert stands is None or pressed or began, command


def effects_asked(event: Event, began: tuple[EventType, ...]) -> list[str | None]:
    """The effects that an event asks for: its own, or one for each child that is to be started."""
    if event.type == EventType.CHILDREN_REQUESTED:
        return [effect_name(str(event.execution), index) for index in event.data["places"]]
    return [event.execution] if event.type in began else []


def nobody_is_orphaned(graph: Graph, state: State) -> None:
    """Each child that is at work is waited for, or is being stopped, or was never to be waited for."""
    stopped = [run for side in state.sides.values() if side.kind == "stop" for run in side.input["runs"]]
    for family in state.families.values():
        working = family.places(*BEGUN)
        if family.execution not in state.open and not family.detach and family.step in graph.nodes:
            assert all(child_run(state.run, family.execution, index) in stopped for index in working), family


def nothing_is_done_unseen(graph: Graph, step: Step) -> None:
    """What is proposed is done only as a person confirmed it, and what others must agree to only as enough of them did.

    That is said of the values the activity is given, to the last byte.
    """
    for command in step.commands:
        if not isinstance(command, StartEffect) or command.activity in (ACTIVITY_PROPOSE, ACTIVITY_LOAD_RELATED):
            continue
        side = step.state.sides.get(command.execution)
        execution = step.state.executions.get(side.of or "" if side else command.execution)
        node = graph.nodes.get(command.step)
        if node is None or execution is None or (side is not None and side.kind != "act"):
            continue
        if node.mode == "assisted":
            assert execution.confirmed and execution.confirmed["by"], command
            if node.step.kind == "action":
                assert command.input == execution.confirmed["values"], command
        if node.step.approval is not None and node.step.approval.when is None:
            asked = execution.approval
            assert asked and asked["hash"] == digest([command.activity, command.input]), command
            people = {given["by"] for given in asked["given"]}
            assert len(people) >= node.step.approval.count and not people & set(asked["not_by"]), command


def nothing_is_left_to_do(graph: Graph, state: State) -> None:
    """A settled run is closed, or something is open, or people must still say why they close it."""
    paused = state.status is RunStatus.SAVED or state.ending is not None
    paused = paused or is_taking_back(state) or keeps_open(graph, state)
    if state.started_at and not state.closed and not state.open and not paused and not state.rest:
        rule = graph.document.closing_reasons
        assert state.reopened or (rule is not None and "complete" in rule.required_on)
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
    asking = [side for side in state.errands() if side.status is SideStatus.ATTENTION]
    assert view["attention"] == (bool(asking) or any(s["status"] == "attention" for s in view["steps"]))
    agrees = [] if state.closed else to_be_agreed(graph, state)
    assert len(task_rows(graph, state)) == len(state.open) + len(asking) + len(agrees)
    assert State.from_json(state.to_json()) == state
    can = legal(graph, state, Actor("x", tuple(r for n in graph.nodes.values() for r in n.step.roles)))
    if not state.closed:
        assert set(can["steps"]) >= {state.executions[e].step for e in state.open}
