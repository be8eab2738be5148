"""What the caller is shown of a run: the engine's view, with the commands this caller may give now.

`can` = what the run and the roles of its steps allow (definitions/views.py, legal) and what the person's grants allow
(api/permissions.py). It is worked out from the very state that is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from api.permissions import COMMAND_OPERATIONS, Decision, Subject, Who, decide
from api.store.flags import told
from api.store.tables import RunRow
from api.versions import Published
from definitions.engine import Graph, State, evolve
from definitions.engine.advance import started_data
from definitions.engine.graph import Node
from definitions.engine.messages import Started
from definitions.times import parse_instant, rfc3339
from definitions.views import legal, run_view
from definitions.wire import Event, RunStart


def subject_of(row: RunRow, roles: tuple[str, ...] = (), owner: str | None = None) -> Subject:
    """A run as the permission table sees it."""
    return Subject(teams=tuple(row.teams), owner=owner or row.started_by, roles=roles)


def step_subject(row: RunRow, state: State, graph: Graph, step: str | None, kind: str) -> Subject:
    """A command on a step as the permission table sees it: who the step asks for, whom it is assigned to, whose it is.

    Correcting or taking back an answer is `own` for who gave it, everything else for who started the run.
    """
    node = graph.grown(state.added).nodes.get(step or "")
    execution = state.of(step or "")
    assigned = execution.assignees if execution else state.assign.get(step or "") or state.assignees
    return Subject(
        teams=tuple(row.teams),
        owner=(execution.ended_by if execution and kind in OF_THE_ANSWER else None) or row.started_by,
        users=tuple(assigned.get("users", ())),
        assigned_teams=tuple(assigned.get("teams", ())),
        roles=roles_for(node, kind) if node else (),
    )


def roles_for(node: Node, kind: str) -> tuple[str, ...]:
    """The roles a command on a step asks for: to agree to its side effect, those of its approval."""
    approval = node.step.approval
    if kind in OF_AN_APPROVAL:
        return tuple(approval.roles) if approval else ()
    return tuple(node.step.roles)


OF_AN_APPROVAL = ("approve", "reject")
OF_THE_ANSWER = ("revise", "amend")
"""Commands on a step's answer: the owner is who gave it."""


def state_of(row: RunRow, published: Published) -> State:
    """The run as its events tell; one that has not recorded anything yet stands as it was asked for."""
    return State.from_json(row.state) if row.state else requested_state(row, published)


def requested_state(row: RunRow, published: Published) -> State:
    """A run the engine has not taken up: started, every step pending, sequence 0."""
    start = RunStart(row.id, row.definition, row.version, published.hash, {}, row.request or {})
    at = parse_instant(row.started_at)
    data = dict(started_data(published.graph, Started(at, start)))
    begun = evolve(State.new(row.id), Event(1, "run_started", row.started_at, data=data))
    return State.from_json({**begun.to_json(), "seq": 0})


def view_of(row: RunRow, published: Published, who: Who) -> dict[str, Any]:
    """The RunView of a row of the read model, for one caller, at this moment (a due date may have passed since)."""
    state = state_of(row, published)
    view = run_view(published.graph, state, datetime.now(UTC))
    return {**_with_can(view, state, published, who), "engine": told(row.engine)}


ERRAND_TAKES = ("retry", "skip", "handle_manually")
"""What an errand that asks for a person takes."""


def _with_can(view: dict[str, Any], state: State, published: Published, who: Who) -> dict[str, Any]:
    """The same view with `can` on the run, on each of its steps and on each errand; `state` is what it shows."""
    rights = _Rights(who, tuple(published.graph.document.teams), view["started_by"])
    allowed = legal(published.graph, state, who.actor())
    steps = [_step_with_can(step, allowed["steps"].get(step["id"], []), rights) for step in view["steps"]]
    run = [name for name in allowed["run"] if rights.may(name, view["assignees"])]
    errands = [_errand_with_can(errand, rights) for errand in view["errands"]]
    return {**view, "steps": steps, "errands": errands, "can": run}


@dataclass(frozen=True, slots=True)
class _Rights:
    """What one caller may do with one run, asked many times for one answer."""

    who: Who
    teams: tuple[str, ...]
    owner: str | None
    known: dict[tuple[str, Subject], bool] = field(default_factory=dict)

    def may(
        self, command: str, assignees: dict[str, list[str]], roles: Sequence[str] = (), owner: str | None = None
    ) -> bool:
        """Whether the grants allow the command on something assigned so."""
        users, teams = tuple(assignees["users"]), tuple(assignees["teams"])
        subject = Subject(self.teams, owner or self.owner, users, teams, tuple(roles))
        asked = (COMMAND_OPERATIONS[command], subject)
        if asked not in self.known:
            self.known[asked] = decide(self.who, *asked) is Decision.ALLOW
        return self.known[asked]


def _step_with_can(step: dict[str, Any], commands: list[str], rights: _Rights) -> dict[str, Any]:
    def may(name: str) -> bool:
        owner = step["ended_by"] if name in OF_THE_ANSWER else None
        roles = (step["approval"] or {}).get("roles", ()) if name in OF_AN_APPROVAL else step["roles"]
        return rights.may(name, step["assignees"], roles, owner)

    automations = [
        {**each, "runs": [_errand_with_can(ran, rights, step["roles"]) for ran in each["runs"]]}
        for each in step["automations"]
    ]
    errands = [_errand_with_can(each, rights, step["roles"]) for each in step["errands"]]
    can = [name for name in commands if may(name)]
    return {**step, "automations": automations, "errands": errands, "can": can}


def past(view: dict[str, Any]) -> dict[str, Any]:
    """A view of the past: nothing can be done to it, so every `can` is empty."""
    steps = [
        {
            **step,
            "can": [],
            "errands": _idle(step["errands"]),
            "automations": [{**each, "runs": _idle(each["runs"])} for each in step["automations"]],
        }
        for step in view["steps"]
    ]
    return {**view, "can": [], "errands": _idle(view["errands"]), "steps": steps}


def _idle(errands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**errand, "can": []} for errand in errands]


def _errand_with_can(errand: dict[str, Any], rights: _Rights, roles: Sequence[str] = ()) -> dict[str, Any]:
    asks = errand["status"] == "attention"
    assigned = {"users": [errand["by"]] if errand["by"] else [], "teams": []}
    return {**errand, "can": [name for name in ERRAND_TAKES if asks and rights.may(name, assigned, roles)]}


def now_text() -> str:
    """This moment as RFC 3339 in UTC."""
    return rfc3339(datetime.now(UTC))
