"""What `make docs` draws and writes is committed as it is drawn, and follows from the tables alone."""

from __future__ import annotations

import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from definitions.engine.events import EventType
from definitions.engine.state import LEGAL, StepStatus
from docs.drawing import engine, lanes
from docs.drawing.made import DOCS, made
from tests.project.docs_codes import ROOT

FILES = dict(made())


@pytest.mark.parametrize("name", FILES)
def test_what_is_committed_is_what_the_tables_say(name: str) -> None:
    path = DOCS / name
    same = path.exists() and path.read_text(encoding="utf-8") == FILES[name]
    assert same, f"docs/{name} is not what the engine's tables say today: run `make docs` and commit what it writes"


def test_no_drawing_is_left_over() -> None:
    assert {f"diagrams/{path.name}" for path in (DOCS / "diagrams").iterdir()} <= set(FILES), "run `make docs`"


def test_another_process_draws_the_same_bytes() -> None:
    """Under another hash seed: nothing hangs on the order of a set."""
    program = "from docs.drawing.made import made; print(list(made()))"
    seeds = [
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True)
        for seed in ("1", "2")
    ]
    assert seeds[0].stdout == seeds[1].stdout != b"", seeds[0].stderr


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".svg")])
def test_a_drawing_is_a_picture_that_fetches_nothing(name: str) -> None:
    root = ElementTree.fromstring(FILES[name])
    assert root.tag.endswith("svg") and root.findtext("{http://www.w3.org/2000/svg}title")
    assert re.findall(r"(?:href|src|url\()", FILES[name]) == []


def test_every_status_event_and_move_is_in_it() -> None:
    drawn = FILES["diagrams/moves-legal.svg"]
    assert [status for status in StepStatus if f">{status}</text>" not in drawn] == []
    assert drawn.count("<polygon") == sum(len(targets) for targets in LEGAL.values()), "one arrow per move"
    assert [kind for kind in EventType if f"| `{kind}` |" not in FILES["tables.md"]] == []


def test_every_event_is_said_somewhere() -> None:
    assert [event for event, said, _ in engine.facts() if not said] == []


def test_the_stages_are_those_of_the_engine() -> None:
    """Read from its text; `settle` is what everything turns on."""
    assert "settle" in engine.stages()


def test_a_move_that_is_added_changes_the_drawing() -> None:
    """The alarm is seen."""
    moves = engine.moves()["LEGAL"]
    more = {**moves, "pending": (*moves["pending"], "cancelled")}
    assert lanes.draw("Legal moves: LEGAL", moves) == FILES["diagrams/moves-legal.svg"] != lanes.draw("", more)


def test_a_target_that_is_no_state_is_refused() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        lanes.draw("", {"here": ("nowhere",)})
