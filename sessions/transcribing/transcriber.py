"""Puts a tenant's recordings into words, one at a time and when the daemon says that it is its turn."""

import logging
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import trio

from comptoir.sessions.journal import transcriptions
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import JournalUnavailable, Store
from comptoir.sessions.journal.transcriptions import ATTEMPTS, WAITS, Recording
from comptoir.sessions.log_line import note
from comptoir.sessions.outside.exchange import Outside
from comptoir.sessions.rounds import Rounds, insist
from comptoir.sessions.spec import TranscriptionSpec
from comptoir.sessions.times import now_ms
from comptoir.sessions.transcribing import command, endpoint
from comptoir.sessions.transcribing.failed import TranscriptionFailed
from comptoir.sessions.transcribing.recordings import Recordings

logger = logging.getLogger("transcribing")

MAX_TEXT = 10_000
"""Characters of what was said."""
LOOK_AGAIN = 30.0
"""Seconds at most to the next look while something waits; 1 at least."""


class Transcriber(Rounds):
    """Held until `open`; `wake` it after a commit that queued a recording.

    `ask_for_turn` tells the daemon that something is due, which then calls `serve`: recordings of all tenants wait in
    one line there, and only the journal knows which. `on_told` is called, inside trio, when a plugin is to be told.
    """

    def __init__(  # noqa: PLR0913 (what it works on, and with what)
        self,
        journal: Store,
        recordings: Recordings,
        spec: TranscriptionSpec | None,
        *,
        ask_for_turn: Callable[[], Awaitable[object]],
        on_told: Callable[[], object],
        now: Callable[[], int] = now_ms,
    ) -> None:
        super().__init__()
        self._journal = journal
        self._recordings = recordings
        self._spec = spec
        self._ask_for_turn = ask_for_turn
        self._on_told = on_told
        self._now = now
        # Whoever may be asked is the operator's decision, also one on this machine.
        self._outside = Outside(lambda _address: True, seconds=math.inf)
        self._serving = False

    @property
    def works(self) -> bool:
        """Whether recordings are put into words at all."""
        return self._spec is not None and not self._spec.wrong

    async def run(self) -> None:
        """Until cancelled."""
        await self.rounds(self._look)

    async def serve(self) -> bool:
        """Put the oldest recording into words, if one is due; whether another is. Raises JournalUnavailable.

        Nothing while the last one is not settled: `wake` follows then, and another turn is asked for.
        """
        if self._serving or not self.is_open or self._spec is None:
            return False
        self._serving = True
        try:
            if recording := await self._due():
                await self._put_into_words(self._spec, recording)
            return self.is_open and await self._due() is not None
        finally:
            self._serving = False

    async def _look(self) -> float:
        """How many seconds to wait for the next look."""
        await self._give_up()
        now = self._now()
        if await self._due() is not None:
            await self._ask_for_turn()
        at = await self._journal.read(transcriptions.next_at)
        return LOOK_AGAIN * 120 if at is None else min(max((at - now) / 1000, 1.0), LOOK_AGAIN)

    async def _give_up(self) -> None:
        """What nobody will get to."""
        never = "no transcription is configured" if self._spec is None else self._spec.wrong
        why = never or "the line was too long"
        before = self._now() - (0 if never else WAITS)
        if lost := await self._journal.read(partial(transcriptions.queued, before=before)):
            await self._journal.write(partial(transcriptions.fail, keys=lost, why=why, now=self._now()))
            self._on_told()

    async def _due(self) -> Recording | None:
        return await self._journal.read(partial(transcriptions.due, now=self._now()))

    async def _put_into_words(self, spec: TranscriptionSpec, recording: Recording) -> None:
        key = recording.key
        if recording.attempts >= ATTEMPTS:
            await self._settle(recording, partial(transcriptions.fail, keys=[key], why="the worker died of it"))
            return
        await self._journal.write(partial(transcriptions.begin, key=key))
        done = False
        try:
            settle = await self._attempt(spec, recording)
            done = True
        finally:
            if not done:
                with trio.CancelScope(shield=True), suppress(JournalUnavailable):
                    await self._journal.write(partial(transcriptions.release, key=key))
        await self._settle(recording, settle)

    async def _settle(self, recording: Recording, settle: Callable[..., None]) -> None:
        def job(db: Connection) -> None:
            settle(db, now=self._now())

        await insist(self._journal, job)
        self._on_told()
        self.wake()

    async def _attempt(self, spec: TranscriptionSpec, recording: Recording) -> Callable[..., None]:
        """What is to be written of it."""
        begun, why, final, text = trio.current_time(), "", False, ""
        try:
            with trio.fail_after(spec.seconds):
                text = " ".join((await self._words(spec, recording)).split())[:MAX_TEXT]
        except trio.TooSlowError:
            why, final = f"it took more than {spec.seconds} s", True
        except TranscriptionFailed as failed:
            why, final = str(failed), failed.final
        except Exception as error:
            # One recording must not end the tenant's worker.
            logger.exception("recording %d", recording.message)
            why = f"an internal error: {type(error).__name__}"
        ms = round((trio.current_time() - begun) * 1000)
        note(logger, "transcribed", message=recording.message, ms=ms, why=why)
        if text:
            return partial(transcriptions.succeed, key=recording.key, text=text)
        if not why:
            why, final = "nothing was said in it", True
        if final:
            return partial(transcriptions.fail, keys=[recording.key], why=why)
        return partial(transcriptions.again, key=recording.key, why=why)

    async def _words(self, spec: TranscriptionSpec, recording: Recording) -> str:
        if recording.state != "kept":
            raise TranscriptionFailed("the recording is not kept", final=True)
        if recording.size > spec.largest:
            raise TranscriptionFailed(f"it is larger than {spec.largest // 1_000_000} MB", final=True)
        if spec.command:
            return await command.said_by(spec.command, partial(self._recordings.write, recording.message))
        content = await self._recordings.load(recording.message)
        return await endpoint.said_by(spec, self._outside, content, recording.mime)
