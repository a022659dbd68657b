"""Which plugin runs at this moment, and on whose message: kept in RAM, where the next worker finds it."""

import json
import mmap
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path
from typing import Protocol

import trio

STEP_FILE, TRACE_FILE = "step", "held"
"""In the session's folder: what is written here, and the system's own trace of who held the interpreter."""
HELD_LIMIT, START_LIMIT = 1.0, 3.0
"""Seconds that one step of a plugin may take, and one of its start."""
START_PATIENCE = 90.0
"""Seconds until a plugin that is being started, and takes no notice of being cancelled, must be through."""
RECORD = 512
"""Bytes. The file holds three records: the plugin that has the interpreter, the only one on its way, the verdict."""

_OWN_LIBRARY = re.compile(r"/python3\.\d+/(?!site-packages|dist-packages)|^<")
_UNDER: ContextVar["Walking | None"] = ContextVar("walking", default=None)


class Watch(Protocol):
    """Entered around the call of a plugin's method, in the task that calls it; `message` is what it is asked about."""

    def __call__(self, plugin: str, *, message: int | None) -> AbstractContextManager[None]: ...


def unwatched(plugin: str, *, message: int | None) -> AbstractContextManager[None]:
    """For tests."""
    return nullcontext()


class Walking:
    """A plugin that was called and has not returned; `message` is the first of what it was asked about."""

    __slots__ = ("age", "limit", "message", "patience", "plugin", "record", "resident", "starting")

    def __init__(self, plugin: str, message: int | None, resident: int, patience: float, *, starting: bool) -> None:
        self.plugin = plugin
        self.message = message
        self.starting = starting
        self.limit = START_LIMIT if starting else HELD_LIMIT
        self.patience = patience
        """Seconds until it must have returned."""
        self.resident = resident
        """The process's memory when it was called, in bytes."""
        self.age = 0.0
        """Seconds as its watchdog counts them: not those in which the process stood still."""
        self.record = record_of(self.said)

    @property
    def said(self) -> dict[str, object]:
        return {"plugin": self.plugin, "message": self.message, "starting": self.starting}


class Steps(trio.abc.Instrument):
    """Made inside `trio.run`, in the process's main thread. Its attributes may be read from any thread.

    A task counts as a plugin's while its code is called by `walking`, and so do all tasks that it starts.
    """

    def __init__(self, folder: Path) -> None:
        self.current: Walking | None = None
        """Whose code has the interpreter, or waits in it."""
        self.number = 0
        """Changes with every step."""
        self.began = self.began_cpu = 0.0
        """When the step did, and the main thread's own time then; seconds."""
        self.on_way: set[Walking] = set()
        self.busy = threading.Event()
        """Set while a plugin is on its way."""
        self.turning = threading.Lock()
        """Held by whoever begins or ends to watch."""
        self.patience = START_PATIENCE
        """Seconds for a plugin that is called, with those for which it may take no notice of being cancelled."""
        self.on_busy: Callable[[], object] = lambda: None
        """Called before the first plugin's code runs: another thread might come too late to do anything."""
        self._page = _open_page(folder / STEP_FILE)
        self._memory = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)

    @contextmanager
    def walking(self, plugin: str, *, message: int | None) -> Iterator[None]:
        """See `Watch`."""
        with self._watching(Walking(plugin, message, self.resident(), self.patience, starting=False)):
            yield

    @contextmanager
    def starting(self, plugin: str) -> Iterator[None]:
        """As `walking`, around a plugin's start, which may take longer."""
        with self._watching(Walking(plugin, None, self.resident(), START_PATIENCE, starting=True)):
            yield

    @property
    def limit(self) -> float:
        """Seconds that the interpreter may be held by what is on its way."""
        return max((walking.limit for walking in self.on_way), default=HELD_LIMIT)

    @contextmanager
    def _watching(self, walking: Walking) -> Iterator[None]:
        self._change_way(add=walking)
        token = _UNDER.set(walking)
        self._enter(walking)
        try:
            yield
        finally:
            self._leave()
            _UNDER.reset(token)
            self._change_way(remove=walking)

    def resident(self) -> int:
        """The process's memory, in bytes."""
        return self.memory()[0]

    def memory(self) -> tuple[int, int]:
        """What the process has in memory, and what it may have there without asking again, in bytes."""
        fields = os.pread(self._memory, 128, 0).split()
        return int(fields[1]) * mmap.PAGESIZE, int(fields[5]) * mmap.PAGESIZE

    def judge(self, verdict: dict[str, object]) -> None:
        """Leave word of why this process is ended now."""
        self._page[2 * RECORD : 3 * RECORD] = record_of(verdict)

    # --- trio tells

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        if (walking := task.context.get(_UNDER)) is not None:
            self._enter(walking)

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        if self.current is not None:
            self._leave()

    # --- what is kept

    def _enter(self, walking: Walking) -> None:
        self._page[:RECORD] = walking.record
        self.began, self.began_cpu = time.monotonic(), time.thread_time()
        self.number += 1
        self.current = walking

    def _leave(self) -> None:
        self.current = None
        self.number += 1
        self._page[0] = 0

    def _change_way(self, *, add: Walking | None = None, remove: Walking | None = None) -> None:
        if add is not None:
            if not self.on_way:
                trio.lowlevel.add_instrument(self)
            # Anew each time: the watchdog's thread goes through it meanwhile.
            self.on_way = self.on_way | {add}
            if not self.busy.is_set():
                with self.turning:
                    self.busy.set()
                    self.on_busy()
        if remove is not None:
            self.on_way = self.on_way - {remove}
            if not self.on_way:
                trio.lowlevel.remove_instrument(self)
                self.busy.clear()
        only = next(iter(self.on_way)).record if len(self.on_way) == 1 else bytes(RECORD)
        self._page[RECORD : 2 * RECORD] = only


def record_of(said: dict[str, object]) -> bytes:
    """One record of the file; what is too long is left out."""
    text = json.dumps(said).encode()
    return text.ljust(RECORD, b"\0") if len(text) <= RECORD else bytes(RECORD)


def read_record(page: bytes, place: int) -> dict[str, object] | None:
    """None where there is none, or one that its writer died in."""
    text = page[place * RECORD : (place + 1) * RECORD].rstrip(b"\0")
    try:
        said = json.loads(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def place_of(frames: Iterable[tuple[str, int, str]]) -> str:
    """The innermost of these places (file, line, function) that is not in Python's own library."""
    innermost = ""
    for file, line, function in frames:
        place = f"{Path(file).name}:{line} in {function}"
        innermost = innermost or place
        if not _OWN_LIBRARY.search(file):
            return place
    return innermost


def _open_page(path: Path) -> mmap.mmap:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.ftruncate(handle, 0)
        # Written, not only made longer: where RAM is full this fails, and not the first step.
        os.write(handle, bytes(mmap.PAGESIZE))
        return mmap.mmap(handle, mmap.PAGESIZE)
    finally:
        os.close(handle)
