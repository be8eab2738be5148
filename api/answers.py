"""What the caller is shown of a run: the engine's view, with the commands this caller may give now.

`can` = what the run and the roles of its steps allow (definitions/views.py, legal) and what the person's grants allow
(api/permissions.py). It is worked out from the view itself, so that it belongs to the very state that is shown.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from api.permissions import COMMAND_OPERATIONS, Decision, Subject, Who, decide
from api.store.tables import RunRow
from api.versions import Published
from definitions.engine import State, evolve
from definitions.engine.advance import started_data
from definitions.engine.messages import Started
from definitions.engine.state import ENDED, Execution, RunStatus, StepStatus
from definitions.times import parse_instant, rfc3339
from definitions.views import legal, run_view
from definitions.wire import Event, RunStart


def subject_of(row: RunRow, roles: tuple[str, ...] = (), owner: str | None = None) -> Subject:
    """A run as the permission table sees it."""
    return Subject(teams=tuple(row.teams), owner=owner or row.started_by, roles=roles)


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
    """The RunView of a row of the read model, for one caller."""
    return with_can(run_view(published.graph, state_of(row, published)), published, who)


def with_can(view: dict[str, Any], published: Published, who: Who) -> dict[str, Any]:
    """The same view with `can` on the run and on each of its steps."""
    state = _sketch(view)
    subject = Subject(teams=tuple(published.graph.document.teams), owner=view["started_by"])
    allowed = legal(published.graph, state, who.actor())
    steps = [{**step, "can": _granted(allowed["steps"].get(step["id"], []), who, subject)} for step in view["steps"]]
    return {**view, "steps": steps, "can": _granted(allowed["run"], who, subject)}


def _granted(commands: list[str], who: Who, subject: Subject) -> list[str]:
    return [name for name in commands if decide(who, COMMAND_OPERATIONS[name], subject) is Decision.ALLOW]


def _sketch(view: dict[str, Any]) -> State:
    """As much of the state as `legal` reads: which rounds are open and how they stand."""
    rounds = [
        Execution(step["execution"], step["id"], step["round"], StepStatus(step["status"]), step["entered_at"] or "")
        for step in view["steps"]
        if step["status"] != "pending"
    ]
    return State(
        run=view["id"],
        status=RunStatus(view["status"]),
        executions={execution.id: execution for execution in rounds},
        latest={execution.step: execution.id for execution in rounds},
        open={execution.id: execution.status for execution in rounds if execution.status not in ENDED},
    )


def now_text() -> str:
    """This moment as RFC 3339 in UTC."""
    return rfc3339(datetime.now(UTC))
