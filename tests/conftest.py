"""What holds for every test."""

import functools
import inspect
import os
import re
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import beside
import pytest
import trio
from hypothesis import settings

ASYNC_LIMIT, SLOW_LIMIT, LONG_LIMIT = 180.0, 500.0, 3_000.0
"""Seconds for an async test; far above what any needs on a busy machine, and far below for ever."""

# What differs from process to process: an object's address, a folder for a while. xdist wants the same names in all.
_UNSTEADY = re.compile(r"\bat 0x[0-9a-f]|/tmp/|/pytest-of-")

# A test makes its own folders, lab and terminal; it must never meet those of whoever runs it.
for name in ("COMPTOIR_HOME", "COMPTOIR_LAB", "COLUMNS", "LINES"):
    os.environ.pop(name, None)

# What a shell starts in the background ignores Ctrl-C, and hands that down to all that tests start and interrupt.
for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)

# How long an example takes says more about a busy machine than about the code.
settings.register_profile("comptoir", deadline=None)
settings.load_profile("comptoir")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> beside.Beside | None:
    return beside.Beside(config, log) if config.getoption("dist") == "loadscope" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """No await of a test waits for ever: one that hung would take the whole run along, and say nothing."""
    if hasattr(config, "workerinput"):
        beside.put_first(items)
    for item in items:
        if _UNSTEADY.search(item.nodeid):
            raise pytest.UsageError(f"{item.nodeid}: its name may differ in each process; give its parameters ids")
        if not isinstance(item, pytest.Function) or not inspect.iscoroutinefunction(item.obj):
            continue
        # A mock clock jumps to the next deadline, which may be this one.
        if not any("clock" in name for name in item.fixturenames):
            item.obj = _limited(item.obj, _limit(item))


def _limit(item: pytest.Item) -> float:
    if item.get_closest_marker("long"):
        return LONG_LIMIT
    return SLOW_LIMIT if item.get_closest_marker("slow") else ASYNC_LIMIT


def _limited(test: Callable[..., Awaitable[None]], limit: float) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def run(*args: Any, **kwargs: Any) -> None:
        with trio.fail_after(limit):
            await test(*args, **kwargs)

    return run
