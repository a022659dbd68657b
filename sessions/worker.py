"""A tenant's worker: brings journal, link, runner and sender together and keeps them in step.

Who may do what follows from one value, the session's `Standing`: the sender sends while the backlog of an
absence has been read, the runner answers while the tenant is not paused besides.
"""

import logging
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import trio

from comptoir.plugins.config import TenantConfig
from comptoir.plugins.faults import ConfigWrong
from comptoir.plugins.loading import load_tenant, start_pipeline
from comptoir.sessions import recovering
from comptoir.sessions.events import (
    Address,
    BacklogRead,
    Changed,
    Connected,
    Ended,
    Paired,
    PairingFailed,
    QrOffered,
)
from comptoir.sessions.intake import Intake, now_ms
from comptoir.sessions.journal import event_log, history, linkings, pruning
from comptoir.sessions.journal.journal import Journal, JournalUnavailable
from comptoir.sessions.journal.recording import Recorded
from comptoir.sessions.link import Link
from comptoir.sessions.outbox.port import NotConnected, Sent
from comptoir.sessions.outbox.sender import Sender, SenderSettings
from comptoir.sessions.protocol import Params
from comptoir.sessions.rpc import Channel, ChannelClosed
from comptoir.sessions.runner import Runner
from comptoir.sessions.spec import WorkerSpec
from comptoir.sessions.standing import Standing, after, parked

logger = logging.getLogger("worker")

# A server that announces no end of the backlog must not keep a shop silent for ever.
BACKLOG_LIMIT = 60.0
# From the scan to the first login; whatsmeow reconnects at once, so this is long.
LOGIN_LIMIT = 60.0
# Sends in the middle of their ack get this long when the worker is told to finish.
FINISH_LIMIT = 5.0
PRUNE_EVERY = 3600.0
# How long the bot is silent after the owner's hand while no configuration says otherwise.
SILENCE_MINUTES = 60


class Worker:
    """Everything of one tenant in this process. `run` is started once; the rest is called from its methods."""

    def __init__(self, spec: WorkerSpec, journal: Journal, channel: Channel) -> None:
        self.spec = spec
        self.journal = journal
        self.channel = channel
        self.finished = trio.Event()
        self.standing = self._first_standing()
        self.link: Link | None = None
        self._linking = False
        self._last_recorded = trio.current_time()
        self._changes_in, self._changes = trio.open_memory_channel[Changed](256)
        self.config: TenantConfig | None = None
        self.config_trouble = ""
        self.runner: Runner | None = None
        self.sender: Sender | None = None
        self.intake = Intake(
            journal,
            lab=spec.lab is not None,
            silence_ms=lambda: (self.config.silence_minutes if self.config else SILENCE_MINUTES) * 60_000,
            on_recorded=self._recorded,
            on_change=self._changes_in.send_nowait,
        )

    # --- life

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Everything that runs as long as the worker does."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            await self._first_pipeline()
            nursery.start_soon(self._follow_changes)
            nursery.start_soon(self._follow_events)
            nursery.start_soon(self._prune)
            if self.spec.linked and not self.spec.parked:
                nursery.start_soon(self._resume)
            else:
                await self.tell_state()
            task_status.started()

    async def finish(self) -> None:
        """Begin nothing new, let what is being sent end, disconnect so that nothing more is acknowledged."""
        if self.finished.is_set():
            return
        with trio.CancelScope(shield=True):
            if self.runner is not None:
                self.runner.hold()
            if self.sender is not None:
                self.sender.close()
                with trio.move_on_after(FINISH_LIMIT):
                    await self.sender.idle()
            if self.link is not None:
                await self.link.disconnect()
                await self.intake.quiet()
        self.finished.set()

    # --- the pipeline

    async def reload(self) -> None:
        """Take the tenant's files as they are now. Raises ConfigWrong, and then all stays as it was."""
        config = await trio.to_thread.run_sync(load_tenant, self.spec.config_dir)
        pipeline = await start_pipeline(config)
        if self.runner is None:
            self.runner = Runner(self.journal, pipeline, wake_outbox=self.wake_sender, fast=self.spec.fast)
            self._nursery.start_soon(self.runner.run)
        else:
            await self.runner.reload(pipeline)
        self.config, self.config_trouble = config, ""
        self._set_gates()

    async def _first_pipeline(self) -> None:
        try:
            await self.reload()
        except ConfigWrong as error:
            # Without a right configuration nothing is answered: messages wait for the first good edit.
            self.config_trouble = "\n".join(map(str, error.faults))
            logger.error("%s", self.config_trouble)

    # --- the session

    async def _resume(self) -> None:
        """Connect with the stored session, after what a crash may have left has been judged."""
        trouble = await recovering.recover(
            self.journal, self.spec.session_path, lab=self.spec.lab is not None, resend=self._resend
        )
        if trouble:
            await self._park(trouble)
        else:
            await self._connect()

    async def link_device(self) -> None:
        """Offer QR codes until one is scanned or the window is over. The daemon hears of it by `link`."""
        self._linking = True
        self.standing = Standing("linking", paused=self.standing.paused)
        for leftover in self.spec.session_dir.glob("session.db*"):
            leftover.unlink(missing_ok=True)
        await self._connect()

    async def _connect(self) -> None:
        self.link = Link(self.spec.session_path, self.intake, self.spec.lab)
        await self.tell_state()
        await trio.to_thread.run_sync(self.link.start)

    async def unlink(self) -> bool:
        """Log out at the server and forget the session; False where the server could not be told."""
        told = await self.link.logout() if self.link is not None and self.standing.connected else False
        await self.journal.write(lambda db: linkings.end_session(db, "unlinked", now_ms()))
        for file in self.spec.session_dir.glob("session.db*"):
            file.unlink(missing_ok=True)
        return told

    async def pause(self, paused: bool) -> None:
        self.standing = replace(self.standing, paused=paused)
        self._set_gates()
        await self.tell_state()

    # --- the sender's way out

    async def send_text(self, address: Address, text: str, secret: bytes) -> Sent:
        if self.link is None or not self.standing.connected:
            raise NotConnected("not connected")
        return await self.link.send_text(address, text, secret)

    async def typing(self, address: Address, on: bool) -> None:
        if self.link is not None and self.standing.connected:
            await self.link.typing(address, on)

    # --- following

    def wake_sender(self) -> None:
        if self.sender is not None:
            self.sender.wake()

    def _recorded(self, recorded: Recorded) -> None:
        self._last_recorded = trio.current_time()
        if self.runner is not None:
            self.runner.wake()
        self.wake_sender()

    async def _follow_changes(self) -> None:
        async for change in self._changes:
            before, self.standing = self.standing, after(self.standing, change)
            if isinstance(change, Connected) and self.sender is None:
                await self._start_sender()
            self._set_gates()
            await self._act(change)
            if (self.standing.shown, self.standing.reason, self.standing.number) != (
                before.shown,
                before.reason,
                before.number,
            ):
                await self.tell_state()

    async def _act(self, change: Changed) -> None:
        match change:
            case QrOffered(code, expires_in):
                await self._tell("link", {"event": "qr", "code": code, "expires_in": expires_in})
            case PairingFailed(reason):
                await self._tell("link", {"event": "failed", "reason": reason})
            case Paired():
                self._nursery.start_soon(self._login_limit)
            case Connected(number, _, name):
                if self._linking:
                    self._linking = False
                    await self._tell("link", {"event": "linked", "number": number, "name": name})
                self._nursery.start_soon(self._backlog_limit)
            case Ended("logged_out"):
                await self.journal.write(lambda db: linkings.end_session(db, "logged_out", now_ms()))
            case _:
                pass

    async def _start_sender(self) -> None:
        """Once the first login has shown which session's outbox this is."""
        session = await self.journal.write(linkings.current_session)
        assert session is not None, "the intake begins a session before it reports the login"
        self.sender = Sender(self.journal, self, session.id, SenderSettings(self.spec.rates, self._resend))
        self._nursery.start_soon(self.sender.run)

    async def _login_limit(self) -> None:
        await trio.sleep(LOGIN_LIMIT)
        if self._linking:
            reason = "the phone accepted, but the login did not follow: run `comptoir link` again"
            await self._changes_in.send(PairingFailed(reason))

    async def _backlog_limit(self) -> None:
        while self.standing.connected and not self.standing.backlog_read:
            quiet_until = self._last_recorded + BACKLOG_LIMIT
            if trio.current_time() >= quiet_until:
                logger.warning("no end of the backlog within %.0f s: answering", BACKLOG_LIMIT)
                self.intake.change(BacklogRead(0))
                return
            await trio.sleep_until(quiet_until)

    async def _follow_events(self) -> None:
        """Tell the daemon what the journal notes, once it is on disk."""
        seen = self.journal.commits
        last = await self.journal.read(event_log.last_id)
        while True:
            events = await self.journal.read(partial(event_log.page, after=last))
            for event in events:
                last = event.id
                await self._tell("event", _event_params(event))
            if not events:
                seen = await self.journal.wait_commit(seen)

    async def _prune(self) -> None:
        """Keep the journal from growing with what nobody needs any more; a full disk is no reason to stop."""
        while True:
            with suppress(JournalUnavailable):
                await self.journal.write(lambda db: pruning.prune(db, now_ms()))
            await trio.sleep(PRUNE_EVERY)

    def _set_gates(self) -> None:
        if self.sender is not None:
            (self.sender.open if self.standing.may_send else self.sender.close)()
        if self.runner is not None:
            (self.runner.open if self.standing.may_answer else self.runner.hold)()

    @property
    def _resend(self) -> bool:
        return self.config is not None and self.config.on_uncertain == "send"

    # --- telling the daemon

    async def tell_state(self) -> None:
        standing = self.standing
        params: Params = {"state": standing.shown, "reason": standing.reason, "detail": standing.detail}
        mine: Params = {"number": standing.number, "name": standing.name}
        await self._tell("state", params | mine | {"park": standing.state == "parked"})

    async def _park(self, reason: str) -> None:
        self.standing = parked(self.standing, reason)
        await self.tell_state()

    async def _tell(self, method: str, params: dict[str, Any]) -> None:
        try:
            await self.channel.notify(method, params)
        except ChannelClosed:
            # The end of the channel ends the worker; nothing is left to be told to anyone.
            return

    def _first_standing(self) -> Standing:
        if self.spec.parked:
            return Standing("parked", self.spec.parked, paused=self.spec.paused)
        return Standing("connecting" if self.spec.linked else "new", paused=self.spec.paused)


def _event_params(event: event_log.Event) -> Params:
    when = history.rfc3339(event.at)
    return {"kind": event.kind, "time": when, "chat": event.chat, "message": event.message} | event.data
