"""What an operator does about people and keys: the first administrator, and a change of the key of secrets."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from api.permissions import reaches
from api.store import people_kept
from api.store.people import USERS, People
from api.store.sealed import seal_anew
from api.store.secrets_box import add_key, forget_keys
from api.store.seed import add_person
from api.store.store import Store
from definitions.times import rfc3339
from holdfast.settings import Settings
from holdfast.tools import box_of


class CannotKeep(Exception):
    """It is not done; the message says why."""


async def first_admin(settings: Settings, name: str, again: bool) -> str:
    """A link of one use by which the administrator sets a password. Raises CannotKeep where there is one already.

    `again` is for an installation whose administrators are all locked out: who may run this may read the database.
    """
    async with Store(settings.database) as store:
        there = await _administrators(store)
        if there and not again:
            raise CannotKeep(
                f"there is an administrator already: {', '.join(there)}. --again makes a link all the same"
            )
        async with store.session() as session:
            await add_person(session, name, name=name, roles=("admin",), teams=())
        if name not in await _administrators(store):
            raise CannotKeep(f"{name} is somebody who may not manage people")
        link, ends = await store.transact(lambda connection: people_kept.make_link(connection, name))
    return f"{settings.address}/#setup={link}\nIt sets the password of {name}, once, until {rfc3339(ends)}."


async def _administrators(store: Store) -> list[str]:
    """Those who are there and may manage people."""
    query = select(USERS.c.id).where(USERS.c.active).order_by(USERS.c.id)
    people, found = People(store), []
    for id in await store.look(lambda connection: list(connection.execute(query).scalars())):
        who = await people.who(id)
        if who is not None and reaches(who, "people.manage"):
            found.append(id)
    return found


async def rotate_secrets(settings: Settings, forget: bool) -> tuple[str, int]:
    """Seals every secret with a new key, or with the first of those that are set. What was done, and the exit code.

    A key in a file: a new one is made. `forget` takes the others away at the end, if everything could be opened.
    """
    home, in_file = settings.home.absolute(), settings.secret_key is None
    if in_file:
        add_key(home)
    box = box_of(settings)
    async with Store(settings.database) as store:
        done, shut = await store.transact(lambda connection: seal_anew(connection, box))
    said: list[Any] = [f"{done} secrets are sealed with the new key"]
    said += [f"{about}: no key opens it, it was left" for about in shut]
    if in_file and forget and not shut:
        forget_keys(home)
        said.append("the keys of before are gone")
    return "\n".join(said), 1 if shut else 0
