"""Logging: one line per event, JSON, with what is known about where it belongs."""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from holdfast.logs import QUIET, Gathered
from tests.log_lines import log_lines
from tests.support.processes import until


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with log_lines() as lines:
        yield lines


def read(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_what_happened_and_where_it_belongs(lines: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(run="run-1", actor="ann", trace="t1")
    structlog.get_logger("test").info("step_done", step="pay", execution="pay#1")
    (line,) = read(lines)
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "step_done",
        "level": "info",
        "logger": "test",
        "run": "run-1",
        "actor": "ann",
        "trace": "t1",
        "step": "pay",
        "execution": "pay#1",
    }


def test_libraries_speak_in_the_same_way(lines: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(run="run-1")
    logging.getLogger("somebody.else").warning("took %s s", 3, extra={"queue": "holdfast"})
    (line,) = read(lines)
    assert (line["event"], line["logger"], line["run"], line["queue"]) == (
        "took 3 s",
        "somebody.else",
        "run-1",
        "holdfast",
    )


def test_what_went_wrong_stays_one_line(lines: io.StringIO) -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        structlog.get_logger("test").exception("failed", value=object())
    (line,) = read(lines)
    assert "ValueError: two\nlines" in line["exception"]


def test_whatever_is_said_is_a_line(lines: io.StringIO) -> None:
    """Who logs something does not fail for what JSON cannot say, nor for a reader that is gone."""
    ring: list[Any] = []
    ring.append(ring)
    talker = structlog.get_logger("test")
    talker.info("odd", step="pay", of={("a", 1): "tuple"}, ring=ring)
    (line,) = read(lines)
    assert (line["event"], line["step"], line["unsaid"]) == ("odd", "pay", "TypeError")
    lines.close()
    talker.info("unheard")
    talker.error("unheard")


def test_who_does_not_say_its_name_is_named_by_its_module(lines: io.StringIO) -> None:
    structlog.get_logger().warning("by_the_way")
    assert [(line["event"], line["level"], line["logger"]) for line in read(lines)] == [
        ("by_the_way", "warning", __name__)
    ]


def test_below_the_level_nothing_is_said(lines: io.StringIO) -> None:
    structlog.get_logger("test").debug("detail")
    logging.getLogger("aiosqlite").info("executing")
    assert read(lines) == []


def test_whoever_speaks_for_the_first_time_meanwhile_is_heard_by_others_after_it() -> None:
    """Nothing of what `log_lines` sets up is left behind."""
    root, quiet = logging.getLogger(), logging.getLogger(QUIET[0])
    before = (root.handlers[:], root.level, quiet.level, structlog.get_config())
    talker = structlog.get_logger("test")
    with log_lines("debug") as lines:
        structlog.contextvars.bind_contextvars(run="run-1")
        talker.debug("first")
        assert [line["event"] for line in read(lines)] == ["first"]
    assert (root.handlers, root.level, quiet.level, structlog.get_config()) == before
    with capture_logs([structlog.contextvars.merge_contextvars]) as heard:
        talker.info("second")
    assert heard == [{"event": "second", "log_level": "info"}]
    assert [line["event"] for line in read(lines)] == ["first"]


class Disk(io.StringIO):
    """A file that takes what is written to it, or has no room."""

    full = False

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(text)


def test_after_a_full_disk_lines_are_written_again() -> None:
    """What was said meanwhile is lost, and does not heap up."""
    disk = Disk()
    lines = Gathered(disk)
    disk.full = True
    lines.put("lost", logging.INFO)
    assert until(lambda: not lines._lines, 20)
    disk.full = False
    lines.put("written", logging.INFO)
    assert until(lambda: disk.getvalue() == "written\n", 20)


def test_gathered_lines_are_whole_and_an_error_does_not_wait() -> None:
    stream = io.StringIO()
    handler = Gathered(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.Logger("gathered")
    logger.addHandler(handler)

    def talk(who: int) -> None:
        for n in range(200):
            logger.info("%d-%d", who, n)

    threads = [threading.Thread(target=talk, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    logger.error("last")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 801 and lines[-1] == "last"
    for who in range(4):
        assert [line for line in lines if line.startswith(f"{who}-")] == [f"{who}-{n}" for n in range(200)]
