"""The rights of who acts are those of the moment in which the intent was stored."""

from __future__ import annotations

from sqlalchemy import delete, update

from api.store.ledger import SqlLedger
from api.store.people import People
from api.store.seed import seed, seed_demo
from api.store.store import Store
from api.store.tables import UserRoleRow, UserRow
from definitions.effects import Verdict
from tests.store.runs import Told, call, publish


async def _ready(store: Store) -> tuple[SqlLedger, Told]:
    await seed(store)
    await seed_demo(store, {})
    await publish(store)
    told = Told()
    told.start(), told.ask()
    return SqlLedger(store), told


async def test_they_come_with_the_permission_to_begin(store: Store, people: People) -> None:
    ledger, told = await _ready(store)
    begun = await ledger.begin(call(told, told.events))
    assert begun.verdict is Verdict.GO
    assert begun.scopes == await people.scopes("ann")


async def test_what_was_taken_away_is_gone_at_the_next_turn(store: Store) -> None:
    ledger, told = await _ready(store)
    assert (await ledger.begin(call(told, told.events))).scopes is not None
    async with store.session() as session:
        await session.exec(delete(UserRoleRow).where(UserRoleRow.user == "ann"))  # type: ignore[arg-type]
    assert (await ledger.begin(call(told, turn=2))).scopes is None


async def test_one_who_is_switched_off_has_none(store: Store) -> None:
    ledger, told = await _ready(store)
    async with store.session() as session:
        await session.exec(update(UserRow).where(UserRow.id == "ann").values(active=False))  # type: ignore[arg-type]
    assert (await ledger.begin(call(told, told.events))).scopes is None
