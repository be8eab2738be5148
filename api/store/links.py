"""Links that lead people without an account to one thing: one kind of token, kept in one way, whatever it is for.

A token is 256 random bits. The store finds it by its SHA-256, so that a stolen database opens no link; where somebody
may hand it out again (a form that is sent a second time), the token stands there too, sealed with the installation's
key. Whether a link is still good is a matter of its own row alone: expired, revoked and unknown take the
same time. Whether what it is for is still open is for the run to say.
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from api.store.link_tables import LINKS
from api.store.secrets_box import SecretsBox
from api.store.store import Store
from api.store.tokens import token_hash
from definitions.inviting import Asked, Invited
from definitions.times import rfc3339
from definitions.wire import EffectCall

KEPT = timedelta(days=400)
"""A link that is older leads nowhere; whoever makes one takes those away. A public form is there until it is taken
away."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link as it stands; `good`: not revoked, and not expired."""

    id: str
    kind: str
    run: str
    step: str
    execution: str
    journey: str
    definition: str
    audience: str
    partner: str
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None
    answer: str

    @property
    def good(self) -> bool:
        """Whether it leads anywhere by itself."""
        return self.revoked_at is None and (self.expires_at is None or datetime.now(UTC) < self.expires_at)


_SHOWN = [LINKS.c[name] for name in Link.__dataclass_fields__]


class SqlLinks:
    """The links, over the store; `box` seals the tokens that are handed out more than once."""

    def __init__(self, store: Store, box: SecretsBox) -> None:
        self._store, self._box = store, box

    async def issue(self, call: EffectCall) -> str:
        """A new token by which this round is confirmed, in plain text this once."""
        of: dict[str, Any] = {"run": call.run, "step": call.step, "execution": call.execution, "made_by": call.acting}
        return (await self.make("confirm", **of))[1]

    async def make(self, kind: str, *, kept: bool = False, **values: Any) -> tuple[str, str]:
        """(id, token) of a new link; `kept`: the token can be told again. `values` are columns of its row."""
        made = self._new(kind, kept, values)
        await self._store.together(lambda connection: _write(connection, made[2]))
        return made[0], made[1]

    def write(self, connection: Connection, kind: str, **values: Any) -> dict[str, Any]:
        """The row of a new link whose token can be told again, written in this transaction."""
        row = self._new(kind, True, values)[2]
        _write(connection, row)
        return {column.name: row.get(column.name, None if column.nullable else "") for column in LINKS.c}

    def opened(self, link: str, sealed: str) -> str | None:
        """The token of a link that can be told again."""
        return self._open(link, sealed)

    async def invite(self, asked: Asked) -> Invited:
        """The link of a form for somebody outside: the one that is there and good, else a new one."""
        values = {"run": asked.run, "step": asked.step, "execution": asked.execution, "journey": asked.journey}
        fresh = self._new("journey", True, {**values, "made_by": asked.by, "expires_at": asked.expires})

        def work(connection: Connection) -> Invited:
            if (known := self._known(connection, asked)) is not None:
                return known
            _write(connection, fresh[2])
            return Invited(fresh[0], fresh[1], asked.expires)

        return await self._store.transact(work)

    def _known(self, connection: Connection, asked: Asked) -> Invited | None:
        """The good link of the same form, whose token can be told; its end moves where another is asked for."""
        of_form = _of_form(asked.run, asked.execution, asked.journey)
        query = select(LINKS.c.id, LINKS.c.sealed, LINKS.c.expires_at, LINKS.c.mailed)
        row = connection.execute(query.where(of_form, _good(), LINKS.c.used_at.is_(None))).first()
        token = self._open(row.id, row.sealed) if row else None
        if row is None or token is None:
            return None
        until = row.expires_at
        if asked.expires is not None and asked.expires != until:
            until = asked.expires
            connection.execute(update(LINKS).where(LINKS.c.id == row.id).values(expires_at=until))
        return Invited(row.id, token, until, row.mailed == asked.key)

    async def mailed(self, link: str, key: str) -> None:
        """Remembers under which key it was sent last."""
        await self._change(LINKS.c.id == link, mailed=key)

    async def revoke(self, run: str, execution: str, journey: str) -> None:
        """Ends every link of a form. Doing it again changes nothing."""
        still = and_(_of_form(run, execution, journey), LINKS.c.revoked_at.is_(None))
        await self._change(still, revoked_at=datetime.now(UTC))

    async def revoke_by_id(self, link: str, run: str) -> None:
        """Ends one link of a run."""
        still = (LINKS.c.id == link, LINKS.c.run == run, LINKS.c.revoked_at.is_(None))
        await self._change(and_(*still), revoked_at=datetime.now(UTC))

    async def spend(self, link: str, answer: str) -> None:
        """Remembers that it was used, and with which answer. The first use stands."""
        await self._change(
            and_(LINKS.c.id == link, LINKS.c.used_at.is_(None)), used_at=datetime.now(UTC), answer=answer
        )

    async def find(self, kind: str, token: str) -> Link | None:
        """The link of a token, good or not; None where that leads nowhere."""
        return await self._store.look(lambda connection: found_by(connection, kind, token))

    async def tokens_of(self, run: str, execution: str) -> dict[str, str]:
        """Form -> token of the good links to the forms of a round, for whoever may hand them out."""
        forms = (LINKS.c.kind == "journey", LINKS.c.run == run, LINKS.c.execution == execution)
        query = select(LINKS.c.journey, LINKS.c.id, LINKS.c.sealed).where(*forms, _good(), LINKS.c.used_at.is_(None))
        rows = await self._store.look(lambda connection: list(connection.execute(query)))
        found = {row.journey: self._open(row.id, row.sealed) for row in rows}
        return {journey: token for journey, token in found.items() if token is not None}

    async def token_of(self, run: str, execution: str, journey: str = "") -> tuple[str, str] | None:
        """(id, token) of the good link of a form, for whoever may hand it out."""
        of_form = _of_form(run, execution, journey)
        query = select(LINKS.c.id, LINKS.c.sealed).where(of_form, _good(), LINKS.c.used_at.is_(None))
        row = await self._store.look(lambda connection: connection.execute(query).first())
        token = self._open(row.id, row.sealed) if row else None
        return (row.id, token) if row and token else None

    async def of_run(self, run: str, kind: str) -> list[Any]:
        """The rows of a run's links of that kind that are good, oldest first: what `Link` has, and who made it when."""
        query = select(*_SHOWN, LINKS.c.made_by, LINKS.c.made_at).where(
            LINKS.c.run == run, LINKS.c.kind == kind, _good()
        )
        return await self._store.look(lambda connection: list(connection.execute(query.order_by(LINKS.c.made_at))))

    async def token_by_id(self, link: str) -> str | None:
        """The token of a good link that may be told again."""
        query = select(LINKS.c.sealed).where(LINKS.c.id == link, _good())
        sealed = await self._store.look(lambda connection: connection.execute(query).scalar_one_or_none())
        return self._open(link, sealed) if sealed else None

    async def _change(self, where: ColumnElement[bool], **values: Any) -> None:
        await self._store.together(lambda connection: connection.execute(update(LINKS).where(where).values(**values)))

    def _new(self, kind: str, kept: bool, values: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
        """Id, token and row of a new link."""
        link, token = f"lnk-{uuid.uuid4().hex}", secrets.token_urlsafe(32)
        sealed = {"sealed": self._box.seal(token, _about(link))} if kept else {}
        row = {"hash": token_hash(token), "id": link, "kind": kind, "made_at": datetime.now(UTC), **sealed, **values}
        return link, token, row

    def _open(self, link: str, sealed: str) -> str | None:
        token = self._box.open(sealed, _about(link)) if sealed else None
        return token if isinstance(token, str) else None


def found_by(connection: Connection, kind: str, token: str) -> Link | None:
    """The link of a token of that kind. Found by its hash, which is compared once more, in constant time."""
    wanted = token_hash(token)
    row = connection.execute(select(LINKS.c.hash, *_SHOWN).where(LINKS.c.hash == wanted)).one_or_none()
    if row is None or not hmac.compare_digest(row.hash, wanted) or row.kind != kind:
        return None
    return Link(*row[1:])


def told(moment: datetime | None) -> str | None:
    """A moment as answers and histories hold it."""
    return rfc3339(moment) if moment else None


def _write(connection: Connection, row: dict[str, Any]) -> None:
    old = and_(LINKS.c.made_at < row["made_at"] - KEPT, LINKS.c.kind != "start")
    over = or_(LINKS.c.expires_at.is_(None), LINKS.c.expires_at < row["made_at"])
    connection.execute(delete(LINKS).where(old, over))
    values = {column.name: "" for column in LINKS.c if not column.nullable}
    connection.execute(insert(LINKS), {**values, **row})


def _of_form(run: str, execution: str, journey: str) -> ColumnElement[bool]:
    form = (LINKS.c.kind == "journey", LINKS.c.run == run, LINKS.c.execution == execution)
    return and_(*form, LINKS.c.journey == journey)


def _good() -> ColumnElement[bool]:
    return and_(LINKS.c.revoked_at.is_(None), or_(LINKS.c.expires_at.is_(None), LINKS.c.expires_at > datetime.now(UTC)))


def _about(link: str) -> str:
    """What a sealed token belongs to: copied to another link it does not open."""
    return f"link/{link}"
