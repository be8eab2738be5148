"""Log lines as a process writes them, for tests: logging is set up for a block, and put back whole after it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from holdfast.logs import QUIET, set_up_logging


@contextmanager
def log_lines(level: str = "info") -> Iterator[io.StringIO]:
    """What is logged meanwhile, one JSON object a line.

    No logger is kept: one that is used for the first time in here would go on as it is set up here for as long as the
    process lives, and a later test that listens (`capture_logs`) would hear nothing of it.
    """
    root, config, bound = logging.getLogger(), structlog.get_config(), structlog.contextvars.get_contextvars()
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in ("", *QUIET)}
    root.handlers.clear()  # set aside: whoever sets up logging closes the handlers that are there
    lines = io.StringIO()
    try:
        set_up_logging(level, "json", lines)
        structlog.configure(cache_logger_on_first_use=False)
        yield lines
    finally:
        structlog.configure(**config)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**bound)
        root.handlers[:] = handlers
        for name, was in levels.items():
            logging.getLogger(name).setLevel(was)
