"""A public form that starts a run: what it asks for, and how an answer becomes a start.

The answer is the run's inputs. It is judged as the form's, then as every start is, with the rights of who made the
address. Whoever fills it in is told that it arrived, and nothing of the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from api import named, start_forms
from api.activity import About
from api.doors import Caller
from api.forms_view import start_form
from api.house import House
from api.permissions import Who
from api.problems import ApiError, Conflict, IdempotencyConflict, Invalid, NotFound
from api.public.places import actor_of
from api.schemas import StartRun
from api.start_as import start_as
from api.store.link_tables import LINKS
from api.store.links import Link
from api.store.policies import policy_of
from api.store.tables import DefinitionRow
from api.versions import Published
from definitions.forms import check_answer
from definitions.model import FormField, JourneyTrigger


@dataclass(frozen=True, slots=True)
class Start:
    """One public form: the version it starts, whose rights the runs have, its fields and where they stand."""

    link: Link
    user: str
    published: Published
    fields: Sequence[FormField]
    pointer: str
    scope: Mapping[str, Any]

    @property
    def zone(self) -> str:
        return self.published.graph.document.timezone or "UTC"

    @property
    def form(self) -> dict[str, Any]:
        """`{schema, ui, values}`."""
        return start_form(self.published.graph, self.fields, self.pointer, self.scope)


async def start_of(house: House, link: Link) -> Start | None:
    """The form of an address; None where the newest version has none, or the definition is archived."""
    offered = select(LINKS.c.made_by).where(LINKS.c.id == link.id, start_forms.offered(LINKS.c.definition))
    user = await house.store.look(lambda connection: connection.execute(offered).scalar_one_or_none())
    if user is None:
        return None
    async with house.store.reading() as session:
        row = await session.get(DefinitionRow, link.definition)
        published = await house.versions.get(row.key, row.version, session) if row is not None else None
    if published is None:
        return None
    scope: dict[str, Any] = {"policy": {}, "now": datetime.now(UTC)}
    if published.reads_policy:
        scope["policy"] = await house.store.look(lambda connection: policy_of(connection, actor_of(link)))
    document = published.graph.document
    for index, trigger in enumerate(document.start.triggers):
        if isinstance(trigger, JourneyTrigger) and trigger.fields:
            at = f"/start/triggers/{index}/fields"
            return Start(link, user, published, trigger.fields, at, scope)
    return Start(link, user, published, document.inputs, "/inputs", scope)


async def begin(house: House, start: Start, output: Mapping[str, Any], key: str) -> None:
    """Starts a run, once for each key. Raises Invalid with everything that is wrong by path below `/output`."""
    given = {name: value for name, value in output.items() if value is not None}
    caller = Caller(Who(actor_of(start.link)), house, About(via="journey"))
    found = await named.look(caller, start.fields, given, start.published.graph.document.record)
    trees = start.published.graph.trees
    kept, problems = check_answer(start.fields, found.answer, start.scope, trees, start.pointer)
    errors = [*(each.to_json() for each in problems), *found.problems]
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    body = StartRun(definition=start.published.key, inputs=kept)
    try:
        await start_as(house, start.user, body, key=f"{start.link.id}:{key}", via="journey")
    except IdempotencyConflict:
        raise Conflict("This form was sent before, with other answers.", code="form_busy") from None
    except ApiError as error:
        raise _told(error) from None


def _told(error: ApiError) -> ApiError:
    """A refusal in the words of somebody who knows nothing of definitions and rights."""
    if error.http_status in (401, 403, 404):
        return NotFound("link")
    if error.http_status == 409:
        return Conflict("This cannot be taken at the moment. Try again later.", code="form_busy")
    if error.http_status == 422:
        errors = [{**each, "path": "/output" + str(each["path"]).removeprefix("/inputs")} for each in error.errors]
        return Invalid("The answers are not complete.", errors=errors)
    return error
