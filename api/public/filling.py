"""A form is answered: what was sent becomes a completion of its step, by the same door as everybody's, once.

The run decides whether the form is still open, and its judge what is wrong with the answer. What was said twice by one
link is said once: the link remembers what it was used with, and gives the same thanks for the same answer again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.activity import About
from api.doors import Caller
from api.house import House
from api.permissions import Who
from api.problems import ApiError, Conflict, Invalid
from api.public.body import Sent, known_files, names_of, take_files
from api.public.controls import Sheet, summary
from api.public.gates import Over
from api.public.pages import page
from api.public.places import Place, Run, actor_of, policy_for, run_of
from api.public.sent import answer_of, strange, tidied, written
from api.public.widgets import Reader
from api.public.words import WORDS, language
from api.schemas_commands import CommandBody
from api.store.links import Link
from definitions.canonical import digest
from definitions.engine.state import RunStatus
from definitions.model import DecisionStep

OVER = ("step_not_ready", "stale_execution", "run_closed", "requirements_open", "step_unknown")
"""What a run says of a form whose time has passed."""


class Submission(CommandBody):
    """The completion that comes by a link. `journey`: it answers one of a task's forms."""

    type: str = "complete"
    output: dict[str, Any] | None = None
    choice: str | None = None
    journey: str | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """What stands around a form. `who` is the actor of the link; `visit` tells one filling in from another."""

    title: str
    description: str | None
    button: str | None
    who: str
    visit: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form with what stands around it, the language of whoever fills it in, and what was sent."""

    face: Face
    form: dict[str, Any]
    reader: Reader
    sent: Sent = field(default_factory=Sent)

    @property
    def output(self) -> dict[str, Any]:
        """The answer that was meant."""
        if self.sent.output is not None:
            return self.sent.output
        return answer_of(self.form, self.sent.raw, self.reader)


async def form_of(request: Request, house: House, place: Place, sent: Sent | None = None) -> Form:
    """The form as it is now for whoever asks."""
    shown = place.form(await policy_for(house, place))
    button = place.node.step.button
    face = Face(place.title, place.description, button, place.who.id, place.execution.id)
    return formed(request, face, shown, place.run.zone, sent)


def formed(request: Request, face: Face, shown: dict[str, Any], zone: str, sent: Sent | None) -> Form:
    """A form in the reader's language, with what was sent in its controls."""
    reader = Reader(language(request.headers.get("accept-language", "")), zone)
    form = Form(face, shown, reader, sent or Sent())
    if sent is not None and sent.output is None:
        form.sent.raw = tidied(shown, sent.raw, reader)
    return form


async def submit(house: House, place: Place, form: Form) -> str:
    """`completed`, or `received` where the run will hear of it. Raises Invalid with everything that is wrong, Over,
    and what else the run refuses it with."""
    if place.run.state.status is RunStatus.SAVED:  # said here too, for the run itself may be slow to say it
        raise _not_now()
    output = await gathered(house, form)
    said: dict[str, Any] = {"type": "complete", "step": place.node.id, "execution": place.execution.id}
    said |= _choice(output) if isinstance(place.node.step, DecisionStep) else {"output": output}
    if place.journey:
        said["journey"] = place.journey
    command = Submission.model_construct(set(said), **said)
    about = About(via="journey")
    try:
        status, _ = await house.commands.give(Caller(place.who, house, about), place.run.row.id, command)
    except ApiError as error:
        raise _told(error) from None
    return "completed" if status == 200 else "received"


async def gathered(house: House, form: Form) -> dict[str, Any]:
    """The answer with its files taken in. Raises Invalid with every file that cannot be taken, and strange names."""
    problems = await take_files(house, Who(form.face.who), form.sent)
    problems += _strange(form)
    if problems:
        raise Invalid(problems[0]["message"], errors=problems)
    return form.output


def _choice(output: Mapping[str, Any]) -> dict[str, Any]:
    """What was chosen. Raises Invalid for what is no choice at all."""
    if not isinstance(output.get("choice"), str):
        text = "choose one of the options"
        raise Invalid(text, errors=[{"path": "/output/choice", "code": "missing", "message": text}])
    return {"choice": output["choice"]}


def _strange(form: Form) -> list[dict[str, str]]:
    names = strange(form.form, form.sent.raw) if form.sent.output is None else []
    return [
        {"path": f"/output/{name[:80]}", "code": "unknown_field", "message": f"there is no field {name[:80]!r}"}
        for name in names[:20]
    ]


def _told(error: ApiError) -> ApiError:
    """A refusal in the words of somebody who knows nothing of runs and steps."""
    if error.code in OVER:
        return Over()
    if error.http_status == 409:
        return _not_now()
    if error.http_status == 422:
        return Invalid(error.detail, code=error.code, errors=[{**each, "path": _below(each)} for each in error.errors])
    return ApiError(error.detail, status=error.http_status, code=error.code) if error.http_status == 413 else error


def placed(error: Invalid, sent: Sent) -> Invalid:
    """The same with paths into the body as it was sent: a program that sent bare fields finds them by these."""
    if not sent.flat:
        return error
    errors = [{**each, "path": str(each.get("path", "")).removeprefix("/output")} for each in error.errors]
    return Invalid(error.detail, code=error.code, errors=errors)


def _not_now() -> Conflict:
    return Conflict("This cannot be taken at the moment. Try again later.", code="form_busy")


def _below(wrong: Mapping[str, Any]) -> str:
    """A choice stands beside the output in a command, and in the form like any field."""
    path = str(wrong.get("path", ""))
    return f"/output{path}" if path == "/choice" else path


def mark(link: Link, output: Mapping[str, Any]) -> str:
    """What a link remembers of the answer it was used with."""
    return digest([link.id, _ids(output)])


def _ids(value: Any) -> Any:
    """The answer with files by their ids alone: what else is said of them is not the sender's word."""
    match value:
        case {"file": str(file)}:
            return {"file": file}
        case dict():
            return {key: _ids(each) for key, each in value.items()}
        case list():
            return [_ids(each) for each in value]
        case _:
            return value


async def said_before(request: Request, house: House, place: Place | None, sent: Sent) -> bool:
    """Whether a link that was used is sent the very answer it was used with."""
    if place is None:
        return False
    await known_files(house, place.who, sent)
    form = await form_of(request, house, place, sent)
    return mark(place.link, form.output) == place.link.answer


async def ended_by_link(house: House, link: Link, execution: str) -> bool:
    """Whether it was this link that ended the round: somebody pressed twice, and this is the second press."""
    run: Run | None = await run_of(house, link.run)
    known = run.state.executions.get(execution) if run is not None else None
    if known is None:
        return False
    return actor_of(link) in (known.ended_by, known.submitted.get(link.journey, {}).get("by"))


async def draw(
    request: Request,
    house: House,
    form: Form,
    action: str,
    *,
    errors: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> Response:
    """The form as a page; with `errors` what is wrong stands at each field and above them all."""
    words = WORDS[form.reader.lang]
    files = await names_of(house, Who(form.face.who), form.sent.raw)
    sheet = Sheet(form.form, form.sent.raw, form.reader, words, errors or [], files, form.sent.grow)
    controls = sheet.controls()
    wrong = summary(controls)
    if errors and not wrong:
        wrong = [{"id": "", "label": "", "text": words.get(each["code"], each["message"])} for each in errors]
    face = {name: getattr(form.face, name) for name in ("title", "description", "button", "visit")}
    return page(request, "form.html", status, controls=controls, wrong=wrong, action=action, **face)


def begun(form: Form) -> Form:
    """The form with what it begins with in its controls."""
    return replace(form, sent=Sent(raw=written(form.form, form.form["values"], form.reader)))
