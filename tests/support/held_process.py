"""A process in which a plugin does what it should not, under the watchdog: `python held_process.py FOLDER WHAT`."""

import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

import trio
import trio.lowlevel

from comptoir.sessions.holding import Watchdog
from comptoir.sessions.stepping import Steps

MEMORY = 200 * 1_000_000
CATASTROPHE = "a" * 40 + "b"


async def spin() -> None:
    while True:
        pass


async def block() -> None:
    time.sleep(60)  # noqa: ASYNC251 (what it is here for)


async def match() -> None:
    re.match(r"(a+)+$", CATASTROPHE)


async def match_in_a_thread() -> None:
    await trio.to_thread.run_sync(re.match, r"(a+)+$", CATASTROPHE)


async def spin_in_a_child() -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep, 60)
        nursery.start_soon(spin)


async def eat() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(5_000_000))
        await trio.sleep(0.01)


async def start_for_two_seconds() -> None:
    time.sleep(2)  # noqa: ASYNC251 (what it is here for)


async def start_for_ever() -> None:
    time.sleep(60)  # noqa: ASYNC251 (what it is here for)


async def take_no_notice() -> None:
    """Of being cancelled, as who catches everything."""
    while True:
        try:  # noqa: SIM105 (what it is here for)
            await trio.sleep(0.1)
        except BaseException:
            pass


async def outlast_its_limit() -> None:
    with trio.move_on_after(0.2):
        await take_no_notice()


async def wait() -> None:
    await trio.sleep(1.6)


async def be_stopped() -> None:
    """Standing still in the middle of a step that only waits: whoever started us continues us."""
    continued = threading.Event()

    def stop() -> None:
        os.kill(os.getpid(), signal.SIGSTOP)
        time.sleep(0.3)
        continued.set()

    threading.Timer(0.1, stop).start()
    continued.wait()
    await trio.sleep(0.5)


async def work_in_steps() -> None:
    """More than a second in all, in steps of less."""
    for _ in range(4):
        end = time.thread_time() + 0.4
        while time.thread_time() < end:
            pass
        await trio.lowlevel.checkpoint()


async def main(folder: Path, what: str) -> None:
    steps = Steps(folder)
    wound = threading.Event()
    dog = Watchdog(steps, folder, MEMORY, wind_up=lambda: print("wound up", flush=True), on_full=wound.set)
    if what == "outlast_its_limit":
        steps.patience = 2.0
    dog.start()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep, 0)
        with steps.starting("bad") if what.startswith("start") else steps.walking("bad", message=7):
            print("called", flush=True)
            await globals()[what]()
    print("returned", flush=True)


if __name__ == "__main__":
    trio.run(main, Path(sys.argv[1]), sys.argv[2])
