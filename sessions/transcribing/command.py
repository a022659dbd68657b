"""A recording through a local command: in memory only, bounded, and gone with the worker."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from comptoir.sessions.transcribing import guard
from comptoir.sessions.transcribing.failed import TranscriptionFailed

MAX_OUTPUT = 64 * 1024
"""Bytes of what the command prints."""
_END_LIMIT = 5.0
_GUARD = str(Path(guard.__file__).resolve())
# Nothing of the daemon's own, such as where its credentials lie.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "LD_LIBRARY_PATH")


async def said_by(command: Sequence[str], give: Callable[[int], Awaitable[object]]) -> str:
    """What the command prints about the recording that `give` writes to a descriptor; whoever waits sets the limit.

    Raises TranscriptionFailed.
    """
    descriptor = os.memfd_create("recording", os.MFD_CLOEXEC)
    try:
        os.fchmod(descriptor, 0o600)
        await give(descriptor)
        async with _running(command, descriptor) as process:
            assert process.stdout is not None
            printed = await _read(process.stdout)
            code = await process.wait()
    finally:
        os.close(descriptor)
    if code == guard.NOT_STARTED:
        raise TranscriptionFailed(f"the command {Path(command[0]).name} cannot be started", final=True)
    if code:
        raise TranscriptionFailed(f"the command {Path(command[0]).name} ended with {code}")
    return printed.decode("utf-8", "replace")


@asynccontextmanager
async def _running(command: Sequence[str], descriptor: int) -> AsyncIterator[trio.Process]:
    """Gone, with all that it has started, when the block is left."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        process = await trio.lowlevel.open_process(
            [sys.executable, "-I", "-S", _GUARD, str(descriptor), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # It may quote what was said.
            stderr=subprocess.DEVNULL,
            pass_fds=(descriptor,),
            env=environment,
            cwd="/",
        )
    except OSError as error:
        raise TranscriptionFailed(f"no process can be started: {error.strerror}") from None
    try:
        yield process
    finally:
        with trio.CancelScope(shield=True):
            await _end(process)


async def _end(process: trio.Process) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    await process.stdin.aclose()
    with trio.move_on_after(_END_LIMIT):
        await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()
    await process.stdout.aclose()


async def _read(output: trio.abc.ReceiveStream) -> bytes:
    printed = bytearray()
    while piece := await output.receive_some(65536):
        printed += piece
        if len(printed) > MAX_OUTPUT:
            raise TranscriptionFailed(f"the command prints more than {MAX_OUTPUT:,} bytes", final=True)
    return bytes(printed)
