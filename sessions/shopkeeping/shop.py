"""Which catalogue is in force: the file's, with what the owner changed by chat, numbered in the journal."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import trio

from comptoir.plugins.shop import changes
from comptoir.plugins.shop.model import Catalogue
from comptoir.plugins.shop.serial import catalogue_of_json, catalogue_to_json, digest_of
from comptoir.sessions.journal import catalogue_changes, catalogues, event_log, stock
from comptoir.sessions.journal.catalogues import Numbered
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import JournalUnavailable, Store
from comptoir.sessions.times import now_ms

logger = logging.getLogger("worker")

MANY = 500
"""Products: as many take longer to write down than chats may wait."""


@dataclass(frozen=True, slots=True)
class _Adopted:
    """What the file says, and its digest: one value, because readers on other threads take it while it is replaced."""

    file: Catalogue | None = None
    digest: str = ""

    def is_origin(self, numbered: Numbered) -> bool:
        return numbered.file_digest == self.digest


class Shop:
    """One for the worker. What it reads from a connection may be asked on any thread."""

    def __init__(self, journal: Store, file: Catalogue | None, now: Callable[[], int] = now_ms) -> None:
        self._journal = journal
        self._now = now
        self._adopted = _Adopted()
        self._wanted = file
        self._in_force: tuple[tuple[int, str], Catalogue] | None = None
        """What was read last, by version and digest."""
        self._one_at_a_time = trio.Lock()

    async def open_with(self, file: Catalogue | None) -> None:
        """From now on this is what the tenant's file says. Where the journal refuses, it is adopted when somebody asks
        for it.
        """
        self._wanted = file
        try:
            await self.adopt()
        except JournalUnavailable as error:
            logger.warning("the catalogue is not in force yet: %s", error)

    async def adopt(self) -> None:
        """Put what the file says into force, unless it is. Raises JournalUnavailable."""
        async with self._one_at_a_time:
            wanted = self._wanted
            if wanted is self._adopted.file:
                return
            digest = ""
            if wanted is not None:
                text = await _as_json(wanted)
                digest = digest_of(text)
                await self._journal.write(partial(adopt, file=wanted, text=text, digest=digest, now=self._now()))
            self._adopted = _Adopted(wanted, digest)
            self._in_force = None

    def file_of(self, numbered: Numbered) -> Catalogue | None:
        """The file that this state of the catalogue was made of, without what was changed by chat. None for a moment
        while another one is adopted.
        """
        adopted = self._adopted
        return adopted.file if adopted.is_origin(numbered) else None

    def in_force(self, db: Connection) -> Catalogue | None:
        """What is sold now; None where the tenant has no catalogue."""
        adopted = self._adopted
        file, newest = adopted.file, catalogues.newest(db)
        if file is None or newest is None:
            return None
        # A transaction that is undone leaves its version to another catalogue.
        key, known = (newest.version, newest.digest), self._in_force
        if known is not None and known[0] == key:
            return known[1]
        if adopted.is_origin(newest):
            # What did not change is shared with the file's.
            made = changes.effective(file, catalogue_changes.in_force(db), newest.version)
        else:
            made = catalogue_of_json(catalogues.content(db, newest.version), newest.version)
        self._in_force = key, made
        return made


async def _as_json(catalogue: Catalogue) -> str:
    if len(catalogue.products) < MANY:
        return catalogue_to_json(catalogue)
    return await trio.to_thread.run_sync(catalogue_to_json, catalogue)


def adopt(db: Connection, file: Catalogue, text: str, digest: str, now: int) -> int:
    """Put a file's catalogue into force; its version. A job of the journal. `text` and `digest` are the file's own.

    What the owner changed by chat ends where the file says something new about it; so does what was left in stock.
    """
    lasting = []
    for change in catalogue_changes.in_force(db):
        if changes.is_over(file, change):
            catalogue_changes.end(db, change.sku, change.field, now)
            event_log.add(db, "catalogue_change_ended", now, sku=change.sku, field=change.field)
        else:
            lasting.append(change)
    before = stock.counted(db)
    stock.replace(db, before, changes.taken_over(file, lasting, before))
    made = catalogue_to_json(changes.effective(file, lasting)) if lasting else text
    return catalogues.number(db, made, digest, now)
