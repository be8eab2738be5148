"""People are told of what they asked to be told of: from what happens to runs, by mail, once a day.

What a run itself decides to say (a step is overdue, a run was taken over) comes from its workflow. What is added here
follows from events that are there anyway: work that came to somebody, a run that asks for a person, an approval that
others wait for. Each is told once, by a key made of the run and the round.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from api.beside import rounds
from api.feed import FedEvent
from api.outward import Outward
from api.permissions import Decision, Subject, Who, decide
from api.store import notifications as rows
from api.store.notices import tell
from api.store.people import People
from api.store.secrets_box import SecretsBox
from api.store.store import Store
from api.store.tables import Row

RUNS, TASKS, USERS = (Row.metadata.tables[name] for name in ("runs", "tasks", "users"))
USER_ROLES, MEMBERSHIPS = (Row.metadata.tables[name] for name in ("user_roles", "memberships"))

ASSIGNING = ("step_ready", "step_assigned")
GIVEN_UP = timedelta(days=3)
"""How long a mail server may be away before what waits for it is given up."""

MAIL_ABOUT = "mail"
"""What the token of a link that ends somebody's mail is sealed as."""


class Telling:
    """Makes notices of events: a consumer of the feed."""

    def __init__(self, store: Store, people: People) -> None:
        self._store, self._people = store, people

    async def hear(self, events: Sequence[FedEvent]) -> None:
        """Tells whoever is to be told. Hearing the same again tells nobody twice."""
        told = [each for each in events if each.type in (*ASSIGNING, "step_attention", "approval_asked")]
        if not told:
            return
        wanting = await self._store.look(_wanting)
        for event in told:
            people = await self._whom(event, wanting)
            if people:
                await self._store.transact(partial(_say, event=event, people=people))

    async def _whom(self, event: FedEvent, wanting: dict[str, list[str]]) -> list[str]:
        """Who may see the run of those the event is for, and did not do it themselves."""
        match event.type:
            case "step_attention":
                meant = wanting["attention"]
            case "approval_asked":
                meant = await self._store.look(partial(_approvers, event=event))
            case _:
                named = (event.data.get("assignees") or {}).get("users", ())
                meant = [user for user in named if user in wanting["assigned"]]
        found = [await self._people.who(user) for user in dict.fromkeys(meant) if user != event.actor]
        return [who.id for who in found if who is not None and _concerns(who, event)]


def _concerns(who: Who, event: FedEvent) -> bool:
    subject = Subject(event.teams, event.started_by)
    own = event.type != "step_attention" or not event.teams or not set(event.teams).isdisjoint(who.teams)
    return own and decide(who, "run.view", subject) is Decision.ALLOW


def _wanting(connection: Connection) -> dict[str, list[str]]:
    return {kind: rows.who_wants(connection, kind) for kind in ("assigned", "attention")}


def _approvers(connection: Connection, event: FedEvent) -> list[str]:
    """Who may agree, where the step says who: those of its roles and teams. Nobody in particular is nobody told."""
    roles, teams = event.data.get("roles") or (), event.data.get("teams") or ()
    if not roles and not teams:
        return []
    query = select(USERS.c.id).distinct()
    if roles:
        query = query.join(USER_ROLES, USER_ROLES.c.user == USERS.c.id).where(USER_ROLES.c.role.in_(roles))
    if teams:
        query = query.join(MEMBERSHIPS, MEMBERSHIPS.c.user == USERS.c.id).where(MEMBERSHIPS.c.team.in_(teams))
    barred = event.data.get("not_by") or ()
    return [user for user in connection.execute(query.order_by(USERS.c.id)).scalars() if user not in barred]


_SAID = {
    "step_attention": ("attention", "Asks for a person: {title}"),
    "approval_asked": ("approval", "Your approval is asked for: {title}"),
}


def _say(connection: Connection, event: FedEvent, people: Sequence[str]) -> None:
    kind, subject = _SAID.get(event.type, ("assigned", "Assigned to you: {title}"))
    task = select(TASKS.c.title).where(TASKS.c.run == event.run, TASKS.c.step == event.step)
    title = connection.execute(task).scalar() or event.step
    name = connection.execute(select(RUNS.c.name).where(RUNS.c.id == event.run)).scalar()
    text = f"{title} of {name}" + (f": {event.data['message']}" if event.data.get("message") else ".")
    notice = {"kind": kind, "subject": subject.format(title=title), "text": text, "run": event.run, "step": event.step}
    round_ = event.execution if kind == "assigned" else f"{event.execution}:{event.seq}"
    tell(connection, people, notice, f"{kind}:{event.run}:{round_}", datetime.now(UTC))


class Mailing:
    """Sends mail that waits, and makes the mail of the day; several processes share the work by claims."""

    def __init__(self, store: Store, outward: Outward, box: SecretsBox, public_url: str) -> None:
        self._store, self._outward, self._box, self._url = store, outward, box, public_url.rstrip("/")

    async def run(self, every: float) -> None:
        """For as long as the app lives; a round that the database does not answer is followed by the next."""
        await rounds(self.sweep, every, said="mail could not be read", action="mail.unreadable")

    async def sweep(self) -> None:
        """One round: the mails of the day that are due, then every mail whose time has come."""
        now = datetime.now(UTC)
        if await self._store.look(partial(rows.digest_due, now=now)):
            await self._store.transact(partial(rows.make_digests, now=now))
            await self._store.transact(partial(rows.clear_mails, now=now))
        for key in await self._store.look(partial(rows.due_mails, now=now)):
            await self._send(key)

    async def _send(self, key: str) -> None:
        now = datetime.now(UTC)
        claimed = await self._store.transact(partial(rows.claim_mail, key=key, now=now))
        if claimed is None:
            return
        mail, address = claimed
        came = await self._sent(mail, address) if address else "never"
        if came == "later" and now - mail["created_at"] < GIVEN_UP:
            pause = timedelta(seconds=min(3600, 5 * 2 ** min(mail["tries"], 10)))
            values: dict[str, Any] = {"tries": mail["tries"] + 1, "next_at": now + pause}
        else:
            error = None if came == "sent" else "no address" if not address else "refused"
            values = {"tries": mail["tries"] + 1, "ended_at": now, "error": error}
        await self._store.transact(lambda connection: rows.settle_mail(connection, key, **values))

    async def _sent(self, mail: Any, address: str) -> str:
        end = f"{self._url}/public/mail/{mail_token(self._box, mail['user'])}"
        text = f"{mail['text']}\n\n-- \nHow you are told of what: {self._url}/notifications\nNo more mail: {end}\n"
        headers = {"List-Unsubscribe": f"<{end}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        return await self._outward.mail(address, mail["subject"][:500], text, mail["key"], headers)


def mail_token(box: SecretsBox, user: str) -> str:
    """What stands in the link that ends somebody's mail: only we can have made it, and it says whose mail it is."""
    return box.seal(user, MAIL_ABOUT).replace("+", "-").replace("/", "_").rstrip("=")


def user_of(box: SecretsBox, token: str) -> str | None:
    """Whose mail a link is about; None for what is no such link."""
    plain = token.replace("-", "+").replace("_", "/")
    found = box.open(plain + "=" * (-len(plain) % 4), MAIL_ABOUT)
    return found if isinstance(found, str) else None
