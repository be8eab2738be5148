"""Chromium without a window, driven over its own debugging pipe: no driver and no port in between."""

from __future__ import annotations

import itertools
import json
import os
import re
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = Path("/usr/bin/chromium")

FLAGS = (
    "--headless=new",
    "--no-sandbox",  # tests run as root in a container; the pages are our own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--window-size=1600,1200",
    "--remote-debugging-pipe",
)


SEEN = """[document, ...[...document.querySelectorAll('iframe')].map(frame => frame.contentDocument)]
    .map(each => each && each.body ? each.body.innerText : '').join(' ')"""
"""The text of the page and of its own frames."""


class Page:
    """One tab."""

    def __init__(self, out: int, into: int) -> None:
        self._out, self._into, self._ids, self._read = out, into, itertools.count(1), b""
        self._session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def open(self, url: str) -> None:
        """Begin to load a page."""
        self.call("Page.navigate", url=url)

    def script(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page, JSON only."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def until(self, *texts: str, seconds: float = 60) -> str:
        """The text people see, once all of these stand in it. Raises AssertionError with what stood there instead."""
        deadline = time.monotonic() + seconds
        while True:
            seen = re.sub(r"\s+", " ", str(self.script(SEEN)))
            if all(text in seen for text in texts):
                return seen
            assert time.monotonic() < deadline, f"waited in vain for {texts} in: {seen}"
            time.sleep(0.2)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the DevTools protocol and its result."""
        number = next(self._ids)
        asked = {"id": number, "method": method, "params": params}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._into, json.dumps(asked).encode() + b"\0")
        while True:
            answer = json.loads(self._message())
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def _message(self, seconds: float = 60) -> bytes:
        while b"\0" not in self._read:
            assert select.select([self._out], [], [], seconds)[0], "Chromium says nothing"
            chunk = os.read(self._out, 65536)
            assert chunk, "Chromium has ended"
            self._read += chunk
        message, _, self._read = self._read.partition(b"\0")
        return message


@contextmanager
def chromium() -> Iterator[Page]:
    """A browser with one tab; it and all its processes end with the block."""
    commands, into = os.pipe()
    out, answers = os.pipe()
    with tempfile.TemporaryDirectory(prefix="holdfast-chromium-", ignore_cleanup_errors=True) as profile:
        # The browser reads commands on descriptor 3 and answers on 4, whatever ours are called.
        shell = f'exec "$0" "$@" 3<&{commands} 4>&{answers}'
        process = subprocess.Popen(
            ["bash", "-c", shell, str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(commands, answers),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(commands)
        os.close(answers)
        try:
            yield Page(out, into)
        finally:
            os.close(into)
            os.close(out)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
