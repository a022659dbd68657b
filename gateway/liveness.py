"""Whether a forked process still answers, and in words how one ended."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import trio

from comptoir.sessions.protocol import RpcError
from comptoir.sessions.rpc import Channel, ChannelClosed

START_LIMIT = 30.0
PING_EVERY = 2.0
PING_LIMIT = 10.0
CLOSED_LIMIT = 8.0
"""Seconds in which a process that has closed its channel ends, if it still knows what it does."""


async def until_lost(channel: Channel, on_answer: Callable[[], Awaitable[None]] | None = None) -> str:
    """Ask it every two seconds, until it is to be killed: why. `on_answer` is awaited after each answer."""
    limit = START_LIMIT
    while True:
        try:
            # One that refuses it is busy, and so lives.
            with suppress(RpcError):
                await channel.call("ping", within=limit)
        except trio.TooSlowError:
            return f"no answer within {limit:g} s"
        except ChannelClosed:
            await trio.sleep(CLOSED_LIMIT)
            return "its channel is closed"
        limit = PING_LIMIT
        if on_answer is not None:
            await on_answer()
        await trio.sleep(PING_EVERY)


def ending(code: int | None) -> str:
    """`code` as ForkedProcess.exited has it."""
    return "cause unknown" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"
