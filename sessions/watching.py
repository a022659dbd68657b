"""Notices what nobody reports: a library that is deaf, a disk that takes nothing."""

from collections.abc import Awaitable, Callable

import trio

from comptoir.sessions.journal.journal import Journal, JournalUnavailable

LINK_EVERY = 5.0
JOURNAL_EVERY = 1.0


async def watch_link(is_deaf: Callable[[], Awaitable[bool]], on_deaf: Callable[[], None]) -> None:
    """Call `on_deaf` when the link is deaf at two looks in a row: a shop must not stay "online" and deaf.

    Between a loss and its report there may be a moment; between two looks there is none. Until cancelled.
    """
    misses = 0
    while True:
        await trio.sleep(LINK_EVERY)
        misses = misses + 1 if await is_deaf() else 0
        if misses == 2:
            on_deaf()


async def watch_journal(journal: Journal, on_trouble: Callable[[str], Awaitable[None]]) -> None:
    """Wait for lasting trouble, tell of it once, and return when the journal takes writes again.

    What arrives meanwhile would be acknowledged by the library and kept nowhere.
    """
    troubled = 0
    while troubled < 2:
        await trio.sleep(JOURNAL_EVERY)
        troubled = troubled + 1 if journal.trouble else 0
    await on_trouble(journal.trouble or "the journal could not be written")
    while True:
        try:
            await journal.write(lambda _db: None)
        except JournalUnavailable:
            await trio.sleep(JOURNAL_EVERY)
        else:
            return
