"""Uploads the files of messages that wait to be sent, so that the sender meets only what can go at once."""

import logging
import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

import trio

from comptoir.sessions.journal import media, outbox, uploads
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Journal
from comptoir.sessions.journal.media import Uploaded
from comptoir.sessions.journal.uploads import ToUpload
from comptoir.sessions.media.sealing import SealBroken
from comptoir.sessions.media.store import Store
from comptoir.sessions.outbox.port import NotConnected, SendRefused
from comptoir.sessions.rounds import Rounds, insist
from comptoir.sessions.times import now_ms

logger = logging.getLogger("media")

AT_ONCE = 2
_LOOK_AT = 20
TRIES = 6
REUSED_FOR = 3 * 24 * 3600 * 1000
"""Milliseconds. The server keeps a file longer; after so long it is uploaded again all the same."""
# An upload may take so many seconds, and as long as it takes at so many bytes a second.
_TOTAL, _SLOWEST = 60.0, 32 * 1024
# Seconds before the second attempt, the third, and so on.
_PAUSES = (2.0, 10.0, 30.0, 120.0, 600.0)
_LONGEST_WAIT = 3600.0
_OFFLINE_PAUSE = 5.0


class UploadingLink(Protocol):
    async def upload(self, content: Iterator[bytes], size: int, kind: str) -> Uploaded:
        """Give the server `size` bytes of this upload kind. Cancelling abandons it.

        Raises SendRefused, NotConnected, or what `content` raises.
        """
        ...


class Uploader(Rounds):
    """Closed until `open`. `on_uploaded` is called, inside trio, when a message may go; `on_hang` when the library
    did not come back from an upload: it keeps the file in memory for ever.
    """

    def __init__(
        self,
        journal: Journal,
        store: Store,
        link: UploadingLink,
        *,
        on_uploaded: Callable[[], object],
        on_hang: Callable[[], object],
    ) -> None:
        super().__init__()
        self._journal = journal
        self._store = store
        self._link = link
        self._on_uploaded = on_uploaded
        self._on_hang = on_hang
        self._busy: dict[int, tuple[str | None, str]] = {}
        self._said = False

    def open(self) -> None:
        if not self._said:
            self._said = True
            logger.info("files are sent as they are: no previews, nothing converted; a voice note must be Ogg Opus")
        super().open()

    async def run(self) -> None:
        """Until cancelled; what is then on its way is uploaded again by the next worker."""
        async with trio.open_nursery() as nursery:
            await self.rounds(partial(self._begin, nursery))

    async def _begin(self, nursery: trio.Nursery) -> float:
        """Begin what there is room for; how many seconds to wait for the next."""
        now = now_ms()
        if len(self._busy) >= AT_ONCE:
            return _LONGEST_WAIT

        def read(db: Connection) -> tuple[list[ToUpload], int | None, bool]:
            found = uploads.to_upload(db, now, self._busy, _LOOK_AT)
            return found, uploads.next_due(db, now), uploads.has_expired(db, now - REUSED_FOR)

        found, due, expired = await self._journal.read(read)
        if expired:
            await self._journal.write(partial(uploads.hold_expired, before=now - REUSED_FOR))
            return 0
        for upload in found:
            # The same file for somebody else needs no upload once this one is through.
            if len(self._busy) < AT_ONCE and (upload.file, upload.kind) not in self._busy.values():
                self._busy[upload.message] = (upload.file, upload.kind)
                nursery.start_soon(self._serve, upload)
        return _LONGEST_WAIT if due is None else min((due - now) / 1000, _LONGEST_WAIT)

    async def _serve(self, upload: ToUpload) -> None:
        try:
            await insist(self._journal, await self._guarded_outcome(upload))
            self._on_uploaded()
        finally:
            del self._busy[upload.message]
            self.wake()

    async def _guarded_outcome(self, upload: ToUpload) -> Callable[[Connection], None]:
        try:
            return await self._outcome(upload)
        except Exception as error:
            # One message's file must not end the tenant's worker.
            logger.exception("uploading the file of message %d", upload.message)
            return self._again(upload, f"an internal error: {type(error).__name__}")

    async def _outcome(self, upload: ToUpload) -> Callable[[Connection], None]:
        """Upload, unless the server has the file; what is to be recorded of it."""
        now, message = now_ms(), upload.message
        if upload.uploaded_at is not None and now - REUSED_FOR < upload.uploaded_at <= now:
            return partial(uploads.let_go, message=message)
        if upload.file is None:
            return partial(_fail, message=message, why="its file is no longer here: send it again")
        await insist(self._journal, partial(media.begin_attempt, message=message))
        try:
            with trio.fail_after(_TOTAL + upload.size / _SLOWEST):
                uploaded = await self._link.upload(self._store.read(upload.file), upload.size, upload.kind)
        except NotConnected as error:
            return partial(_later, message=message, why=str(error), seconds=_OFFLINE_PAUSE, counted=False)
        except (FileNotFoundError, SealBroken) as error:
            logger.error("message %d: %s", message, error)
            return partial(_fail, message=message, why="its file is missing or damaged: send it again")
        except OSError as error:
            return self._again(upload, f"the file cannot be read: {error.strerror or error}")
        except SendRefused as refusal:
            if refusal.permanent:
                return partial(_fail, message=message, why=refusal.text)
            return self._again(upload, refusal.text)
        except trio.TooSlowError:
            self._on_hang()
            return self._again(upload, "the media host does not answer")
        return partial(uploads.mark_uploaded, upload=upload, uploaded=uploaded, now=now_ms())

    def _again(self, upload: ToUpload, why: str) -> Callable[[Connection], None]:
        if upload.attempts + 1 >= TRIES:
            return partial(_fail, message=upload.message, why=f"its file could not be uploaded: {why}")
        pause = _PAUSES[min(upload.attempts, len(_PAUSES) - 1)] * random.uniform(0.75, 1.25)
        return partial(_later, message=upload.message, why=why, seconds=pause)


def _later(db: Connection, message: int, why: str, seconds: float, *, counted: bool = True) -> None:
    uploads.upload_later(db, message, why, now_ms() + round(seconds * 1000), counted=counted)


def _fail(db: Connection, message: int, why: str) -> None:
    uploads.let_go(db, message)
    outbox.mark_failed(db, message, why, now_ms())
