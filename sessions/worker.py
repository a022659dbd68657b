"""A tenant's worker: brings journal, session, runner and sender together and keeps them in step.

Who may do what follows from one value, the session's `Standing`: the sender sends while the backlog of an
absence has been read, the runner answers while the tenant is not paused besides.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import trio

from comptoir.plugins.config import TenantConfig
from comptoir.plugins.loading import Pipeline
from comptoir.sessions import blaming
from comptoir.sessions.asker import Asker
from comptoir.sessions.blaming import Blame
from comptoir.sessions.events import Address
from comptoir.sessions.expiry import Expiry
from comptoir.sessions.holding import Watchdog
from comptoir.sessions.journal import linkings, pruning
from comptoir.sessions.journal.event_log import Event
from comptoir.sessions.journal.journal import Journal, JournalUnavailable
from comptoir.sessions.journal.media import Uploaded
from comptoir.sessions.journal.queued import QueuedMessage
from comptoir.sessions.journal.recording import Recorded
from comptoir.sessions.media.fetcher import Fetcher
from comptoir.sessions.media.keeper import MediaKeeper
from comptoir.sessions.media.uploader import Uploader
from comptoir.sessions.models.asking import Models
from comptoir.sessions.occasions import Occasions
from comptoir.sessions.outbox.port import NotConnected, Sent
from comptoir.sessions.outbox.sender import Sender, SenderSettings
from comptoir.sessions.outside.caller import Caller
from comptoir.sessions.outside.exchange import Outside
from comptoir.sessions.reloading import Reloading
from comptoir.sessions.runner import Runner
from comptoir.sessions.session import Session
from comptoir.sessions.spec import WorkerSpec
from comptoir.sessions.standing import Standing
from comptoir.sessions.start import EXIT_AGAIN, EXIT_MEMORY
from comptoir.sessions.stepping import Steps
from comptoir.sessions.telling import Telling
from comptoir.sessions.times import now_ms
from comptoir.sessions.transcribing.recordings import KeptRecordings
from comptoir.sessions.transcribing.transcriber import Transcriber

logger = logging.getLogger("worker")

# The daemon waits a little longer than this before it kills.
FINISH_LIMIT = 7.0
# Of that, for the ack of what is being sent.
LAST_SEND_LIMIT = 4.0
UPLOAD_TAKES = 4
"""Times a file's size, of memory: the library has it in several forms at once."""
PRUNE_EVERY = 3600.0
# For a plugin that was cancelled to be gone; then its process is.
CANCELLED_LIMIT = 5.0


class Worker:
    """Everything of one tenant in this process. `run` is started once; the rest is called from its methods."""

    def __init__(self, spec: WorkerSpec, journal: Journal, telling: Telling, blamed: Blame | None = None) -> None:
        self.spec = spec
        self.journal = journal
        self.finished = trio.Event()
        self.exit_code = 0
        """Why it ends, once it does: EXIT_AGAIN where a living client cannot do what is needed."""
        self._finishing = False
        self._token = trio.lowlevel.current_trio_token()
        self.runner: Runner | None = None
        self._occasions: Occasions | None = None
        self._outside = Outside()
        self._caller = Caller(journal, self._outside)
        self._models = Models(spec.models, journal)
        self.media = MediaKeeper(journal, spec, config=lambda: self.config, on_queued=self.wake_sender)
        self._fetcher = Fetcher(journal, self.media, spec.lab, on_released=self._wake_runner)
        self._uploader = Uploader(
            journal, self.media.store, self, on_uploaded=self._wake_sender_alone, on_hang=self.recycle
        )
        self.transcriber = Transcriber(
            journal,
            KeptRecordings(self.media),
            spec.transcription,
            ask_for_turn=telling.recording,
            on_told=self._wake_occasions,
        )
        self._asker = Asker(journal, config=lambda: self.config, wake_outbox=self.wake_sender, fast=spec.fast)
        self._expiry = Expiry(journal, config=lambda: self.config, wake_outbox=self.wake_sender)
        self._sender: Sender | None = None
        self._blamed = blamed
        self._steps = Steps(spec.session_dir)
        self.watchdog = Watchdog(
            self._steps, spec.session_dir, spec.memory, wind_up=self._wind_up, on_full=self._end_full
        )
        self._reloading = Reloading(
            journal, spec.config_dir, use=self._use, wake_outbox=self.wake_sender, watch=self._steps.starting
        )
        self._telling = telling
        self.session = Session(
            spec,
            journal,
            telling,
            on_standing=self._set_gates,
            on_recorded=self._recorded,
            on_recycle=self.recycle,
            config=lambda: self.config,
        )

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Everything that runs as long as the worker does."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            await nursery.start(self._telling.events, self.journal, self._heard)
            if self._blamed is not None:
                # Before any walk, and where those who follow the events hear of it.
                await self.journal.write(partial(blaming.settle, blame=self._blamed, now=now_ms()))
            await self._reloading.begin(blaming.left_out(self._blamed))
            nursery.start_soon(self._reloading.run)
            await nursery.start(self.session.run)
            for task in (self._prune, self.media.run, self._fetcher.run, self._uploader.run, self._asker.run):
                nursery.start_soon(task)
            nursery.start_soon(self._expiry.run)
            nursery.start_soon(self._caller.run)
            nursery.start_soon(self.transcriber.run)
            if self.spec.linked and not self.spec.parked:
                nursery.start_soon(self._resume)
            task_status.started()

    async def finish(self) -> None:
        """Begin nothing new, let what is being sent end, disconnect so that nothing more is acknowledged."""
        if self._finishing:
            await self.finished.wait()
            return
        self._finishing = True
        self._set_gates(self.session.standing)
        with trio.CancelScope(shield=True), trio.move_on_after(FINISH_LIMIT):
            if self._sender is not None:
                with trio.move_on_after(LAST_SEND_LIMIT):
                    await self._sender.idle()
            await self.session.disconnect()
            await self._models.close()
        self.finished.set()

    def recycle(self, code: int = EXIT_AGAIN) -> None:
        """Finish and be forked again; nothing where the end is near anyway."""
        if self._finishing:
            return
        self.exit_code = code
        self._nursery.start_soon(self.finish)

    async def reload(self, *, saved: bool = False) -> None:
        """Take the tenant's files as they are now. Raises ConfigWrong: all stays as it was, and status shows it."""
        await self._reloading.reload(saved=saved)

    @property
    def config(self) -> TenantConfig | None:
        """In force; None where nothing was ever right."""
        return self._reloading.config

    @property
    def config_trouble(self) -> str:
        """What is wrong in the tenant's folder, a line each."""
        return self._reloading.trouble

    async def _use(self, pipeline: Pipeline) -> None:
        self._steps.patience = pipeline.config.plugin_seconds + CANCELLED_LIMIT
        if self.runner is None:
            self.runner = Runner(
                self.journal,
                pipeline,
                wake_outbox=self._wake_after_effects,
                files=self.media,
                fast=self.spec.fast,
                limits=self.spec.inbound,
                watch=self._steps.walking,
                fetch=self._outside.fetch,
                models=self._models,
                transcribes=self.transcriber.works,
                blamed=self._blamed,
            )
            self._nursery.start_soon(self.runner.run)
            self._occasions = Occasions(
                self.journal,
                self.runner.pipelines,
                self.media,
                wake_outbox=self._wake_after_effects,
                watch=self._steps.walking,
                fetch=self._outside.fetch,
                models=self._models,
                transcribes=self.transcriber.works,
                shop=self.runner.shop,
            )
            self._nursery.start_soon(self._occasions.run)
        else:
            await self.runner.reload(pipeline)
        if self._sender is not None:
            self._sender.settings = replace(self._sender.settings, resend_uncertain=self._resend)
            self._sender.wake()
        self._set_gates(self.session.standing)

    def wake_sender(self) -> None:
        """The outbox got something."""
        self._uploader.wake()
        self._wake_sender_alone()

    def _wake_after_effects(self) -> None:
        """What plugins decided may have queued something, want it in words, or have set a timer."""
        self.wake_sender()
        self._caller.wake()
        self.transcriber.wake()
        self._wake_occasions()

    # --- the sender's way out

    async def send(self, message: QueuedMessage, secret: bytes) -> Sent:
        if self.session.link is None or not self.session.standing.connected:
            raise NotConnected("not connected")
        return await self.session.link.send(message, secret)

    async def upload(self, content: Iterator[bytes], size: int, kind: str) -> Uploaded:
        if self.session.link is None or not self.session.standing.connected:
            raise NotConnected("not connected")
        with self.watchdog.lending(UPLOAD_TAKES * size):
            return await self.session.link.upload(content, size, kind)

    def heard_at(self, address: Address) -> int | None:
        return self.session.heard_at(address)

    async def typing(self, address: Address, on: bool) -> None:
        if self.session.link is not None and self.session.standing.connected:
            await self.session.link.typing(address, on)

    # --- keeping in step

    def _set_gates(self, standing: Standing) -> None:
        (self._fetcher.open if standing.connected and not self._finishing else self._fetcher.hold)()
        (self._uploader.open if standing.may_send and not self._finishing else self._uploader.hold)()
        may_answer = standing.may_answer and not self._finishing
        (self._asker.open if may_answer else self._asker.hold)()
        # What was decided is told whether WhatsApp is there or not.
        (self._caller.hold if self._finishing else self._caller.open)()
        (self.transcriber.hold if self._finishing else self.transcriber.open)()
        (self._expiry.open if may_answer else self._expiry.hold)()
        if self.runner is not None:
            (self.runner.open if may_answer else self.runner.hold)()
        if self._occasions is not None:
            (self._occasions.open if may_answer else self._occasions.hold)()
        if self._sender is not None:
            may_send = standing.may_send and not self._finishing
            (self._sender.open if may_send else self._sender.hold)()
        elif standing.connected and not self._finishing:
            self._nursery.start_soon(self._start_sender)

    def _recorded(self, recorded: Recorded) -> None:
        if recorded.refuse is not None and self.session.standing.may_answer and self.session.link is not None:
            self._nursery.start_soon(self.session.link.refuse_call, recorded.refuse)
        self._fetcher.wake()
        self._wake_runner()
        self.wake_sender()
        if recorded.lost:
            self._asker.wake()

    def _wind_up(self) -> None:
        """On a thread of the watchdog's, while a plugin holds trio: what came is kept, nothing more is acknowledged."""
        self.session.cut()

    def _end_full(self) -> None:
        """On the watchdog's thread: memory ran short slowly, and there is time for an end in good order."""
        with suppress(trio.RunFinishedError):
            self._token.run_sync_soon(self.recycle, EXIT_MEMORY)

    def _heard(self, events: Sequence[Event]) -> None:
        if self._occasions is not None:
            self._occasions.hear(events)

    def _wake_occasions(self) -> None:
        if self._occasions is not None:
            self._occasions.wake()

    def _wake_runner(self) -> None:
        if self.runner is not None:
            self.runner.wake()

    def _wake_sender_alone(self) -> None:
        if self._sender is not None:
            self._sender.wake()

    async def _resume(self) -> None:
        await self.session.resume(resend=self._resend)

    async def _start_sender(self) -> None:
        """Once the first login has shown which session's outbox this is."""
        # As a write it comes after the session's own row, which is in line already.
        session = await self.journal.write(linkings.current_session)
        if session is not None and self._sender is None:
            settings = SenderSettings(self.spec.rates, resend_uncertain=self._resend)
            # What became of a send without an end only the session database tells, to a worker that is starting.
            self._sender = Sender(self.journal, self, session.id, settings, on_unknown=self.recycle)
            self._nursery.start_soon(self._sender.run)
            self._set_gates(self.session.standing)

    @property
    def _resend(self) -> bool:
        return self.config is not None and self.config.on_uncertain == "send"

    async def _prune(self) -> None:
        """Keep the journal from growing with what nobody needs any more; a full disk is no reason to stop."""
        while True:
            with suppress(JournalUnavailable):
                await self.journal.write(lambda db: pruning.prune(db, now_ms()))
            await trio.sleep(PRUNE_EVERY)
