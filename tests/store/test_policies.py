"""Policy profiles: everybody follows the default, until somebody has a profile of their own, until that is reset."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.store import policies
from api.store.seed import add_person
from api.store.store import Store
from definitions.policy import SWITCHES, changed, problems, whole


@pytest.fixture
async def people(store: Store) -> Store:
    async with store.session() as session:
        for name in ("ann", "ben"):
            await add_person(session, name, name, roles=[], teams=[])
    return store


async def switches(store: Store, who: str) -> dict[str, Any]:
    return await store.look(lambda connection: policies.policy_of(connection, who))


async def put(store: Store, who: str, **given: Any) -> bool:
    return await store.transact(lambda connection: policies.set_switches(connection, who, given, "admin"))


async def test_without_any_profile_the_switches_are_those_of_the_palette(people: Store) -> None:
    assert await switches(people, "ann") == dict(sorted(SWITCHES.items()))


async def test_everybody_follows_the_default(people: Store) -> None:
    assert await put(people, "default", minimum_pictures=2, crane=True)
    found = await switches(people, "ann")
    assert (found["minimum_pictures"], found["crane"], found["signature_required"]) == (2, True, True)


async def test_a_profile_of_one_s_own_no_longer_follows_until_it_is_reset(people: Store) -> None:
    await put(people, "default", minimum_pictures=2, schedule_editable=True)
    await put(people, "ann", signature_required=False)
    await put(people, "default", minimum_pictures=5)
    ann, ben = await switches(people, "ann"), await switches(people, "ben")
    assert (ann["minimum_pictures"], ann["schedule_editable"], ann["signature_required"]) == (2, True, False)
    assert (ben["minimum_pictures"], ben["signature_required"]) == (5, True)
    await put(people, "ann", minimum_pictures=3)
    assert (await switches(people, "ann"))["signature_required"] is False, "what is not named stays"
    assert await people.transact(lambda connection: policies.reset(connection, "ann"))
    assert await switches(people, "ann") == ben
    assert await people.transact(lambda connection: policies.reset(connection, "default"))
    assert await switches(people, "ann") == whole({})


async def test_nobody_has_a_profile_without_being_there(people: Store) -> None:
    assert not await put(people, "nobody", minimum_pictures=2)
    assert not await people.transact(lambda connection: policies.reset(connection, "nobody"))
    assert await people.look(lambda connection: policies.profile(connection, "nobody")) is None


async def test_the_list_has_the_default_and_those_with_one_of_their_own(people: Store) -> None:
    async def listed(after: str, limit: int) -> list[tuple[str, bool]]:
        rows = await people.look(lambda connection: policies.profiles(connection, after, limit))
        return [(row["id"], row["own"]) for row in rows]

    assert await listed("", 10) == [("default", False)]
    for name in ("ben", "ann"):
        await put(people, name, minimum_pictures=1)
    assert await listed("", 10) == [("ann", True), ("ben", True), ("default", False)]
    assert await listed("", 2) == [("ann", True), ("ben", True)]
    assert await listed("ben", 2) == [("default", False)]
    assert await listed("default", 2) == []


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"minimum_pictures": True}, ["wrong_type"]),
        ({"minimum_pictures": -1}, ["wrong_value"]),
        ({"signature_required": 1}, ["wrong_type"]),
        ({"signature_required": "yes"}, ["wrong_type"]),
        ({"Crane": True}, ["wrong_format"]),
        ({"crane": "yes"}, ["wrong_type"]),
        ({"crane": [1]}, ["wrong_type"]),
        ({"crane": float("nan")}, ["wrong_value"]),
        ({f"s{n}": True for n in range(201)}, ["too_many"]),
        ({"crane": -2.5, "minimum_pictures": 3, "signature_required": None}, []),
    ],
)
def test_a_switch_is_true_false_or_a_number(given: dict[str, Any], codes: list[str]) -> None:
    assert [code for _, code, _ in problems(given)] == codes


names = st.sampled_from([*SWITCHES, "crane", "boat"])
values = st.dictionaries(names, st.booleans() | st.integers(0, 9) | st.none())


@given(values, values)
def test_setting_switches_changes_those_and_no_others(before: dict[str, Any], given: dict[str, Any]) -> None:
    held = changed({}, before)
    after = changed(held, given)
    assert {name: after.get(name) for name in given} == given
    assert {name: value for name, value in after.items() if name not in given} == {
        name: value for name, value in held.items() if name not in given
    }
    assert set(whole(after)) >= set(SWITCHES)
