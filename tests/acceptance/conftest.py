"""The running Holdfast that the acceptance stories are told to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.house import Parts, Whole


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"whole", "parts"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("server")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """`holdfast run`, shared by the stories that take nothing away from it."""
    house = Whole(tmp_path_factory.mktemp("whole") / "home")
    house.start_up()
    yield house
    assert house.program.end() == 0, house.program.tail()


@pytest.fixture(scope="module")
def parts_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """The programs one by one, with the tests' own actions."""
    folder = tmp_path_factory.mktemp("parts")
    house = Parts(folder, ("tests.acceptance.actions",), HOLDFAST_TEST_WORLD=str(folder / "world"))
    house.start_up()
    yield house
    house.stop()


@pytest.fixture
def parts(parts_of_module: Parts) -> Parts:
    """The same for one test, which may take parts away: those that are missing are started first."""
    parts_of_module.mend()
    return parts_of_module
