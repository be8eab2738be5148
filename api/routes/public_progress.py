"""How a run stands, for customers and partners: by a link that somebody who works on it gave them."""

from __future__ import annotations

from fastapi import Request, Response

from api.doors import TheHouse, asks, turn
from api.house import House
from api.problems import Invalid, NotFound
from api.public import body, filling
from api.public.gates import Over, answered, link_of
from api.public.headers import SECRET
from api.public.pages import page, wants_page
from api.public.places import Place, Run, actor_of, note_read, run_of
from api.public.progress import steps_for, told, view_for
from api.routes.public_journeys import ASKED, BODY, FILLING, TAKEN, PublicForm, Taken, thanks
from api.routing import answer, router
from api.schemas_out import Out
from api.store.links import Link
from api.store.register_tables import PartnerRow
from definitions.engine.state import Execution

routes = router("", "public")


class PublicStep(Out):
    """One step in the words written for them: `status` is later, in_progress, to_do or done."""

    id: str
    title: str
    description: str | None
    status: str
    can_complete: bool
    link_path: str | None


class PublicPhase(Out):
    """One phase, as the steps in it stand."""

    title: str
    status: str


class PublicCount(Out):
    """Of the steps that are shown."""

    done: int
    total: int


class PublicProgress(Out):
    """What a customer or partner sees of a run."""

    name: str
    progress: PublicCount
    phases: list[PublicPhase]
    steps: list[PublicStep]


@routes.head("/public/progress/{token}", include_in_schema=False)
@routes.get("/public/progress/{token}", response_model=PublicProgress, responses=ASKED)
@asks("link.use")
async def open_progress(token: str, request: Request, house: TheHouse) -> Response:
    """The steps that are meant for whoever has the link, and how they stand. Changes nothing."""
    return await answered(request, _open(token, request, house))


@routes.head("/public/progress/{token}/{step}", include_in_schema=False)
@routes.get("/public/progress/{token}/{step}", response_model=PublicForm, responses=ASKED)
@asks("link.use")
async def open_progress_step(token: str, step: str, request: Request, house: TheHouse) -> Response:
    """The form of one of these steps, where it waits for them. Changes nothing."""
    return await answered(request, _open_step(token, step, request, house))


@routes.post(
    "/public/progress/{token}/{step}", response_model=Taken, responses=TAKEN, openapi_extra={"requestBody": BODY}
)
@asks("link.use")
async def answer_progress_step(token: str, step: str, request: Request, house: TheHouse) -> Response:
    """Completes one of these steps, where it waits for them, as the form of a journey is answered."""
    return await answered(request, _answer(token, step, request, house))


async def _open(token: str, request: Request, house: House) -> Response:
    run, link = await _run(token, request, house)
    shown = told(run, link, f"/public/progress/{token}")
    return page(request, "progress.html", **shown) if wants_page(request) else answer(shown, headers=SECRET)


async def _open_step(token: str, step: str, request: Request, house: House) -> Response:
    run, link = await _run(token, request, house)
    place = _place(run, link, step)
    form = await filling.form_of(request, house, place)
    if wants_page(request):
        return await filling.draw(request, house, filling.begun(form), _path(token, step))
    return answer({"title": place.title, "description": place.description, "form": form.form}, headers=SECRET)


async def _answer(token: str, step: str, request: Request, house: House) -> Response:
    run, link = await _run(token, request, house)
    with turn(house, FILLING):
        sent = await body.read(request, house)
        if _was_theirs(run, link, step, sent):
            return thanks(request, "completed")
        place = _place(run, link, step, _seen(sent))
        form = await filling.form_of(request, house, place, sent)
        if sent.grow:
            return await filling.draw(request, house, form, _path(token, step))
        try:
            return thanks(request, await filling.submit(house, place, form))
        except Over:
            if await filling.ended_by_link(house, link, place.execution.id):
                return thanks(request, "completed")
            raise
        except Invalid as error:
            if wants_page(request) and sent.output is None:
                return await filling.draw(request, house, form, _path(token, step), errors=error.errors, status=422)
            raise filling.placed(error, sent) from None


async def _run(token: str, request: Request, house: House) -> tuple[Run, Link]:
    link = await link_of(request, house, "progress", token)
    run = await run_of(house, link.run)
    if run is None or not await _still_a_partner(house, link):
        raise NotFound("link")
    note_read(house, link, run, "link.progress")
    return run, link


async def _still_a_partner(house: House, link: Link) -> bool:
    """Whoever was switched off in the register sees nothing more."""
    if not link.partner:
        return True
    async with house.store.reading() as session:
        row = await session.get(PartnerRow, link.partner)
    return row is not None and row.active


def _place(run: Run, link: Link, step: str, seen: str = "") -> Place:
    """The form of a step that is shown. 404 for one that is not meant for them, 410 where it does not wait for them, or
    another round of it than they saw."""
    node = run.graph.nodes.get(step)
    view = view_for(run, link, node) if node is not None else None
    if view is None or not view.can_complete:
        raise NotFound("link")
    shown = next((each for each in steps_for(run, link) if each.id == step), None)
    if shown is None or shown.place is None or seen not in ("", shown.place.execution.id):
        raise Over
    return shown.worded()


def _was_theirs(run: Run, link: Link, step: str, sent: body.Sent) -> bool:
    """Whether the round they saw was ended by this very link: they pressed twice."""
    seen = _seen(sent)
    known: Execution | None = run.state.executions.get(seen) if seen else run.state.of(step)
    return known is not None and known.step == step and known.ended_by == actor_of(link)


def _seen(sent: body.Sent) -> str:
    return (sent.raw.get("_visit") or [""])[0]


def _path(token: str, step: str) -> str:
    return f"/public/progress/{token}/{step}"
