"""What group commit gains: events a second and latency, committed together against one commit each.

Run as a script, with the folder to write in as its argument. Only the ratio of the two says something about
the program; the figures themselves are the disk's.
"""

import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import trio

from comptoir.sessions.events import Address, MessageReceived
from comptoir.sessions.journal import linkings
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Journal, open_journal
from comptoir.sessions.journal.recording import Arrival, record_event

EVENTS = 4_000


@dataclass(frozen=True, slots=True)
class Measured:
    events_per_second: float
    p50_ms: float
    commits: int


def event(number: int) -> MessageReceived:
    chat = Address(f"+22177{number % 500:07}")
    return MessageReceived(f"ID{number}", chat, False, "person", "text", "x" * 200, 0, "Awa", bytes(400))


async def measure(journal: Journal, producers: int, first: int, *, grouped: bool) -> Measured:
    times: list[float] = []
    turn = trio.Semaphore(producers if grouped else 1)

    async def produce(numbers: range) -> None:
        for number in numbers:
            begun = time.perf_counter()
            async with turn:
                await journal.write(partial(record_event, event=event(number), arrival=Arrival(1, 0)))
            times.append(time.perf_counter() - begun)

    commits, begun = journal.commits, time.perf_counter()
    async with trio.open_nursery() as nursery:
        for producer in range(producers):
            nursery.start_soon(produce, range(first + producer, first + EVENTS, producers))
    taken = time.perf_counter() - begun
    return Measured(EVENTS / taken, statistics.median(times) * 1000, journal.commits - commits)


def begin(db: Connection) -> int:
    return linkings.begin_session(db, "+221330000000", lab=True, now=0)


async def main(folder: Path) -> None:
    async with open_journal(folder / "tenant.db", bytes(32)) as journal:
        await journal.write(begin)
        number = 0
        for producers in (1, 10, 100):
            together = await measure(journal, producers, number, grouped=True)
            alone = await measure(journal, producers, number + EVENTS, grouped=False)
            number += 2 * EVENTS
            print(
                f"{producers:4} producers: {together.events_per_second:6.0f}/s p50 {together.p50_ms:5.1f} ms in "
                f"{together.commits} commits; one each {alone.events_per_second:6.0f}/s p50 {alone.p50_ms:5.1f} ms; "
                f"ratio {together.events_per_second / alone.events_per_second:.1f}"
            )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as scratch:
        trio.run(main, Path(scratch))
