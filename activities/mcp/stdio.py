"""An MCP server as a child process: started for one call, bounded in what it may say, gone when the call is over.

The SDK's own transport reads a line of any length; a server that sends 100 MB would fill the worker. This one stops at
a limit. The child leads a session of its own, so that all it started ends with it; its standard error is not read,
since nobody knows what secrets stand there. Where the kernel can (`setpriv`, Linux), it dies with the worker too.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress

import anyio
from anyio.abc import AsyncResource, Process
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client.stdio import get_default_environment
from mcp.os.posix.utilities import terminate_posix_process_tree
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from activities.errors import ActionError
from activities.mcp.reach import Program
from activities.mcp.trouble import Trouble

LEAVE_WITHIN = 1.0
"""Seconds a child has after its standard input closed, and again after SIGTERM."""

Streams = tuple[MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]]


@asynccontextmanager
async def child(
    program: Program, secrets: Mapping[str, str], limit: int, trouble: Trouble
) -> AsyncGenerator[Streams, None]:
    """The streams of a fresh child. Raises ActionError `mcp_program_missing` where it cannot be started."""
    process = await _start(program, secrets)
    try:
        incoming, read = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        write, outgoing = anyio.create_memory_object_stream[SessionMessage](0)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_read, process, incoming, limit, trouble)
            tasks.start_soon(_write, process, outgoing, incoming)
            try:
                yield read, write
            finally:
                with anyio.CancelScope(shield=True):
                    read.close()
                    write.close()
                    await _end(process)
                tasks.cancel_scope.cancel()
    finally:
        _make_sure(process)


async def _start(program: Program, secrets: Mapping[str, str]) -> Process:
    dies_with_us = shutil.which("setpriv")
    prefix = (dies_with_us, "--pdeathsig", "KILL", "--") if dies_with_us else ()
    if shutil.which(program.command[0]) is None:
        raise ActionError("mcp_program_missing", f"The program {program.command[0]!r} is not on this machine.")
    try:
        return await anyio.open_process(
            [*prefix, *program.command],
            env={**get_default_environment(), **program.environment(secrets)},
            cwd=program.folder,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        text = f"The program {program.command[0]!r} cannot be started ({type(error).__name__})."
        raise ActionError("mcp_program_missing", text) from None


async def _read(
    process: Process, incoming: MemoryObjectSendStream[SessionMessage | Exception], limit: int, trouble: Trouble
) -> None:
    assert process.stdout is not None
    lines = BufferedByteReceiveStream(process.stdout)
    with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream, anyio.IncompleteRead):
        async with incoming:
            while True:
                try:
                    line = await lines.receive_until(b"\n", limit)
                except anyio.DelimiterNotFound:
                    trouble.error = trouble.error or trouble.too_large(limit)
                    return
                await incoming.send(_message(line))


def _message(line: bytes) -> SessionMessage | Exception:
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError as error:
        return error


async def _write(
    process: Process,
    outgoing: MemoryObjectReceiveStream[SessionMessage],
    incoming: MemoryObjectSendStream[SessionMessage | Exception],
) -> None:
    assert process.stdin is not None
    try:
        async with outgoing:
            async for each in outgoing:
                text = each.message.model_dump_json(by_alias=True, exclude_unset=True)
                await process.stdin.send(text.encode() + b"\n")
    except (anyio.ClosedResourceError, anyio.BrokenResourceError, OSError):
        await incoming.aclose()  # so that who waits for an answer hears that none will come


async def _end(process: Process) -> None:
    """Closes its standard input, waits a moment, then ends it with all it started."""
    await _close(process.stdin)
    await _gone(process)
    await terminate_posix_process_tree(process, LEAVE_WITHIN)
    await _gone(process)
    await _close(process.stdout)


async def _gone(process: Process) -> None:
    """Returns when it has ended, or after LEAVE_WITHIN. Not `wait`: that also waits for whoever inherited its pipes."""
    with anyio.move_on_after(LEAVE_WITHIN):
        while process.returncode is None:  # noqa: ASYNC110 - there is no event for it
            await anyio.sleep(0.01)


async def _close(pipe: AsyncResource | None) -> None:
    with suppress(OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        if pipe is not None:
            await pipe.aclose()


def _make_sure(process: Process) -> None:
    """The last resort, for an ending that was itself cancelled: it asks nobody and waits for nothing."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
