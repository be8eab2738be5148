"""After every message: go on until nothing moves by itself.

A pending step is decided by its edges. An edge is *taken* when its step ended by the port it names (`done` or `skipped`
where it names none), *dead* when it ended by another, and undecided before. `join: all` waits until every edge is
decided and needs one taken; `join: any` starts at the first. All dead: the step is not taken, and so on downstream.
The graph has no cycles, so this ends after looking at each step at most once per edge.

Many steps may end by themselves one after the other. After fifty of them the run yields: what is left is kept, and
looked at when a timer of no length comes back, so that no turn takes longer than Temporal lets one take, and whatever
people said meanwhile is heard.
"""

from __future__ import annotations

from definitions.engine.commands import ArmTimer
from definitions.engine.enter import enter
from definitions.engine.events import EventType
from definitions.engine.finish import finish_if_settled
from definitions.engine.graph import Edge, Node
from definitions.engine.scope import is_undoing, phase_outcome
from definitions.engine.state import ENDED, RunStatus, State, StepStatus
from definitions.engine.turn import Turn

BURST = 50
"""Steps that end by themselves in one turn."""

YIELDS_SINCE = 4

GO_ON = "~go-on"
"""The timer by which a run that yielded goes on."""


def settle(turn: Turn) -> None:
    """Decide every step that can be decided, then the run itself."""
    while _may_move(turn.state):
        if turn.settled >= BURST and yields(turn.state) and (left := _left(turn)):
            _yield(turn, left)
            break
        node = turn.next_due()
        if node is None:
            if not _next_in_sequence(turn):
                break
            continue
        _consider(turn, node)
    finish_if_settled(turn)


def yields(state: State) -> bool:
    """Whether the run yields in a long burst: since interpreter version 4 (workers/versions.py)."""
    return state.interpreter >= YIELDS_SINCE


def _left(turn: Turn) -> list[str]:
    """The steps that would be decided next; all others are looked at when what they wait for has ended."""
    nodes = [turn.graph.nodes[name] for name in turn.left()]
    pending = [node for node in nodes if turn.state.status_of(node.id) is StepStatus.PENDING]
    fits, purposes = turn.graph.fits, turn.state.purposes
    return [node.id for node in pending if not fits(node, purposes) or _readiness(turn, node) is not None]


def _yield(turn: Turn, left: list[str]) -> None:
    if not turn.state.rest:
        turn.ask(ArmTimer(GO_ON, turn.now, "go on"))
    kept = list(dict.fromkeys([*turn.state.rest, *left]))
    turn.emit(EventType.RUN_YIELDED, {"rest": kept})


def after_yield(turn: Turn) -> None:
    """The run goes on where it yielded."""
    rest = turn.state.rest
    if rest and not turn.state.closed:
        turn.emit(EventType.RUN_WENT_ON, {})
        turn.look_at(name for name in rest if name in turn.graph.nodes)


def _may_move(state: State) -> bool:
    """A run that has ended, is ending or was saved begins nothing new."""
    return not state.closed and state.ending is None and state.status is not RunStatus.SAVED


def open_forced(turn: Turn) -> None:
    """Open the steps somebody put the run at, whatever their edges say, as soon as the run may begin anything."""
    for name in turn.state.forced:
        if _may_move(turn.state) and turn.state.status_of(name) is StepStatus.PENDING:
            enter(turn, turn.graph.nodes[name])
            if turn.state.status_of(name) in ENDED:
                moved(turn, name)


def _consider(turn: Turn, node: Node) -> None:
    if turn.state.status_of(node.id) is not StepStatus.PENDING or is_undoing(turn.state, node.id):
        return
    if not turn.graph.fits(node, turn.state.purposes):
        turn.emit(EventType.STEP_NOT_TAKEN, {"because": "purpose"}, execution=turn.open_round(node))
        return
    match _readiness(turn, node):
        case True if not _must_wait(turn):
            enter(turn, node)
        case False:
            turn.emit(EventType.STEP_NOT_TAKEN, {"because": "dead"}, execution=turn.open_round(node))
    if turn.state.status_of(node.id) in ENDED:
        turn.settled += 1
        moved(turn, node.id)


def moved(turn: Turn, step: str) -> None:
    """A step ended: look at what comes after it, and past steps that this start leaves out."""
    after = turn.graph.successors[step]
    turn.look_at(after)
    for name in after:
        if not turn.graph.fits(turn.graph.nodes[name], turn.state.purposes):
            moved(turn, name)


def _must_wait(turn: Turn) -> bool:
    """`sequential: true`: no two steps are current at once."""
    return turn.graph.document.sequential and bool(turn.state.open)


def _next_in_sequence(turn: Turn) -> bool:
    """In a sequential run steps that were ready in vain are looked at again as soon as nothing is open."""
    if not turn.graph.document.sequential or turn.state.open:
        return False
    state = turn.state
    pending = [n for n in turn.graph.nodes.values() if n.id not in state.latest and not is_undoing(state, n.id)]
    waiting = [node.id for node in pending if _readiness(turn, node)]
    turn.look_at(waiting[:1])
    return bool(waiting)


def _readiness(turn: Turn, node: Node) -> bool | None:
    """True: it starts. False: it never will. None: not decided yet."""
    outcomes = [_outcome(turn, edge) for edge in node.edges]
    if not outcomes:
        return True
    if node.step.join == "any" and not turn.graph.document.sequential and True in outcomes:
        return True
    return None if None in outcomes else True in outcomes


def _outcome(turn: Turn, edge: Edge) -> bool | None:
    if edge.phase:
        return phase_outcome(turn.graph, turn.state, edge.source)
    source = turn.graph.nodes[edge.source]
    if not turn.graph.fits(source, turn.state.purposes):
        # A step this start leaves out is walked past: its plain edge is whatever led to it.
        return _readiness(turn, source) if edge.port is None else False
    return _taken(turn.state, edge)


def plain_edge(state: State, step: str) -> bool | None:
    """What an edge that names the step and no port comes to: taken, dead, or undecided."""
    return _taken(state, Edge(step))


def _taken(state: State, edge: Edge) -> bool | None:
    execution = state.of(edge.source)
    if execution is not None and edge.port == "overdue" and execution.overdue:
        return True
    if execution is None or execution.status not in ENDED:
        return None
    if edge.port is not None:
        return edge.port in execution.ports
    return "done" in execution.ports or "skipped" in execution.ports
