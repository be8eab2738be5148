"""Logging: one line per event, the same fields everywhere, from structlog and from every library that uses `logging`.

A line says what happened (`event`) and which run, step, execution, actor and trace it belongs to: those are bound with
`structlog.contextvars` where they are known and come along by themselves. Workflow code says nothing on replay
(workers/traces.py).
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from functools import partial
from typing import Any, Literal, TextIO

import structlog
from structlog.types import EventDict, Processor

from activities.secrets import hide_in_lines

QUIET = (
    "aiosqlite",
    "httpx2",
    "httpcore2",
    "asyncio",
    "alembic.runtime.migration",
    "uvicorn.access",
    "temporalio.activity",
)
"""Libraries that say at INFO what our own lines already say."""


GATHER = 0.1
"""Seconds over which lines are gathered before they are written: nobody reads faster, and each time wakes a thread."""


class Lines(logging.StreamHandler[TextIO]):
    """Writes lines: those of libraries as a handler, our own as they are told by a `Teller`."""

    def put(self, line: str, level: int) -> None:
        """Write a line of this level."""
        self.acquire()
        try:
            self.stream.write(line + self.terminator)
            self.stream.flush()
        except (OSError, ValueError):
            return  # nobody reads any longer
        finally:
            self.release()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.put(self.format(record), record.levelno)
        except Exception:
            self.handleError(record)


class Gathered(Lines):
    """Writes lines a few at a time from a thread of its own; an error is written at once.

    A line costs who logs it only its making: writing each by itself makes every thread of a worker wait for the
    others' (half of the time of a workflow's turn, measured). Only a killed process loses lines, of the last moment;
    one that ends calls `logging.shutdown()`.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: deque[str] = deque()
        self._some, self._writing = threading.Event(), threading.Lock()
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def createLock(self) -> None:
        """None while a line is made: a formatter keeps no state, and a deque is safe between threads."""
        self.lock = None

    def put(self, line: str, level: int) -> None:
        self._lines.append(line + self.terminator)
        if level >= logging.ERROR:
            with suppress(OSError, ValueError):
                self.flush()
        elif not self._some.is_set():
            self._some.set()

    def flush(self) -> None:
        """Everything that was logged until now is written."""
        with self._writing:
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            if lines:
                self.stream.write("".join(lines))
            if not self.stream.closed:
                self.stream.flush()

    def _write(self) -> None:
        while True:
            self._some.wait()
            time.sleep(GATHER)
            self._some.clear()
            # Nobody reads any longer, or the disk is full: these lines are lost. Were the thread to end for it, later
            # ones would heap up in memory and be lost too.
            with suppress(OSError, ValueError):
                self.flush()


class Teller:
    """What structlog tells our own lines to, made whole already. Without `logging` around it a line costs a third."""

    def __init__(self, name: str, lines: Lines) -> None:
        self.name = name
        for level in ("debug", "info", "warning", "error", "critical"):
            setattr(self, level, partial(lines.put, level=logging.getLevelNamesMapping()[level.upper()]))


class Tellers(structlog.stdlib.LoggerFactory):
    """Makes them, with names as `logging` has them: what was asked for, or else the module that asks."""

    def __init__(self, lines: Lines) -> None:
        super().__init__(ignore_frame_names=[__name__])
        self._lines = lines

    def __call__(self, *args: Any) -> Any:
        return Teller(super().__call__(*args).name, self._lines)


def set_up_logging(level: str = "info", form: Literal["json", "text"] = "json", stream: TextIO | None = None) -> None:
    """Sends everything to `stream` (standard error). Call it once, before anything logs; calling again replaces it."""
    shared, lines = _shared(), Lines(stream) if stream else Gathered(sys.stderr)
    structlog.configure(
        processors=[*shared, *_render(form)],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=Tellers(lines),
        cache_logger_on_first_use=True,
    )
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_render(form)],
        )
    )
    logging.basicConfig(handlers=[lines], level=level.upper(), force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
        hide_in_lines,
    ]


def _render(form: Literal["json", "text"]) -> list[Processor]:
    if form == "text":
        return [structlog.dev.ConsoleRenderer(colors=False)]
    return [structlog.processors.format_exc_info, _as_json]


_ENCODE = json.JSONEncoder(default=str, ensure_ascii=False).encode
"""`default=str`: a value that JSON does not know costs its form, never the line."""


def _as_json(_logger: Any, _method: str, line: EventDict) -> str:
    """The line as JSON, whatever it holds: who logs something must not fail for it."""
    try:
        return _ENCODE(line)
    except Exception as error:
        kept = {key: value for key, value in line.items() if isinstance(value, str | int | float | None)}
        return _ENCODE({**kept, "unsaid": type(error).__name__})
