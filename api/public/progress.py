"""What a customer or a partner is shown of a run: the steps that are meant for them, in the words written for them.

Nothing else of the run is told: no other step, no number of them, no name of whoever works on it. A phase is shown
where one of these steps is in it, and stands as they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from api.public.places import Place, Run, form_in
from api.store.links import Link
from definitions.engine.graph import Node
from definitions.engine.state import StepStatus
from definitions.model import AudienceView

CUSTOMER, PARTNER = "customer", "partner"

STATUS = {
    StepStatus.PENDING: "later",
    StepStatus.DONE: "done",
    StepStatus.SKIPPED: "not_needed",
    StepStatus.NOT_TAKEN: "not_needed",
}
"""Status of a step -> what they are told; every other is `in_progress`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One step as they see it; `place` is its form where it waits for them."""

    id: str
    title: str
    description: str | None
    status: str
    phase: str | None
    place: Place | None

    def worded(self) -> Place:
        """Its form, under the words that are meant for them."""
        assert self.place is not None
        return replace(self.place, title=self.title, description=self.description)

    def to_json(self, path: str) -> dict[str, Any]:
        """The step as the API tells it; `path` is that of the page."""
        told = {"id": self.id, "title": self.title, "description": self.description, "status": self.status}
        return {
            **told,
            "can_complete": self.place is not None,
            "link_path": f"{path}/{self.id}" if self.place else None,
        }


def steps_for(run: Run, link: Link) -> list[Shown]:
    """The steps that a link shows, in the order of the document. What the run did not take is left out."""
    found = [_shown(run, link, node, view) for node in run.graph.nodes.values() if (view := view_for(run, link, node))]
    return [each for each in found if each.status != "not_needed"]


def view_for(run: Run, link: Link, node: Node) -> AudienceView | None:
    """How the step is shown by this link; None where it is not meant for whoever has it."""
    view = getattr(node.step.audience, link.audience, None) if node.step.audience else None
    if link.audience != PARTNER:
        return view
    execution = run.state.of(node.id)
    assigned = execution.assignees if execution else run.state.assign.get(node.id) or {}
    partners = assigned.get("partners", [])
    if link.partner in partners:
        return view or AudienceView()
    return None if partners else view


def _shown(run: Run, link: Link, node: Node, view: AudienceView) -> Shown:
    status = STATUS.get(run.state.status_of(node.id), "in_progress")
    place = _place(run, link, node) if view.can_complete else None
    if place is None and run.state.closed and status in ("in_progress", "later"):
        status = "not_needed"
    title = view.label or node.title
    description = view.description if view.description is not None or view.label else node.step.description
    return Shown(node.id, title, description, "to_do" if place else status, node.step.phase, place)


def _place(run: Run, link: Link, node: Node) -> Place | None:
    """The step's form where it is open, and asks a person."""
    execution = run.state.of(node.id)
    place = form_in(run, link, execution.id) if execution is not None else None
    return place if place is not None and place.open and _waits(place) else None


def _waits(place: Place) -> bool:
    """Whether a person may end it now: not on hold, and not in the hands of a machine."""
    return place.node.for_a_person and place.execution.status in (StepStatus.READY, StepStatus.IN_PROGRESS)


def phases_for(run: Run, shown: Sequence[Shown]) -> list[dict[str, str]]:
    """The phases that these steps are in: {title, status}."""
    found = []
    for phase in run.graph.document.phases:
        statuses = [each.status for each in shown if each.phase == phase.id]
        if statuses:
            found.append({"title": phase.title or phase.id, "status": _together(statuses)})
    return found


def _together(statuses: Sequence[str]) -> str:
    if all(status == "done" for status in statuses):
        return "done"
    return "later" if all(status == "later" for status in statuses) else "in_progress"


def told(run: Run, link: Link, path: str) -> dict[str, Any]:
    """The whole page as JSON: {name, progress, phases, steps}."""
    shown = steps_for(run, link)
    done = sum(each.status == "done" for each in shown)
    return {
        "name": run.graph.document.name,
        "progress": {"done": done, "total": len(shown)},
        "phases": phases_for(run, shown),
        "steps": [each.to_json(path) for each in shown],
    }
