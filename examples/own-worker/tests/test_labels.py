"""The actions by themselves: no server, no stack."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from labels.actions import FOLDER, Label, print_label, void_label

from activities import ActionError
from activities.testing import run_action


@pytest.fixture(autouse=True)
def printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    return tmp_path


def test_two_tries_print_one_label(printer: Path) -> None:
    wanted = Label(order="o1", address="Main Street 1")
    first, second = (asyncio.run(run_action(print_label, wanted)) for _ in range(2))
    assert first == second
    (label,) = printer.iterdir()
    assert label.read_text() == "o1\nMain Street 1\n"


def test_a_label_is_voided_once(printer: Path) -> None:
    label = asyncio.run(run_action(print_label, Label(order="o1", address="Main Street 1")))
    assert asyncio.run(run_action(void_label, label)) == {}
    assert list(printer.iterdir()) == []
    with pytest.raises(ActionError, match="no label"):
        asyncio.run(run_action(void_label, label))
