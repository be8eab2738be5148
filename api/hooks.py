"""Webhooks that start runs: an address for each definition that has one, and who may call it.

A call is believed for its signature (Standard Webhooks: id, time and body under the hook's secret, no older than five
minutes) or for the token in the address. It starts a run as the person who made the hook, in the words of every other
start. A message that comes again answers with the run it started; what was refused leaves no trace but its log row, so
a sender may try again.

The order of the answers tells a stranger little: unknown 404, too often 429, not believed 401; only then what is wrong
with the body or stands in the way. A call that is rightly signed, for another hook, is 404 too.
"""

from __future__ import annotations

import asyncio
import hmac
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from limits import RateLimitItemPerMinute
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, Table, delete, select, update
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from api.activity import About, entry
from api.gate import check_text, content_kind, parse_json
from api.hook_keys import HOOKS, live, opened
from api.permissions import Who
from api.problems import ApiError, Conflict, Invalid, NotFound, TooMany, Unidentified, finding
from api.schemas import Names, StartRun, Values
from api.start_as import start_as
from api.store.statements import insert_new
from api.store.trigger_tables import HookCallRow

if TYPE_CHECKING:
    from api.house import House

CALLS: Table = HookCallRow.__table__  # type: ignore[attr-defined]

KEPT = timedelta(days=90)
"""How long a message is known again. Its signature is only good for five minutes, its token as long as the hook."""

OTHERS = 200
"""Hooks that are looked through for one that a call was meant for."""


class Payload(BaseModel):
    """What a call may say of the run. It may stand in `data` of the usual envelope (`type`, `timestamp`, `data`)."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    record: Annotated[str, Field(min_length=1, max_length=200)] | int | None = None
    inputs: Values = {}
    labels: Names = []


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came: headers in lower case, the token of the address, the body to the byte."""

    headers: Mapping[str, str]
    token: str
    raw: bytes

    @property
    def message(self) -> str | None:
        """The id by which it is known again, where its sender gave one."""
        return self.headers.get("webhook-id") or self.headers.get("idempotency-key")

    def value(self) -> Any:
        """The body. Raises ApiError: 400, 415, 422."""
        if not self.raw:
            return {}
        content_kind(self.headers, ("application/json",))
        return parse_json(self.raw)


async def receive(house: House, hook: str, call: Call) -> tuple[int, dict[str, Any]]:
    """202 and {run}, or 200 and the same run for a message that came before. Raises ApiError as the module says."""
    row = await house.store.look(lambda connection: _found(connection, hook))
    if row is None:
        raise NotFound("hook")
    about = About("hook.call", definition=row["definition"], via="webhook", detail={"message": call.message})
    who = Who(f"hook:{hook}", teams=tuple(row["teams"] or ()))
    _not_too_often(house, hook)
    try:
        await _believe(house, row, call)
        if call.message and (run := await house.store.look(lambda connection: _seen(connection, hook, call))):
            await _log(house, who, about, "repeated", run)
            return 200, {"run": run}
        if row["paused"]:
            raise Conflict("This hook is paused.", code="hook_paused")
        body = _start(row["definition"], call.value())
    except ApiError as error:
        await _log(house, who, about, error.code)
        raise
    return await _started(house, row, call, body)


async def _started(house: House, row: Mapping[str, Any], call: Call, body: StartRun) -> tuple[int, dict[str, Any]]:
    key = f"{row['id']}:{call.message or uuid.uuid4().hex}"
    _, view = await start_as(house, row["user"], body, key=key, via="webhook")
    now = datetime.now(UTC)

    def keep(connection: Connection) -> bool:
        connection.execute(update(HOOKS).where(HOOKS.c.id == row["id"]).values(used_at=now))
        connection.execute(delete(CALLS).where(CALLS.c.at < now - KEPT))
        said = {"hook": row["id"], "message": call.message, "run": view["id"], "at": now}
        return insert_new(connection, CALLS, said) if call.message else True

    first = await house.store.together(keep)
    return 202 if first else 200, {"run": view["id"]}


def _start(definition: str, value: Any) -> StartRun:
    """The start that a body asks for. 422 with every finding."""
    inside = isinstance(value, dict) and isinstance(value.get("data"), dict)
    try:
        asked = Payload.model_validate(value["data"] if inside else value)
    except ValidationError as wrong:
        errors = [finding({**each, "loc": (*(("data",) if inside else ()), *each["loc"])}) for each in wrong.errors()]
        errors = [{**each, "path": each["path"].removeprefix("/body")} for each in errors]
        raise Invalid(f"{errors[0]['path'] or '/'}: {errors[0]['message']}", errors=errors) from None
    record = None if asked.record is None else str(asked.record)
    return StartRun(definition=definition, record=record, inputs=asked.inputs, labels=asked.labels)


def _not_too_often(house: House, hook: str) -> None:
    item = RateLimitItemPerMinute(house.config.hook_calls)
    if not house.guesses.hit(item, "hook", hook):
        left = house.guesses.get_window_stats(item, "hook", hook).reset_time - time.time()
        raise TooMany(f"At most {item.amount} calls of a hook in a minute.", after=max(1, int(left) + 1))


async def _believe(house: House, row: Mapping[str, Any], call: Call) -> None:
    """401 for a call that is neither signed nor has the token; 404 where it was signed for another hook."""
    if call.message is not None:
        check_text(call.message, "webhook-id")
        if len(call.message) > 200:
            raise Unidentified("The id of a message has at most 200 characters.")
    known = [opened(house, row["sealed"], row["definition"])]
    if call.token and hmac.compare_digest(call.token.encode(), known[0].get("token", "").encode()):
        return
    if row["before"] and row["before_until"] > datetime.now(UTC):
        known.append(opened(house, row["before"], row["definition"]))
    if not await asyncio.to_thread(_signed, call, [each.get("secret", "") for each in known]):
        if "webhook-signature" in call.headers and await _meant_for_another(house, call):
            raise NotFound("hook")
        raise Unidentified("Sign it (webhook-id, webhook-timestamp, webhook-signature), or add the hook's token.")


async def _meant_for_another(house: House, call: Call) -> bool:
    rows = await house.store.look(lambda connection: connection.execute(live().limit(OTHERS)).mappings().all())
    others = [opened(house, row["sealed"], row["definition"]).get("secret", "") for row in rows]
    return await asyncio.to_thread(_signed, call, others)


def _signed(call: Call, known: list[str]) -> bool:
    """Whether one of the signatures is one of these secrets', and no older, or newer, than five minutes."""
    given = call.headers.get("webhook-signature", "").split()[:10]
    return any(_holds(secret, call, each) for secret in known if secret for each in given)


def _holds(secret: str, call: Call, signature: str) -> bool:
    try:
        Webhook(secret).verify(call.raw, {**call.headers, "webhook-signature": signature}, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _found(connection: Connection, hook: str) -> dict[str, Any] | None:
    row = connection.execute(live().where(HOOKS.c.id == hook)).mappings().first()
    return dict(row) if row is not None else None


def _seen(connection: Connection, hook: str, call: Call) -> str | None:
    same = (CALLS.c.hook == hook, CALLS.c.message == call.message)
    return connection.execute(select(CALLS.c.run).where(*same)).scalar()


async def _log(house: House, who: Who, about: About, outcome: str, run: str | None = None) -> None:
    about.run = run
    async with house.store.session() as session:
        session.add(entry(who, about, "write", outcome))
