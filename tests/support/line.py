"""The line between two programs: they meet in the middle of it, where it is cut, held up or made slow.

It runs in a thread with a loop of its own, since what is tested are programs beside the test.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self, TypeVar

T = TypeVar("T")
Far = tuple[asyncio.StreamReader, asyncio.StreamWriter]

CHUNK = 4800
"""Bytes that go on at once. On a slow line each waits, so that this over the mean delay is how wide it is."""

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER such that closing tells the other side RST, as a firewall that forgot the connection does."""


class Line:
    """`address` leads to `target`, a port of this machine or a Unix socket, as long as the line is whole.

    `harmed` counts the connections that were cut or refused, and the chunks that came late.
    """

    def __init__(self, target: int | Path) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._ends: set[asyncio.StreamWriter] = set()
        self._delay = (0.0, 0.0)
        self._is_cut = False
        self.harmed = 0
        self._thread = threading.Thread(target=self._loop.run_forever, name="line", daemon=True)
        self._thread.start()
        self._open = self._run(_made(asyncio.Event))
        self._server = self._run(asyncio.start_server(self._meet, "127.0.0.1", 0))
        self.port = int(self._server.sockets[0].getsockname()[1])
        self.mend()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Both sides are told that the connection is gone, and so is whoever comes, until it is mended."""
        self._is_cut = True
        self._run(_made(self._reset))

    def hold(self) -> None:
        """Nothing arrives any more, and nobody is told, until it is mended: what was sent arrives then."""
        self._run(_made(self._open.clear))

    def slow(self, least: float, most: float) -> None:
        """Each chunk takes that many seconds, one way."""
        self._delay = (least, most)

    def mend(self) -> None:
        """As good as new."""
        self._is_cut, self._delay = False, (0.0, 0.0)
        self._run(_made(self._open.set))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._server.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, as long as both sides keep it."""
        if self._is_cut:
            self.harmed += 1
            return _abort(writer)
        try:
            far_reader, far_writer = await self._reach()
        except OSError:
            return _abort(writer)
        ends = writer, far_writer
        self._ends.update(ends)
        try:
            await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))
        except OSError:
            pass
        finally:
            self._ends.difference_update(ends)
            for end in ends:
                _abort(end)

    async def _reach(self) -> Far:
        if isinstance(self._target, Path):
            return await asyncio.open_unix_connection(self._target)
        return await asyncio.open_connection("127.0.0.1", self._target)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK):
            self.harmed += bool(self._delay[1]) or not self._open.is_set()
            await asyncio.sleep(random.uniform(*self._delay))
            await self._open.wait()
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()

    def _reset(self) -> None:
        for end in self._ends:
            self.harmed += 1
            _abort(end)

    def _run(self, work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(awaited(), self._loop).result(20)


async def _made(make: Callable[[], T]) -> T:
    """What it gives, called in the thread of the loop."""
    return make()


def _abort(end: asyncio.StreamWriter) -> None:
    found = end.get_extra_info("socket")
    if found is not None and found.family != socket.AF_UNIX and found.fileno() >= 0:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    end.transport.abort()
