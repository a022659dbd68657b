"""A tenant's files: brings them into the store and the journal together, and keeps them within their room."""

import errno
import logging
import os
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import trio

from comptoir.plugins.api import FileKind, FileToSend
from comptoir.plugins.config import TenantConfig
from comptoir.sessions.descriptors import Descriptor
from comptoir.sessions.journal import catalogue_changes, fetches, media, quota
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Journal, JournalUnavailable
from comptoir.sessions.journal.media import FileRefused, TakenFile
from comptoir.sessions.media import giving, room, taking
from comptoir.sessions.media.giving import NotHere
from comptoir.sessions.media.sealing import SealBroken
from comptoir.sessions.media.sniffing import HEAD
from comptoir.sessions.media.store import Incoming, Store
from comptoir.sessions.spec import WorkerSpec
from comptoir.sessions.times import now_ms

T = TypeVar("T")
logger = logging.getLogger("media")

# What came and went is tidied up together.
_TIDY_EVERY = 2.0
_DISK_PAUSE = 5.0
_DISK_REFUSES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
# Sealing keeps a core busy: not more than this at once in a tenant.
SEALING = 2


class MediaKeeper:
    """`run` is started once. `config` is the tenant's, where there is one; `on_queued` is called, inside trio, when a
    notice for the owner was queued.
    """

    def __init__(
        self,
        journal: Journal,
        spec: WorkerSpec,
        *,
        config: Callable[[], TenantConfig | None],
        on_queued: Callable[[], object],
    ) -> None:
        self.limits = spec.media
        self.store = Store(spec.media_dir, spec.data_key)
        self._journal = journal
        self._folder = spec.config_dir
        self._config = config
        self._on_queued = on_queued
        self._ready = trio.Event()
        # A file's name and its row come and go together: nothing may be kept while the same is being removed.
        self._together = trio.Lock()
        self.sealing = trio.CapacityLimiter(SEALING)

    async def run(self) -> None:
        """Make the store usable, then tidy it up whenever something changed; until cancelled."""
        await self._prepare()
        seen = -1
        while True:
            seen = await self._journal.wait_commit(seen)
            try:
                await self._tidy()
            except (JournalUnavailable, OSError) as error:
                logger.warning("files cannot be removed: %s", error)
            await trio.sleep(_TIDY_EVERY)

    async def incoming(self) -> Incoming:
        """A new file to be filled, in a `with` block. Raises OSError."""
        await self._ready.wait()
        return await trio.to_thread.run_sync(self.store.incoming)

    async def keep(self, incoming: Incoming, record: Callable[[Connection, str], T]) -> T:
        """Keep a filled file under its name and, in one transaction, what is to be recorded of it.

        Raises OSError or JournalUnavailable: then nothing is kept.
        """
        name = await trio.to_thread.run_sync(incoming.finish)
        async with self._together:
            await trio.to_thread.run_sync(incoming.keep, name)
            return await self._journal.write(lambda db: record(db, name))

    async def take(self, file: FileToSend) -> TakenFile:
        """Seal a file of the tenant's folder, to be sent, or take the one that a message has. Raises FileRefused, and
        JournalUnavailable as `take_open`.
        """
        if file.message is not None:
            return await self._take_again(file.message)
        try:
            descriptor = await trio.to_thread.run_sync(taking.open_within, self._folder, file)
            try:
                return await self.take_open(descriptor, file.name or file.path.name, file.kind)
            finally:
                os.close(descriptor)
        except FileRefused as error:
            raise FileRefused(str(error) if str(file.path) in str(error) else f"{file.path}: {error}") from None

    async def _take_again(self, message: int) -> TakenFile:
        """The picture of a product that the owner added. Others' pictures go to nobody, whoever asks for them."""
        if not await self._journal.read(partial(catalogue_changes.is_photo, message=message)):
            raise FileRefused(f"message {message}: only pictures of products that the owner added are sent again")
        try:
            row = await self._row(message)
            assert row.file is not None
            head = await trio.to_thread.run_sync(self._head, row.file)
        except (NotHere, OSError, SealBroken) as error:
            raise FileRefused(f"message {message}: its file is not to be had: {error}") from None
        ends = taking.Ends(head[:HEAD], head[-HEAD:])
        taking.check_kind(ends, "", "image")
        return taking.describe(row.file, row.size, ends, "", "image")

    def _head(self, name: str) -> bytes:
        return next(self.store.read(name))

    async def take_open(self, descriptor: int, name: str, kind: FileKind | None) -> TakenFile:
        """Seal what a descriptor reads. It may be closed as soon as this returns or raises.

        Raises FileRefused, or JournalUnavailable where the disk takes nothing now.
        """
        size, quota_mb = taking.checked_size(descriptor, self.limits.largest), self.limits.quota / 1_000_000
        if size > self.limits.quota:
            raise FileRefused(f"larger than all the room for files, {quota_mb:g} MB: raise [media] quota_mb")
        if not await self._journal.read(partial(self.room_for, size=size)):
            raise FileRefused("the room for files is used up by what still waits: raise [media] quota_mb, or wait")
        try:
            with await self.incoming() as incoming:
                # The thread may outlive a cancellation, and then nobody's descriptor may be read.
                own = Descriptor(os.dup(descriptor))
                seal = partial(_seal, own, incoming, self.limits.largest)
                ends = await trio.to_thread.run_sync(seal, abandon_on_cancel=True, limiter=self.sealing)
                taking.check_kind(ends, name, kind)
                size = incoming.size
                file = await self.keep(incoming, partial(_note, size=size))
                return taking.describe(file, size, ends, name, kind)
        except OSError as error:
            if error.errno in _DISK_REFUSES:
                raise JournalUnavailable(f"{error.strerror}: free some space") from None
            raise FileRefused(f"the file could not be read: {error.strerror or error}") from None

    async def load(self, message: int) -> bytes:
        """All that a message's file holds. Raises LookupError where it is not kept."""
        row = await self._row(message)
        assert row.file is not None
        return await trio.to_thread.run_sync(self._read, row.file)

    async def give(self, message: int, descriptor: int) -> media.MediaRow:
        """Write what a message's file holds to a descriptor, in clear; its row.

        Raises NotHere (a LookupError), NotTaken where nobody reads what is written, OSError.
        """
        row = await self._row(message)
        assert row.file is not None
        # As for a file that is taken: the thread may outlive a cancellation.
        own = Descriptor(os.dup(descriptor))
        try:
            read = self.store.read(row.file)
            await trio.to_thread.run_sync(giving.write_all, read, own, abandon_on_cancel=True)
        except FileNotFoundError:
            raise NotHere(f"message {message}: its file is missing on the disk") from None
        except SealBroken as error:
            raise NotHere(f"message {message}: its file is damaged: {error}") from None
        return row

    async def status(self) -> dict[str, int]:
        """Bytes used, the bytes there are, and how many files are still to be fetched."""
        used, wanted = await self._journal.read(lambda db: (quota.used(db), fetches.count(db)))
        return {"bytes": used, "quota": self.limits.quota, "wanted": wanted}

    def room_for(self, db: Connection, size: int) -> bool:
        """Whether a file of this size fits beside those that must stay."""
        return size + quota.pinned(db) <= self.limits.quota

    async def _row(self, message: int) -> media.MediaRow:
        row = await self._journal.read(partial(media.row, message=message))
        if row is None:
            raise NotHere(f"message {message} holds no file")
        if row.file is None:
            why = f"message {message}: its file is not here: {giving.why_absent(row)}"
            raise NotHere(why, later=row.state == "wanted")
        return row

    def _read(self, name: str) -> bytes:
        try:
            return b"".join(self.store.read(name))
        except (OSError, SealBroken) as error:
            raise NotHere(f"the file cannot be read: {error}") from None

    async def _prepare(self) -> None:
        while True:
            try:
                there = await trio.to_thread.run_sync(self.store.prepare)
                unknown = await self._journal.write(partial(quota.reconcile, there=there))
                await self._remove(unknown)
            except (OSError, JournalUnavailable) as error:
                logger.error("the folder for files cannot be used: %s", error)
                await trio.sleep(_DISK_PAUSE)
            else:
                self._ready.set()
                return

    async def _tidy(self) -> None:
        now, most = now_ms(), self.limits.quota

        def forget(db: Connection) -> tuple[list[str], bool]:
            gone = quota.forget_unreferenced(db, now)
            dropped = quota.make_room(db, most, now)
            config = self._config()
            told = bool(dropped) and config is not None and room.tell_owner(db, config, most, now)
            return gone + dropped, told

        if not await self._journal.read(partial(quota.is_untidy, quota=most, now=now)):
            return
        async with self._together:
            names, told = await self._journal.write(forget)
            await self._remove(names)
        if told:
            self._on_queued()

    async def _remove(self, names: list[str] | set[str]) -> None:
        for name in names:
            await trio.to_thread.run_sync(self.store.remove, name)


def _note(db: Connection, name: str, size: int) -> str:
    media.note_file(db, name, size, now_ms())
    return name


def _seal(own: Descriptor, incoming: Incoming, largest: int) -> taking.Ends:
    try:
        return taking.seal_from(own.number, incoming, largest)
    finally:
        own.close()
