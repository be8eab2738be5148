"""The running Holdfast that the acceptance stories are told to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    """The programs one by one, for one test, with the test's own actions."""
    house = Parts(tmp_path, ("tests.acceptance.actions",), HOLDFAST_TEST_WORLD=str(tmp_path / "world"))
    house.start_up()
    yield house
    house.stop()
