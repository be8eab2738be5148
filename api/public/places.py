"""What a link leads to: one form of one round of one step, as the run stands now.

Whoever has the link is nobody else: an actor of its own (`journey:<link id>`), who may do this one thing. It has the
roles that the step asks for, since the step itself sent for it, and sees no file but those that came by the link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.activity import About
from api.answers import state_of
from api.commands import record_of
from api.forms_view import ORDER, fields_form, form_of
from api.house import House
from api.permissions import Who
from api.store.links import Link
from api.store.policies import policy_of
from api.store.tables import RunRow
from api.versions import Published
from definitions.engine import Graph, State
from definitions.engine.graph import Node
from definitions.engine.state import ENDED, Execution
from definitions.model import DecisionStep, FormField, JourneyStep, TaskStep
from definitions.wire import JOURNEY_ACTOR

GRANTS = ("run.view.all", "task.act.all")
"""What the command door asks for. The link says which step of which run, and whoever has it names no other."""


NO_FORM: dict[str, Any] = {"schema": {"properties": {}}, "ui": {}, "values": {}}
"""There is nothing to fill in: sending it is the answer."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run with its version and state."""

    row: RunRow
    published: Published
    state: State
    graph: Graph

    @property
    def zone(self) -> str:
        """The time zone that clocks are read in."""
        return self.graph.document.timezone or "UTC"


@dataclass(frozen=True, slots=True)
class Place:
    """One form: where its fields stand in the document, and the round it is of."""

    link: Link
    run: Run
    node: Node
    execution: Execution
    journey: str
    title: str
    description: str | None
    fields: Sequence[FormField] = ()
    pointer: str = ""

    @property
    def open(self) -> bool:
        """Whether it is asked for now."""
        newest = self.run.state.of(self.node.id)
        closed = self.run.state.closed or self.run.state.ending is not None
        return not closed and newest is self.execution and self.execution.status not in ENDED

    @property
    def taken_back(self) -> bool:
        """Whether somebody took the link back a moment ago, and its row has not heard of it yet."""
        return self.link.id in self.execution.links.get(self.journey, {}).get("over", ())

    @property
    def who(self) -> Who:
        """Who acts by the link on this step."""
        return Who(actor_of(self.link), tuple(self.node.step.roles), grants=GRANTS)

    def form(self, policy: Mapping[str, Any]) -> dict[str, Any]:
        """`{schema, ui, values}` as it is now for whoever fills it in."""
        run = self.run
        if isinstance(self.node.step, TaskStep | DecisionStep) and not self.journey:
            found = form_of(run.graph, run.state, self.node.id, policy) or NO_FORM
            return {**found, "ui": {ORDER: list(found["schema"]["properties"]), **found["ui"]}}
        # Without what an earlier round was answered: whoever is asked now may be somebody else.
        return fields_form(run.graph, run.state, self.fields, self.pointer, policy=policy, entered={})


def actor_of(link: Link) -> str:
    """Who the holder of a link is, in the record of the run."""
    return f"{JOURNEY_ACTOR}{link.id}"


def note_read(house: House, link: Link, run: Run, action: str, step: str | None = None) -> None:
    """The activity log says that somebody looked by a link, like it says of everybody who looks."""
    about = About(action, run.row.definition, run.row.id, step, record_of(run.row), {"link": link.id}, via="journey")
    house.reads.note(Who(actor_of(link)), about)


async def run_of(house: House, run: str) -> Run | None:
    """The run as its events tell."""
    async with house.store.reading() as session:
        row = await session.get(RunRow, run)
        if row is None:
            return None
        published = await house.versions.need(row.definition, row.version, session)
    state = state_of(row, published)
    return Run(row, published, state, published.graph.grown(state.added))


async def place_of(house: House, link: Link) -> Place | None:
    """The form that a link is for; None where the run, or the round, is no more."""
    run = await run_of(house, link.run)
    return form_in(run, link, link.execution, link.journey) if run is not None else None


def form_in(run: Run, link: Link, execution: str, journey: str = "") -> Place | None:
    """One form of a round; `journey` is the id of one of a task's forms, else it is the step's own."""
    round_ = run.state.executions.get(execution)
    node = run.graph.nodes.get(round_.step) if round_ is not None else None
    if round_ is None or node is None:
        return None
    step = node.step
    if journey and isinstance(step, TaskStep):
        for index, each in enumerate(step.journeys):
            if each.id == journey:
                at = f"{node.pointer}/journeys/{index}/fields"
                title = each.title or node.title
                return Place(link, run, node, round_, journey, title, step.description, each.fields, at)
        return None
    if journey or not (isinstance(step, TaskStep | JourneyStep) or _is_asked(node)):
        return None
    fields = step.fields if isinstance(step, TaskStep | JourneyStep) else ()
    return Place(link, run, node, round_, "", node.title, step.description, fields, f"{node.pointer}/fields")


def _is_asked(node: Node) -> bool:
    """Whether it is a decision that a person takes."""
    return isinstance(node.step, DecisionStep) and node.for_a_person


async def policy_for(house: House, place: Place) -> dict[str, Any]:
    """The switches that hold for somebody without a profile; {} where the definition reads none."""
    if not place.run.published.reads_policy:
        return {}
    return await house.store.look(lambda connection: policy_of(connection, place.who.id))
