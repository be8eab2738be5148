"""Tokens, and the rights behind them, at this moment and not a second ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col, delete, select, update

from api.permissions import Subject, decide
from api.store.people import People
from api.store.seed import CLOSING_REASONS, add_person, has_demo_people, seed, seed_demo
from api.store.store import Store
from api.store.tables import ClosingReasonRow, MembershipRow, RoleRow, TokenRow, UserRoleRow, UserRow
from api.store.tokens import issue_token, revoke_token, token_hash

OPS = Subject(teams=("ops",))


@pytest.fixture
async def tokens(store: Store) -> dict[str, str]:
    await seed(store)
    return await seed_demo(store, {})


async def test_the_demo_people_are_those_of_the_contract(store: Store, people: People, tokens: dict[str, str]) -> None:
    found = {name: await people.actor(token) for name, token in tokens.items()}
    assert {name: (who.roles, who.teams) for name, who in found.items() if who} == {
        "admin": (("admin",), ()),
        "ann": (("operator",), ("ops",)),
        "ben": (("operator",), ("ops",)),
        "lea": (("lead",), ("ops",)),
        "cy": (("compliance-officer", "operator"), ("compliance",)),
        "vic": (("viewer",), ("ops",)),
        "oda": (("auditor",), ()),
    }
    async with store.reading() as session:
        assert set((await session.exec(select(ClosingReasonRow.key))).all()) == set(CLOSING_REASONS)
    assert await has_demo_people(store)


async def test_a_second_start_changes_nothing(store: Store, people: People, tokens: dict[str, str]) -> None:
    """Neither the tokens in the file, nor what an administrator did to the demo people meanwhile."""
    async with store.session() as session:
        await session.exec(delete(UserRoleRow).where(col(UserRoleRow.user) == "ann"))
    await seed(store)
    assert await seed_demo(store, tokens) == tokens
    ann = await people.actor(tokens["ann"])
    assert ann is not None
    assert ann.grants == ()


async def test_a_lost_tokens_file_gives_new_tokens_and_ends_the_old_ones(
    store: Store, people: People, tokens: dict[str, str]
) -> None:
    again = await seed_demo(store, {"ann": tokens["ann"], "ben": "hf_nonsense"})
    assert again["ann"] == tokens["ann"]
    assert again["ben"] != tokens["ben"]
    assert await people.actor(tokens["ben"]) is None
    assert await people.actor(again["ben"]) is not None


async def test_no_token_stands_in_the_database(store: Store, tokens: dict[str, str]) -> None:
    async with store.reading() as session:
        rows = (await session.exec(select(TokenRow))).all()
    assert {row.hash for row in rows} == {token_hash(token) for token in tokens.values()}
    assert not any(token in row.model_dump_json() for row in rows for token in tokens.values())


async def test_a_token_that_expired_was_revoked_or_lost_its_owner_is_no_token(
    store: Store, people: People, tokens: dict[str, str]
) -> None:
    now = datetime.now(UTC)
    async with store.session() as session:
        _, short = await issue_token(session, "ann", "short", expires_at=now - timedelta(seconds=1))
        _, long = await issue_token(session, "ann", "long", expires_at=now + timedelta(hours=1))
        revoked, ended = await issue_token(session, "ann", "ended")
        assert await revoke_token(session, revoked)
        assert not await revoke_token(session, revoked)
    assert await people.actor(long) is not None
    for token in (short, ended, "hf_unknown", "", "Bearer", tokens["ann"][3:], tokens["ann"] + "x", "hf_\ud800"):
        assert await people.actor(token) is None, token

    async with store.session() as session:
        await session.exec(update(UserRow).where(col(UserRow.id) == "ann").values(active=False))
    assert await people.actor(long) is None
    assert await people.who("ann") is None


async def test_a_role_taken_away_a_second_ago_no_longer_counts(
    store: Store, people: People, tokens: dict[str, str]
) -> None:
    ann = await people.actor(tokens["ann"])
    assert decide(ann, "task.act", OPS) == "allow"
    async with store.session() as session:
        await session.exec(delete(UserRoleRow).where(col(UserRoleRow.user) == "ann"))
        session.add(UserRoleRow(user="ann", role="viewer"))
    assert decide(await people.actor(tokens["ann"]), "task.act", OPS) == "forbid"
    async with store.session() as session:
        await session.exec(delete(MembershipRow).where(col(MembershipRow.user) == "ann"))
    assert decide(await people.actor(tokens["ann"]), "task.act", OPS) == "hide"


async def test_what_row_expressions_read_as_me(people: People, tokens: dict[str, str]) -> None:
    assert await people.me("cy") == {
        "id": "cy",
        "name": "Cy",
        "email": None,
        "roles": ["compliance-officer", "operator"],
        "teams": ["compliance"],
    }


async def test_nobody_has_no_scopes(store: Store, people: People, tokens: dict[str, str]) -> None:
    """Temporal's own tools, somebody unknown, somebody switched off, somebody whose last role was taken away."""
    async with store.session() as session:
        await session.exec(update(UserRow).where(col(UserRow.id) == "ben").values(active=False))
        await session.exec(delete(UserRoleRow).where(col(UserRoleRow.user) == "ann"))
        await add_person(session, "badge", "Badge", roles=(), teams=("ops",))
    for name in ("temporal-cli", "nobody", "ben", "ann", "badge"):
        with pytest.raises(LookupError):
            await people.scopes(name)
    with pytest.raises(LookupError):
        await people.me("ben")


async def test_scopes_are_joined_from_the_roles_that_grant_something(
    store: Store, people: People, tokens: dict[str, str]
) -> None:
    eu, us, paid = {"eu": 1}, {"us": 1}, {"paid": 1}
    roles = [
        RoleRow(
            id="eu", grants=["run.view"], trees={"demo.orders": eu, "demo.items": paid},
            scopes={"fields": {"demo.orders": ["total"]}, "actions": ["demo.*"], "tools": ["crm/*"]},
        ),
        RoleRow(
            id="us", grants=["run.view"], trees={"demo.orders": us},
            scopes={
                "fields": {"demo.orders": ["total", "email"]},
                "actions": ["email.send", "demo.*"],
                "tools": ["tickets/create"],
            },
        ),
        RoleRow(id="badge", grants=[]),
    ]  # fmt: skip
    async with store.session() as session:
        session.add_all(roles)
        await session.flush()
        await add_person(session, "dee", "Dee", roles=("eu", "badge"), teams=())
    one = await people.scopes("dee")
    assert one.to_json() == {
        "rows": {"demo.orders": [eu], "demo.items": [paid]},
        "fields": {"demo.orders": ["total"]},
        "actions": ["demo.*"],
        "tools": ["crm/*"],
    }
    async with store.session() as session:
        session.add(UserRoleRow(user="dee", role="us"))
    both = await people.scopes("dee")
    assert both.to_json() == {
        "rows": {"demo.orders": [eu, us]},
        "fields": {"demo.orders": ["total", "email"]},
        "actions": ["demo.*", "email.send"],
        "tools": ["crm/*", "tickets/create"],
    }
    async with store.session() as session:
        session.add(UserRoleRow(user="dee", role="operator"))
    assert (await people.scopes("dee")).to_json() == {"rows": {}, "fields": {}, "actions": None, "tools": None}


async def test_a_database_that_is_away_is_an_error_and_never_a_right(
    store: Store, people: People, tokens: dict[str, str]
) -> None:
    await store.transact(lambda connection: connection.execute(text("DROP TABLE user_roles")))
    with pytest.raises(Exception, match="user_roles"):
        await people.actor(tokens["admin"])
