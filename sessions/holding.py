"""Ends the worker in which a plugin holds the interpreter or eats the memory, for the other chats' sake.

A thread looks every 0.2 s while a plugin is on its way. What stops this thread itself, C code that keeps the
interpreter's lock, is ended by the kernel: a timer over the process's own CPU time, which the thread winds up anew
each time, sends SIGPROF. Nothing here goes by the clock alone: a stopped process, a suspended machine and a
crowded one are no plugin's fault.
"""

import faulthandler
import logging
import math
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from comptoir.sessions.start import EXIT_HELD, EXIT_MEMORY, MEMORY_MARGIN, limit_memory
from comptoir.sessions.stepping import TRACE_FILE, Steps, Walking, place_of

logger = logging.getLogger("worker")

CPU_MORE = 0.1
"""Seconds beyond a step's limit, of the process's CPU time without a look: C code keeps the interpreter."""
TICK = 0.2
IDLE_TICK = 2.0
"""With no plugin on its way."""
WIND_UP_LIMIT = 1.0
"""For the link and the journal, before the process ends in any case."""
ORDERLY_LIMIT = 10.0
"""From asking for an orderly end to one without asking."""
EATEN = 0.25
"""Of the memory allowed: what a plugin took since it was called, to be blamed for it."""
LEFT_OVER = 64 * 1_000_000
"""Bytes below the system's limit, at which nothing works any more."""
GIVEN_BACK_WITHIN = 15.0
"""Seconds after which the Go library has given back what an upload took."""
OVER = 1.25
"""Times the memory allowed: no time for an orderly end."""


@dataclass(slots=True)
class _Loan:
    size: int
    until: float = math.inf


class Watchdog:
    """Made in the main thread, inside `trio.run`; `start` once.

    `wind_up` is called on a thread of its own before the process ends: it disconnects and lets the journal commit.
    `on_full` is called on the watchdog's thread where memory is short and no plugin is seen to have taken it.
    """

    def __init__(
        self,
        steps: Steps,
        folder: Path,
        memory: int,
        *,
        wind_up: Callable[[], object],
        on_full: Callable[[], object],
    ) -> None:
        self._steps = steps
        self._memory = memory
        self._wind_up = wind_up
        self._on_full = on_full
        self._main = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._main)
        self._state = os.open(f"/proc/self/task/{threading.get_native_id()}/stat", os.O_RDONLY | os.O_CLOEXEC)
        self._trace = (folder / TRACE_FILE).open("wb", buffering=0)
        self._looked = time.monotonic()
        self._step = 0
        self._step_cpu = self._blocked = 0.0
        self._full_for = 0.0
        self._loans: list[_Loan] = []
        self._lending = threading.Lock()

    @contextmanager
    def lending(self, size: int) -> Iterator[None]:
        """Allow the process so many bytes more, for work of ours that needs them; in the main thread."""
        loan = _Loan(size)
        with self._lending:
            self._loans.append(loan)
            self._limit()
        try:
            yield
        finally:
            loan.until = time.monotonic() + GIVEN_BACK_WITHIN

    def start(self) -> None:
        # Python's own handler would wait for the interpreter. This one writes the places in code, no values, and dies.
        faulthandler.register(signal.SIGPROF, self._trace, all_threads=True, chain=True)
        self._steps.on_busy = self._arm
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._steps.turning:
                busy = self._steps.busy.is_set()
                if busy:
                    self._arm()
                else:
                    signal.setitimer(signal.ITIMER_PROF, 0.0)
            if not busy:
                self._steps.busy.wait(IDLE_TICK)
            self._look()
            time.sleep(TICK)

    def _arm(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, self._steps.limit + CPU_MORE)

    def _look(self) -> None:
        now = time.monotonic()
        # Of a long absence, ours or the machine's, no more than this is anybody's doing.
        passed, self._looked = min(now - self._looked, 2 * TICK), now
        self._look_at_step(now, passed)
        self._look_at_way(passed)
        self._look_at_memory(passed)

    def _look_at_step(self, now: float, passed: float) -> None:
        steps = self._steps
        number, walking, began, began_cpu = steps.number, steps.current, steps.began, steps.began_cpu
        if number != self._step:
            self._step, self._step_cpu, self._blocked = number, 0.0, 0.0
            passed = min(passed, now - began)
        if walking is None:
            return
        cpu = time.clock_gettime(self._clock) - began_cpu
        if self._sleeps():
            self._blocked += max(0.0, passed - (cpu - self._step_cpu))
        self._step_cpu = cpu
        held = cpu + self._blocked
        if held >= walking.limit and steps.number == number:
            self._end(EXIT_HELD, walking, held, self._place())

    def _look_at_way(self, passed: float) -> None:
        for walking in self._steps.on_way:
            walking.age += passed
            if walking.age >= walking.patience:
                self._end(EXIT_HELD, walking, walking.age, overdue=True)

    def _look_at_memory(self, passed: float) -> None:
        resident, data = self._steps.memory()
        allowed = self._allowed()
        # What was asked for and never written is refused to everybody else all the same.
        spent = data > allowed + MEMORY_MARGIN - LEFT_OVER
        if resident <= allowed and not spent:
            self._full_for = 0.0
            return
        eaters = [each for each in self._steps.on_way if resident - each.resident >= EATEN * self._memory]
        if eaters:
            current = self._steps.current
            culprit = current if current in eaters else eaters[0] if len(eaters) == 1 else None
            self._end(EXIT_MEMORY, culprit, 0.0)
        if not self._full_for:
            logger.warning("memory: %d MB, more than [plugins] memory_mb allows", resident // 1_000_000)
            self._on_full()
        self._full_for += passed
        if spent or resident > OVER * allowed or self._full_for > ORDERLY_LIMIT:
            self._end(EXIT_MEMORY, None, 0.0)

    def _allowed(self) -> int:
        with self._lending:
            now = time.monotonic()
            if any(loan.until < now for loan in self._loans):
                self._loans = [loan for loan in self._loans if loan.until >= now]
                self._limit()
            return self._memory + sum(loan.size for loan in self._loans)

    def _limit(self) -> None:
        limit_memory(self._memory + MEMORY_MARGIN + sum(loan.size for loan in self._loans))

    def _sleeps(self) -> bool:
        """Whether the main thread waits for something else than a processor."""
        return os.pread(self._state, 512, 0).rpartition(b")")[2].split()[0] == b"S"

    def _place(self) -> str:
        """Where in the code the main thread is; no values."""
        frame = sys._current_frames().get(self._main)
        if frame is None:
            return ""
        walk = traceback.walk_stack(frame)
        return place_of((frame.f_code.co_filename, line, frame.f_code.co_name) for frame, line in walk)

    def _end(
        self, code: int, culprit: Walking | None, seconds: float, place: str = "", *, overdue: bool = False
    ) -> None:
        # Whoever holds the interpreter lends it to us for a moment at a time: more often now.
        sys.setswitchinterval(0.0005)
        verdict: dict[str, object] = {"why": "held" if code == EXIT_HELD else "memory", "overdue": overdue}
        if culprit is not None:
            verdict |= culprit.said
        self._steps.judge(verdict | {"seconds": round(seconds, 1), "place": place[:200]})
        try:
            winding = threading.Thread(target=self._say_and_wind_up, args=(verdict,), daemon=True)
            winding.start()
            winding.join(WIND_UP_LIMIT)
        finally:
            # Also where there is no memory left for a thread.
            os._exit(code)

    def _say_and_wind_up(self, verdict: dict[str, object]) -> None:
        self._wind_up()
        logger.error("plugin %s: %s: this worker ends for the other chats", verdict.get("plugin"), verdict["why"])
