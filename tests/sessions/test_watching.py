"""What nobody reports is noticed: a deaf library, a disk that takes nothing."""

from typing import Any, cast

import pytest
import trio

from comptoir.sessions.journal.journal import Journal, JournalUnavailable
from comptoir.sessions.watching import LINK_EVERY, watch_journal, watch_link


async def deaf_looks(looks: list[bool]) -> list[float]:
    """When `watch_link` calls, given what it finds at each look."""
    found = iter(looks)
    called: list[float] = []
    start = trio.current_time()

    async def is_deaf() -> bool:
        return next(found, False)

    with trio.move_on_after(LINK_EVERY * (len(looks) + 1)):
        await watch_link(is_deaf, lambda: called.append(trio.current_time() - start))
    return called


@pytest.mark.parametrize(
    ("looks", "calls"),
    [
        ([False, True, False, True, False], []),
        ([True, True], [2 * LINK_EVERY]),
        # Told once, not at every look.
        ([True, True, True, True], [2 * LINK_EVERY]),
        ([True, True, False, True, True], [2 * LINK_EVERY, 5 * LINK_EVERY]),
    ],
)
async def test_a_link_is_deaf_at_two_looks_in_a_row(
    looks: list[bool], calls: list[float], autojump_clock: trio.testing.MockClock
) -> None:
    assert await deaf_looks(looks) == calls


class FullDisk:
    """A journal on a disk without room, until `room`."""

    def __init__(self) -> None:
        self.trouble: str | None = None

    async def write(self, _fn: Any) -> None:
        await trio.lowlevel.checkpoint()
        if self.trouble:
            raise JournalUnavailable(self.trouble)


async def test_lasting_trouble_is_told_once_and_waited_out(autojump_clock: trio.testing.MockClock) -> None:
    disk, told = FullDisk(), []

    async def on_trouble(text: str) -> None:
        told.append((text, trio.current_time() - start))

    async def happen() -> None:
        await trio.sleep(10.5)
        disk.trouble = "a moment only"
        await trio.sleep(1)
        disk.trouble = None
        await trio.sleep(10)
        disk.trouble = "no space left"
        await trio.sleep(60)
        disk.trouble = None

    start = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(happen)
        await watch_journal(cast("Journal", disk), on_trouble)
    assert [text for text, _ in told] == ["no space left"]
    assert 21.5 < told[0][1] < 24
    assert trio.current_time() - start > 81
