"""Forms for somebody outside: a step that is one, and those that a person sends from a task.

A step of kind `journey` asks `holdfast.invite` for a link as its turn comes, and waits. The forms of a task are sent by
a person (`resend`), beside whatever else is done about the task. Whoever has the link answers by it; so may a person
who has the step open. A link that was taken back (`revoke`) says nothing any more, a further one may be sent.

What a form is told of links is kept with the round, by the form's id (`""`: the step is the form): never the token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from definitions.contracts import INVITE
from definitions.engine.assigning import ask_a_person, for_whom, nobody_came
from definitions.engine.commands import ArmTimer, StartEffect
from definitions.engine.events import EventType
from definitions.engine.execution import Execution, Side
from definitions.engine.finish import stop
from definitions.engine.graph import Node
from definitions.engine.outside import until_expired
from definitions.engine.scope import resolved
from definitions.engine.sides import request_side
from definitions.engine.state import BY_A_PERSON, ENDED, StepStatus
from definitions.engine.turn import Turn
from definitions.model import FormField, JourneyStep, Step, TaskStep
from definitions.times import rfc3339
from definitions.wire import ACTIVITY_INVITE, JOURNEY_ACTOR, Actor

JOURNEY = "journey"
"""What a round waits for whose form somebody outside fills in; the kind of the errands that send links."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its fields, where they stand below the step, and whether answering it completes the step."""

    id: str
    title: str
    fields: Sequence[FormField]
    place: str
    completes: bool = True


def form_of(node: Node, name: str = "") -> Form | None:
    """A form of the step by its id; None where it has none of that id."""
    step: Step = node.step
    if isinstance(step, JourneyStep):
        return None if name else Form("", node.title, step.fields, f"{node.pointer}/fields")
    for index, each in enumerate(step.journeys if isinstance(step, TaskStep) else ()):
        if each.id == name:
            place = f"{node.pointer}/journeys/{index}/fields"
            return Form(name, each.title or node.title, each.fields, place, each.complete)
    return None


def answer_fields(step: Step, journey: str | None) -> Sequence[FormField]:
    """The fields that an answer to a step is about: those of the form it names, else the step's own."""
    if journey and isinstance(step, TaskStep):
        return next((each.fields for each in step.journeys if each.id == journey), ())
    return step.fields if isinstance(step, TaskStep | JourneyStep) else ()


def takes_answers(node: Node, execution: Execution, actor: Actor) -> bool:
    """Whether a form of the step can be answered now. Somebody outside may be faster than the word that it was sent."""
    if isinstance(node.step, TaskStep):
        return execution.status in BY_A_PERSON
    early = execution.status is StepStatus.RUNNING and is_outside(actor)
    return (execution.waits == JOURNEY and not execution.came_due) or early


def is_outside(actor: Actor) -> bool:
    """Whether this is somebody who has a link."""
    return actor.id.startswith(JOURNEY_ACTOR)


def is_over(execution: Execution, name: str, actor: Actor) -> bool:
    """Whether this link cannot be used any more: it was taken back, or it was used."""
    link = actor.id.removeprefix(JOURNEY_ACTOR)
    known = execution.links.get(name, {})
    answered = execution.submitted.get(name, {})
    return is_outside(actor) and (link in known.get("over", ()) or answered.get("by") == actor.id)


def invite(turn: Turn, node: Node, execution: str, to: str | None = None) -> None:
    """The step's turn has come: somebody is sent its link, or it is made for a person to hand out."""
    step = node.step
    assert isinstance(step, JourneyStep)
    address = to or resolved(turn.graph, step.to, f"{node.pointer}/to", turn.scope())
    if step.to is not None and not (isinstance(address, str) and address):
        text = "there is no address to send it to: say whom, or answer it by hand"
        ask_a_person(turn, execution, "arming", "no_address", text)
        return
    at = until_expired(turn, step.expires)
    until = {"until": rfc3339(at)} if at else {}
    known = turn.state.executions.get(execution)
    number, acting = (known.turn + 1 if known else 1), turn.cause[0] or turn.state.started_by
    more = {**until, **({"to": address} if address else {}), **for_whom(turn, node, execution)}
    data = {"turn": number, "activity": ACTIVITY_INVITE, "acting": acting, **more}
    turn.emit(EventType.EFFECT_REQUESTED, data, execution=execution)
    given = _given(node, execution, "", address, at)
    turn.ask(StartEffect(execution, node.id, number, ACTIVITY_INVITE, node.title, acting, given, INVITE))


def _given(node: Node, execution: str, name: str, to: Any, until: datetime | None) -> dict[str, Any]:
    """What the activity is told. The round is named, since an errand's own id is another."""
    form = form_of(node, name)
    values = {
        "to": to,
        "title": form.title if form else node.title,
        "text": node.step.description,
        "step": node.id,
        "execution": execution,
        "journey": name,
        "expires": rfc3339(until) if until else None,
    }
    return {key: value for key, value in values.items() if value}


def invited(turn: Turn, node: Node, execution: Execution, result: Mapping[str, Any]) -> None:
    """The link is made and sent: from now on somebody outside may answer, until it expires."""
    data = {"until": execution.until} if execution.until else {}
    turn.emit(EventType.JOURNEY_AWAITED, {**data, "link": result.get("link")}, execution=execution.id)
    if execution.until:
        turn.ask(ArmTimer(execution.id, datetime.fromisoformat(execution.until), node.title))


def send(  # noqa: PLR0917
    turn: Turn, node: Node, execution: Execution, name: str, to: str | None, acting: str, *, again: bool
) -> None:
    """Have the link of a form sent beside whatever the round does."""
    until = datetime.fromisoformat(execution.until) if execution.until else None
    given = {**_given(node, execution.id, name, to, until), **({"again": True} if again else {})}
    _errand(turn, execution, given, acting)


def take_back(turn: Turn, node: Node, execution: Execution, name: str, acting: str) -> None:
    """The link of a form ends; whoever was sent it is told."""
    known = execution.links.get(name, {})
    turn.emit(EventType.JOURNEY_REVOKED, {"journey": name}, execution=execution.id)
    given = {**_given(node, execution.id, name, known.get("to"), None), "revoke": True}
    _errand(turn, execution, given, acting)


def _errand(turn: Turn, execution: Execution, given: dict[str, Any], acting: str) -> None:
    """Have the activity called beside the round; an errand of each form has a name of its own."""
    name = str(given.get("journey", ""))
    data = {
        "kind": JOURNEY,
        "name": name,
        "title": given["title"],
        "activity": ACTIVITY_INVITE,
        "of": execution.id,
        "acting": acting,
        "input": given,
    }
    request_side(turn, f"{execution.step}~invite{f'.{name}' if name else ''}", execution.step, data)


def sent(turn: Turn, side: Side) -> None:
    """A link was sent beside a round: which one it is now, and to whom."""
    execution = turn.state.executions.get(side.of or "")
    result = side.output if isinstance(side.output, dict) else {}
    if execution is None or execution.status in ENDED or side.input.get("revoke") or not result.get("link"):
        return
    data = {"journey": side.name, "link": result["link"], "to": side.input.get("to")}
    turn.emit(EventType.JOURNEY_SENT, data, execution=execution.id)


def expire_journey(turn: Turn, node: Node, execution: Execution) -> None:
    """Nobody answered in time."""
    message = f"nobody answered until {execution.until}"
    nobody_came(turn, node, execution.id, "journey_expired", message)


def submitted(turn: Turn, execution: Execution, form: Form, output: dict[str, Any], more: Mapping[str, Any]) -> None:
    """A form was answered: it is kept by its name, and completes the step where it is to."""
    answer = {"output": output} if output else {}
    if form.id:
        turn.emit(EventType.JOURNEY_SUBMITTED, {"journey": form.id, **answer}, execution=execution.id)
    if not form.completes:
        return
    stop(turn, turn.execution(execution.id))
    data = {"ports": ["done"], "done_by": "person", "via": JOURNEY, **({"journey": form.id} if form.id else {})}
    turn.emit(EventType.STEP_DONE, {**data, **answer, **more}, execution=execution.id)
